import { setTimeout as delay } from 'node:timers/promises';
import { invalidArgument, knownKeys, TimeoutError, UsageError } from '../../../errors.js';
import { ExpectationError } from '../lab-socket.js';
import { patient } from '../../record/patience.js';
import { comesTrue, until } from '../../record/until.js';
import { asWritten, differences, differencesText, gather, split } from './as-written.js';
import { icmpErrorAbout, type QuotedSegment } from './icmp-error.js';
import { parseSegment, segmentText, type WrittenSegment } from './notation.js';
import { listOf, optionsOf } from './option-list.js';
import type { WrittenIcmp } from './packet-notation.js';
import { parseIcmp } from './read-icmp.js';
import type { ArrivedSegment, PeerSegment } from './segment-passed.js';
import type {
  ConnectionPeer,
  ConnectionSettings,
  ExpectOptions,
  HandshakeSettings,
  SaysOptions,
  SegmentChange,
} from './connection-shape.js';
import {
  type Segment,
  sequenceDistance,
  sequenceLength,
  type TcpOptions,
  withSackEdges,
  withSackEdgesInOrder,
} from './segment.js';
import { SegmentTimeoutError } from './segment-timeout.js';
import { checkWanted, howItDiffers, isWanted, splitFlags, type WantedSegment, wantedText } from './wanted.js';

export type * from './connection-shape.js';

/** A segment of the host, its numbers relative to the initial ones of the connection. */
export type ReceivedSegment = ArrivedSegment;

const defaultToleranceMs = 4;
const defaultIsn = 1_000_000;
const defaultWindow = 65_000;
const longestDeadlineMs = 600_000;
/** TCP_DELACK_MAX is 200 ms; a host that still owes an ACK then has another connection on these ports. */
const mostDelayMs = 500;
/** Of what came instead of what was expected: the latest. */
const mostTold = 5;

/** A sequence number so far after the initial one, modulo 2^32. */
function wrapped(initial: number, relative: number): number {
  if (!Number.isSafeInteger(initial + relative)) {
    throw new UsageError('ERR_OUT_OF_RANGE', `sequence number: expected an integer, got ${initial} + ${relative}`);
  }
  return (initial + relative) >>> 0;
}

function recorded({ flags, seq, ack, window, options, payload }: Segment): Omit<PeerSegment, 'way'> {
  return { flags, seq, ...(flags.includes('ACK') && { ack }), window, options, length: payload.length };
}

function windowOf({ window }: HandshakeSettings): SegmentChange {
  return window === undefined ? {} : { window };
}

function synOf(settings: HandshakeSettings): SegmentChange {
  knownKeys(settings, 'handshake', ['options', 'window']);
  return { ...windowOf(settings), options: { mss: 1460, ...settings.options } };
}

/** The peer's end of one connection: it counts sequence numbers, and does nothing of its own accord. */
export class ScriptedConnection {
  /** Port of the peer. */
  readonly localPort: number;
  readonly #peer: ConnectionPeer;
  readonly #initialSeq: number;
  #remotePort: number | undefined;
  #remoteInitialSeq: number | undefined;
  /** Relative: what this end sends next, and what it has got from the host. */
  #next = 0;
  #got = 0;
  /** What the host has acknowledged; undefined before its first ACK. */
  #acked: number | undefined;
  #echo = 0;
  /** When the last segment was on the link: nanoseconds since 1970. */
  #lastNs = 0n;
  /** What the host sent last. */
  #latest: ArrivedSegment | undefined;
  /** What is left of a segment that was longer than what was expected. */
  #rest: ReceivedSegment | undefined;
  /** TSval of what is sent from now on. */
  clock: number | undefined;

  constructor(peer: ConnectionPeer, settings: ConnectionSettings) {
    knownKeys(settings, 'connection', ['localPort', 'remotePort', 'initialSeq', 'clock']);
    const { localPort, remotePort, initialSeq = defaultIsn, clock } = settings;
    this.#peer = peer;
    this.localPort = localPort;
    this.#remotePort = remotePort;
    this.#initialSeq = initialSeq;
    this.clock = clock;
  }

  /** Relative sequence number of the next byte this end would send. */
  get next(): number {
    return this.#next;
  }

  /** The same as it is on the wire, for a new connection that begins before or after it. */
  get nextOnTheWire(): number {
    return wrapped(this.#initialSeq, this.#next);
  }

  /** A number on the wire, as that of an old duplicate, relative to this end's initial one: what `send()` takes as `seq`. */
  relativeSeq(onTheWire: number): number {
    return sequenceDistance(wrapped(onTheWire, 0), this.#initialSeq);
  }

  /**
   * Sends a segment, as `send('PSH ACK', { data: 'hello' })`. One at `next` moves it on; one with a `seq` of its own does not.
   * A whole segment as {@link says} has it, `send('S 0:0(0) win 65535 <mss 1000,nop,wscale 7>')`, goes exactly so.
   */
  send(flags: string, change: SegmentChange = {}): void {
    if (typeof flags === 'string' && flags.includes(':')) this.#sendWritten(parseSegment(flags, 'send'));
    else this.#sendChanged(flags, change);
  }

  #sendWritten({ flags, seq, length, ack, window = 0, urgentPointer = 0, options }: WrittenSegment): void {
    const list = options === 'any' ? [] : options;
    const edge = (number: number): number => wrapped(this.#remoteInitialSeq ?? 0, number);
    this.#put(
      {
        flags,
        window,
        urgentPointer,
        options: {},
        optionList: withSackEdgesInOrder(list, edge),
        payload: new Uint8Array(length),
      },
      seq,
      ack ?? 0,
      optionsOf(list),
      seq === this.#next,
    );
  }

  #sendChanged(flags: string, change: SegmentChange): void {
    knownKeys(change, 'send', ['seq', 'ack', 'window', 'data', 'clock', 'options']);
    const {
      seq = this.#next,
      ack = this.#got,
      window = defaultWindow,
      data = '',
      clock = this.clock,
      options = {},
    } = change;
    if (typeof data !== 'string' && !(data instanceof Uint8Array))
      throw invalidArgument('data', 'a text or bytes', data);
    const set = splitFlags(flags);
    const edge = (number: number): number => wrapped(this.#remoteInitialSeq ?? 0, number);
    const own = clock === undefined ? {} : { timestamps: { value: clock, echo: this.#echo } };
    const payload = typeof data === 'string' ? Buffer.from(data) : data;
    const shown = { ...own, ...options };
    const segment = {
      flags: set,
      window,
      urgentPointer: 0,
      options: { ...own, ...withSackEdges(options, edge) },
      payload,
    };
    this.#put(segment, seq, ack, shown, change.seq === undefined);
  }

  /** Puts a segment with these relative numbers on the wire; one that `moves` is followed by the next. */
  #put(
    segment: Omit<Segment, 'sourcePort' | 'destinationPort' | 'seq' | 'ack'>,
    seq: number,
    ack: number,
    shown: TcpOptions,
    moves: boolean,
  ): void {
    if (this.#remotePort === undefined)
      throw new UsageError('ERR_ARGUMENT_INVALID', 'the port of the host is not known');
    const whole: Segment = {
      ...segment,
      sourcePort: this.localPort,
      destinationPort: this.#remotePort,
      seq: wrapped(this.#initialSeq, seq),
      ack: segment.flags.includes('ACK') ? wrapped(this.#remoteInitialSeq ?? 0, ack) : 0,
    };
    this.#peer.send(whole);
    this.#lastNs = this.#peer.sentNs;
    if (moves) this.#next += sequenceLength(whole);
    this.#peer.note({ way: 'sends', ...recorded({ ...whole, seq, ack, options: shown }) });
  }

  /**
   * Sends the host an error of ICMP about a segment of it, written as packetdrill does: `sendIcmp('unreachable frag_needed mtu 1200')`.
   * It is about the segment that came last, or about that in brackets, `[1:1401(1400)]`, its numbers relative. `from` is the
   * address of who sends it, as of a router; the peer's if absent.
   *
   * @throws {UsageError} `ERR_ARGUMENT_INVALID` - the text cannot be read, is no error, or no segment has come that it could be about.
   */
  sendIcmp(text: string, settings: { readonly from?: string } = {}): void {
    knownKeys(settings, 'sendIcmp', ['from']);
    if (typeof text !== 'string')
      throw invalidArgument('sendIcmp', 'a message, as "unreachable port_unreachable"', text);
    const { from = this.#peer.address } = settings;
    if (typeof from !== 'string') throw invalidArgument('from', 'an address', from);
    const written = parseIcmp(text, 'sendIcmp');
    this.#peer.sendPacket(icmpErrorAbout(written, from, this.#about(written)));
  }

  #about({ about }: WrittenIcmp): QuotedSegment {
    const latest = this.#latest;
    if (latest === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', 'sendIcmp: the host has sent nothing yet');
    if (about?.protocol !== 'TCP') return latest;
    const { seq, length } = about;
    return { ...latest, seq: wrapped(this.#remoteInitialSeq ?? 0, seq), payload: new Uint8Array(length) };
  }

  /**
   * The next segment of the host on this connection must be exactly as written: `says('F. 1:1(0) ack 2 win 256')`. Flags and
   * numbers as in tcpdump, numbers relative; options in their order, and none where none are written; `<...>` stands for any. A
   * window that is left out may be any. Pieces of a segment that offloading has cut are put together.
   *
   * @throws {ExpectationError} with each field, what was expected and what came, or that it came too early or too late;
   * {@link SegmentTimeoutError} `ERR_TIMED_OUT` - nothing came.
   */
  async says(text: string, options: SaysOptions = {}): Promise<ReceivedSegment> {
    knownKeys(options, 'says', ['afterMs', 'toleranceMs', 'deadlineMs']);
    const { afterMs, toleranceMs, deadlineMs = (afterMs ?? 0) + 5000 } = options;
    if (typeof text !== 'string') throw invalidArgument('says', 'a segment, as "F. 1:1(0) ack 2"', text);
    const written = parseSegment(text, 'says');
    const what = `${segmentText(written)} of ${this.#peer.host.name}`;
    const fromNs = this.#lastNs;
    const next = async (): Promise<ReceivedSegment> => {
      const found = until(() => this.#takeOurs(), what, { deadlineMs }).catch((error: unknown) => {
        throw error instanceof TimeoutError ? new SegmentTimeoutError(what, deadlineMs, [], []) : error;
      });
      return this.#note(await found);
    };
    const first = this.#rest ?? (await next());
    this.#rest = undefined;
    const [whole, rest] = split(await gather(first, written, next), written.length);
    this.#rest = rest;
    const found = differences(written, {}, whole);
    if (found.length > 0)
      throw new ExpectationError(
        this.#peer.host.name,
        segmentText(written),
        `${segmentText(asWritten(whole))} (${differencesText(found)})`,
      );
    this.#lastNs = whole.atNs;
    if (afterMs !== undefined) this.#checkTime(what, Number(whole.atNs - fromNs) / 1e6, afterMs, toleranceMs);
    return whole;
  }

  #checkTime(what: string, tookMs: number, afterMs: number, given: number | undefined): void {
    for (const [name, value] of Object.entries({ afterMs, toleranceMs: given ?? 0 }))
      if (!(value >= 0)) throw invalidArgument(name, 'milliseconds, 0 or more', value);
    const toleranceMs = given ?? patient(defaultToleranceMs);
    if (Math.abs(tookMs - afterMs) > toleranceMs)
      throw new ExpectationError(
        what,
        `after ${afterMs} ms, ${toleranceMs} more or less`,
        `after ${tookMs.toFixed(1)} ms`,
      );
  }

  /**
   * Waits for a segment and returns it: one with exactly these flags (PSH aside), as `expect('FIN ACK')`; with these fields, as
   * `expect({ flags: 'ACK', ack: 6 })`; or one that `wanted` is true of. What came before it stays for others.
   *
   * @throws {SegmentTimeoutError} `ERR_TIMED_OUT` - says what came instead, and in which field it differs.
   */
  async expect(
    wanted: string | WantedSegment | ((segment: ReceivedSegment) => boolean),
    options: ExpectOptions = {},
  ): Promise<ReceivedSegment> {
    knownKeys(options, 'expect', ['deadlineMs']);
    const { deadlineMs = 5000 } = options;
    if (!(typeof deadlineMs === 'number' && deadlineMs >= 0 && deadlineMs <= longestDeadlineMs))
      throw new UsageError(
        'ERR_OUT_OF_RANGE',
        `deadlineMs: expected 0 to ${longestDeadlineMs}, got ${String(deadlineMs)}`,
      );
    const fields = typeof wanted === 'string' ? { flags: wanted } : wanted;
    checkWanted(fields);
    const match = (segment: ArrivedSegment): boolean =>
      this.#isOurs(segment) && isWanted(this.#relative(segment), fields);
    const what = `${wantedText(fields)} of ${this.#peer.host.name}`;
    try {
      return this.#note(await until(() => this.#peer.take(match), what, { deadlineMs }));
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const instead = this.#peer.waiting((segment) => this.#isOurs(segment)).map((one) => this.#relative(one));
      throw new SegmentTimeoutError(
        what,
        deadlineMs,
        instead,
        instead.slice(-mostTold).map((segment) => howItDiffers(segment, fields)),
      );
    }
  }

  /**
   * All that the host has sent by the time it has dealt with everything sent so far, and no ACK of it is delayed any more: empty
   * where it says nothing to it.
   */
  async answers(): Promise<readonly ReceivedSegment[]> {
    const answers: ReceivedSegment[] = [];
    const take = async (): Promise<void> => {
      await this.#peer.settle();
      // What comes later is no answer: a host that never stops would have no last one.
      this.#peer.takeEach((segment) => {
        const isOurs = this.#isOurs(segment);
        if (isOurs) answers.push(this.#note(segment));
        return isOurs;
      });
    };
    await take();
    // Its input is processed, but an ACK may wait for a timer of its own (tcp_send_delayed_ack()): 40 ms, at most 200.
    if (!this.#owesAck()) return answers;
    await comesTrue(
      () => this.#peer.waiting((one) => this.#isOurs(one)).length > 0 || !this.#owesAck(),
      'delayed ACK',
      mostDelayMs,
    );
    await take();
    return answers;
  }

  /**
   * The host says nothing to what was sent so far: throws an {@link ExpectationError} if it did. It waits until no ACK is delayed
   * any more; `forMs` waits so long in any case, for what a timer of the host would send.
   */
  async expectNothing(options: { readonly forMs?: number } = {}): Promise<void> {
    knownKeys(options, 'expectNothing', ['forMs']);
    const { forMs = 0 } = options;
    if (!(typeof forMs === 'number' && forMs >= 0 && forMs <= longestDeadlineMs))
      throw new UsageError('ERR_OUT_OF_RANGE', `forMs: expected 0 to ${longestDeadlineMs}, got ${String(forMs)}`);
    if (forMs > 0) await delay(forMs);
    const answers = (await this.answers()).map(({ flags }) => flags.join(' '));
    if (answers.length > 0)
      throw new ExpectationError(`answers of ${this.#peer.host.name}`, 'none', answers.join(', '));
  }

  /** Opens a connection to a listener of the host. Returns its SYN ACK. */
  async connect(settings: HandshakeSettings = {}): Promise<ReceivedSegment> {
    this.send('SYN', synOf(settings));
    const synAck = await this.expect('SYN ACK');
    this.send('ACK', windowOf(settings));
    return synAck;
  }

  /** Answers a connect of the host; its port is learned from the SYN, which it returns. */
  async accept(settings: HandshakeSettings = {}): Promise<ReceivedSegment> {
    const syn = await this.expect('SYN');
    this.send('SYN ACK', synOf(settings));
    await this.expect('ACK');
    return syn;
  }

  /** The host has closed, this end closes after it: the host is left in TIME_WAIT. */
  async closeAfterHost(): Promise<void> {
    await this.expect('FIN ACK');
    this.send('FIN ACK');
    await this.expect('ACK');
  }

  /** Whether the host has taken more than it has acknowledged. A TIME_WAIT and a request delay nothing. */
  #owesAck(): boolean {
    if (this.#remotePort === undefined || this.#acked === undefined) return false;
    const received = this.#peer.bytesReceived(this.#remotePort, this.localPort);
    // Behind the SYN.
    return received !== undefined && 1 + received > this.#acked;
  }

  #isOurs({ sourcePort, destinationPort }: Segment): boolean {
    return destinationPort === this.localPort && (this.#remotePort === undefined || sourcePort === this.#remotePort);
  }

  #takeOurs(): ArrivedSegment | undefined {
    return this.#peer.take((segment) => this.#isOurs(segment));
  }

  #relative(segment: ArrivedSegment): ReceivedSegment {
    const edge = (number: number): number => sequenceDistance(number, this.#initialSeq);
    const base = segment.flags.includes('SYN') ? segment.seq : (this.#remoteInitialSeq ?? 0);
    return {
      ...segment,
      seq: sequenceDistance(segment.seq, base),
      ack: segment.flags.includes('ACK') ? sequenceDistance(segment.ack, this.#initialSeq) : 0,
      options: withSackEdges(segment.options, edge),
      optionList: withSackEdgesInOrder(segment.optionList ?? listOf(segment.options), edge),
    };
  }

  /** Counts what a segment of the host says, and records it. */
  #note(segment: ArrivedSegment): ReceivedSegment {
    const relative = this.#relative(segment);
    this.#latest = segment;
    const end = relative.seq + sequenceLength(segment);
    this.#remotePort ??= segment.sourcePort;
    if (relative.flags.includes('ACK')) this.#acked = Math.max(this.#acked ?? 0, relative.ack);
    this.#echo = segment.options.timestamps?.value ?? this.#echo;
    if (segment.flags.includes('SYN')) {
      this.#remoteInitialSeq = segment.seq;
      this.#got = end;
    } else if (this.#remoteInitialSeq !== undefined && !segment.flags.includes('RST')) {
      this.#got = Math.max(this.#got, end);
    }
    this.#peer.note({ way: 'gets', ...recorded(relative) });
    return relative;
  }
}
