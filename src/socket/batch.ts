import type { AddressOf, Family, SocketAddress } from '../address.js';
import { int32Max, integer, invalidArgument, knownKeys, UsageError } from '../errors.js';
import { Column, columnCount, mostMessages, nameSpace } from '../native/binding.js';
import { scratch } from '../options/scratch.js';
import { bufferOf, byteLengthOf, byteOffsetOf } from '../options/bytes.js';
import {
  type ControlMemory,
  controlLength,
  controlSpace,
  type Encoded,
  encodeControl,
  readControl,
  writeControl,
} from './control.js';
import { EncodedAddress } from './encoded-address.js';
import { flagNames, type MessageFlag } from './flags.js';
import type { ReceivedControlMessage, SendControlMessage } from './messages.js';
import { elementsOf, ownBytesOf, type Payload, payloadBytes } from './payload.js';
import { type AddressInput, readAddress, writeAddress } from './sockaddr.js';

/** Bytes of the longest message: no datagram of IP is longer. */
const longestMessage = 65_536;

/** One message to send. */
export interface BatchMessage {
  /** The bytes of one datagram, or of one part of a stream. */
  readonly data: Payload;
  /** Where it goes; absent on a connected socket. */
  readonly address?: AddressInput | undefined;
  /** Control messages that go with it. */
  readonly control?: readonly SendControlMessage[] | undefined;
}

/** A message that came. */
export interface ReceivedMessage<F extends Family = Family> {
  /** What came; empty at the end of a stream, and for an empty datagram. */
  readonly data: Buffer;
  /** The sender, or with `MSG_ERRQUEUE` where the datagram went; absent on a connected stream. */
  readonly address?: AddressOf<F> | undefined;
  /** Control messages, in the order of the kernel; empty unless `controlSize` made room for them. */
  readonly control: readonly ReceivedControlMessage[];
  /** What recvmsg(2) reports, as `MSG_TRUNC`. */
  readonly flags: readonly MessageFlag[];
}

/** What sendmmsg(2) and recvmmsg(2) work on. */
export interface Messages {
  readonly data: Uint8Array;
  readonly names: Uint8Array;
  readonly control: ControlMemory;
  /** Eight int32 a message: where its data, address and control messages are, and its flags. */
  readonly table: Int32Array;
}

/** Memory for `count` messages whose data is in `data`. */
function memoryFor(count: number, data: Uint8Array, controlSize: number): Messages {
  const control = new Uint8Array(controlSize);
  return {
    data,
    names: new Uint8Array(nameSpace * count),
    control: { bytes: control, view: new DataView(control.buffer) },
    table: new Int32Array(columnCount * count),
  };
}

const messageKeys = ['data', 'address', 'control'] as const;

/** A message of which nothing but the payload is the caller's any more. */
interface Fetched {
  readonly payload: unknown;
  readonly name: Uint8Array;
  readonly control: readonly Encoded[];
}

function fetchMessage(family: Family, message: BatchMessage): Fetched {
  knownKeys(message, 'message', messageKeys);
  const { data: payload, address, control } = message;
  const encoded = control === undefined ? [] : encodeControl(control);
  const name = scratch.bytes.slice(0, address === undefined ? 0 : writeAddress(family, address, nameSpace));
  return { payload, name, control: encoded };
}

/**
 * Gathers messages of the caller's. Everything of theirs is read before the memory of any payload is looked at: a getter may
 * transfer or resize it.
 */
export function gather(family: Family, given: readonly BatchMessage[]): Messages {
  const own = elementsOf(given, 'messages', 'messages', 1, mostMessages);
  const fetched = own.map((message) => fetchMessage(family, message));
  const payloads = fetched.map(({ payload }) => payloadBytes(payload));
  const total = payloads.reduce((sum, payload) => sum + byteLengthOf(payload), 0);
  // Offsets are int32.
  integer(total, 'messages: number of bytes', 0, int32Max);
  const control = fetched.reduce((sum, message) => sum + controlLength(message.control), 0);
  const memory = memoryFor(fetched.length, Buffer.allocUnsafe(total), control);
  let offset = 0;
  let controlOffset = 0;
  for (const [index, message] of fetched.entries()) {
    const payload = payloads[index] ?? message.name;
    const length = byteLengthOf(payload);
    memory.data.set(payload, offset);
    memory.names.set(message.name, nameSpace * index);
    const used = writeControl(message.control, memory.control, controlOffset);
    const row = [offset, length, nameSpace * index, message.name.length, controlOffset, used];
    memory.table.set(row, columnCount * index);
    offset += length;
    controlOffset += used;
  }
  return memory;
}

/** The names and the table of every batch without control messages: no call gives way to another before it has read the answer. */
const received = memoryFor(mostMessages, new Uint8Array(), 0);

/** Memory for `count` messages of `size` bytes and `controlSize` of control messages each, the data in memory of its own. */
export function roomFor(count: number, size: number, controlSize: number): Messages {
  // Zeroed: the end of what the kernel does not fill is in reach of who gets the rest.
  const data = Buffer.alloc(count * size);
  return controlSize === 0 ? { ...received, data } : memoryFor(count, data, count * controlSize);
}

/** The first `count` of the messages that came, as objects. */
export function readBatch({ data, names, control, table }: Messages, count: number): ReceivedMessage[] {
  const view = new DataView(names.buffer);
  return Array.from({ length: count }, (_, index) => {
    const [offset = 0, length = 0, nameOffset = 0, nameLength = 0, controlOffset = 0, controlSize = 0, flags = 0] =
      table.subarray(columnCount * index, columnCount * (index + 1));
    return {
      data: Buffer.from(bufferOf(data), byteOffsetOf(data) + offset, length),
      address: readAddress(nameLength, names, view, nameOffset),
      control: readControl(controlSize, control, controlOffset),
      flags: flagNames(flags),
    };
  });
}

/** How large a batch may be. */
export function checkBatch(count: unknown, size: unknown, controlSize: unknown): void {
  integer(count, 'count', 1, mostMessages);
  integer(size, 'size', 1, longestMessage);
  integer(controlSize, 'controlSize', 0, controlSpace);
}

/** How many messages a batch has room for, and how much for each. */
export interface MessageBatchOptions {
  /** How many messages it has room for, 1 to 1024. */
  readonly count: number;
  /** Bytes for each message that is received; a longer one is cut and reported as `MSG_TRUNC`. Default 2048. */
  readonly size?: number | undefined;
  /** Memory for the data, at least `count * size` bytes to receive. Default: memory of its own, of that size. */
  readonly buffer?: Uint8Array | undefined;
  /** Bytes for the control messages of each message, see `recvmsg`. Default 0. */
  readonly controlSize?: number | undefined;
}

/** What a call sends, from message `first` on, or the error for memory that it must not touch. */
let sendable: (batch: MessageBatch, first: number, count: number) => Messages;
/** What a call receives into. */
let receivable: (batch: MessageBatch) => Messages;

/**
 * Messages in memory that is made once: for `sendmmsg` and `recvmmsg` many times a second, without an object for each message.
 * What was received can be sent as it is: each goes back to where it came from.
 *
 * The messages stand in {@link buffer}, and {@link table} has eight numbers for each: offset and length of its data there, then
 * offset and length of its address and of its control messages in memory of this object, `MSG_` flags by number, and 0. Writing
 * offsets and lengths of data there does what {@link set} does; a row that points elsewhere is refused when it is sent.
 */
export class MessageBatch {
  /** How many messages there is room for. */
  readonly count: number;
  /** Bytes for the data of each message. */
  readonly size: number;
  /** Bytes for the control messages of each message. */
  readonly controlSize: number;
  /** The memory that the data is received into, `size` bytes a message. */
  readonly buffer: Uint8Array;
  /** Eight int32 a message: where its data, address and control messages are, and its flags. */
  readonly table: Int32Array;
  readonly #messages: Messages;

  constructor(settings: MessageBatchOptions) {
    knownKeys(settings, 'MessageBatch', ['count', 'size', 'buffer', 'controlSize']);
    const { count, size = 2048, buffer, controlSize = 0 } = settings;
    checkBatch(count, size, controlSize);
    if (buffer !== undefined) ownBytesOf(buffer, 'buffer');
    this.count = count;
    this.size = size;
    this.controlSize = controlSize;
    this.buffer = buffer ?? Buffer.alloc(count * size);
    this.#messages = memoryFor(count, this.buffer, count * controlSize);
    this.table = this.#messages.table;
  }

  /** Says what message `index` is: `length` bytes of the buffer from `offset` on, and where it goes unless the socket is connected. */
  set(index: number, offset: number, length: number, address?: EncodedAddress): this {
    const row = this.#row(index);
    integer(offset, 'offset', 0, int32Max);
    integer(length, 'length', 0, int32Max);
    const name = address === undefined ? undefined : EncodedAddress.bytesOf(address);
    if (address !== undefined && name === undefined) throw invalidArgument('address', 'an EncodedAddress', address);
    const { table } = this;
    table[row + Column.offset] = offset;
    table[row + Column.length] = length;
    table[row + Column.nameOffset] = nameSpace * index;
    table[row + Column.nameLength] = name?.length ?? 0;
    table[row + Column.controlLength] = 0;
    if (name !== undefined) this.#messages.names.set(name, nameSpace * index);
    return this;
  }

  /** Gives message `index` control messages, of at most `controlSize` bytes, until it is {@link set} again. */
  setControl(index: number, control: readonly SendControlMessage[]): this {
    const row = this.#row(index);
    const encoded = encodeControl(control);
    integer(controlLength(encoded), 'control: length', 0, this.controlSize);
    const offset = this.controlSize * index;
    this.table[row + Column.controlOffset] = offset;
    this.table[row + Column.controlLength] = writeControl(encoded, this.#messages.control, offset);
    return this;
  }

  /** The data of message `index`, not copied. */
  data(index: number): Buffer {
    const { data } = sendable(this, index, 1);
    const row = this.#row(index);
    return Buffer.from(bufferOf(data), byteOffsetOf(data) + this.#at(row, Column.offset), this.#at(row, Column.length));
  }

  /** Where message `index` came from or goes to; absent on a connected stream. */
  address(index: number): SocketAddress | undefined {
    this.#check(index);
    const { names } = this.#messages;
    const row = this.#row(index);
    const view = new DataView(names.buffer);
    return readAddress(this.#at(row, Column.nameLength), names, view, this.#at(row, Column.nameOffset));
  }

  /** The control messages of message `index`, as it was received. */
  control(index: number): ReceivedControlMessage[] {
    this.#check(index);
    const row = this.#row(index);
    const { control } = this.#messages;
    return readControl(this.#at(row, Column.controlLength), control, this.#at(row, Column.controlOffset));
  }

  /** What the kernel reports about message `index`, as `MSG_TRUNC`. */
  flags(index: number): MessageFlag[] {
    return flagNames(this.#at(this.#row(index), Column.flags));
  }

  static {
    sendable = (batch, first, count) => {
      ownBytesOf(batch.#messages.data, 'buffer');
      for (let index = first; index < first + count; index++) batch.#check(index);
      return batch.#messages;
    };
    receivable = (batch) => {
      const { count, size } = batch;
      const length = byteLengthOf(ownBytesOf(batch.#messages.data, 'buffer'));
      if (length >= count * size) return batch.#messages;
      throw new UsageError('ERR_OUT_OF_RANGE', `buffer: ${length} bytes, to receive takes ${count * size}`);
    };
  }

  #row(index: unknown): number {
    return columnCount * integer(index, 'index', 0, this.count - 1);
  }

  #at(row: number, column: number): number {
    return this.table[row + column] ?? 0;
  }

  /** Throws where a row points outside the memory: C++ refuses it too, but cannot say which. */
  #check(index: number): void {
    const { data, names, control } = this.#messages;
    const row = this.#row(index);
    this.#checkSpan(row, Column.offset, byteLengthOf(data), 'data');
    this.#checkSpan(row, Column.nameOffset, names.length, 'address');
    this.#checkSpan(row, Column.controlOffset, control.bytes.length, 'control messages');
  }

  #checkSpan(row: number, column: number, room: number, what: string): void {
    const offset = this.#at(row, column);
    const length = this.#at(row, column + 1);
    if (offset >= 0 && length >= 0 && offset + length <= room) return;
    throw new UsageError(
      'ERR_OUT_OF_RANGE',
      `message ${row / columnCount}: ${what} of ${length} bytes from ${offset} on, there are ${room}`,
    );
  }
}

export { receivable, sendable };
