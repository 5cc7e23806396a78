import { constants as os } from 'node:os';
import type { AddressOf, Family } from '../address.js';
import { check, integer, invalidArgument, knownKeys, UsageError } from '../errors.js';
import { Frame, NAME_SPACE } from '../native/binding.js';
import { data as scratch, frame, native } from '../native/load.js';
import { OwnedDescriptor } from './descriptor.js';
import { flagBits, flagNames, type MessageFlag } from './flags.js';
import type { ReceivedControlMessage, SendControlMessage } from './messages.js';
import { ownBytesOf, type Payload, payloadBytes } from './payload.js';
import { controlSpace, encodeControl, readControl, writeControl } from './control.js';
import { waitKeys, type WaitOptions } from './readiness.js';
import { type AddressInput, constant, errorContext, readAddress, writeAddress } from './sockaddr.js';
import type { Origin } from './unclosed.js';

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

export interface ReceivedMessage<F extends Family = Family> {
  readonly data: Buffer;
  /** The sender, or with `MSG_ERRQUEUE` where the datagram went; absent on a connected stream. */
  readonly address?: AddressOf<F> | undefined;
  readonly control: readonly ReceivedControlMessage[];
  /** What recvmsg(2) reports, as `MSG_TRUNC`. */
  readonly flags: readonly MessageFlag[];
}

export interface BatchOptions extends TransferOptions {
  /** At most this many messages. */
  readonly count: number;
  /** Bytes for each; a longer one is cut and reported as `MSG_TRUNC`. Default 2048. */
  readonly size?: number | undefined;
}

export interface BatchMessage {
  readonly data: Payload;
  readonly address?: AddressInput | undefined;
}

export type BatchReceived<F extends Family = Family> = Omit<ReceivedMessage<F>, 'control'>;

const transferKeys = ['flags', ...waitKeys] as const;
const sendKeys = ['address', ...transferKeys] as const;
const sendmsgKeys = ['data', 'control', 'flags', 'address'] as const;
const recvKeys = ['size', 'buffer', ...transferKeys] as const;
const recvmsgKeys = ['controlSize', ...recvKeys] as const;
const recvmmsgKeys = ['count', 'size', ...transferKeys] as const;
const batchKeys = ['data', 'address'] as const;

const int31 = 2 ** 31 - 1;
const wouldBlock = -os.errno.EAGAIN;
/** UIO_MAXIOV: more parts are EMSGSIZE, sendmsg(2). */
const longestBatch = 1024;

/** Only Unix sockets carry descriptors, and packet sockets refuse the flag: packet_recvmsg() knows five and no more. */
const closeOnExec = native.constants['MSG_CMSG_CLOEXEC'] ?? 0;

/** Where a receive without memory of its own lands, to be copied out at its real length. */
const landing = Buffer.allocUnsafeSlow(65_536);

function target({ size, buffer }: RecvOptions, bits: number): Uint8Array {
  if (buffer !== undefined) {
    if (size !== undefined) throw new UsageError('ERR_ARGUMENT_INVALID', 'size: not together with buffer');
    return ownBytesOf(buffer, 'buffer');
  }
  const length = integer(size ?? landing.length, 'size', 0, int31);
  const into = length <= landing.length ? landing.subarray(0, length) : Buffer.allocUnsafe(length);
  // tcp(7): MSG_TRUNC discards and copies nothing, so what an earlier call left here would be taken for data.
  return bits & constant('MSG_TRUNC') ? into.fill(0) : into;
}

/** What was received: the caller's own memory, or a copy out of the landing place. */
function received(into: Uint8Array, length: number): Buffer {
  if (into.buffer === landing.buffer) return Buffer.copyBytesFrom(into, 0, length);
  // With MSG_TRUNC the kernel returns the length the datagram had, which may be more than it delivered.
  return Buffer.from(into.buffer, into.byteOffset, Math.min(length, into.length));
}

/** What a call returned, or `undefined` where it would block. */
function unlessBlocked(result: number, syscall: string, family?: Family, address?: AddressInput): number | undefined {
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

  /** `sendto(2)`, waiting until the socket takes something. Resolves with how many bytes it took: a stream may take fewer. */
  send(payload: Payload, options: SendOptions & WaitOptions = {}): Promise<number> {
    let bytes: Uint8Array | undefined;
    return this.readiness.call(
      'write',
      'send',
      () => this.trySend((bytes ??= payloadBytes(payload)), options),
      options,
    );
  }

  /**
   * `sendto(2)` - the number of bytes taken, or `undefined` where it would block.
   *
   * @throws {SystemCallError} `EPIPE` - the write half is closed (never SIGPIPE), `ECONNRESET`, `EMSGSIZE`, `EDESTADDRREQ`.
   */
  trySend(payload: Payload, options: SendOptions = {}): number | undefined {
    knownKeys(options, 'send', sendKeys);
    const bytes = payloadBytes(payload);
    const { flags, address } = options;
    const bits = flagBits(flags);
    const length = address === undefined ? 0 : writeAddress(this.family, address);
    return unlessBlocked(native.send(this.fd, bytes, bits, length), 'send', this.family, address);
  }

  /** `recvfrom(2)`, waiting for data. Resolves with what came, at most `size` bytes; empty at the end of a stream. */
  recv(options: RecvOptions & WaitOptions = {}): Promise<Buffer> {
    return this.readiness.call('read', 'recv', () => this.tryRecv(options), options);
  }

  /**
   * `recvfrom(2)` - what is there, or `undefined` where it would block. Empty at the end of a stream.
   *
   * @throws {SystemCallError} `ECONNRESET`, reported once; `ENOTCONN`.
   */
  tryRecv(options: RecvOptions = {}): Buffer | undefined {
    knownKeys(options, 'recv', recvKeys);
    const bits = flagBits(options.flags);
    const into = target(options, bits);
    const length = unlessBlocked(native.recv(this.fd, into, bits), 'recv');
    return length === undefined ? undefined : received(into, length);
  }

  /** `sendmsg(2)`, waiting until the socket takes something. Resolves with the number of bytes taken. */
  async sendmsg(message: SendMessage, wait: WaitOptions = {}): Promise<number> {
    knownKeys(wait, 'sendmsg', waitKeys);
    return await this.readiness.call('write', 'sendmsg', () => this.trySendmsg(message), wait);
  }

  /** `sendmsg(2)` - data in one piece or several, with control messages. `undefined` where it would block. */
  trySendmsg(message: SendMessage): number | undefined {
    knownKeys(message, 'sendmsg', sendmsgKeys);
    const { data, control = [], flags, address } = message;
    const parts = Array.isArray(data) ? data.map((part) => payloadBytes(part)) : [payloadBytes(data)];
    integer(parts.length, 'data: number of parts', 0, longestBatch);
    const bits = flagBits(flags);
    // Read before anything is written: a getter of the caller's may make calls of its own, which use the same memory.
    const encoded = encodeControl(control);
    const length = address === undefined ? 0 : writeAddress(this.family, address);
    const controlLength = writeControl(encoded);
    return unlessBlocked(native.sendmsg(this.fd, parts, bits, length, controlLength), 'sendmsg', this.family, address);
  }

  /** `recvmsg(2)`, waiting for a message. */
  recvmsg(options: RecvMessageOptions & WaitOptions = {}): Promise<ReceivedMessage<F>> {
    return this.readiness.call('read', 'recvmsg', () => this.tryRecvmsg(options), options);
  }

  /** `recvmsg(2)` - data with its sender, control messages and flags, or `undefined` where it would block. */
  tryRecvmsg(options: RecvMessageOptions = {}): ReceivedMessage<F> | undefined {
    knownKeys(options, 'recvmsg', recvmsgKeys);
    const bits = flagBits(options.flags);
    const capacity = integer(options.controlSize ?? 0, 'controlSize', 0, controlSpace);
    const into = target(options, bits);
    const careful = this.family === 'unix' ? bits | closeOnExec : bits;
    const length = unlessBlocked(native.recvmsg(this.fd, [into], careful, capacity), 'recvmsg');
    if (length === undefined) return undefined;
    const flags = flagNames(frame[Frame.fd] ?? 0);
    const control = readControl(frame[Frame.level] ?? 0);
    const address = readAddress(frame[Frame.length] ?? 0) as AddressOf<F> | undefined;
    return { data: received(into, length), address, control, flags };
  }

  /** `sendmmsg(2)`, waiting until the socket takes at least one. Resolves with how many messages went out. */
  sendmmsg(messages: readonly BatchMessage[], options: TransferOptions & WaitOptions = {}): Promise<number> {
    return this.readiness.call('write', 'sendmmsg', () => this.trySendmmsg(messages, options), options);
  }

  /** `sendmmsg(2)` - several datagrams in one call. Returns how many went out, `undefined` where it would block. */
  trySendmmsg(messages: readonly BatchMessage[], options: TransferOptions = {}): number | undefined {
    knownKeys(options, 'sendmmsg', transferKeys);
    if (!Array.isArray(messages)) throw invalidArgument('messages', 'an array', messages);
    integer(messages.length, 'messages: number', 1, longestBatch);
    const batch = Array.from(messages, (message: BatchMessage) => {
      knownKeys(message, 'message', batchKeys);
      return { payload: payloadBytes(message.data), address: message.address };
    });
    // Offsets are int32.
    integer(
      batch.reduce((sum, { payload }) => sum + payload.length, 0),
      'messages: number of bytes',
      0,
      int31,
    );
    const bits = flagBits(options.flags);
    const table = new Int32Array(4 * batch.length);
    const names = new Uint8Array(NAME_SPACE * batch.length);
    let offset = 0;
    for (const [index, { payload, address }] of batch.entries()) {
      const length = address === undefined ? 0 : writeAddress(this.family, address);
      names.set(scratch.subarray(0, length), NAME_SPACE * index);
      table.set([offset, payload.length, NAME_SPACE * index, length], 4 * index);
      offset += payload.length;
    }
    const joined = Buffer.concat(
      batch.map(({ payload }) => payload),
      offset,
    );
    return unlessBlocked(native.sendmmsg(this.fd, joined, names, table, bits), 'sendmmsg');
  }

  /** `recvmmsg(2)`, waiting for at least one message. */
  recvmmsg(options: BatchOptions & WaitOptions): Promise<BatchReceived<F>[]> {
    return this.readiness.call('read', 'recvmmsg', () => this.tryRecvmmsg(options), options);
  }

  /** `recvmmsg(2)` - the datagrams that are there, at most `count`, or `undefined` if there is none. */
  tryRecvmmsg(options: BatchOptions): BatchReceived<F>[] | undefined {
    knownKeys(options, 'recvmmsg', recvmmsgKeys);
    const { count, size = 2048, flags } = options;
    const bits = flagBits(flags);
    const table = new Int32Array(4 * integer(count, 'count', 1, longestBatch));
    const names = new Uint8Array(NAME_SPACE * count);
    const into = Buffer.allocUnsafe(count * integer(size, 'size', 1, 65_536));
    const got = unlessBlocked(native.recvmmsg(this.fd, into, size, names, table, bits), 'recvmmsg');
    if (got === undefined) return undefined;
    const view = new DataView(names.buffer);
    return Array.from({ length: got }, (_, index) => {
      const [length = 0, bits = 0, nameLength = 0] = table.subarray(4 * index, 4 * index + 3);
      return {
        data: into.subarray(index * size, index * size + Math.min(length, size)),
        address: readAddress(nameLength, names, view, NAME_SPACE * index) as AddressOf<F> | undefined,
        flags: flagNames(bits),
      };
    });
  }
}
