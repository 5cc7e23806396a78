import { invalidArgument, int32Max, integer, UsageError } from '../errors.js';
import { valueOffset, nameSpace, scratchSize } from '../native/binding.js';
import { native } from '../native/load.js';
import { copyOf } from '../options/bytes.js';
import { littleEndian } from '../options/memory.js';
import { scratch } from '../options/scratch.js';
import { type ControlCodec, controlCodecs } from './message-codecs.js';
import type { ReceivedControlMessage, SendControlMessage } from './messages.js';
import { ownBytesOf } from './payload.js';
import { constant } from './sockaddr.js';

const { layout, constants } = native;
const headerSize = layout['sizeof cmsghdr'] ?? 0;
const levelAt = layout['cmsghdr.cmsg_level'] ?? 0;
const typeAt = layout['cmsghdr.cmsg_type'] ?? 0;
const alignment = layout['CMSG_SPACE 1 - CMSG_SPACE 0'] ?? 8;
/** Where the lower half of cmsg_len is: it is a size_t on Linux, a socklen_t elsewhere. */
const lengthAt = levelAt === 8 && !littleEndian ? 4 : 0;

/** CMSG_ALIGN, cmsg(3). */
function align(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

/** By level and type. */
const readers = new Map<number, Map<number, ControlCodec>>();
for (const [name, codec] of Object.entries<ControlCodec>(controlCodecs)) {
  const type = constants[codec.cmsgType ?? name];
  for (const level of [codec.level, codec.alsoAt].map((at) => at && constants[at])) {
    if (typeof level !== 'number' || typeof type !== 'number') continue;
    const ofLevel = readers.get(level) ?? new Map<number, ControlCodec>();
    readers.set(level, ofLevel.set(type, codec));
  }
}

/** A control message as the kernel wants it, no part of it the caller's. */
export interface Encoded {
  readonly level: number;
  readonly type: number;
  readonly bytes: Uint8Array;
}

function encode(message: SendControlMessage): Encoded {
  if (typeof message !== 'object' || message === null) throw invalidArgument('control', 'a control message', message);
  const { type } = message;
  if (type === 'raw') {
    const level = integer(message.level, 'control: level', 0, int32Max);
    const cmsgType = integer(message.cmsgType, 'control: cmsgType', 0, int32Max);
    return { level, type: cmsgType, bytes: copyOf(ownBytesOf(message.bytes, 'control: bytes')) };
  }
  const codec: ControlCodec | undefined = Object.hasOwn(controlCodecs, type) ? controlCodecs[type] : undefined;
  if (codec?.write === undefined) {
    throw new UsageError('ERR_ARGUMENT_INVALID', `control: a message of type ${String(type)} cannot be sent`);
  }
  const write = codec.write as (given: SendControlMessage) => Uint8Array;
  return { level: constant(codec.level), type: constant(codec.cmsgType ?? type), bytes: write(message) };
}

/** Control messages begin behind the space kept for the sockaddr. */
const controlAt = nameSpace;
/** Bytes there are for control messages. */
export const controlSpace = scratchSize - valueOffset - nameSpace;

/** Reads and checks control messages. What is returned can be written without running code of the caller's. */
export function encodeControl(messages: readonly SendControlMessage[]): readonly Encoded[] {
  if (!Array.isArray(messages)) throw invalidArgument('control', 'an array of control messages', messages);
  const encoded: Encoded[] = [];
  let length = 0;
  for (const message of messages) {
    const one = encode(message);
    length += headerSize + align(one.bytes.length);
    if (length > controlSpace) throw new UsageError('ERR_OUT_OF_RANGE', `control: longer than ${controlSpace} bytes`);
    encoded.push(one);
  }
  return encoded;
}

/** Where control messages stand: `bytes` and `view` begin at the same byte. */
export interface ControlMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** How long control messages are in memory. */
export function controlLength(messages: readonly Encoded[]): number {
  return messages.reduce((length, { bytes }) => length + headerSize + align(bytes.length), 0);
}

/** Writes control messages, to the scratch memory if no other is named, and returns their length. */
export function writeControl(
  messages: readonly Encoded[],
  { bytes: memory, view }: ControlMemory = scratch,
  from = controlAt,
): number {
  let length = 0;
  for (const { level, type, bytes } of messages) {
    const start = from + length;
    memory.fill(0, start, start + headerSize + align(bytes.length));
    view.setUint32(start + lengthAt, headerSize + bytes.length, littleEndian);
    view.setInt32(start + levelAt, level, littleEndian);
    view.setInt32(start + typeAt, type, littleEndian);
    memory.set(bytes, start + headerSize);
    length += headerSize + align(bytes.length);
  }
  return length;
}

/** Reads the control messages that the kernel left, in the scratch memory if no other is named. */
export function readControl(
  length: number,
  { bytes: memory, view }: ControlMemory = scratch,
  from = controlAt,
): ReceivedControlMessage[] {
  const messages: ReceivedControlMessage[] = [];
  for (let offset = 0; offset + headerSize <= length; ) {
    const start = from + offset;
    const size = view.getUint32(start + lengthAt, littleEndian);
    if (size < headerSize) break;
    const bytes = memory.slice(start + headerSize, start + Math.min(size, length - offset));
    const level = view.getInt32(start + levelAt, littleEndian);
    const type = view.getInt32(start + typeAt, littleEndian);
    const codec = readers.get(level)?.get(type);
    messages.push(
      codec?.read === undefined || bytes.length < codec.size
        ? { type: 'raw', level, cmsgType: type, bytes }
        : codec.read(new DataView(view.buffer, view.byteOffset + start + headerSize, bytes.length), bytes),
    );
    offset += align(size);
  }
  return messages;
}
