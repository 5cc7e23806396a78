import type { Trace, TraceSegment } from '../../record/trace.js';
import { type EndColumn, endColumns, hostNames } from './ends.js';
import { columns } from '../text/columns.js';
import { clipped, type Part, textWidth, wrapped } from './label.js';
import { opensOrCloses, type LadderRow, segmentKey } from './row.js';
import type { RunWords } from '../run-words.js';
import { SegmentWords } from './segment-words.js';
import { deedText, socketPrefix, unbrokenText } from './words.js';

/** Of the way to its receiver, where a segment is lost. */
export const lostPart = 0.62;

/** How far the arrow of a host to itself goes. */
export const loopWidth = 34;

/** Font sizes, in pixels like all lengths here. */
export const sizes = { label: 12, small: 11, host: 14 } as const;
export const lineHeight = 15;

const margin = 14;
const callChars = 41;
/** Of a host in the middle, whose texts push the others apart. */
const middleCallChars = 27;
const callLines = 5;
const resultChars = 48;
const segmentChars = 60;
const narrowestGap = 260;
const widestGap = 520;
/** Between a lifeline and its bands, between bands, and between those and the texts of calls. */
const between = 5;
export const waitWidth = 7;
const mostWaits = 4;
const beforeText = 5;
const narrowBand = 15;
/** More columns than these are narrow ones. */
const mostNamed = 3;

/** The text of a call or of its return, in lines. */
export interface CallText {
  readonly lines: readonly (readonly Part[])[];
  readonly title: string;
}

export interface BandColumn extends EndColumn {
  readonly x: number;
  readonly width: number;
  /** The names of the states stand in it; else upright where there is room, and in the key below. */
  readonly named: boolean;
  /** Several ends of the host: the name of one is not enough. */
  readonly withPort: boolean;
}

export interface HostPlace {
  readonly name: string;
  /** Its address, and that it is scripted. */
  readonly subtitle: string;
  /** Where arrows to and from the left end, and to and from the right: a host in the middle has its texts between them. */
  readonly left: number;
  readonly right: number;
  readonly bands: readonly BandColumn[];
  /** Ends for which there is no band. */
  readonly undrawn: number;
  /** Where its texts begin (or end, to the left of the first host). */
  readonly callX: number;
  readonly callAnchor: 'start' | 'end';
  /** Where the lines of waiting calls stand, the first one next to the bands. */
  readonly waitX: readonly number[];
}

export interface Across {
  readonly width: number;
  /** Where the times end. */
  readonly timeX: number;
  readonly hosts: readonly HostPlace[];
  /** For each row of a call or its return. */
  readonly texts: ReadonlyMap<LadderRow, CallText>;
  /** Which of `waitX` a call has that waits, by its row. */
  readonly waits: ReadonlyMap<LadderRow, number>;
  readonly labels: ReadonlyMap<LadderRow, string>;
  readonly said: SegmentWords;
  readonly words: RunWords;
}

function linesOf(row: LadderRow, trace: Trace, names: readonly string[], words: RunWords): CallText | undefined {
  if (row.kind !== 'call' && row.kind !== 'return') return undefined;
  const at = names.indexOf(row.call.host);
  const most = at > 0 && at < names.length - 1 ? middleCallChars : callChars;
  const { call } = row;
  const said = deedText(trace, call, words);
  const prefix: Part = { text: socketPrefix(trace, call, words), tone: 'soft' };
  const title = `${prefix.text}${said} ${call.result}`.trimEnd();
  const shown = clipped(call.result, resultChars);
  const result: Part = {
    text: unbrokenText(shown),
    tone: call.failed ? 'bad' : 'good',
  };
  const room = most * callLines - resultChars - columns(prefix.text);
  const text = clipped(said, room);
  const parts: readonly Part[] =
    row.kind === 'return'
      ? [{ text: '→', tone: 'soft' }, prefix, { text: clipped(call.name, most), tone: 'soft' }, result]
      : row.waits
        ? [prefix, { text, tone: 'plain' }, { text: '…', tone: 'soft' }]
        : [prefix, { text, tone: 'plain' }, result];
  return {
    lines: wrapped(
      parts.filter(({ text: part }) => part !== ''),
      most,
    ),
    title,
  };
}

/** Each waiting call in the first line that is free from its begin to its end. */
function waitLines(rows: readonly LadderRow[], host: string): Map<LadderRow, number> {
  const free: number[] = [];
  const lines = new Map<LadderRow, number>();
  for (const row of rows) {
    if (row.kind !== 'call' || !row.waits || row.call.host !== host) continue;
    const at = free.findIndex((endMs) => endMs < row.atMs);
    const line = at < 0 ? Math.min(free.length, mostWaits - 1) : at;
    free[line] = Math.max(free[line] ?? 0, row.call.endMs);
    lines.set(row, line);
  }
  return lines;
}

function segmentLabels(rows: readonly LadderRow[], words: SegmentWords): Map<LadderRow, string> {
  const shown = rows.flatMap((row) => (row.kind === 'segment' ? [row] : []));
  const hostsOf = ({ from, to }: TraceSegment): string => [from, to].sort().join(' ');
  const keys = new Map<string, Set<string>>();
  for (const { segment } of shown) {
    const hosts = hostsOf(segment);
    keys.set(hosts, (keys.get(hosts) ?? new Set()).add(segmentKey(segment)));
  }
  return new Map(
    shown.map((row) => {
      const { source, destination } = row.segment;
      const several = (keys.get(hostsOf(row.segment))?.size ?? 0) > 1;
      const ports = several ? `${source.port}→${destination.port} ` : '';
      return [row, clipped(`${ports}${words.of(row.segment)}`, segmentChars)];
    }),
  );
}

/** Room between two neighbours for the labels of what goes between them; of two that cross side by side. */
function gapBetween(
  rows: readonly LadderRow[],
  labels: ReadonlyMap<LadderRow, string>,
  here: string,
  there: string,
): number {
  let gap = narrowestGap;
  let last: Extract<LadderRow, { kind: 'segment' }> | undefined;
  for (const row of rows) {
    if (row.kind !== 'segment') continue;
    const { from, to } = row.segment;
    if (from !== here && from !== there && to !== here && to !== there) continue;
    const width = textWidth(labels.get(row) ?? '', sizes.label);
    if (from === to) gap = Math.max(gap, width + loopWidth + 30);
    gap = Math.max(gap, row.segment.receivedMs === undefined ? (width + 30) / lostPart : width + 60);
    const crosses = last !== undefined && last.segment.from === to && (last.segment.receivedMs ?? 0) > row.atMs;
    if (crosses && last !== undefined) {
      const beside = opensOrCloses(row.segment) && opensOrCloses(last.segment) ? 130 : 60;
      gap = Math.max(gap, width + textWidth(labels.get(last) ?? '', sizes.label) + beside);
    }
    last = row;
  }
  return Math.min(gap, widestGap);
}

function bandWidths(columns: readonly EndColumn[]): { named: boolean; withPort: boolean; widths: number[] } {
  const named = columns.length <= mostNamed;
  const connections = columns.flatMap(({ ends }) => ends).filter(({ states }) => states[0]?.remote !== undefined);
  const widths = columns.map(({ ends }) => {
    const names = ends.flatMap(({ states }) => states.map(({ state }) => state));
    return named ? Math.max(...names.map((name) => textWidth(name, sizes.small))) + 10 : narrowBand;
  });
  return { named, withPort: named && connections.length > 1, widths };
}

interface HostParts {
  readonly name: string;
  readonly columns: readonly EndColumn[];
  readonly undrawn: number;
  readonly textWidth: number;
  readonly lines: number;
}

function hostParts(
  name: string,
  rows: readonly LadderRow[],
  texts: ReadonlyMap<LadderRow, CallText>,
  waits: Map<LadderRow, number>,
): HostParts {
  const { columns, left } = endColumns(name, rows);
  const own = waitLines(rows, name);
  for (const [row, line] of own) waits.set(row, line);
  const widths = [...texts].flatMap(([row, { lines }]) => {
    if ((row.kind !== 'call' && row.kind !== 'return') || row.call.host !== name) return [];
    return lines.map((parts) => textWidth(parts.map(({ text }) => text).join(''), sizes.label));
  });
  return {
    name,
    columns,
    undrawn: left,
    textWidth: Math.max(0, ...widths),
    lines: own.size === 0 ? 0 : Math.max(...own.values()) + 1,
  };
}

/** Where everything stands from left to right. */
export function across(trace: Trace, rows: readonly LadderRow[], words: RunWords): Across {
  const names = hostNames(trace);
  const texts = new Map<LadderRow, CallText>();
  for (const row of rows) {
    const text = linesOf(row, trace, names, words);
    if (text !== undefined) texts.set(row, text);
  }
  const said = new SegmentWords(trace, words);
  const labels = segmentLabels(rows, said);
  const waits = new Map<LadderRow, number>();
  const timeX = margin + textWidth('999.99 ms', sizes.small);
  const hosts: HostPlace[] = [];
  let x = timeX + 14;
  for (const [index, name] of names.entries()) {
    const { columns, undrawn, textWidth: wide, lines } = hostParts(name, rows, texts, waits);
    const { named, withPort, widths } = bandWidths(columns);
    const facts = trace.hosts.find((host) => host.name === name);
    const bandsWide = widths.reduce((sum, width) => sum + width + between, 0);
    const linesWide = lines * waitWidth;
    const textWide = wide === 0 ? 0 : wide + between + beforeText;
    const inside = bandsWide + linesWide + textWide;
    const subtitle = [facts?.address ?? '', facts?.scripted === true ? words.scripted : ''].join(' ').trim();
    const header = Math.max(textWidth(name, sizes.host), textWidth(subtitle, sizes.small)) + 12;
    const mirrored = index === 0;
    const outer = mirrored || index === names.length - 1 || inside === 0;
    const padding = mirrored ? Math.max(0, header / 2 - inside) : 0;
    const lifeline = mirrored ? x + padding + inside : x;
    const sign = mirrored ? -1 : 1;
    let at = lifeline + sign * between;
    const bands = columns.map((column, number): BandColumn => {
      const width = widths[number] ?? 0;
      const place = { ...column, x: mirrored ? at - width : at, width, named, withPort };
      at += sign * (width + between);
      return place;
    });
    const waitX = Array.from({ length: lines }, (_, line) => at + sign * (line + 0.5) * waitWidth);
    const callX = at + sign * (linesWide + beforeText);
    const right = outer ? lifeline : lifeline + inside + between;
    hosts.push({
      name,
      subtitle,
      left: lifeline,
      right,
      bands,
      undrawn,
      callX,
      callAnchor: mirrored ? 'end' : 'start',
      waitX,
    });
    const next = names[index + 1];
    const gap = gapBetween(rows, labels, name, next ?? name);
    x = next === undefined ? Math.max(right, lifeline + inside, lifeline + header / 2) : right + gap;
  }
  const alone =
    names.length === 1
      ? (hosts[0]?.right ?? 0) + gapBetween(rows, labels, names[0] ?? '', names[0] ?? '')
      : timeX + narrowestGap;
  return { width: Math.ceil(Math.max(x, alone) + margin), timeX, hosts, texts, waits, labels, said, words };
}
