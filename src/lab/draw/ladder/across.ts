import type { Trace } from '../../record/trace.js';
import { type EndColumn, endColumns, hostNames } from './ends.js';
import { columns } from '../text/columns.js';
import { clipped, clippedWords, type Part, textWidth, wrapped } from './label.js';
import { flowKey, opensOrCloses, type LadderRow, type Packet, pairKey } from './row.js';
import { dotted, mostWidth, mostWithTexts, type Room, rooms } from './room.js';
import type { RunWords } from '../run-words.js';
import { PacketWords } from './packet-words.js';
import { deedText, socketPrefix, unbrokenText } from './words.js';

/** Of the way to its receiver, where a packet is lost. */
export const lostPart = 0.62;

/** How far the arrow of a host to itself goes. */
export const loopWidth = 34;
const besideLoop = 30;

/** Font sizes, in pixels like all lengths here. */
export const sizes = { label: 12, small: 11, host: 14 } as const;
export const lineHeight = 15;

const margin = 14;
/** Of a call's text, however long its lines are. */
const callLetters = 205;
const resultChars = 48;
const packetChars = 60;
/** Of a call that is a dot. */
const dotWidth = 10;
/** Between a lifeline and its bands, between bands, and between those and the texts of calls. */
const between = 5;
export const waitWidth = 7;
const mostWaits = 4;
const beforeText = 5;
const narrowBand = 15;

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
  /** Calls have no texts, but are dots. */
  readonly dots: boolean;
  readonly times: boolean;
  /** For each row of a call or its return, unless they are dots. */
  readonly texts: ReadonlyMap<LadderRow, CallText>;
  /** Which of `waitX` a call has that waits, by its row. */
  readonly waits: ReadonlyMap<LadderRow, number>;
  readonly labels: ReadonlyMap<LadderRow, string>;
  readonly said: PacketWords;
  readonly words: RunWords;
}

type PacketRow = Extract<LadderRow, { kind: 'packet' }>;

function linesOf(
  row: LadderRow,
  trace: Trace,
  names: readonly string[],
  { call: outer, middleCall }: Room,
  words: RunWords,
): CallText | undefined {
  if (outer === 0 || (row.kind !== 'call' && row.kind !== 'return')) return undefined;
  const at = names.indexOf(row.call.host);
  const most = at > 0 && at < names.length - 1 ? middleCall : outer;
  const { call } = row;
  const said = deedText(trace, call, words);
  const prefix: Part = { text: socketPrefix(trace, call, words), tone: 'soft' };
  const title = `${prefix.text}${said} ${call.result}`.trimEnd();
  const shown = clipped(call.result, resultChars);
  const result: Part = {
    text: unbrokenText(shown),
    tone: call.failed ? 'bad' : 'good',
  };
  const room = callLetters - resultChars - columns(prefix.text);
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

/** Of those that have ports, with them where several flows between two hosts are to be told apart. */
function flowLabels(rows: readonly PacketRow[], words: PacketWords, most: number): [LadderRow, string][] {
  const keys = new Map<string, Set<string>>();
  const shared = new Map<string, readonly (number | undefined)[]>();
  for (const { packet } of rows) {
    const pair = pairKey(packet);
    keys.set(pair, (keys.get(pair) ?? new Set()).add(flowKey(packet)));
    const ports = [packet.source.port, packet.destination.port];
    shared.set(pair, shared.get(pair)?.filter((port) => ports.includes(port)) ?? ports);
  }
  const texts = rows.map((row) => {
    const { source, destination } = row.packet;
    const pair = pairKey(row.packet);
    const text = words.of(row.packet);
    if ((keys.get(pair)?.size ?? 0) < 2) return { row, whole: text, short: text };
    const whole = `${source.port}→${destination.port} ${text}`;
    const own = [source.port, destination.port].filter((port) => !shared.get(pair)?.includes(port));
    return { row, whole, short: own.length === 1 ? `:${own[0]} ${text}` : whole };
  });
  // The port that all connections have tells none from the others.
  const isTight = texts.some(({ whole }) => columns(whole) > most);
  return texts.map(({ row, whole, short }) => [row, isTight ? short : whole]);
}

/** Of ICMP, with what it is about where there is room for it. */
function messageLabel({ packet }: PacketRow, words: PacketWords, most: number): string {
  const texts = [words.whole(packet, '→'), words.of(packet)];
  return texts.find((text) => columns(text) <= most) ?? words.of(packet, true);
}

function packetLabels(rows: readonly LadderRow[], words: PacketWords, { mostGap }: Room): Map<LadderRow, string> {
  const most = Math.min(packetChars, Math.floor((mostGap - loopWidth - besideLoop) / textWidth('x', sizes.label)));
  const shown = rows.filter((row) => row.kind === 'packet');
  const labels = [
    ...flowLabels(
      shown.filter(({ packet }) => packet.source.port !== undefined),
      words,
      most,
    ),
    ...shown
      .filter(({ packet }) => packet.source.port === undefined)
      .map((row): [LadderRow, string] => [row, messageLabel(row, words, most)]),
  ];
  return new Map(labels.map(([row, text]) => [row, clippedWords(text, most)]));
}

/** Whether the label of a packet stands between a host and its right neighbour, by their numbers: at the sender's side. */
function isLabelled({ from, to }: Packet, names: readonly string[], left: number): boolean {
  const [source, target] = [names.indexOf(from), names.indexOf(to)];
  if (source === target) return source === (source === 0 ? left : left + 1);
  return target > source ? source === left : source === left + 1;
}

/** What goes across a picture, as a mark, has so many columns at least, and room beside them. */
export const leastColumns = 20;
export const besideText = 60;
/** Of a column of letters of that size, as wide as most are. */
export const columnWidth = sizes.label * 0.62;

/** Room between a host and its right neighbour for the labels of what goes between them; of two that cross side by side. */
function gapBetween(
  rows: readonly LadderRow[],
  labels: ReadonlyMap<LadderRow, string>,
  names: readonly string[],
  left: number,
  { leastGap, mostGap, emptyGap }: Room,
): number {
  let gap = emptyGap;
  let last: PacketRow | undefined;
  for (const row of rows) {
    if (row.kind !== 'packet' || !isLabelled(row.packet, names, left)) continue;
    gap = Math.max(gap, leastGap);
    const { from, to } = row.packet;
    const width = textWidth(labels.get(row) ?? '', sizes.label);
    if (from === to) gap = Math.max(gap, width + loopWidth + besideLoop);
    gap = Math.max(gap, row.packet.receivedMs === undefined ? (width + 30) / lostPart : width + 60);
    const crosses = last !== undefined && last.packet.from === to && (last.packet.receivedMs ?? 0) > row.atMs;
    if (crosses && last !== undefined) {
      const beside = opensOrCloses(row.packet) && opensOrCloses(last.packet) ? 130 : 60;
      gap = Math.max(gap, width + textWidth(labels.get(last) ?? '', sizes.label) + beside);
    }
    last = row;
  }
  return Math.min(gap, mostGap);
}

function bandWidths(
  columns: readonly EndColumn[],
  mostNamed: number,
): { named: boolean; withPort: boolean; widths: number[] } {
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

/** Where everything stands from left to right, in a room of its own or the first that is narrow enough. */
export function across(trace: Trace, rows: readonly LadderRow[], words: RunWords, room?: Room): Across {
  const said = new PacketWords(trace, words);
  const names = hostNames(trace);
  const placed = (each: Room): Across => within(each, trace, rows, names, said, words);
  if (room !== undefined) return placed(room);
  const [first, ...tighter] = rooms;
  let place = placed(first);
  for (const each of tighter) {
    if (place.width <= mostWidth) break;
    place = placed(each);
  }
  return place.width <= mostWithTexts ? place : placed(dotted);
}

function within(
  room: Room,
  trace: Trace,
  rows: readonly LadderRow[],
  names: readonly string[],
  said: PacketWords,
  words: RunWords,
): Across {
  const dots = room.call === 0;
  const texts = new Map<LadderRow, CallText>();
  for (const row of rows) {
    const text = linesOf(row, trace, names, room, words);
    if (text !== undefined) texts.set(row, text);
  }
  const labels = packetLabels(rows, said, room);
  const waits = new Map<LadderRow, number>();
  const timeX = room.times ? margin + textWidth('999.99 ms', sizes.small) : 0;
  const hosts: HostPlace[] = [];
  let x = timeX + 14;
  let headed = 0;
  for (const [index, name] of names.entries()) {
    const { columns, undrawn, textWidth: wide, lines } = hostParts(name, rows, texts, waits);
    const { named, withPort, widths } = bandWidths(columns, room.named);
    const facts = trace.hosts.find((host) => host.name === name);
    const bandsWide = widths.reduce((sum, width) => sum + width + between, 0);
    const linesWide = lines * waitWidth;
    const called = dots && rows.some((row) => row.kind === 'call' && row.call.host === name);
    const textWide = called ? dotWidth + between : wide === 0 ? 0 : wide + between + beforeText;
    const inside = bandsWide + linesWide + textWide;
    const subtitle = [facts?.address ?? '', facts?.scripted === true ? words.scripted : ''].join(' ').trim();
    const header = Math.max(textWidth(name, sizes.host), textWidth(subtitle, sizes.small)) + 12;
    const mirrored = index === 0;
    const outer = mirrored || index === names.length - 1 || inside === 0;
    const padding = mirrored ? Math.max(0, header / 2 - inside) : 0;
    const lifeline = mirrored ? x + padding + inside : Math.max(x, headed + header / 2);
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
    headed = (lifeline + right) / 2 + header / 2;
    x =
      index === names.length - 1
        ? Math.max(right, lifeline + inside, headed)
        : right + gapBetween(rows, labels, names, index, room);
  }
  const alone =
    names.length === 1 ? (hosts[0]?.right ?? 0) + gapBetween(rows, labels, names, 0, room) : timeX + room.leastGap;
  const width = Math.ceil(Math.max(x + margin, alone + margin, timeX + besideText + leastColumns * columnWidth));
  return { width, timeX, hosts, dots, times: room.times, texts, waits, labels, said, words };
}
