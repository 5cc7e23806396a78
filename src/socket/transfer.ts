import { constants as os } from 'node:os';
import type { AddressOf, Family } from '../address.js';
import { check, int32Max, integer, knownKeys, UsageError } from '../errors.js';
import { Frame, mostMessages, nameSpace } from '../native/binding.js';
import { frame, native } from '../native/load.js';
import { bufferOf, byteLengthOf, byteOffsetOf } from '../options/bytes.js';
import type { ReceivedMessage } from './batch.js';
import { controlSpace, encodeControl, readControl, writeControl } from './control.js';
import { errorContext } from './error-context.js';
import { flagBits, flagNames, type MessageFlag } from './flags.js';
import type { SendControlMessage } from './messages.js';
import { bytesForCall, elementsOf, type Payload, payloadBytes, refusingShared } from './payload.js';
import { type AddressInput, constant, readAddress, writeAddress } from './sockaddr.js';
import { waitKeys } from './wait-queue.js';

/** Flags of a call that sends or receives. */
export interface TransferOptions {
  /** `MSG_` flags of the call, send(2) and recv(2). The socket itself does not block. */
  readonly flags?: readonly MessageFlag[] | undefined;
}

/** Flags of a sendto(2), and its address. */
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

/** Flags of a recv(2), and where its data goes. */
export type RecvOptions = TransferOptions & ReceivePlace;

/** What sendmsg(2) sends. */
export interface SendMessage extends SendOptions {
  /** One piece or several, sent as one message. */
  readonly data: Payload | readonly Payload[];
  /** Control messages that go with it, cmsg(3). */
  readonly control?: readonly SendControlMessage[] | undefined;
}

/** Flags of a recvmsg(2), where its data goes, and the room for control messages. */
export type RecvMessageOptions = RecvOptions & {
  /**
   * Bytes for control messages. Default 0: what does not fit is dropped and reported as `MSG_CTRUNC`, so that no
   * descriptor arrives unasked. A message takes 16 and its value, rounded up to 8 (CMSG_SPACE, cmsg(3)): 24 for a number
   * or a descriptor, 64 for the longest of those that have one size.
   */
  readonly controlSize?: number | undefined;
};

/** What data goes through. Its `fd` is asked for last, since code of the caller's may close it, and throws then. */
export interface Endpoint<F extends Family = Family> {
  readonly fd: number;
  readonly family: F;
}

/** The keys of {@link TransferOptions}, and of the options of a wait. */
export const transferKeys = ['flags', ...waitKeys] as const;
const sendKeys = ['address', ...transferKeys] as const;
const sendmsgKeys = ['data', 'control', 'flags', 'address'] as const;
const recvKeys = ['size', 'buffer', ...transferKeys] as const;
const recvmsgKeys = ['controlSize', ...recvKeys] as const;

const wouldBlock = -os.errno.EAGAIN;
/** Only Unix sockets carry descriptors, and packet sockets refuse the flag: packet_recvmsg() knows five and no more. */
const closeOnExec = native.constants['MSG_CMSG_CLOEXEC'] ?? 0;

/** With the flag by which descriptors that arrive are close-on-exec. */
export function careful(family: Family, bits: number): number {
  return family === 'unix' ? bits | closeOnExec : bits;
}

/** Where a receive without memory of its own lands, to be copied out at its real length, or handed out. */
let landing = Buffer.allocUnsafeSlow(65_536);
/** From here on a copy takes longer than new memory. */
const handedOut = landing.length / 2;

function target(size: number | undefined, buffer: Uint8Array | undefined, bits: number): Uint8Array {
  if (buffer !== undefined) {
    if (size !== undefined) throw new UsageError('ERR_ARGUMENT_INVALID', 'size cannot be combined with buffer');
    return bytesForCall(buffer, 'buffer');
  }
  const length = integer(size ?? landing.length, 'size', 0, int32Max);
  if (length > landing.length) return Buffer.alloc(length);
  const into = length === landing.length ? landing : landing.subarray(0, length);
  // tcp(7): MSG_TRUNC discards and copies nothing, so what an earlier call left here would be taken for data.
  return bits & constant('MSG_TRUNC') ? into.fill(0) : into;
}

/** The memory of the caller's that came last, and the part of it handed out. Making one takes longer than a short recv(2) needs. */
let lastMemory: Uint8Array | undefined;
let lastPart: Buffer = Buffer.alloc(0);

/** The first `length` bytes of the caller's memory: the same object while neither changes. */
function partOf(memory: Uint8Array, length: number): Buffer {
  // Asked for its length anew: the memory may have been transferred away, or have become shorter.
  if (memory !== lastMemory || byteLengthOf(lastPart) !== length) {
    lastPart = Buffer.from(bufferOf(memory), byteOffsetOf(memory), length);
    lastMemory = memory;
  }
  return lastPart;
}

/** What was received: in memory of the caller's (`buffer`) or made for it, or out of the landing place. */
function received(into: Uint8Array, reported: number, buffer: Uint8Array | undefined): Buffer {
  // With MSG_TRUNC the kernel returns the length the datagram had, which may be more than it delivered.
  const room = byteLengthOf(into);
  const length = Math.min(reported, room);
  if (buffer !== undefined) return partOf(buffer, length);
  if (room > landing.length) return Buffer.from(bufferOf(into), byteOffsetOf(into), length);
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
export function unlessBlocked(
  result: number,
  syscall: string,
  family?: Family,
  address?: AddressInput,
): number | undefined {
  if (result >= 0) return result;
  if (result === wouldBlock) return undefined;
  return check(result, syscall, family && address && errorContext(family, address));
}

/** sendto(2). */
export function send(to: Endpoint, payload: Payload, options: SendOptions): number | undefined {
  knownKeys(options, 'send', sendKeys);
  const { flags, address } = options;
  const bits = flagBits(flags);
  const length = address === undefined ? -1 : writeAddress(to.family, address);
  // Last, when no getter of the caller's can change the memory any more.
  const bytes = payloadBytes(payload, bytesForCall);
  const sent = refusingShared(native.send(to.fd, bytes, bits, length), bytes, 'data');
  return unlessBlocked(sent, 'send', to.family, address);
}

/** recv(2). */
export function recv(from: Endpoint, options: RecvOptions): Buffer | undefined {
  knownKeys(options, 'recv', recvKeys);
  const { flags, size, buffer } = options;
  const bits = flagBits(flags);
  const into = target(size, buffer, bits);
  const length = unlessBlocked(refusingShared(native.recv(from.fd, into, bits), into, 'buffer'), 'recv');
  return length === undefined ? undefined : received(into, length, buffer);
}

/** sendmsg(2). */
export function sendmsg(to: Endpoint, message: SendMessage): number | undefined {
  knownKeys(message, 'sendmsg', sendmsgKeys);
  const { data, control, flags, address } = message;
  const given: readonly unknown[] | undefined = Array.isArray(data)
    ? elementsOf(data, 'data', 'parts', 0, mostMessages)
    : undefined;
  const bits = flagBits(flags);
  // Read before anything is written: a getter of the caller's may make calls of its own, which use the same memory.
  const encoded = control === undefined ? [] : encodeControl(control);
  const length = address === undefined ? 0 : writeAddress(to.family, address, nameSpace);
  // Last, when no getter of the caller's can change the memory of a part any more.
  const parts = given?.map((part) => payloadBytes(part, bytesForCall)) ?? payloadBytes(data, bytesForCall);
  const controlLength = writeControl(encoded);
  const sent = refusingShared(native.sendmsg(to.fd, parts, bits, length, controlLength), parts, 'data');
  return unlessBlocked(sent, 'sendmsg', to.family, address);
}

/** recvmsg(2). */
export function recvmsg<F extends Family>(
  from: Endpoint<F>,
  options: RecvMessageOptions,
): ReceivedMessage<F> | undefined {
  knownKeys(options, 'recvmsg', recvmsgKeys);
  const { flags: wanted, controlSize = 0, size, buffer } = options;
  const bits = flagBits(wanted);
  const capacity = integer(controlSize, 'controlSize', 0, controlSpace);
  const into = target(size, buffer, bits);
  const got = native.recvmsg(from.fd, into, careful(from.family, bits), capacity);
  const length = unlessBlocked(refusingShared(got, into, 'buffer'), 'recvmsg');
  if (length === undefined) return undefined;
  const flags = flagNames(frame[Frame.fd] ?? 0);
  const control = readControl(frame[Frame.level] ?? 0);
  const address = readAddress(frame[Frame.length] ?? 0) as AddressOf<F> | undefined;
  return { data: received(into, length, buffer), address, control, flags };
}
