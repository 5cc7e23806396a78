import { withPosition } from '../../record/position.js';
import type { Omitted } from '../../record/ends-kept.js';
import type { Trace } from '../../record/trace.js';
import { runEnglish, type RunWords } from '../run-words.js';
import { emptyFold, folded, foldRuns, levelsOf } from './fold.js';
import { deedsOf, type FoldRow, inOrder, type LadderRow, marksOf, type Packet } from './row.js';

/** Rows besides states, which stand beside the others. */
const mostRows = 150;
const mostStates = 150;

/** A call that takes less returns in the row of its begin: a segment of its own is often sent before it returns. */
const waitMs = 1;
/** A call that takes this long waited, even if nothing happened meanwhile. */
const longWaitMs = 50;

/** The middle as one row, whatever it holds, but not the reason why the script was aborted. */
function cut(rows: readonly LadderRow[]): LadderRow[] {
  const most = mostRows - 2;
  const head = rows.slice(0, most / 2);
  const tail = rows.slice(-most / 2);
  const middle = rows.slice(most / 2, -most / 2);
  return [...head, folded(middle), ...middle.filter(({ kind }) => kind === 'error'), ...tail];
}

function fits(rows: readonly LadderRow[]): boolean {
  const states = rows.filter(({ kind }) => kind === 'state').length;
  return rows.length - states <= mostRows && states <= mostStates;
}

/** Whether one of the times, in ascending order, lies between the two. */
function happensBetween(times: Float64Array, begin: number, end: number): boolean {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= begin) low = middle + 1;
    else high = middle;
  }
  const next = times[low];
  return next !== undefined && next < end;
}

function timesOf({ segments, packets = [] }: Trace): number[] {
  const times: number[] = [];
  for (const list of [segments, packets])
    for (const { sentMs, receivedMs = sentMs } of list) times.push(sentMs, receivedMs);
  return times;
}

function callRows(trace: Trace, words: RunWords): LadderRow[] {
  const calls = deedsOf(trace.events, words);
  const times = new Float64Array([...calls, ...marksOf(trace)].map(({ atMs }) => atMs).concat(timesOf(trace))).sort();
  return calls.flatMap((call): LadderRow[] => {
    const { atMs, endMs } = call;
    const waits = endMs - atMs >= longWaitMs || (endMs - atMs >= waitMs && happensBetween(times, atMs, endMs));
    const made: LadderRow = { kind: 'call', atMs, call, waits };
    return waits ? [made, { kind: 'return', atMs: endMs, call }] : [made];
  });
}

/** The packets of a list; where some of it are left out, a fold says so, which counts them as `counted`. */
function packetRows(
  packets: readonly Packet[],
  omitted: Omitted | undefined,
  counted: (count: number) => Partial<FoldRow>,
): LadderRow[] {
  return packets.flatMap((packet, index): LadderRow[] => {
    const { sentMs } = packet;
    const row: LadderRow = { kind: 'packet', atMs: sentMs, packet };
    if (omitted === undefined || omitted.afterIndex !== index) return [row];
    const endMs = packets[index + 1]?.sentMs ?? sentMs;
    return [row, { ...emptyFold, ...counted(omitted.count), atMs: sentMs, beginMs: sentMs, endMs }];
  });
}

/**
 * What happened, in order of time, a row each. Long runs of like packets are folded, and if that does not suffice the
 * middle of the run is, so that there are never more than about 150 rows besides the states.
 */
export function rowsOf(trace: Trace, words = runEnglish): LadderRow[] {
  const rows: LadderRow[] = [
    ...callRows(trace, words),
    ...packetRows(trace.segments, trace.omitted, (omitted) => ({ omitted })),
    ...packetRows(trace.packets ?? [], trace.omittedPackets, (omittedPackets) => ({ omittedPackets })),
    ...trace.states.map((state): LadderRow => ({ kind: 'state', atMs: state.atMs, state })),
    ...marksOf(trace, words).map((mark): LadderRow => ({ kind: 'mark', atMs: mark.atMs, mark })),
  ];
  const { error } = trace;
  if (error !== undefined) rows.push({ kind: 'error', atMs: error.atMs, message: withPosition(error) });
  rows.sort(inOrder);
  let result = rows;
  for (const isLike of levelsOf(trace.segments)) {
    result = foldRuns(rows, isLike);
    if (fits(result)) return result;
  }
  return cut(result);
}
