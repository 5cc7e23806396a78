import type { TraceSegment, TraceState } from '../../record/trace.js';
import {
  connectionKey,
  flowKey,
  type FoldRow,
  inOrder,
  isSegment,
  opensOrCloses,
  type LadderRow,
  type Packet,
} from './row.js';

/** A shorter run of like packets stays as it is. */
const shortestRun = 9;
/** Rows of a run that stay at either end of it. */
const kept = 2;
/** With so many packets on their way a call or a state does not part a run: question and answer are fewer. */
const burst = 3;
/** How far back in a run those are looked for that are still on their way. */
const lookBack = 100;

export const emptyFold: FoldRow = {
  kind: 'fold',
  atMs: 0,
  beginMs: 0,
  endMs: 0,
  segments: 0,
  packets: 0,
  bytes: 0,
  again: 0,
  lost: 0,
  calls: 0,
  marks: 0,
  omitted: 0,
  omittedPackets: 0,
  states: [],
};

function asFold(row: LadderRow): FoldRow {
  const fold = { ...emptyFold, atMs: row.atMs, beginMs: row.atMs, endMs: row.atMs };
  switch (row.kind) {
    case 'fold':
      return row;
    case 'packet': {
      const { packet } = row;
      const { length, receivedMs, sentMs } = packet;
      const counted = isSegment(packet) ? { segments: 1, again: Number(packet.retransmission) } : { packets: 1 };
      return {
        ...fold,
        ...counted,
        endMs: receivedMs ?? sentMs,
        bytes: length,
        lost: Number(receivedMs === undefined),
      };
    }
    case 'call':
      return { ...fold, calls: 1 };
    case 'mark':
      return { ...fold, marks: 1 };
    case 'state':
      return { ...fold, states: [row.state] };
    case 'return':
    case 'error':
      return fold;
  }
}

/** What is added up. */
const counts = [
  'segments',
  'packets',
  'bytes',
  'again',
  'lost',
  'calls',
  'marks',
  'omitted',
  'omittedPackets',
] as const;

export function folded(rows: readonly LadderRow[]): FoldRow {
  const atMs = rows[0]?.atMs ?? 0;
  const sum = { ...emptyFold, atMs, beginMs: atMs, endMs: atMs };
  const states = new Map<string, TraceState>();
  for (const row of rows) {
    const one = asFold(row);
    sum.beginMs = Math.min(sum.beginMs, one.beginMs);
    sum.endMs = Math.max(sum.endMs, one.endMs);
    for (const key of counts) sum[key] += one[key];
    for (const state of one.states) states.set(connectionKey(state), state);
  }
  return { ...sum, states: [...states.values()] };
}

/** Those that first acknowledge a FIN: with them a host leaves FIN_WAIT1, CLOSING or LAST_ACK. */
function acksOfFins(segments: readonly TraceSegment[]): Set<TraceSegment> {
  const ends = new Map<string, number>();
  const found = new Set<TraceSegment>();
  for (const segment of segments) {
    const { source, destination, flags, seq, length, ack } = segment;
    if (ends.size === 0 && !flags.includes('FIN')) continue;
    const there = `${source.address}:${source.port} ${destination.address}:${destination.port}`;
    const back = `${destination.address}:${destination.port} ${source.address}:${source.port}`;
    if (flags.includes('SYN')) ends.delete(there);
    if (flags.includes('FIN')) ends.set(there, seq + length + 1);
    const end = ends.get(back);
    if (end === undefined || ack === undefined || ack < end) continue;
    found.add(segment);
    ends.delete(back);
  }
  return found;
}

/** Of ICMP: RFC 1122 section 3.2.2. */
const icmpErrors: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
/** Of ICMPv6 those below are errors: RFC 4443 section 2.1. */
const firstInformational = 128;

function isError(packet: Packet): boolean {
  if (isSegment(packet) || packet.type === undefined) return false;
  return packet.protocol === 'ICMP' ? icmpErrors.has(packet.type) : packet.type < firstInformational;
}

type IsLike = (row: LadderRow) => boolean;

/** What a run may hold, from the level that hides least to the one that hides most. */
export function levelsOf(segments: readonly TraceSegment[]): readonly IsLike[] {
  const acks = acksOfFins(segments);
  const isPlain: IsLike = (row) => {
    if (row.kind !== 'packet') return row.kind === 'fold';
    const { packet } = row;
    if (packet.receivedMs === undefined) return false;
    if (!isSegment(packet)) return !isError(packet);
    const { flags, retransmission } = packet;
    return !acks.has(packet) && !retransmission && flags.every((flag) => flag === 'ACK' || flag === 'PSH');
  };
  const isCall: IsLike = (row) => (row.kind === 'call' || row.kind === 'return') && !row.call.failed;
  const isOnTheWay: IsLike = (row) => row.kind === 'packet' && !opensOrCloses(row.packet) && !isError(row.packet);
  return [
    isPlain,
    (row) => isPlain(row) || isCall(row),
    (row) => isPlain(row) || isCall(row) || isOnTheWay(row) || row.kind === 'state',
  ];
}

function landingOf(row: LadderRow): number {
  return row.kind === 'packet' ? (row.packet.receivedMs ?? row.atMs) : row.atMs;
}

/** The middle of the run as one row, which stands where those before it have arrived, if it is still going on then. */
function foldRun(run: readonly LadderRow[], isLike: IsLike, before: readonly LadderRow[]): LadderRow[] {
  const like = run.filter(isLike);
  if (like.length < shortestRun) return [...run];
  const folds = like.flatMap(({ kind }, index) => (kind === 'fold' ? [index] : []));
  const begin = Math.min(kept, folds[0] ?? kept);
  const end = Math.max(like.length - kept, (folds.at(-1) ?? 0) + 1);
  const [head, middle, tail] = [like.slice(0, begin), like.slice(begin, end), like.slice(end)];
  const landed = Math.max(...[...before.slice(-lookBack), ...head].map(landingOf));
  const fold = folded(middle);
  const latest = middle.at(-1)?.atMs ?? fold.atMs;
  const atMs = Math.max(fold.atMs, Math.min(landed, latest));
  const beside = run.filter((row) => !isLike(row));
  return [...head, { ...fold, atMs }, ...tail, ...beside].sort(inOrder);
}

function areMany(run: readonly LadderRow[], atMs: number): boolean {
  return run.slice(-lookBack).filter((row) => row.kind === 'packet' && landingOf(row) > atMs).length >= burst;
}

/** Long runs of like rows in short. What is not like them, but came amid a burst, stands beside the run. */
export function foldRuns(rows: readonly LadderRow[], isLike: IsLike): LadderRow[] {
  const result: LadderRow[] = [];
  let run: LadderRow[] = [];
  let connection: string | undefined;
  const isBeside: IsLike = ({ kind, atMs }) =>
    (kind === 'call' || kind === 'return' || kind === 'state') && areMany(run, atMs);
  for (const row of rows) {
    const key = row.kind === 'packet' ? flowKey(row.packet) : undefined;
    const like = isLike(row);
    if (like ? key !== undefined && connection !== undefined && key !== connection : !isBeside(row)) {
      result.push(...foldRun(run, isLike, result));
      run = [];
      connection = undefined;
    }
    if (like || run.length > 0) run.push(row);
    else result.push(row);
    if (like) connection ??= key;
  }
  result.push(...foldRun(run, isLike, result));
  return result;
}

/** How long nothing happened from one time to another, as far as it is not the time of a fold. */
export function quietMs(folds: readonly FoldRow[], fromMs: number, toMs: number): number {
  const busy = folds.map(({ beginMs, endMs }) => Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, beginMs)));
  return Math.max(
    0,
    busy.reduce((sum, ms) => sum - ms, toMs - fromMs),
  );
}
