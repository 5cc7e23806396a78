import { constants as os } from 'node:os';
import type { AddressOf, Family } from '../address.js';
import { check, integer, knownKeys, UsageError } from '../errors.js';
import { COLUMNS, Frame, MOST_MESSAGES, NAME_SPACE } from '../native/binding.js';
import { frame, native } from '../native/load.js';
import { bufferOf, byteLengthOf, byteOffsetOf } from '../options/bytes.js';
import {
  type BatchMessage,
  checkBatch,
  gather,
  MessageBatch,
  type Messages,
  readBatch,
  receivable,
  type ReceivedMessage,
  roomFor,
  sendable,
} from './batch.js';
import { controlSpace, encodeControl, readControl, writeControl } from './control.js';
import { OwnedDescriptor } from './descriptor.js';
import { errorContext } from './error-context.js';
import { opening, withoutOpening } from './fast-open.js';
import { flagBits, flagNames, type MessageFlag, receiveKind } from './flags.js';
import type { SendControlMessage } from './messages.js';
import { elementsOf, ownBytesOf, type Payload, payloadBytes } from './payload.js';
import { type AddressInput, constant, readAddress, writeAddress } from './sockaddr.js';
import type { Origin } from './unclosed.js';
import { waitKeys, type WaitOptions } from './wait-queue.js';

export interface TransferOptions {
  readonly flags?: readonly MessageFlag[] | undefined;
}

export interface SendOptions extends TransferOptions {
  /** Where to, on a socket that is not connected. */
  readonly address?: AddressInput | undefined;
}

/** Where received data goes: memory of this package's making, or the caller's. */
type ReceivePlace =
  /** At most this many bytes, default 65536. */
  | { readonly size?: number | undefined; readonly buffer?: undefined }
  /** Memory to receive into. */
  | { readonly buffer: Uint8Array; readonly size?: undefined };

export type RecvOptions = TransferOptions & ReceivePlace;

export interface SendMessage extends SendOptions {
  /** One piece or several, sent as one message. */
  readonly data: Payload | readonly Payload[];
  readonly control?: readonly SendControlMessage[] | undefined;
}

export type RecvMessageOptions = RecvOptions & {
  /**
   * Bytes for control messages. Default 0: what does not fit is dropped and reported as `MSG_CTRUNC`, so that no
   * descriptor arrives unasked. A message takes 16 and its value, rounded up to 8 (CMSG_SPACE, cmsg(3)): 24 for a number
   * or a descriptor, 64 for the longest of those that have one size.
   */
  readonly controlSize?: number | undefined;
};

export interface BatchOptions extends TransferOptions {
  /** At most this many messages. */
  readonly count: number;
  /** Bytes for each; a longer one is cut and reported as `MSG_TRUNC`. Default 2048. */
  readonly size?: number | undefined;
  /** Bytes for the control messages of each, as for `recvmsg`. Default 0. */
  readonly controlSize?: number | undefined;
}

/** A message of a batch. */
export type BatchReceived<F extends Family = Family> = ReceivedMessage<F>;

export interface SendBatchOptions extends TransferOptions {
  /** The first message of a {@link MessageBatch} to send. Default 0. */
  readonly first?: number | undefined;
  /** How many. Default: all from `first` on. */
  readonly count?: number | undefined;
}

const transferKeys = ['flags', ...waitKeys] as const;
const sendKeys = ['address', ...transferKeys] as const;
const sendmsgKeys = ['data', 'control', 'flags', 'address'] as const;
const recvKeys = ['size', 'buffer', ...transferKeys] as const;
const recvmsgKeys = ['controlSize', ...recvKeys] as const;
const recvmmsgKeys = ['count', 'size', 'controlSize', ...transferKeys] as const;
const sendBatchKeys = ['first', 'count', ...transferKeys] as const;

const int31 = 2 ** 31 - 1;
const wouldBlock = -os.errno.EAGAIN;
/** Only Unix sockets carry descriptors, and packet sockets refuse the flag: packet_recvmsg() knows five and no more. */
const closeOnExec = native.constants['MSG_CMSG_CLOEXEC'] ?? 0;

/** Where a receive without memory of its own lands, to be copied out at its real length, or handed out. */
let landing = Buffer.allocUnsafeSlow(65_536);
/** From here on a copy takes longer than new memory. */
const handedOut = landing.length / 2;

function target(size: number | undefined, buffer: Uint8Array | undefined, bits: number): Uint8Array {
  if (buffer !== undefined) {
    if (size !== undefined) throw new UsageError('ERR_ARGUMENT_INVALID', 'size cannot be combined with buffer');
    return ownBytesOf(buffer, 'buffer');
  }
  const length = integer(size ?? landing.length, 'size', 0, int31);
  if (length > landing.length) return Buffer.alloc(length);
  const into = length === landing.length ? landing : landing.subarray(0, length);
  // tcp(7): MSG_TRUNC discards and copies nothing, so what an earlier call left here would be taken for data.
  return bits & constant('MSG_TRUNC') ? into.fill(0) : into;
}

/** What was received: in memory of the caller's or made for it, or out of the landing place. */
function received(into: Uint8Array, reported: number): Buffer {
  // With MSG_TRUNC the kernel returns the length the datagram had, which may be more than it delivered.
  const length = Math.min(reported, byteLengthOf(into));
  if (bufferOf(into) !== landing.buffer) return Buffer.from(bufferOf(into), byteOffsetOf(into), length);
  if (length <= handedOut) {
    const copy = Buffer.allocUnsafe(length);
    landing.copy(copy, 0, 0, length);
    return copy;
  }
  const whole = landing;
  landing = Buffer.allocUnsafeSlow(whole.length);
  // Who gets the data can reach the memory behind it.
  whole.fill(0, length);
  return whole.subarray(0, length);
}

/** What a call returned, or `undefined` where it would block. */
function unlessBlocked(result: number, syscall: string, family?: Family, address?: AddressInput): number | undefined {
  if (result >= 0) return result;
  if (result === wouldBlock) return undefined;
  return check(result, syscall, family && address && errorContext(family, address));
}

/** The half of {@link Socket} that moves data. */
export class Transfer<F extends Family = Family> extends OwnedDescriptor {
  readonly family: F;

  protected constructor(fd: number, family: F, origin: Origin) {
    super(fd, origin);
    this.family = family;
  }

  /**
   * `sendto(2)`, waiting until the socket takes something. Resolves with how many bytes it took: a stream may take fewer. With
   * `MSG_FASTOPEN` and no cookie for the address it waits for the connection and sends then, as the blocking call does.
   */
  send(payload: Payload, options: SendOptions & WaitOptions = {}): Promise<number> {
    // Encoded once. Other memory is looked at in each attempt: it can be transferred or resized while this waits.
    const data = typeof payload === 'string' ? payloadBytes(payload) : payload;
    const once = opening(
      () => this.trySend(data, options),
      () => this.trySend(data, { flags: withoutOpening(options.flags) }),
    );
    return this.readiness.call('write', 'send', once, options);
  }

  /**
   * `sendto(2)` - the number of bytes taken, or `undefined` where it would block.
   *
   * @throws {SystemCallError} `EPIPE` - the write half is closed (never SIGPIPE), `ECONNRESET`, `EMSGSIZE`, `EDESTADDRREQ`;
   * `EINPROGRESS` - with `MSG_FASTOPEN` and no cookie: it connects, and took nothing.
   */
  trySend(payload: Payload, options: SendOptions = {}): number | undefined {
    knownKeys(options, 'send', sendKeys);
    const { flags, address } = options;
    const bits = flagBits(flags);
    const length = address === undefined ? -1 : writeAddress(this.family, address);
    // Last, when no getter of the caller's can change the memory any more.
    return unlessBlocked(native.send(this.fd, payloadBytes(payload), bits, length), 'send', this.family, address);
  }

  /** `recv(2)`, waiting for data. Resolves with what came, at most `size` bytes; empty at the end of a stream. */
  recv(options: RecvOptions & WaitOptions = {}): Promise<Buffer> {
    return this.readiness.call(
      () => receiveKind(options.flags),
      'recv',
      () => this.tryRecv(options),
      options,
    );
  }

  /**
   * `recv(2)` - what is there, or `undefined` where it would block. Empty at the end of a stream.
   *
   * @throws {SystemCallError} `ECONNRESET`, reported once; `ENOTCONN`.
   */
  tryRecv(options: RecvOptions = {}): Buffer | undefined {
    knownKeys(options, 'recv', recvKeys);
    const { flags, size, buffer } = options;
    const bits = flagBits(flags);
    const into = target(size, buffer, bits);
    const length = unlessBlocked(native.recv(this.fd, into, bits), 'recv');
    return length === undefined ? undefined : received(into, length);
  }

  /** `sendmsg(2)`, waiting until the socket takes something. Resolves with the number of bytes taken. */
  async sendmsg(message: SendMessage, wait: WaitOptions = {}): Promise<number> {
    knownKeys(wait, 'sendmsg', waitKeys);
    const once = opening(
      () => this.trySendmsg(message),
      () => this.trySendmsg({ ...message, address: undefined, flags: withoutOpening(message.flags) }),
    );
    return await this.readiness.call('write', 'sendmsg', once, wait);
  }

  /** `sendmsg(2)` - data in one piece or several, with control messages. `undefined` where it would block. */
  trySendmsg(message: SendMessage): number | undefined {
    knownKeys(message, 'sendmsg', sendmsgKeys);
    const { data, control, flags, address } = message;
    const given: readonly unknown[] = Array.isArray(data)
      ? elementsOf(data, 'data', 'parts', 0, MOST_MESSAGES)
      : [data];
    const bits = flagBits(flags);
    // Read before anything is written: a getter of the caller's may make calls of its own, which use the same memory.
    const encoded = control === undefined ? [] : encodeControl(control);
    const length = address === undefined ? 0 : writeAddress(this.family, address, NAME_SPACE);
    // Last, when no getter of the caller's can change the memory of a part any more.
    const parts = given.map((part) => payloadBytes(part));
    const controlLength = writeControl(encoded);
    return unlessBlocked(native.sendmsg(this.fd, parts, bits, length, controlLength), 'sendmsg', this.family, address);
  }

  /** `recvmsg(2)`, waiting for a message. */
  recvmsg(options: RecvMessageOptions & WaitOptions = {}): Promise<ReceivedMessage<F>> {
    return this.readiness.call(
      () => receiveKind(options.flags),
      'recvmsg',
      () => this.tryRecvmsg(options),
      options,
    );
  }

  /** `recvmsg(2)` - data with its sender, control messages and flags, or `undefined` where it would block. */
  tryRecvmsg(options: RecvMessageOptions = {}): ReceivedMessage<F> | undefined {
    knownKeys(options, 'recvmsg', recvmsgKeys);
    const { flags: wanted, controlSize = 0, size, buffer } = options;
    const bits = flagBits(wanted);
    const capacity = integer(controlSize, 'controlSize', 0, controlSpace);
    const into = target(size, buffer, bits);
    const length = unlessBlocked(native.recvmsg(this.fd, into, this.#careful(bits), capacity), 'recvmsg');
    if (length === undefined) return undefined;
    const flags = flagNames(frame[Frame.fd] ?? 0);
    const control = readControl(frame[Frame.level] ?? 0);
    const address = readAddress(frame[Frame.length] ?? 0) as AddressOf<F> | undefined;
    return { data: received(into, length), address, control, flags };
  }

  /**
   * `sendmmsg(2)`, waiting until the socket takes at least one. Resolves with how many messages went out. Of a
   * {@link MessageBatch} it sends those there are when the socket takes them.
   */
  sendmmsg(
    messages: readonly BatchMessage[] | MessageBatch,
    options: SendBatchOptions & WaitOptions = {},
  ): Promise<number> {
    return this.readiness.call('write', 'sendmmsg', () => this.trySendmmsg(messages, options), options);
  }

  /**
   * `sendmmsg(2)` - several datagrams in one call, each with its control messages. Returns how many went out, `undefined`
   * where it would block.
   */
  trySendmmsg(messages: readonly BatchMessage[] | MessageBatch, options: SendBatchOptions = {}): number | undefined {
    const isBatch = messages instanceof MessageBatch;
    knownKeys(options, 'sendmmsg', isBatch ? sendBatchKeys : transferKeys);
    const { flags, first = 0, count } = options;
    const bits = flagBits(flags);
    if (!isBatch) return this.#sendMessages(gather(this.family, messages), 0, undefined, bits);
    integer(first, 'first', 0, messages.count - 1);
    const number = integer(count ?? messages.count - first, 'count', 1, messages.count - first);
    return this.#sendMessages(sendable(messages, first, number), first, number, bits);
  }

  /** `recvmmsg(2)`, waiting for at least one message. Into a {@link MessageBatch} it resolves with how many came. */
  recvmmsg(batch: MessageBatch, options?: TransferOptions & WaitOptions): Promise<number>;
  recvmmsg(options: BatchOptions & WaitOptions): Promise<BatchReceived<F>[]>;
  async recvmmsg(
    place: (BatchOptions & WaitOptions) | MessageBatch,
    options: TransferOptions & WaitOptions = {},
  ): Promise<BatchReceived<F>[] | number> {
    if (place instanceof MessageBatch)
      return await this.readiness.call(
        () => receiveKind(options?.flags),
        'recvmmsg',
        () => this.tryRecvmmsg(place, options),
        options,
      );
    return await this.readiness.call(
      () => receiveKind(options?.flags),
      'recvmmsg',
      () => this.tryRecvmmsg(place),
      place,
    );
  }

  /**
   * `recvmmsg(2)` - the datagrams that are there, at most `count`, or `undefined` if there is none. Into a
   * {@link MessageBatch} it returns how many came.
   */
  tryRecvmmsg(batch: MessageBatch, options?: TransferOptions): number | undefined;
  tryRecvmmsg(options: BatchOptions): BatchReceived<F>[] | undefined;
  tryRecvmmsg(
    place: BatchOptions | MessageBatch,
    options: TransferOptions = {},
  ): BatchReceived<F>[] | number | undefined {
    if (!(place instanceof MessageBatch)) return this.#receiveBatch(place);
    knownKeys(options, 'recvmmsg', transferKeys);
    const { flags } = options;
    const bits = flagBits(flags);
    return this.#receiveMessages(receivable(place), place, bits);
  }

  #receiveBatch(options: BatchOptions): BatchReceived<F>[] | undefined {
    knownKeys(options, 'recvmmsg', recvmmsgKeys);
    const { count, size = 2048, controlSize = 0, flags } = options;
    const bits = flagBits(flags);
    checkBatch(count, size, controlSize);
    const messages = roomFor(count, size, controlSize);
    const got = this.#receiveMessages(messages, { count, size, controlSize }, bits);
    return got === undefined ? undefined : (readBatch(messages, got) as BatchReceived<F>[]);
  }

  #sendMessages(
    { data, names, control, table }: Messages,
    first: number,
    count: number | undefined,
    bits: number,
  ): number | undefined {
    const number = count ?? table.length / COLUMNS;
    const sent = native.sendmmsg(this.fd, data, names, control.bytes, table, first, number, bits);
    return unlessBlocked(sent, 'sendmmsg');
  }

  #receiveMessages(
    { data, names, control, table }: Messages,
    { count, size, controlSize }: { readonly count: number; readonly size: number; readonly controlSize: number },
    bits: number,
  ): number | undefined {
    const flags = this.#careful(bits);
    const got = native.recvmmsg(this.fd, data, size, names, control.bytes, controlSize, table, count, flags);
    return unlessBlocked(got, 'recvmmsg');
  }

  /** Descriptors that arrive are close-on-exec. */
  #careful(bits: number): number {
    return this.family === 'unix' ? bits | closeOnExec : bits;
  }
}
