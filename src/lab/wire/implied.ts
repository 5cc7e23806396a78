import type { SocketState } from '../../index.js';
import type { Endpoint } from '../network/host.js';
import { sequenceDistance } from '../network/peer/segment.js';
import type { TraceHost, TraceSegment } from '../record/trace.js';
import { laterOf, Received } from './received.js';

type State = Exclude<SocketState, 'CLOSE' | 'LISTEN' | 'BOUND'> | 'CLOSED';
type Transitions = { readonly [S in State]?: State };

/** A state that follows from a segment. */
export interface StateChange {
  readonly atMs: number;
  readonly host: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly state: string;
}

/** RFC 9293 section 3.3.2, figure 5. */
const onFinSent: Transitions = { SYN_RECV: 'FIN_WAIT1', ESTABLISHED: 'FIN_WAIT1', CLOSE_WAIT: 'LAST_ACK' };
const onFinAcknowledged: Transitions = { FIN_WAIT1: 'FIN_WAIT2', CLOSING: 'TIME_WAIT', LAST_ACK: 'CLOSED' };
const onFinReceived: Transitions = { ESTABLISHED: 'CLOSE_WAIT', FIN_WAIT1: 'CLOSING', FIN_WAIT2: 'TIME_WAIT' };

function endOf({ seq, length, flags }: TraceSegment): number {
  return seq + length + Number(flags.includes('SYN')) + Number(flags.includes('FIN'));
}

/** One end of a connection. It takes a step with each segment, and notes at most one state for each. */
class End {
  readonly changes: { readonly atMs: number; readonly state: State }[] = [];
  #state: State = 'CLOSED';
  /** Its first state is certain: its SYN was captured, or segments went both ways. */
  #known = false;
  #sentAny = false;
  #receivedAny = false;
  #received = new Received(0);
  /** SND.NXT. */
  #next = 0;
  /** Number behind its own FIN. */
  #finEnd: number | undefined;
  /** The last acknowledgment number it sent, which Linux calls rcv_wup. */
  #acknowledged = 0;
  /** Last window it advertised, scaled; undefined if the SYN with the scale was not captured. */
  #window: number | undefined;
  #ownScale: number | undefined;
  #otherScale: number | undefined;
  /** Where its SYN_RECV stands in `changes`. */
  #opened: number | undefined;
  /** It sent data or FIN, which only a socket does, never a request that waits for its ACK. */
  #spoke = false;
  /** As it was before the segment that was received last, as long as nothing was sent since. */
  #before: { readonly ack: number | undefined; readonly count: number } | undefined;

  step(atMs: number, segment: TraceSegment, sent: boolean): void {
    const count = this.changes.length;
    if (sent) this.#sent(segment);
    else {
      this.#receive(segment);
      this.#before = { ack: segment.ack, count };
    }
    const last = this.changes.at(-1)?.state;
    if (this.#known && this.#state !== (last ?? 'CLOSED')) this.changes.push({ atMs, state: this.#state });
  }

  #sent(segment: TraceSegment): void {
    const { flags, seq, ack, window, options } = segment;
    if (flags.includes('RST')) {
      this.#sentReset(seq, ack);
      return;
    }
    this.#before = undefined;
    const syn = flags.includes('SYN');
    if (syn) this.#ownScale = options.windowScale;
    if (syn) this.#sentSyn(ack !== undefined, segment.retransmission);
    else this.#assume(seq, ack);
    if (this.#state === 'CLOSED') return;
    this.#sentAny = true;
    this.#known ||= this.#receivedAny;
    this.#next = laterOf(endOf(segment), this.#next);
    if (syn || this.#window !== undefined) this.#window = syn ? window : window * 2 ** this.#scale;
    if (ack !== undefined) {
      this.#acknowledged = ack;
      this.#received.skipTo(ack);
      this.#takeFin();
    }
    if (syn) return;
    if (segment.length > 0 || flags.includes('FIN')) this.#spoke = true;
    if (flags.includes('FIN') && this.#finEnd === undefined) {
      this.#finEnd = endOf(segment);
      this.#state = onFinSent[this.#state] ?? this.#state;
    }
  }

  /** RFC 7323 section 2.2: in force only if both SYNs had the option. */
  get #scale(): number {
    return this.#otherScale === undefined ? 0 : Math.min(this.#ownScale ?? 0, 14);
  }

  #sentSyn(answers: boolean, again: boolean): void {
    if (this.#state === 'SYN_RECV' || (this.#state === 'SYN_SENT' && !answers)) return;
    if (!answers) {
      this.#begin('SYN_SENT');
    } else if (this.#state === 'SYN_SENT') {
      this.#state = 'SYN_RECV';
      this.#opened = this.changes.length;
    } else if (again && this.#state !== 'CLOSED' && this.#opened !== undefined && !this.#spoke) {
      // The ACK had been ignored: the accept queue was full, or TCP_DEFER_ACCEPT waits for data (tcp_check_req).
      this.changes.length = this.#opened + 1;
      this.#begin('SYN_RECV', this.#opened);
    } else {
      // Only now is it certain that somebody listens, or that TIME_WAIT took the SYN (RFC 9293 section 3.10.7.4).
      this.#begin('SYN_RECV', this.changes.length);
    }
  }

  #begin(state: State, opened?: number): void {
    this.#state = state;
    this.#known = true;
    this.#received = new Received(1);
    this.#next = 1;
    this.#acknowledged = 1;
    this.#finEnd = undefined;
    this.#opened = opened;
    this.#spoke = false;
  }

  /** A connection older than the capture: taken for established, which is certain once both sides have sent. */
  #assume(next: number, expected: number | undefined): void {
    if (this.#known || this.#state !== 'CLOSED') return;
    this.#state = 'ESTABLISHED';
    this.#next = next;
    this.#acknowledged = expected ?? 0;
    this.#received = new Received(expected ?? 0);
  }

  #acceptable(ack: number): boolean {
    return sequenceDistance(ack, 0) > 0 && sequenceDistance(this.#next, ack) >= 0;
  }

  /**
   * Linux puts an ACK into a reset of its own (tcp_send_active_reset). One without answers a segment (tcp_v4_send_reset), and its
   * number is the acknowledgment number of that segment.
   */
  #sentReset(seq: number, ack: number | undefined): void {
    if (ack === undefined) {
      // RFC 9293 section 3.10.7.3 and 3.10.7.4: an ACK of what was never sent is answered so, and the state stays.
      const opening = this.#state === 'SYN_SENT' || this.#state === 'SYN_RECV';
      if (opening && !this.#acceptable(seq)) return;
      // The segment found no socket, so that it changed nothing.
      if (this.#before?.ack === seq) this.changes.length = Math.min(this.changes.length, this.#before.count);
    }
    this.#close();
  }

  #close(): void {
    this.#state = 'CLOSED';
    this.#sentAny = this.#receivedAny = false;
  }

  #receive(segment: TraceSegment): void {
    const { flags, seq, ack, options } = segment;
    if (flags.includes('RST')) {
      if (this.#resets(seq, ack)) this.#close();
      return;
    }
    if (flags.includes('SYN')) {
      const opening = this.#state === 'SYN_SENT' || this.#state === 'SYN_RECV';
      if (opening || this.#state === 'CLOSED' || this.#state === 'TIME_WAIT') this.#otherScale = options.windowScale;
      if (!opening || ack === undefined || !this.#acceptable(ack)) return;
      this.#received.skipTo(endOf(segment));
      this.#state = 'ESTABLISHED';
      return;
    }
    this.#assume(ack ?? 0, seq);
    if (this.#state === 'CLOSED' || this.#state === 'SYN_SENT') return;
    this.#receivedAny = true;
    this.#known ||= this.#sentAny;
    if (ack === undefined || !this.#inWindow(segment)) return;
    if (this.#state === 'SYN_RECV') {
      if (!this.#acceptable(ack)) return;
      this.#state = 'ESTABLISHED';
    }
    if (this.#finEnd !== undefined && sequenceDistance(ack, this.#finEnd) === 0)
      this.#state = onFinAcknowledged[this.#state] ?? this.#state;
    this.#received.add(seq, endOf(segment), flags.includes('FIN'));
    this.#takeFin();
  }

  #takeFin(): void {
    if (this.#received.complete) this.#state = onFinReceived[this.#state] ?? this.#state;
  }

  /** tcp_sequence(). */
  #inWindow(segment: TraceSegment): boolean {
    if (sequenceDistance(endOf(segment), this.#acknowledged) < 0) return false;
    return this.#window === undefined || sequenceDistance(segment.seq, this.#acknowledged + this.#window) <= 0;
  }

  #resets(seq: number, ack: number | undefined): boolean {
    const { next, highest } = this.#received;
    switch (this.#state) {
      case 'CLOSED':
        return false;
      case 'SYN_SENT':
        return ack !== undefined && this.#acceptable(ack);
      case 'SYN_RECV':
        return sequenceDistance(seq, next) >= 0 && sequenceDistance(seq, next + (this.#window ?? 0)) <= 0;
      // RFC 1337: whether it ends TIME_WAIT is up to the sysctl tcp_rfc1337 (tcp_timewait_state_process).
      case 'TIME_WAIT':
        return false;
      // tcp_reset_check(): macOS resets with the number of its FIN.
      case 'CLOSE_WAIT':
      case 'LAST_ACK':
      case 'CLOSING':
        if (sequenceDistance(seq, next) === -1) return true;
    }
    // RFC 5961 section 3.2: any other number in the window is only challenged. Linux also takes the end of the last SACK block.
    return sequenceDistance(seq, next) === 0 || sequenceDistance(seq, highest) === 0;
  }
}

/** The segment at one of its ends. */
interface Passage {
  readonly atMs: number;
  readonly sent: boolean;
  readonly segment: TraceSegment;
}

/** Of a connection, the same for both directions. */
function connectionOf({ source, destination }: TraceSegment): string {
  return [source, destination]
    .map(({ address, port }) => `${address} ${port}`)
    .sort()
    .join(' ');
}

/** Connections whose segments the host gets from one link and sends to another: it is a router, and no end of them. */
function forwarded(host: string, segments: readonly TraceSegment[]): ReadonlySet<string> {
  const way = (segment: TraceSegment): string =>
    `${connectionOf(segment)} ${segment.source.address} ${segment.source.port}`;
  const others = segments.filter(({ from, to, byLink }) => from !== to && byLink !== true);
  const got = new Set(others.filter(({ to }) => to === host).map(way));
  return new Set(others.filter((segment) => segment.from === host && got.has(way(segment))).map(connectionOf));
}

function passages(host: string, all: readonly TraceSegment[]): Passage[] {
  const onward = forwarded(host, all);
  const segments = onward.size === 0 ? all : all.filter((segment) => !onward.has(connectionOf(segment)));
  const unordered = segments.flatMap((segment): Passage[] => [
    ...(segment.from === host && segment.byLink !== true ? [{ atMs: segment.sentMs, sent: true, segment }] : []),
    ...(segment.to === host && segment.receivedMs !== undefined
      ? [{ atMs: segment.receivedMs, sent: false, segment }]
      : []),
  ]);
  return unordered.sort((a, b) => a.atMs - b.atMs);
}

/**
 * The TCP states of a host that follow from what it sent and received. What no segment tells is not there: the end of TIME_WAIT, and
 * a socket that is closed or gives up without a word. A host without a TCP stack has no states.
 */
export function impliedStates(
  { name: host, scripted }: Pick<TraceHost, 'name' | 'scripted'>,
  segments: readonly TraceSegment[],
): StateChange[] {
  if (scripted) return [];
  const ends = new Map<string, { readonly local: Endpoint; readonly remote: Endpoint; readonly end: End }>();
  for (const { atMs, sent, segment } of passages(host, segments)) {
    const [local, remote] = sent ? [segment.source, segment.destination] : [segment.destination, segment.source];
    const key = `${local.address} ${local.port} ${remote.address} ${remote.port}`;
    const known = ends.get(key) ?? { local, remote, end: new End() };
    ends.set(key, known);
    known.end.step(atMs, segment, sent);
  }
  const changes = [...ends.values()].flatMap(({ local, remote, end }) =>
    end.changes.map(({ atMs, state }) => ({ atMs, host, local, remote, state })),
  );
  return changes.sort((a, b) => a.atMs - b.atMs);
}
