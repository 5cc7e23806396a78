import type { Trace } from '../../record/trace.js';
import type { RunWords } from '../run-words.js';
import { type Across, sizes } from './across.js';
import { bandKind } from './palette.js';
import { type Label, textOf, textWidth, wrapped } from './label.js';
import type { Band, Dot } from './shapes.js';
import { notDrawnTexts } from './words.js';

export interface KeyEntry {
  readonly x: number;
  readonly y: number;
  readonly state: string | undefined;
  /** It is a call without its text. */
  readonly dot?: true;
}

/** What the colours of narrow bands and dots mean, and what the picture does not show. */
export function keyOf(
  { bands, dots }: { readonly bands: readonly Band[]; readonly dots: readonly Dot[] },
  trace: Trace,
  place: Across,
  top: number,
  words: RunWords,
): { keys: KeyEntry[]; labels: Label[]; bottom: number } {
  const unnamed = place.hosts.some(({ bands: columns }) => columns.some(({ named }) => !named));
  const states = unnamed ? [...new Set(bands.map(({ state }) => state))] : [];
  const kinds = [...new Set(states.map(bandKind))];
  const notes = [
    ...place.hosts.filter(({ undrawn }) => undrawn > 0).map(({ name, undrawn }) => words.noBand(undrawn, name)),
    ...(trace.dropped > 0 ? [words.missing(trace.dropped)] : []),
    ...notDrawnTexts(trace, words),
  ];
  const keys: KeyEntry[] = [];
  const labels: Label[] = [];
  let x = place.timeX + 14;
  let y = top;
  const most = Math.floor((place.width - place.timeX - 52) / textWidth('x', sizes.small));
  const add = (text: string, state?: string | null, dot?: true): void => {
    const [first = [], ...rest] = wrapped([{ text, tone: 'soft' }], most);
    put(textOf({ parts: first }), state, dot);
    for (const parts of rest) put(textOf({ parts }), null);
  };
  const put = (text: string, state?: string | null, dot?: true): void => {
    const indent = state === null ? 0 : 20;
    const width = indent + textWidth(text, sizes.small) + 18;
    if (x + width > place.width && x > place.timeX + 14) {
      x = place.timeX + 14;
      y += 20;
    }
    if (state !== null) keys.push({ x, y, state, ...(dot && { dot }) });
    labels.push({
      kind: 'note',
      parts: [{ text, tone: 'soft' }],
      x: x + indent,
      y: y + 11,
      anchor: 'start',
      size: sizes.small,
    });
    x += width;
  };
  for (const kind of kinds) {
    const same = states.filter((state) => bandKind(state) === kind);
    add(same.join(', '), same[0]);
  }
  if (bands.some(({ implied }) => implied)) add(words.implied);
  if (dots.length > 0) add(words.dot, undefined, true);
  for (const note of notes) add(note, null);
  return { keys, labels, bottom: labels.length === 0 ? top - 12 : y + 24 };
}
