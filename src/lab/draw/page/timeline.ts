import type { RowResult } from '../../record/result.js';
import type { LookEvent } from '../../record/event.js';
import { english, type ReportWords } from '../report-words.js';
import { escapeXml } from './escape.js';

const narrowest = 620;
const labelWidth = 76;
/** Holds the name of a state and its time. */
const columnWidth = 84;
const bandHeight = 22;

/** A host's looks at its socket table, in order. */
interface Band {
  readonly host: string;
  readonly looks: readonly LookEvent[];
}

function bandsOf({ events }: Pick<RowResult, 'events'>): Band[] {
  const looks = events.filter((event) => event.kind === 'look');
  return [...new Set(looks.map(({ host }) => host))].map((host) => ({
    host,
    looks: looks.filter((look) => look.host === host),
  }));
}

function statesOf({ rows }: LookEvent, nothing: string): string {
  const counts = new Map<string, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const texts = [...counts].map(([state, count]) => (count === 1 ? state : `${state} ×${count}`));
  return texts.length === 0 ? nothing : texts.join(', ');
}

/**
 * What stood in each host's socket table from look to look. Looks are spaced evenly, since most of a run is spent waiting
 * for a program to start; the times stand below.
 */
export function timeline({ events, name }: RowResult, words: ReportWords = english): string {
  const bands = bandsOf({ events });
  const times = [...new Set(bands.flatMap(({ looks }) => looks.map(({ atMs }) => atMs)))].sort((a, b) => a - b);
  if (times.length < 2) return '';
  const width = Math.max(narrowest, labelWidth + times.length * columnWidth);
  const column = (width - labelWidth) / times.length;
  const x = (atMs: number): number => labelWidth + times.indexOf(atMs) * column;
  const height = bands.length * (bandHeight + 6) + 20;
  const body = bands.flatMap(({ host, looks }, index) => {
    const y = index * (bandHeight + 6);
    const label = `<text x="0" y="${y + 15}">${escapeXml(host)}</text>`;
    const cells = looks.map((look, at) => {
      const begin = x(look.atMs);
      const end = looks[at + 1] === undefined ? width : x(looks[at + 1]?.atMs ?? 0);
      const states = statesOf(look, words.none);
      const fits = Math.max(3, Math.floor((end - begin - 8) / 6.7));
      const shown = states.length > fits ? `${states.slice(0, fits - 1)}…` : states;
      return (
        `<g class="state${states === words.none ? '' : ' visited'}"><title>${escapeXml(words.named(look.about, states))}</title>` +
        `<rect x="${begin + 1}" y="${y}" width="${Math.max(2, end - begin - 2)}" height="${bandHeight}" rx="3"/>` +
        `<text x="${begin + 5}" y="${y + 15}">${escapeXml(shown)}</text></g>`
      );
    });
    return [label, ...cells];
  });
  const marks = times.map(
    (atMs) => `<text class="label" x="${x(atMs) + 2}" y="${height - 4}">${Math.round(atMs)} ms</text>`,
  );
  return (
    `<div class="scroll" tabindex="0"><svg role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `aria-label="${escapeXml(words.statesThrough(name))}">${[...body, ...marks].join('')}</svg></div>`
  );
}
