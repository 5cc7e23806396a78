import type { Endpoint } from '../network/host.js';
import type { TraceState } from '../record/trace.js';
import type { StateChange } from './implied.js';

/** What a look at the socket table found new. */
export interface StateSample {
  /** Begin of the look: the socket may have got there before. */
  readonly atMs: number;
  /** End of the look: or during it. */
  readonly endMs: number;
  readonly host: string;
  readonly local: Endpoint;
  /** Absent for a listener. */
  readonly remote?: Endpoint;
  /** As the kernel names it; CLOSED where the socket was gone. */
  readonly state: string;
}

/** What was known of a socket before. */
interface Known {
  /** Its state by both sources. */
  readonly entry: TraceState | undefined;
  /** The one before it. */
  readonly previous: TraceState | undefined;
  /** Its state if only segments counted. */
  readonly implied: string | undefined;
}

function keyOf({ host, local, remote }: Pick<StateSample, 'host' | 'local' | 'remote'>): string {
  return JSON.stringify([host, local.address, local.port, remote?.address, remote?.port]);
}

/** These begin a connection, whatever was before. */
const first: ReadonlySet<string> = new Set(['SYN_SENT', 'SYN_RECV']);

/**
 * An implied state is one step from the implied state before it. Where a look contradicted that one, as for a socket whose FIN
 * waits behind data, the step is not known to have happened.
 */
function follows(state: string, { entry, implied }: Known): boolean {
  return entry === undefined || implied === undefined || entry.state === implied || first.has(state);
}

/** A look finds that the ACK was ignored: the accept queue was full, or TCP_DEFER_ACCEPT waits for data (tcp_check_req()). */
function undoes(state: string, { entry, previous }: Known): boolean {
  return state === 'SYN_RECV' && entry?.state === 'ESTABLISHED' && previous?.state === 'SYN_RECV';
}

/** Kernel and process have clocks of their own, and read one after the other they differ by less. */
const clocksMs = 0.1;

/** When a socket that was seen in a state got there, where a segment says so that came during the look. */
function momentOf(sample: StateSample, implied: ReadonlyMap<string, readonly StateChange[]>): number {
  const { atMs, endMs, state } = sample;
  const changes = implied.get(keyOf(sample)) ?? [];
  const twin = changes.find((one) => one.state === state && one.atMs >= atMs && one.atMs <= endMs + clocksMs);
  return twin?.atMs ?? atMs;
}

function seenState(sample: StateSample, atMs: number): TraceState {
  const { host, local, remote, state } = sample;
  return { atMs, host, local, ...(remote !== undefined && { remote }), state, how: 'seen' };
}

/** The states of all sockets in order of time: as the kernel listed them, and between two looks as segments imply them. */
export function timeline(samples: readonly StateSample[], implied: readonly StateChange[]): TraceState[] {
  const bySocket = new Map<string, StateChange[]>();
  for (const change of implied) {
    const sameSocket = bySocket.get(keyOf(change)) ?? [];
    sameSocket.push(change);
    bySocket.set(keyOf(change), sameSocket);
  }
  const changes = [
    ...implied.map((change): TraceState => ({ ...change, how: 'implied' })),
    ...samples.map((sample) => seenState(sample, momentOf(sample, bySocket))),
  ].sort((a, b) => a.atMs - b.atMs);
  const known = new Map<string, Known>();
  const entries = new Set<TraceState>();
  const seen = new Set<TraceState>();
  for (const change of changes) {
    const key = keyOf(change);
    const before = known.get(key) ?? { entry: undefined, previous: undefined, implied: undefined };
    const { state, how } = change;
    let { entry, previous } = before;
    if (how === 'seen' && entry !== undefined && previous !== undefined && !seen.has(entry) && undoes(state, before)) {
      entries.delete(entry);
      seen.add(previous);
      [entry, previous] = [previous, undefined];
    } else if (entry?.state === state) {
      if (how === 'seen') seen.add(entry);
    } else if ((entry !== undefined || state !== 'CLOSED') && (how === 'seen' || follows(state, before))) {
      previous = entry;
      entry = change;
      entries.add(entry);
      if (how === 'seen') seen.add(entry);
    }
    known.set(key, { entry, previous, implied: how === 'implied' ? state : before.implied });
  }
  return [...entries].map((entry) => (seen.has(entry) ? { ...entry, how: 'seen' } : entry));
}
