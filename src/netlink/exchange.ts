import { constants } from 'node:os';
import type { ErrorContext } from '../errors.js';
import { littleEndian } from '../options/memory.js';
import {
  type Acknowledgement,
  decodeDone,
  decodeError,
  encodeMessage,
  HeaderFlag,
  MessageType,
  type ReceiveBuffer,
  receiveBuffer,
  walkMessages,
} from './message.js';
import { NetlinkError, NetlinkProtocolError } from './netlink-error.js';

/** What carries the bytes: a netlink socket, or a script in a test. */
export interface NetlinkTransport {
  /** The port id of the socket, which the kernel puts into every message for it. */
  readonly port: number;
  send(request: Uint8Array): void;
  /** Receives one datagram of the kernel and returns its length, which is more than the buffer holds if it was cut; -1: none is there. */
  receive(bytes: Uint8Array): number;
  close(): void;
}

/** One request: its name for errors, its type, what follows the header, and what it was about. */
export interface NetlinkRequest {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly parts: readonly Uint8Array[];
  readonly context?: ErrorContext;
}

/** Takes the payload of one message of a dump, which lies from `start` to `end` of the buffer. Keeps no view of it. */
export type RowVisitor = (buffer: ReceiveBuffer, start: number, end: number) => void;

// A dump the kernel marks as interrupted lost or doubled rows, because the table changed under it.
const dumpAttempts = 8;

// The kernel fills datagrams of a dump up to 32 KiB (netlink_dump), and a bigger buffer costs nothing. One for all
// exchanges of a thread will do: none of them gives way to another before it ends.
const shared = receiveBuffer(256 * 1024);

/**
 * Requests and their answers, one at a time. It is synchronous: the kernel works off a netlink request inside send(2), and
 * fills the next part of a dump inside recv(2), so the answer is always there already.
 */
export class NetlinkExchange {
  readonly #transport: NetlinkTransport;
  #sequence = 0;
  #isSound = true;

  constructor(transport: NetlinkTransport) {
    this.#transport = transport;
  }

  /** Whether every answer was read to its end. Of one that was not, the rest may be what comes next. */
  get isSound(): boolean {
    return this.#isSound;
  }

  /** Sends a request and waits for the kernel's acknowledgement. */
  acknowledged(request: NetlinkRequest): void {
    this.#exchange(request, HeaderFlag.ACK, undefined);
  }

  /** Sends a request that is answered by one message. */
  single(request: NetlinkRequest, visit: RowVisitor): void {
    this.#exchange(request, 0, visit);
  }

  /**
   * Asks for a whole table. `start` begins a fresh collection and returns the visitor that fills it; it is called again
   * when the kernel says that the table changed while it was read (NLM_F_DUMP_INTR).
   */
  dump(request: NetlinkRequest, start: () => RowVisitor): void {
    for (let attempt = 0; attempt < dumpAttempts; attempt += 1) {
      if (!this.#exchange(request, HeaderFlag.DUMP, start())) return;
    }
    throw new NetlinkError(
      -constants.errno.EAGAIN,
      request.name,
      request.context,
      `the table changed during each of ${dumpAttempts} dumps`,
    );
  }

  close(): void {
    this.#transport.close();
  }

  /** `close()`, where the block of `using` ends. */
  [Symbol.dispose](): void {
    this.close();
  }

  // Returns whether any part was marked NLM_F_DUMP_INTR.
  #exchange(request: NetlinkRequest, kind: number, visit: RowVisitor | undefined): boolean {
    this.#sequence = (this.#sequence + 1) >>> 0;
    const sequence = this.#sequence;
    const flags = HeaderFlag.REQUEST | kind | (request.flags ?? 0);
    this.#isSound = false;
    this.#transport.send(encodeMessage({ type: request.type, flags, sequence, parts: request.parts }));
    const answer = new Answer(request, sequence, this.#transport.port, visit);
    try {
      while (!answer.complete) answer.take(shared, this.#receive(request));
    } finally {
      this.#isSound = answer.complete;
    }
    return answer.interrupted;
  }

  #receive({ name }: NetlinkRequest): number {
    const length = this.#transport.receive(shared.bytes);
    if (length < 0) throw new NetlinkProtocolError(`${name}: the answer ended before it was complete`);
    if (length > shared.bytes.length)
      throw new NetlinkProtocolError(`${name}: an answer of ${length} bytes does not fit the buffer`);
    return length;
  }
}

class Answer {
  complete = false;
  interrupted = false;
  readonly #request: NetlinkRequest;
  readonly #sequence: number;
  readonly #port: number;
  readonly #visit: RowVisitor | undefined;

  constructor(request: NetlinkRequest, sequence: number, port: number, visit: RowVisitor | undefined) {
    this.#request = request;
    this.#sequence = sequence;
    this.#port = port;
    this.#visit = visit;
  }

  take(buffer: ReceiveBuffer, length: number): void {
    walkMessages(buffer, length, (type, flags, sequence, start, end) => {
      // nlmsg_pid ends the header.
      const port = buffer.view.getUint32(start - 4, littleEndian);
      if (port !== this.#port) {
        throw new NetlinkProtocolError(`${this.#request.name}: an answer to port ${port}, not to ${this.#port}`);
      }
      if (sequence !== this.#sequence) {
        throw new NetlinkProtocolError(
          `${this.#request.name}: an answer to request ${sequence}, not to ${this.#sequence}`,
        );
      }
      if ((flags & HeaderFlag.DUMP_INTR) !== 0) this.interrupted = true;
      if (type >= minType) this.#row(buffer, flags, start, end);
      else this.#control(buffer, type, flags, start, end);
      return !this.complete;
    });
  }

  #row(buffer: ReceiveBuffer, flags: number, start: number, end: number): void {
    if (this.#visit === undefined)
      throw new NetlinkProtocolError(`${this.#request.name}: a row where only an acknowledgement was due`);
    this.#visit(buffer, start, end);
    if ((flags & HeaderFlag.MULTI) === 0) this.complete = true;
  }

  #control(buffer: ReceiveBuffer, type: number, flags: number, start: number, end: number): void {
    if (type === MessageType.NOOP) return;
    if (type === MessageType.OVERRUN) {
      throw new NetlinkError(
        -constants.errno.ENOBUFS,
        this.#request.name,
        this.#request.context,
        'the kernel lost part of the answer',
      );
    }
    const decode = type === MessageType.DONE ? decodeDone : decodeError;
    this.#finish(decode(buffer, flags, start, end));
  }

  #finish({ errno, message }: Acknowledgement): void {
    this.complete = true;
    if (errno < 0) throw new NetlinkError(errno, this.#request.name, this.#request.context, message);
  }
}

// NLMSG_MIN_TYPE
const minType = 0x10;
