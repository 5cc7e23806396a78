import type { Trace, TraceSegment, TraceState } from '../trace.js';
import { type Across, across, type HostPlace, lineHeight, sizes } from './across.js';
import { arrange, type Placed } from './arrange.js';
import { acrossHeight, breakHeight, gapText, headerHeight } from './down.js';
import type { Line } from './geometry.js';
import { type Label, type LabelKind, type Part, textWidth, type Tone } from './label.js';
import { type FoldRow, type Row, rowsOf } from './rows.js';
import { timeText } from './words.js';

export interface Arrow extends Line {
  readonly segment: TraceSegment;
  readonly tone: Tone;
  /** To the host it came from: the line turns round here. */
  readonly turn?: number;
}

export interface Band {
  readonly x: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly state: string;
  readonly implied: boolean;
  readonly title: string;
}

/** A call that waits, beside its host. */
export interface Wait {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly failed: boolean;
}

export interface Ribbon {
  readonly kind: 'mark' | 'error' | 'fold' | 'gap';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface KeyEntry {
  readonly x: number;
  readonly y: number;
  readonly state: string | undefined;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Of the lifelines. */
  readonly top: number;
  readonly bottom: number;
  readonly hosts: readonly HostPlace[];
  readonly arrows: readonly Arrow[];
  readonly bands: readonly Band[];
  readonly waits: readonly Wait[];
  readonly ribbons: readonly Ribbon[];
  readonly keys: readonly KeyEntry[];
  readonly labels: readonly Label[];
  readonly rows: readonly Row[];
  /** The height of each instant, in order of time. */
  readonly ys: readonly number[];
}

const textDrop = 4;

function hostLabels({ hosts }: Across): Label[] {
  return hosts.flatMap(({ name, subtitle, left, right }) => {
    const x = (left + right) / 2;
    const label = { kind: 'host', x, anchor: 'middle' } as const;
    return [
      { ...label, parts: [{ text: name, tone: 'strong' }], y: 26, size: sizes.host },
      ...(subtitle === ''
        ? []
        : [{ ...label, parts: [{ text: subtitle, tone: 'soft' as const }], y: 44, size: sizes.small }]),
    ] satisfies Label[];
  });
}

/** A time at each instant that has room for it; of a segment rather when it left than when it came. */
function timeLabels({ instants, ys }: Placed, { timeX }: Across): Label[] {
  const taken: number[] = [];
  const labels: Label[] = [];
  const texts = new Set<string>();
  const passes = [
    (kind: string) => kind !== 'arrive' && kind !== 'state' && kind !== 'gap',
    (kind: string) => kind === 'arrive',
    (kind: string) => kind === 'state',
  ];
  for (const wants of passes) {
    for (const [index, instant] of instants.entries()) {
      if (!wants(instant.kind)) continue;
      const inRibbon = instant.kind === 'mark' || instant.kind === 'error' || instant.kind === 'fold';
      const y = (ys[index] ?? 0) + (inRibbon ? acrossHeight(instant) / 2 : 0);
      const text = timeText(instant.atMs);
      if (texts.has(text) || taken.some((other) => Math.abs(other - y) < lineHeight)) continue;
      taken.push(y);
      texts.add(text);
      labels.push({
        kind: 'time',
        parts: [{ text, tone: 'soft' }],
        x: timeX,
        y: y + textDrop,
        anchor: 'end',
        size: sizes.small,
      });
    }
  }
  return labels;
}

function callLabels({ instants, ys }: Placed, { hosts, texts }: Across): Label[] {
  return instants.flatMap((instant, index) => {
    const { row } = instant;
    const text = texts.get(row);
    if (text === undefined || instant.kind === 'gap' || (row.kind !== 'call' && row.kind !== 'return')) return [];
    const host = hosts.find(({ name }) => name === row.call.host);
    return text.lines.map(
      (parts, line): Label => ({
        kind: 'call',
        parts,
        x: host?.callX ?? 0,
        y: (ys[index] ?? 0) + textDrop + line * lineHeight,
        anchor: host?.callAnchor ?? 'start',
        size: sizes.label,
        title: text.title,
      }),
    );
  });
}

function waitsOf({ instants, ys, bottom }: Placed, { hosts, waits }: Across): Wait[] {
  return instants.flatMap(({ row, kind }, index) => {
    if (row.kind !== 'call' || !row.waits || kind !== 'call') return [];
    const end = instants.findIndex(
      (other) => other.kind === 'return' && other.row.kind === 'return' && other.row.call === row.call,
    );
    const x = hosts.find(({ name }) => name === row.call.host)?.waitX[waits.get(row) ?? 0] ?? 0;
    return [{ x, top: ys[index] ?? 0, bottom: ys[end] ?? bottom, failed: row.call.failed }];
  });
}

function ribbonsOf({ instants, ys }: Placed, { hosts, width, timeX }: Across): { ribbons: Ribbon[]; labels: Label[] } {
  const ribbons: Ribbon[] = [];
  const labels: Label[] = [];
  const first = hosts[0]?.right ?? timeX;
  const last = hosts.length > 1 ? (hosts.at(-1)?.left ?? width) : width;
  for (const [index, instant] of instants.entries()) {
    const { kind } = instant;
    if (kind !== 'mark' && kind !== 'error' && kind !== 'fold' && kind !== 'gap') continue;
    const y = ys[index] ?? 0;
    const wide = kind === 'mark' || kind === 'error';
    const [left, right] = wide ? [timeX + 12, width - 8] : kind === 'fold' ? [first + 8, last - 8] : [first, last];
    const height = acrossHeight(instant);
    const label = { kind, anchor: 'middle', size: sizes.label } as const;
    if (kind === 'gap') {
      const next = hosts[1]?.left ?? last;
      const parts: Part[] = [{ text: gapText(instant), tone: 'soft' }];
      labels.push({ ...label, parts, x: (first + next) / 2, y: y + breakHeight / 2 + textDrop });
    } else {
      for (const [line, parts] of instant.lines.entries()) {
        labels.push({ ...label, parts, x: (left + right) / 2, y: y + 5 + lineHeight * line + 11.5 });
      }
    }
    ribbons.push({ kind, x: left, y, width: right - left, height });
  }
  return { ribbons, labels };
}

/** Heights of the states that the rows show; those of a fold stand at its end. */
function stateHeights({ instants, ys }: Placed): Map<TraceState, number> {
  const heights = new Map<TraceState, number>();
  for (const [index, instant] of instants.entries()) {
    const y = ys[index] ?? 0;
    if (instant.kind === 'state' && instant.row.kind === 'state') heights.set(instant.row.state, y);
    if (instant.kind === 'fold' && instant.row.kind === 'fold') {
      const fold: FoldRow = instant.row;
      for (const state of fold.states) heights.set(state, y + acrossHeight(instant));
    }
  }
  return heights;
}

function stateTitle({ local, remote, state, atMs, how }: TraceState): string {
  const far = remote === undefined ? '' : ` and ${remote.address}:${remote.port}`;
  const said = how === 'seen' ? 'seen' : 'follows from a segment';
  return `${state} of ${local.address}:${local.port}${far} from ${timeText(atMs)} on, ${said}`;
}

function bandsOf(placed: Placed, { hosts }: Across, bottom: number): { bands: Band[]; labels: Label[] } {
  const heights = stateHeights(placed);
  const bands: Band[] = [];
  const labels: Label[] = [];
  for (const host of hosts) {
    for (const { x, width, ends, named, withPort } of host.bands) {
      for (const { states } of ends) {
        let name: string | undefined;
        for (const [index, state] of states.entries()) {
          const top = heights.get(state) ?? 0;
          const next = states[index + 1];
          const first = withPort && index === 0 && state.remote !== undefined;
          const gone = state.state === 'CLOSED';
          const label = { kind: 'state', x: x + width / 2, anchor: 'middle', size: sizes.small } as const;
          const middle = top + (first ? 26 : 12);
          const tone = gone ? 'soft' : 'plain';
          if (named && state.state !== name) {
            if (first) labels.push({ ...label, parts: [{ text: `:${portOf(state)}`, tone: 'soft' }], y: top + 12 });
            labels.push({ ...label, parts: [{ text: state.state, tone }], y: middle, title: stateTitle(state) });
          }
          name = state.state;
          if (gone) continue;
          bands.push({
            x,
            width,
            top,
            bottom: next === undefined ? bottom : (heights.get(next) ?? bottom),
            state: state.state,
            implied: state.how === 'implied',
            title: stateTitle(state),
          });
        }
      }
    }
  }
  return { bands, labels };
}

/** The port that tells one connection of a host from another: its own, unless it is the one that all came to. */
function portOf({ local, remote }: TraceState): number {
  return Math.max(local.port, remote?.port ?? 0);
}

function keyOf(
  bands: readonly Band[],
  trace: Trace,
  place: Across,
  top: number,
): { keys: KeyEntry[]; labels: Label[]; bottom: number } {
  const unnamed = place.hosts.some(({ bands: columns }) => columns.some(({ named }) => !named));
  const states: (string | undefined)[] = unnamed ? [...new Set(bands.map(({ state }) => state))] : [];
  if (bands.some(({ implied }) => implied)) states.push(undefined);
  const notes = [
    ...place.hosts
      .filter(({ undrawn }) => undrawn > 0)
      .map(({ name, undrawn }) => `${undrawn} more sockets of ${name} have no band`),
    ...(trace.dropped > 0 ? [`${trace.dropped} packets are missing: the kernel had no room to show them`] : []),
  ];
  const keys: KeyEntry[] = [];
  const labels: Label[] = [];
  let x = place.timeX + 14;
  let y = top;
  const add = (text: string, state?: string | null): void => {
    const indent = state === null ? 0 : 20;
    const width = indent + textWidth(text, sizes.small) + 18;
    if (x + width > place.width && x > place.timeX + 14) {
      x = place.timeX + 14;
      y += 20;
    }
    if (state !== null) keys.push({ x, y, state });
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
  for (const state of states) add(state ?? 'state follows from a segment, not seen', state);
  for (const note of notes) add(note, null);
  return { keys, labels, bottom: labels.length === 0 ? top - 12 : y + 24 };
}

const order: readonly LabelKind[] = [
  'host',
  'time',
  'mark',
  'error',
  'fold',
  'gap',
  'call',
  'state',
  'segment',
  'note',
];

export function layoutOf(trace: Trace): Layout {
  const rows = rowsOf(trace);
  const place = across(trace, rows);
  const placed = arrange(rows, place);
  const { bottom } = placed;
  const { ribbons, labels: ribbonLabels } = ribbonsOf(placed, place);
  const { bands, labels: bandLabels } = bandsOf(placed, place, bottom);
  const key = keyOf(bands, trace, place, bottom + 14);
  const labels = [
    ...hostLabels(place),
    ...timeLabels(placed, place),
    ...callLabels(placed, place),
    ...ribbonLabels,
    ...bandLabels,
    ...placed.labels,
    ...key.labels,
  ].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return {
    width: place.width,
    height: Math.ceil(key.bottom) + 8,
    top: headerHeight - 4,
    bottom,
    hosts: place.hosts,
    arrows: placed.arrows,
    bands,
    waits: waitsOf(placed, place),
    ribbons,
    keys: key.keys,
    labels,
    rows,
    ys: placed.ys,
  };
}
