import { withPlace } from '../place.js';
import type { Trace, TraceCall, TraceMark, TraceSegment, TraceState } from '../trace.js';

/** Like segments in a row, and what stood among them, as one row. */
export interface FoldRow {
  readonly kind: 'fold';
  readonly atMs: number;
  readonly endMs: number;
  readonly segments: number;
  /** Bytes of data in `segments`. */
  readonly bytes: number;
  /** Of `segments`, those sent again, and those that did not arrive. */
  readonly again: number;
  readonly lost: number;
  readonly calls: number;
  readonly marks: number;
  /** Segments that only the capture file has; they are not among `segments`. */
  readonly omitted: number;
  /** The last state of each connection end that changed meanwhile. */
  readonly states: readonly TraceState[];
}

export type Row =
  | { readonly kind: 'call'; readonly atMs: number; readonly call: TraceCall; readonly waits: boolean }
  /** Only of a call that waited. */
  | { readonly kind: 'return'; readonly atMs: number; readonly call: TraceCall }
  | { readonly kind: 'segment'; readonly atMs: number; readonly segment: TraceSegment }
  | { readonly kind: 'state'; readonly atMs: number; readonly state: TraceState }
  | { readonly kind: 'mark'; readonly atMs: number; readonly mark: TraceMark }
  | { readonly kind: 'error'; readonly atMs: number; readonly message: string }
  | FoldRow;

/** Rows besides states, which stand beside the others. */
const mostRows = 150;
const mostStates = 150;
/** A shorter run of like segments stays as it is. */
const shortestRun = 9;
/** Rows of a run that stay at either end of it. */
const kept = 2;

/** A call that takes less returns in the row of its begin: a segment of its own is often sent before it returns. */
const waitMs = 1;
/** A call that takes this long waited, even if nothing happened meanwhile. */
const longWaitMs = 50;

const ranks: Readonly<Record<Row['kind'], number>> = {
  mark: 0,
  call: 1,
  segment: 2,
  fold: 2,
  state: 3,
  return: 4,
  error: 5,
};

export function connectionKey({ host, local, remote }: TraceState): string {
  const far = remote === undefined ? '*' : `${remote.address}:${remote.port}`;
  return `${host} ${local.address}:${local.port} ${far}`;
}

/** The same for both directions. */
export function segmentKey({ source, destination }: TraceSegment): string {
  return [source, destination]
    .map(({ address, port }) => `${address}:${port}`)
    .sort()
    .join(' ');
}

const nothing: FoldRow = {
  kind: 'fold',
  atMs: 0,
  endMs: 0,
  segments: 0,
  bytes: 0,
  again: 0,
  lost: 0,
  calls: 0,
  marks: 0,
  omitted: 0,
  states: [],
};

function asFold(row: Row): FoldRow {
  const fold = { ...nothing, atMs: row.atMs, endMs: row.atMs };
  switch (row.kind) {
    case 'fold':
      return row;
    case 'segment': {
      const { length, retransmission, receivedMs, sentMs } = row.segment;
      const again = Number(retransmission);
      const lost = Number(receivedMs === undefined);
      return { ...fold, endMs: receivedMs ?? sentMs, segments: 1, bytes: length, again, lost };
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

function folded(rows: readonly Row[]): FoldRow {
  const sum = { ...nothing, atMs: rows[0]?.atMs ?? 0, endMs: rows[0]?.atMs ?? 0 };
  const states = new Map<string, TraceState>();
  for (const row of rows) {
    const one = asFold(row);
    sum.endMs = Math.max(sum.endMs, one.endMs);
    for (const key of ['segments', 'bytes', 'again', 'lost', 'calls', 'marks', 'omitted'] as const)
      sum[key] += one[key];
    for (const state of one.states) states.set(connectionKey(state), state);
  }
  return { ...sum, states: [...states.values()] };
}

function isPlain({ flags, retransmission, receivedMs }: TraceSegment): boolean {
  return !retransmission && receivedMs !== undefined && flags.every((flag) => flag === 'ACK' || flag === 'PSH');
}

export function opensOrCloses({ flags }: TraceSegment): boolean {
  return flags.includes('SYN') || flags.includes('FIN') || flags.includes('RST');
}

/** What a run may hold, from the level that hides least to the one that hides most. */
const levels: readonly ((row: Row) => boolean)[] = [
  (row) => row.kind === 'fold' || (row.kind === 'segment' && isPlain(row.segment)),
  (row) =>
    row.kind === 'fold' ||
    (row.kind === 'segment' && isPlain(row.segment)) ||
    ((row.kind === 'call' || row.kind === 'return') && !row.call.failed),
  (row) =>
    row.kind === 'fold' ||
    row.kind === 'state' ||
    (row.kind === 'segment' && !opensOrCloses(row.segment)) ||
    ((row.kind === 'call' || row.kind === 'return') && !row.call.failed),
];

function foldRun(run: readonly Row[]): Row[] {
  const folds = run.flatMap(({ kind }, index) => (kind === 'fold' ? [index] : []));
  if (run.length < shortestRun) return [...run];
  const begin = Math.min(kept, folds[0] ?? kept);
  const end = Math.max(run.length - kept, (folds.at(-1) ?? 0) + 1);
  return [...run.slice(0, begin), folded(run.slice(begin, end)), ...run.slice(end)];
}

function foldRuns(rows: readonly Row[], isLike: (row: Row) => boolean): Row[] {
  const result: Row[] = [];
  let run: Row[] = [];
  let connection: string | undefined;
  for (const row of rows) {
    const key = row.kind === 'segment' ? segmentKey(row.segment) : undefined;
    const fits = isLike(row) && (key === undefined || connection === undefined || key === connection);
    if (!fits) {
      result.push(...foldRun(run));
      run = [];
      connection = undefined;
    }
    if (isLike(row)) {
      run.push(row);
      connection ??= key;
    } else result.push(row);
  }
  return [...result, ...foldRun(run)];
}

/** The middle as one row, whatever it holds, but not the reason why the script broke off. */
function cut(rows: readonly Row[]): Row[] {
  const most = mostRows - 2;
  const head = rows.slice(0, most / 2);
  const tail = rows.slice(-most / 2);
  const middle = rows.slice(most / 2, -most / 2);
  return [...head, folded(middle), ...middle.filter(({ kind }) => kind === 'error'), ...tail];
}

function fits(rows: readonly Row[]): boolean {
  const states = rows.filter(({ kind }) => kind === 'state').length;
  return rows.length - states <= mostRows && states <= mostStates;
}

/** Whether one of the times, in ascending order, lies between the two. */
function happensBetween(times: readonly number[], begin: number, end: number): boolean {
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

function callRows({ calls, segments, marks }: Trace): Row[] {
  const times = [
    ...calls.map(({ atMs }) => atMs),
    ...marks.map(({ atMs }) => atMs),
    ...segments.flatMap(({ sentMs, receivedMs = sentMs }) => [sentMs, receivedMs]),
  ].sort((a, b) => a - b);
  return calls.flatMap((call): Row[] => {
    const { atMs, endMs } = call;
    const waits = endMs - atMs >= longWaitMs || (endMs - atMs >= waitMs && happensBetween(times, atMs, endMs));
    const made: Row = { kind: 'call', atMs, call, waits };
    return waits ? [made, { kind: 'return', atMs: endMs, call }] : [made];
  });
}

function segmentRows({ segments, omitted }: Trace): Row[] {
  return segments.flatMap((segment, index): Row[] => {
    const row: Row = { kind: 'segment', atMs: segment.sentMs, segment };
    if (omitted === undefined || omitted.afterIndex !== index) return [row];
    const endMs = segments[index + 1]?.sentMs ?? segment.sentMs;
    return [row, { ...nothing, atMs: segment.sentMs, endMs, omitted: omitted.count }];
  });
}

/**
 * What happened, in order of time, a row each. Long runs of like segments are folded, and if that does not suffice the
 * middle of the run is, so that there are never more than about 150 rows besides the states.
 */
export function rowsOf(trace: Trace): Row[] {
  const rows: Row[] = [
    ...callRows(trace),
    ...segmentRows(trace),
    ...trace.states.map((state): Row => ({ kind: 'state', atMs: state.atMs, state })),
    ...trace.marks.map((mark): Row => ({ kind: 'mark', atMs: mark.atMs, mark })),
  ];
  const { error } = trace;
  if (error !== undefined) rows.push({ kind: 'error', atMs: error.atMs, message: withPlace(error) });
  rows.sort((a, b) => a.atMs - b.atMs || ranks[a.kind] - ranks[b.kind]);
  let result = rows;
  for (const isLike of levels) {
    result = foldRuns(rows, isLike);
    if (fits(result)) return result;
  }
  return cut(result);
}
