import { parseHardwareAddress } from '../address.js';
import { int32Max, integer, invalidArgument, uint32Max } from '../errors.js';
import type { Codec } from './codec-shape.js';
import { object, putFilter, words } from './codec-structs.js';
import { littleEndian } from './memory.js';
import {
  packetFanoutFlags,
  packetFanoutModes,
  packetMemberships,
  type TimestampingFlags,
  timestampingFlags,
} from './enums.js';
import type { PacketFanout, PacketStatistics, ValueByKind } from './values.gen.js';

/** The number of a name that stands for its place in the list. */
function placeOf(names: readonly string[], value: unknown, name: string): number {
  const place = names.indexOf(value as string);
  if (place < 0) throw invalidArgument(name, `one of ${names.join(', ')}`, value);
  return place;
}

function list<T>(value: readonly T[] | undefined, name: string, what: string): T[] {
  if (!Array.isArray(value)) throw invalidArgument(name, `an array of ${what}`, value);
  return [...(value as readonly T[])];
}

/** The sum of flags whose names stand in the order of their bits; a number is taken as it is. */
export function flagSum(names: readonly string[], value: readonly (string | number)[], name: string): number {
  let sum = 0;
  for (const flag of list(value, name, 'flags')) {
    const bits = typeof flag === 'number' ? integer(flag, name, 0, uint32Max) : 2 ** placeOf(names, flag, name);
    sum = (sum | bits) >>> 0;
  }
  return sum;
}

/** The names of the flags, and what is left of the number. */
export function flagsOf<N extends string>(names: readonly N[], sum: number): (N | number)[] {
  const known = names.filter((_, bit) => (sum & (1 << bit)) !== 0);
  const rest = (sum & ~((1 << names.length) - 1)) >>> 0;
  return rest === 0 ? known : [...known, rest];
}

/** A set of numbers below `8 * size`, a bit for each in words of the machine's order, as `struct icmp6_filter`. */
function bits(size: number, what: string): Codec<readonly number[]> {
  return {
    capacity: size,
    shortest: size,
    encode(value, memory, at, { name }) {
      const numbers = list(value, name, what).map((number) => integer(number, name, 0, 8 * size - 1));
      const sums = new Uint32Array(size / 4);
      for (const number of numbers) sums[number >> 5] = (sums[number >> 5] ?? 0) | (1 << (number & 31));
      for (const [position, sum] of sums.entries()) memory.view.setUint32(at + 4 * position, sum, littleEndian);
      return size;
    },
    decode: (memory, at, length) => bitsSet(memory.view, at, length),
  };
}

function bitsSet(view: DataView, at: number, length: number): number[] {
  return Array.from({ length: 8 * (length & ~3) }, (_, number) => number).filter(
    (number) => (view.getUint32(at + 4 * (number >> 5), littleEndian) & (1 << (number & 31))) !== 0,
  );
}

const fanoutFlagShift = 12;

function putFanout(value: PacketFanout, view: DataView, at: number, name: string): number {
  object(value, name, ['groupId', 'mode', 'flags', 'maxMembers']);
  const { groupId, mode, flags = [], maxMembers } = value;
  const id = integer(groupId, `${name}.groupId`, 0, 65_535);
  const type =
    typeof mode === 'number' ? integer(mode, `${name}.mode`, 0, 255) : placeOf(packetFanoutModes, mode, `${name}.mode`);
  const sum = flagSum(packetFanoutFlags, flags, `${name}.flags`);
  const most = maxMembers === undefined ? undefined : integer(maxMembers, `${name}.maxMembers`, 0, uint32Max);
  // One number, on big-endian machines too: they have the two halves of struct fanout_args the other way round.
  view.setUint32(at, (((type | (sum << fanoutFlagShift)) << 16) | id) >>> 0, littleEndian);
  if (most === undefined) return 4;
  view.setUint32(at + 4, most, littleEndian);
  return 8;
}

type PacketKind =
  | 'timestamping'
  | 'timestampingFlags'
  | 'packetMreq'
  | 'packetStatistics'
  | 'packetFanout'
  | 'packetRollover'
  | 'filterOrFd'
  | 'netlinkGroups'
  | 'icmpTypes'
  | 'icmp6Types';

/** Flags of timestamps, and the values of packet, netlink and ICMP sockets. */
export const packetCodecs: { readonly [K in PacketKind]: Codec<ValueByKind[K]> } = {
  timestamping: {
    capacity: 8,
    // Older kernels return the flags alone, Linux before 5.13.
    shortest: 4,
    encode(value, { view }, at, { name }) {
      object(value, name, ['flags', 'bindPhc']);
      const { flags, bindPhc = 0 } = value;
      const sum = flagSum(timestampingFlags, flags, `${name}.flags`);
      const clock = integer(bindPhc, `${name}.bindPhc`, 0, int32Max);
      view.setUint32(at, sum, littleEndian);
      view.setInt32(at + 4, clock, littleEndian);
      return 8;
    },
    decode: ({ view }, at, length) => ({
      flags: flagsOf(timestampingFlags, view.getUint32(at, littleEndian)),
      bindPhc: length < 8 ? 0 : view.getInt32(at + 4, littleEndian),
    }),
  },
  timestampingFlags: {
    capacity: 4,
    shortest: 4,
    encode(value, { view }, at, { name }) {
      view.setUint32(at, flagSum(timestampingFlags, value, name), littleEndian);
      return 4;
    },
    decode: ({ view }, at): TimestampingFlags => flagsOf(timestampingFlags, view.getUint32(at, littleEndian)),
  },
  packetMreq: {
    capacity: 16,
    encode(value, { view, bytes }, at, { name }) {
      object(value, name, ['interfaceIndex', 'type', 'hardwareAddress']);
      const { interfaceIndex, type, hardwareAddress } = value;
      const index = integer(interfaceIndex, `${name}.interfaceIndex`, 0, int32Max);
      const number = placeOf(packetMemberships, type, `${name}.type`);
      const address = hardwareAddress === undefined ? [] : parseHardwareAddress(hardwareAddress);
      if (address === undefined)
        throw invalidArgument(`${name}.hardwareAddress`, 'an address of the form 02:00:00:00:00:01', hardwareAddress);
      bytes.fill(0, at, at + 16);
      view.setInt32(at, index, littleEndian);
      view.setUint16(at + 4, number, littleEndian);
      view.setUint16(at + 6, address.length, littleEndian);
      bytes.set(address, at + 8);
      return 16;
    },
  },
  packetStatistics: words<PacketStatistics>(['packets', 'drops', 'freezes'], 2),
  packetFanout: {
    capacity: 4,
    shortest: 4,
    encode: (value, { view }, at, { name }) => putFanout(value, view, at, name),
    decode({ view }, at) {
      const both = view.getUint32(at, littleEndian);
      const mode = (both >>> 16) & 0xff;
      const sum = both >>> (16 + fanoutFlagShift);
      const flags = packetFanoutFlags.filter((_, bit) => (sum & (1 << bit)) !== 0);
      return { groupId: both & 0xffff, mode: packetFanoutModes[mode] ?? mode, flags };
    },
  },
  packetRollover: {
    capacity: 24,
    shortest: 24,
    decode: ({ view }, at) => ({
      all: view.getBigUint64(at, littleEndian),
      huge: view.getBigUint64(at + 8, littleEndian),
      failed: view.getBigUint64(at + 16, littleEndian),
    }),
  },
  filterOrFd: {
    capacity: 0,
    encode(value, memory, at, { name }) {
      if (typeof value !== 'number') return putFilter(value, memory, at, name);
      memory.view.setInt32(at, integer(value, name, 0, int32Max), littleEndian);
      return 4;
    },
  },
  netlinkGroups: {
    capacity: 4096,
    // Group 1 is the lowest bit.
    decode: ({ view }, at, length) => bitsSet(view, at, length).map((bit) => bit + 1),
  },
  icmpTypes: bits(4, 'ICMP types'),
  icmp6Types: bits(32, 'ICMPv6 types'),
};
