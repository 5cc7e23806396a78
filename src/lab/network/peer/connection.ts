import { invalidArgument, knownKeys, TimeoutError, UsageError } from '../../../errors.js';
import { ExpectationError } from '../lab-socket.js';
import { comesTrue, until } from '../../record/until.js';
import type { PeerSegment, ScriptedPeer } from './peer.js';
import {
  type AddressedSegment,
  type Segment,
  sequenceDistance,
  sequenceLength,
  type TcpOptions,
  withSackEdges,
} from './segment.js';
import { checkWanted, howItDiffers, isWanted, splitFlags, type WantedSegment, wantedText } from './wanted.js';

export interface ConnectionSettings {
  /** Of the peer. */
  readonly localPort: number;
  /** Of the host; learned from its SYN where the host connects. */
  readonly remotePort?: number;
  /** Initial sequence number of the peer, on the wire. */
  readonly initialSeq?: number;
  /** The clock of the peer, sent as TSval with every segment; no timestamps where absent. */
  readonly clock?: number;
}

/** What to change about a segment: all else is as the state of the connection has it. */
export interface SegmentChange {
  /** Relative to the peer's initial sequence number: its SYN is 0. */
  readonly seq?: number;
  /** Relative to the host's initial sequence number. */
  readonly ack?: number;
  readonly window?: number;
  /** Text goes as UTF-8. */
  readonly data?: string | Uint8Array;
  /** TSval instead of the clock of the connection. */
  readonly clock?: number;
  /** Beside the timestamps. The edges of SACK blocks are relative as `ack` is. */
  readonly options?: TcpOptions;
}

/** What this end says of itself in a handshake. */
export interface HandshakeSettings {
  /** Beside MSS 1460, which they may change, and the timestamps. */
  readonly options?: TcpOptions;
  readonly window?: number;
}

export interface ExpectOptions {
  /** How long to wait: 0 to 600,000, 5000 if absent. */
  readonly deadlineMs?: number;
}

/** What was expected of the host did not come in time. Its message says what came instead. */
export class SegmentTimeoutError extends TimeoutError {
  /** What the host sent meanwhile, as far as nothing else has taken it; numbers are relative. */
  readonly instead: readonly ReceivedSegment[];

  constructor(what: string, deadlineMs: number, instead: readonly ReceivedSegment[], told: readonly string[]) {
    super(what, deadlineMs);
    this.name = 'SegmentTimeoutError';
    const came = told.length === 0 ? 'nothing came' : `instead came ${told.join('; ')}`;
    this.message = `${what}: not within ${deadlineMs} ms, ${came}`;
    this.instead = instead;
  }
}

/** A segment of the host, its numbers relative to the initial ones of the connection. */
export type ReceivedSegment = AddressedSegment;

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
  readonly localPort: number;
  readonly #peer: ScriptedPeer;
  readonly #initialSeq: number;
  #remotePort: number | undefined;
  #remoteInitialSeq: number | undefined;
  /** Relative: what this end sends next, and what it has got from the host. */
  #next = 0;
  #got = 0;
  /** What the host has acknowledged; undefined before its first ACK. */
  #acked: number | undefined;
  #echo = 0;
  /** TSval of what is sent from now on. */
  clock: number | undefined;

  constructor(peer: ScriptedPeer, settings: ConnectionSettings) {
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

  /** Sends a segment, as `send('PSH ACK', { data: 'hello' })`. One at `next` moves it on; one with a `seq` of its own does not. */
  send(flags: string, change: SegmentChange = {}): void {
    knownKeys(change, 'send', ['seq', 'ack', 'window', 'data', 'clock', 'options']);
    if (this.#remotePort === undefined)
      throw new UsageError('ERR_ARGUMENT_INVALID', 'the port of the host is not known');
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
    const acks = set.includes('ACK');
    const segment: Segment = {
      sourcePort: this.localPort,
      destinationPort: this.#remotePort,
      seq: wrapped(this.#initialSeq, seq),
      ack: acks ? wrapped(this.#remoteInitialSeq ?? 0, ack) : 0,
      flags: set,
      window,
      urgentPointer: 0,
      options: {
        ...(clock !== undefined && { timestamps: { value: clock, echo: this.#echo } }),
        ...withSackEdges(options, edge),
      },
      payload: typeof data === 'string' ? Buffer.from(data) : data,
    };
    this.#peer.send(segment);
    if (change.seq === undefined) this.#next += sequenceLength(segment);
    const shown = { ...segment.options, ...(options.sack !== undefined && { sack: options.sack }) };
    this.#peer.note({ way: 'sends', ...recorded({ ...segment, seq, ack, options: shown }) });
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
    const match = (segment: AddressedSegment): boolean =>
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
      for (let one = this.#takeOurs(); one !== undefined; one = this.#takeOurs()) answers.push(this.#note(one));
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

  /** The host says nothing to what was sent so far: throws an {@link ExpectationError} if it did. */
  async expectNothing(): Promise<void> {
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

  #takeOurs(): AddressedSegment | undefined {
    return this.#peer.take((segment) => this.#isOurs(segment));
  }

  #relative(segment: AddressedSegment): ReceivedSegment {
    const base = segment.flags.includes('SYN') ? segment.seq : (this.#remoteInitialSeq ?? 0);
    return {
      ...segment,
      seq: sequenceDistance(segment.seq, base),
      ack: segment.flags.includes('ACK') ? sequenceDistance(segment.ack, this.#initialSeq) : 0,
      options: withSackEdges(segment.options, (edge) => sequenceDistance(edge, this.#initialSeq)),
    };
  }

  #note(segment: AddressedSegment): ReceivedSegment {
    const relative = this.#relative(segment);
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

/**
 * What the host says to what was sent last, as the flags of each segment, each once. A timer of the host may send a segment
 * again meanwhile, where the machine is busy: that is no answer, and `repeats` names the flags of what would come so.
 */
export async function answersTo(connection: ScriptedConnection, repeats: readonly string[] = []): Promise<string[]> {
  const flags = (await connection.answers()).map((segment) => segment.flags.join(' '));
  return [...new Set(flags)].filter((each) => !repeats.includes(each));
}
