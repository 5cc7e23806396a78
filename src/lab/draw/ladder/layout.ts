import type { Trace } from '../../record/trace.js';
import { runEnglish } from '../run-words.js';
import { type Across, across, type HostPlace, lineHeight, sizes } from './across.js';
import { arrange } from './arrange.js';
import { bandsOf } from './bands.js';
import { acrossHeight, gapLabel, headerHeight, textDrop } from './down.js';
import { type KeyEntry, keyOf } from './key.js';
import { type Label, type LabelKind } from './label.js';
import type { LadderRow } from './row.js';
import { rowsOf } from './rows.js';
import type { Arrow, Band, Placed, Ribbon, Wait } from './shapes.js';
import { timeText } from './words.js';

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
  readonly rows: readonly LadderRow[];
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

/** A time at each instant that has room for it; of a segment rather when it left than when it came. */
function timeLabels({ instants, ys }: Placed, { timeX }: Across): Label[] {
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

function ribbonsOf({ instants, ys }: Placed, place: Across): { ribbons: Ribbon[]; labels: Label[] } {
  const { hosts, width, timeX } = place;
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
      for (const [line, parts] of instant.lines.entries()) {
        labels.push({ ...label, parts, x: (left + right) / 2, y: y + 5 + lineHeight * line + 11.5 });
      }
    }
    ribbons.push({ kind, x: left, y, width: right - left, height });
  }
  return { ribbons, labels };
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

export function layoutOf(trace: Trace, words = runEnglish): Layout {
  const rows = rowsOf(trace, words);
  const place = across(trace, rows, words);
  const placed = arrange(rows, place);
  const { bottom } = placed;
  const { ribbons, labels: ribbonLabels } = ribbonsOf(placed, place);
  const { bands, labels: bandLabels } = bandsOf(placed, place, ribbons);
  const key = keyOf(bands, trace, place, bottom + 14, words);
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
