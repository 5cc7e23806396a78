import type { Trace } from '../../record/trace.js';
import { runEnglish } from '../run-words.js';
import { type Across, across, type HostPlace, lineHeight, sizes } from './across.js';
import { arrange } from './arrange.js';
import { bandsOf } from './bands.js';
import { acrossHeight, gapLabel, headerHeight, textAbove, textDrop } from './down.js';
import { type KeyEntry, keyOf } from './key.js';
import { type Label, type LabelKind, type Part, textOf, textWidth } from './label.js';
import type { LadderRow } from './row.js';
import { rowsOf } from './rows.js';
import { mostWithTexts, type Room } from './room.js';
import type { Arrow, Band, Dot, Placed, Ribbon, Span, Wait } from './shapes.js';
import { timeText } from './words.js';

export const dotRadius = 4;

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
  readonly dots: readonly Dot[];
  readonly ribbons: readonly Ribbon[];
  readonly keys: readonly KeyEntry[];
  readonly labels: readonly Label[];
  readonly rows: readonly LadderRow[];
  /** Of each row. */
  readonly spans: readonly Span[];
  /** The height of each instant, in order of time. */
  readonly ys: readonly number[];
}

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

/** A time at each instant that has room for it; of a packet rather when it left than when it came. */
function timeLabels({ instants, ys }: Placed, { timeX, times }: Across): Label[] {
  if (!times) return [];
  const taken: number[] = [];
  const labels: Label[] = [];
  const texts = new Set<string>();
  const passes = [
    (kind: string) => kind !== 'arrive' && kind !== 'missed' && kind !== 'state' && kind !== 'gap',
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

/** Calls whose texts have no room. */
function dotsOf({ instants, ys }: Placed, { dots, hosts }: Across): Dot[] {
  if (!dots) return [];
  return instants.flatMap(({ row, kind }, index): Dot[] => {
    if (row.kind !== 'call' || kind !== 'call') return [];
    const host = hosts.find(({ name }) => name === row.call.host);
    if (host === undefined) return [];
    const x = host.callX + (host.callAnchor === 'start' ? dotRadius : -dotRadius);
    return [{ x, y: ys[index] ?? 0, failed: row.call.failed, title: `${row.call.text} ${row.call.result}`.trimEnd() }];
  });
}

/** The span of each row, in their order; of a state that stands beside others, none of its own height. */
function spansOf(
  rows: readonly LadderRow[],
  { instants, ys, arrows }: Placed,
  { hosts, texts, width }: Across,
): Span[] {
  const found = new Map<LadderRow, { top: number; bottom: number }>();
  for (const [index, instant] of instants.entries()) {
    if (instant.kind === 'gap') continue;
    const { row } = instant;
    const y = ys[index] ?? 0;
    const isText = row.kind === 'call' || row.kind === 'return';
    const wide = row.kind === 'mark' || row.kind === 'error' || row.kind === 'fold';
    const height = wide
      ? acrossHeight(instant)
      : isText
        ? (texts.get(row)?.lines.length ?? 1) * lineHeight - textAbove
        : 0;
    const top = Math.min(found.get(row)?.top ?? Infinity, isText ? y - textAbove : y);
    found.set(row, { top, bottom: Math.max(found.get(row)?.bottom ?? 0, y + height) });
  }
  const ends = new Map(arrows.map(({ packet, from, to, turn = to.x }) => [packet, [from.x, to.x, turn]]));
  return rows.map((row): Span => {
    const { top, bottom } = found.get(row) ?? { top: 0, bottom: 0 };
    const place = hosts.find(({ name }) => (row.kind === 'call' || row.kind === 'return') && row.call.host === name);
    const xs = row.kind === 'packet' ? ends.get(row.packet) : place && [place.left, place.right];
    return { top, bottom, left: Math.min(...(xs ?? [0])), right: Math.max(...(xs ?? [width])) };
  });
}

function waitsOf({ instants, ys, bottom }: Placed, { hosts, waits }: Across): Wait[] {
  return instants.flatMap(({ row, kind }, index) => {
    if (row.kind !== 'call' || !row.waits || kind !== 'call') return [];
    const returned = instants.findIndex(
      (other) => other.kind === 'return' && other.row.kind === 'return' && other.row.call === row.call,
    );
    const foldedAt = instants.findIndex(
      (other) => other.row.kind === 'fold' && other.atMs >= row.atMs && other.row.endMs >= row.call.endMs,
    );
    const end = returned < 0 ? foldedAt : returned;
    const x = hosts.find(({ name }) => name === row.call.host)?.waitX[waits.get(row) ?? 0] ?? 0;
    return [{ x, top: ys[index] ?? 0, bottom: ys[end] ?? bottom, failed: row.call.failed }];
  });
}

/** In a picture that is scrolled, so far apart a text across it is repeated. */
const repeatedAt = 480;

/** Where a text across the picture has its middle: once, and where a screen shows a part of it alone, in each part. */
function middles(left: number, right: number, lines: readonly (readonly Part[])[], isScrolled: boolean): number[] {
  const wide = right - left;
  const text = Math.max(...lines.map((parts) => textWidth(textOf({ parts }), sizes.label)));
  const count =
    isScrolled && wide > mostWithTexts ? Math.max(1, Math.floor(wide / Math.max(repeatedAt, text + 80))) : 1;
  return Array.from({ length: count }, (_, index) => left + ((index + 0.5) * wide) / count);
}

function ribbonsOf({ instants, ys }: Placed, place: Across): { ribbons: Ribbon[]; labels: Label[] } {
  const { hosts, width, timeX, dots } = place;
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
      labels.push(gapLabel(instant, y, place));
    } else {
      for (const x of middles(left, right, instant.lines, dots))
        for (const [line, parts] of instant.lines.entries())
          labels.push({ ...label, parts, x, y: y + 5 + lineHeight * line + 11.5 });
    }
    ribbons.push({ kind, x: left, y, width: right - left, height });
  }
  return { ribbons, labels };
}

const order: readonly LabelKind[] = ['host', 'time', 'mark', 'error', 'fold', 'gap', 'call', 'state', 'packet', 'note'];

/** The picture in the room that it is given, or as wide as a page takes it. */
export function layoutOf(
  trace: Trace,
  words = runEnglish,
  room?: Room,
  rows: readonly LadderRow[] = rowsOf(trace, words),
): Layout {
  const place = across(trace, rows, words, room);
  const placed = arrange(rows, place);
  const { bottom } = placed;
  const { ribbons, labels: ribbonLabels } = ribbonsOf(placed, place);
  const { bands, labels: bandLabels } = bandsOf(placed, place, ribbons);
  const dots = dotsOf(placed, place);
  const key = keyOf({ bands, dots }, trace, place, bottom + 14, words);
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
    dots,
    ribbons,
    keys: key.keys,
    labels,
    rows,
    spans: spansOf(rows, placed, place),
    ys: placed.ys,
  };
}
