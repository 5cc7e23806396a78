import { int32Max, int32Min, integer, invalidArgument, uint32Max, UsageError } from '../errors.js';
import { native } from '../native/load.js';
import { byteLengthOf, bytesOf } from './bytes.js';
import type { Codec, NamedSpec } from './codec-shape.js';
import { packetCodecs } from './codec-packet.js';
import { structCodecs } from './codec-structs.js';
import { subflowCodecs } from './codec-subflows.js';
import type { Kind } from './kinds.js';
import type { OptionSpec } from './spec.js';
import type { ValueByKind } from './values.gen.js';
import { littleEndian, type Memory } from './memory.js';
import { decodeTcpInfo } from './decode-tcp-info.js';

const int32 = [int32Min, int32Max] as const;
const longestBytes = 65_536;
const timeval = { size: native.layout['sizeof timeval'] ?? 0, usec: native.layout['timeval.tv_usec'] ?? 0 };

export const boundsOf = ({ bounds = int32 }: OptionSpec): readonly [low: number, high: number] => bounds;

/** A number of the kernel's own width: some options answer with one byte if that is all they need, ip(7). */
function readInt(memory: Memory, at: number, length: number): number {
  if (length >= 4) return memory.view.getInt32(at, littleEndian);
  if (length === 2) return memory.view.getInt16(at, littleEndian);
  return length === 1 ? (memory.bytes[at] ?? 0) : 0;
}

function writeInt(value: number, memory: Memory, at: number): number {
  memory.view.setInt32(at, value, littleEndian);
  return 4;
}

function text(value: unknown, { name, spec }: NamedSpec): Uint8Array {
  if (typeof value !== 'string') throw invalidArgument(name, 'a string', value);
  if (value.includes('\0')) throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: contains a NUL byte`);
  const bytes = Buffer.from(value);
  const longest = spec.longest ?? 255;
  if (bytes.length > longest)
    throw new UsageError('ERR_OUT_OF_RANGE', `${name}: ${bytes.length} bytes, the kernel takes ${longest}`);
  return bytes;
}

/** Seconds and microseconds. Milliseconds that are no whole number of microseconds cannot be told to the kernel. */
function microseconds(value: unknown, name: string): number {
  if (typeof value !== 'number') throw invalidArgument(name, 'a number of milliseconds', value);
  const nearest = Math.round(value * 1000);
  // Not the distance of value * 1000, which is as inexact as the number is large: 67563331.395 would be refused.
  if (!(value >= 0 && nearest <= Number.MAX_SAFE_INTEGER && nearest / 1000 === value)) {
    throw new UsageError('ERR_OUT_OF_RANGE', `${name}: expected milliseconds from 0, in steps of 0.001, got ${value}`);
  }
  return nearest;
}

type Codecs = { readonly [K in Kind]: Codec<ValueByKind[K]> };

export const codecs: Codecs = {
  ...structCodecs,
  ...packetCodecs,
  ...subflowCodecs,
  bool: {
    capacity: 4,
    encode(value, memory, at, { name }) {
      if (typeof value !== 'boolean') throw invalidArgument(name, 'a boolean', value);
      return writeInt(value ? 1 : 0, memory, at);
    },
    decode: (memory, at, length) => readInt(memory, at, length) !== 0,
  },
  int: {
    capacity: 4,
    encode: (value, memory, at, { name, spec }) => writeInt(integer(value, name, ...boundsOf(spec)), memory, at),
    decode: readInt,
  },
  uint: {
    capacity: 4,
    encode: (value, memory, at, { name }) => writeInt(integer(value, name, 0, uint32Max), memory, at),
    decode: (memory, at, length) => readInt(memory, at, length) >>> 0,
  },
  fd: {
    capacity: 4,
    encode: (value, memory, at, { name }) => writeInt(integer(value, name, 0, int32Max), memory, at),
    decode: readInt,
  },
  netIndex: {
    capacity: 4,
    shortest: 4,
    encode(value, memory, at, { name }) {
      memory.view.setUint32(at, integer(value, name, 0, int32Max));
      return 4;
    },
    decode: (memory, at) => memory.view.getUint32(at),
  },
  uint64: {
    capacity: 8,
    encode(value, memory, at, { name }) {
      if (typeof value !== 'bigint') throw invalidArgument(name, 'a bigint', value);
      if (BigInt.asUintN(64, value) !== value)
        throw new UsageError('ERR_OUT_OF_RANGE', `${name}: expected 64 bits unsigned, got ${value}`);
      memory.view.setBigUint64(at, value, littleEndian);
      return 8;
    },
    decode(memory, at, length) {
      return length >= 8 ? memory.view.getBigUint64(at, littleEndian) : BigInt(readInt(memory, at, length) >>> 0);
    },
  },
  timeval: {
    capacity: timeval.size,
    shortest: timeval.size,
    encode(value, memory, at, { name }) {
      const micros = microseconds(value, name);
      memory.view.setBigInt64(at, BigInt(Math.floor(micros / 1e6)), littleEndian);
      memory.view.setBigInt64(at + timeval.usec, BigInt(micros % 1e6), littleEndian);
      return timeval.size;
    },
    decode(memory, at) {
      const seconds = Number(memory.view.getBigInt64(at, littleEndian));
      // One division, of whole microseconds: a sum of fractions would not read back what was set.
      return (seconds * 1e6 + Number(memory.view.getBigInt64(at + timeval.usec, littleEndian))) / 1000;
    },
  },
  text: {
    capacity: 256,
    encode(value, memory, at, row) {
      const bytes = text(value, row);
      memory.bytes.set(bytes, at);
      memory.bytes[at + bytes.length] = 0;
      return bytes.length + 1;
    },
    decode(memory, at, length) {
      const bytes = memory.bytes.subarray(at, at + length);
      const end = bytes.indexOf(0);
      return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
    },
  },
  bytes: {
    capacity: 4096,
    ask: ({ bytes }) => bytes.fill(0, 0, 4096),
    encode(value, memory, at, { name }) {
      const bytes = bytesOf(value, name);
      const length = byteLengthOf(bytes);
      const room = Math.min(longestBytes, memory.bytes.length - at);
      if (length > room) throw new UsageError('ERR_OUT_OF_RANGE', `${name}: ${length} bytes, at most ${room}`);
      memory.bytes.set(bytes, at);
      return length;
    },
    decode: (memory, at, length) => Buffer.from(memory.bytes.subarray(at, at + length)),
  },
  tcpInfo: {
    capacity: 512,
    // What Linux 2.6 returned; every version since has only added to the end.
    shortest: 104,
    decode: decodeTcpInfo,
  },
};
