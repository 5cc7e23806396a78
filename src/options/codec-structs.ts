import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from '../address.js';
import { int32Max, int32Min, integer, invalidArgument, uint32Max } from '../errors.js';
import { native } from '../native/load.js';
import type { Codec } from './codec-shape.js';
import { littleEndian, type Memory } from './memory.js';
import type { Kind } from './kinds.js';
import { memoryFields } from './spec.js';
import type { FilterInstruction, ValueByKind } from './values.gen.js';

/** The families of addresses in values. */
export const AF_INET = native.constants['AF_INET'] ?? 0;
const AF_INET6 = native.constants['AF_INET6'] ?? 0;
const socketAddressSize = 128;
/** BPF_MAXINSNS, bpf_common.h. */
const longestFilter = 4096;

/** Not written where it is used: each call would make the array anew. */
const lingerFields = ['on', 'seconds'];

export function object(value: unknown, name: string, fields: readonly string[]): object {
  if (typeof value !== 'object' || value === null)
    throw invalidArgument(name, `an object with ${fields.join(', ')}`, value);
  // V8 walks the keys of a known shape without making an array of them.
  for (const field in value) {
    if (!fields.includes(field)) throw invalidArgument(name, `an object with ${fields.join(', ')}`, field);
  }
  return value;
}

// Each codec reads every field, once, before it writes: a getter may call this library, which writes the same memory.

function fits(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}

function index(value: unknown, name: string): number {
  return value === undefined ? 0 : integer(value, `${name}.interfaceIndex`, 0, int32Max);
}

function putIPv4(value: unknown, memory: Memory, at: number, name: string): void {
  if (typeof value !== 'string' || !parseIPv4(value, memory.bytes, at))
    throw invalidArgument(name, 'an IPv4 address', value);
}

/** `struct sockaddr_storage` with no port, for the calls of RFC 3678. */
function putSocketAddress(value: unknown, memory: Memory, at: number, name: string): void {
  memory.bytes.fill(0, at, at + socketAddressSize);
  if (typeof value === 'string' && parseIPv4(value, memory.bytes, at + 4)) {
    memory.view.setUint16(at, AF_INET, littleEndian);
  } else if (typeof value === 'string' && parseIPv6(value, memory.bytes, at + 8)) {
    memory.view.setUint16(at, AF_INET6, littleEndian);
  } else {
    throw invalidArgument(name, 'an IPv4 or IPv6 address', value);
  }
}

/** What `read` makes of each element, of which there are one to `most`. */
function array<T, U>(value: readonly T[], name: string, what: string, most: number, read: (element: T) => U): U[] {
  if (!Array.isArray(value)) throw invalidArgument(name, `an array of ${what}`, value);
  integer(value.length, `${name}: number of ${what}`, 1, most);
  const elements: readonly T[] = [...value];
  return elements.map(read);
}

/** A structure of unsigned 32-bit fields, of which every kernel returns the first `least`; one it does not is 0. */
export function words<T extends object>(fields: readonly (keyof T & string)[], least: number): Codec<T> {
  const size = 4 * fields.length;
  return {
    capacity: size,
    shortest: 4 * least,
    encode(value, memory, at, { name }) {
      object(value, name, fields);
      const numbers = fields.map((field) => integer(value[field], `${name}.${field}`, 0, uint32Max));
      for (const [position, number] of numbers.entries())
        memory.view.setUint32(at + 4 * position, number, littleEndian);
      return size;
    },
    decode(memory, at, length) {
      const entries = fields.map((field, position) => {
        const offset = 4 * position;
        return [field, offset < length ? memory.view.getUint32(at + offset, littleEndian) : 0];
      });
      return Object.fromEntries(entries) as T;
    },
  };
}

/**
 * `struct sock_fprog` holds a pointer, which only C++ can make: the instructions follow it here, and native/options.cc
 * fills it in.
 */
export function putFilter(program: readonly FilterInstruction[], memory: Memory, at: number, name: string): number {
  const instructions = array(program, name, 'instructions', longestFilter, (instruction) => {
    object(instruction, name, ['code', 'jt', 'jf', 'k']);
    const { code, jt, jf, k } = instruction;
    return {
      code: integer(code, `${name}.code`, 0, 65_535),
      jt: integer(jt, `${name}.jt`, 0, 255),
      jf: integer(jf, `${name}.jf`, 0, 255),
      k: integer(k, `${name}.k`, 0, uint32Max),
    };
  });
  for (const [position, { code, jt, jf, k }] of instructions.entries()) {
    const offset = at + 8 * position;
    memory.view.setUint16(offset, code, littleEndian);
    memory.bytes[offset + 2] = jt;
    memory.bytes[offset + 3] = jf;
    memory.view.setUint32(offset + 4, k, littleEndian);
  }
  return 8 * instructions.length;
}

export const structCodecs = {
  linger: {
    capacity: 8,
    shortest: 8,
    encode(value, memory, at, { name }) {
      object(value, name, lingerFields);
      const { on, seconds } = value;
      if (typeof on !== 'boolean') throw invalidArgument(`${name}.on`, 'a boolean', on);
      // The name is put together only for the error: a string a call costs as much as the rest of the check.
      if (!fits(seconds, int32Min, int32Max)) integer(seconds, `${name}.seconds`, int32Min, int32Max);
      memory.view.setInt32(at, on ? 1 : 0, littleEndian);
      memory.view.setInt32(at + 4, seconds, littleEndian);
      return 8;
    },
    decode: ({ view }, at) => ({
      on: view.getInt32(at, littleEndian) !== 0,
      seconds: view.getInt32(at + 4, littleEndian),
    }),
  },
  ucred: words(['pid', 'uid', 'gid'], 3),
  txtime: words(['clockId', 'flags'], 2),
  repairWindow: words(['sndWl1', 'sndWnd', 'maxWindow', 'rcvWnd', 'rcvWup'], 5),
  meminfo: words(memoryFields, 8),
  gids: {
    // A process has at most NGROUPS_MAX, 65536, groups; more than fit here are ERANGE.
    capacity: 65_536,
    decode: ({ view }, at, length) =>
      Array.from({ length: length >> 2 }, (_, position) => view.getUint32(at + 4 * position, littleEndian)),
  },
  mreqn: {
    capacity: 12,
    encode(value, memory, at, { name }) {
      object(value, name, ['multicastAddress', 'localAddress', 'interfaceIndex']);
      const { multicastAddress, localAddress = '0.0.0.0', interfaceIndex } = value;
      putIPv4(multicastAddress, memory, at, `${name}.multicastAddress`);
      putIPv4(localAddress, memory, at + 4, `${name}.localAddress`);
      memory.view.setInt32(at + 8, index(interfaceIndex, name), littleEndian);
      return 12;
    },
  },
  mreqSource: {
    capacity: 12,
    encode(value, memory, at, { name }) {
      object(value, name, ['multicastAddress', 'interfaceAddress', 'sourceAddress']);
      const { multicastAddress, interfaceAddress, sourceAddress } = value;
      putIPv4(multicastAddress, memory, at, `${name}.multicastAddress`);
      putIPv4(interfaceAddress, memory, at + 4, `${name}.interfaceAddress`);
      putIPv4(sourceAddress, memory, at + 8, `${name}.sourceAddress`);
      return 12;
    },
  },
  mreq6: {
    capacity: 20,
    encode(value, memory, at, { name }) {
      object(value, name, ['multicastAddress', 'interfaceIndex']);
      const { multicastAddress, interfaceIndex } = value;
      if (typeof multicastAddress !== 'string' || !parseIPv6(multicastAddress, memory.bytes, at))
        throw invalidArgument(`${name}.multicastAddress`, 'an IPv6 address', multicastAddress);
      memory.view.setInt32(at + 16, integer(interfaceIndex, `${name}.interfaceIndex`, 0, int32Max), littleEndian);
      return 20;
    },
  },
  groupReq: {
    capacity: 8 + socketAddressSize,
    encode(value, memory, at, { name }) {
      object(value, name, ['interfaceIndex', 'group']);
      const { interfaceIndex, group } = value;
      memory.view.setUint32(at, integer(interfaceIndex, `${name}.interfaceIndex`, 0, int32Max), littleEndian);
      putSocketAddress(group, memory, at + 8, `${name}.group`);
      return 8 + socketAddressSize;
    },
  },
  groupSourceReq: {
    capacity: 8 + 2 * socketAddressSize,
    encode(value, memory, at, { name }) {
      object(value, name, ['interfaceIndex', 'group', 'source']);
      const { interfaceIndex, group, source } = value;
      memory.view.setUint32(at, integer(interfaceIndex, `${name}.interfaceIndex`, 0, int32Max), littleEndian);
      putSocketAddress(group, memory, at + 8, `${name}.group`);
      putSocketAddress(source, memory, at + 8 + socketAddressSize, `${name}.source`);
      return 8 + 2 * socketAddressSize;
    },
  },
  multicastIf: {
    capacity: 4,
    shortest: 4,
    encode(value, memory, at, { name }) {
      object(value, name, ['localAddress', 'interfaceIndex']);
      const { localAddress = '0.0.0.0', interfaceIndex } = value;
      memory.bytes.fill(0, at, at + 4);
      putIPv4(localAddress, memory, at + 4, `${name}.localAddress`);
      memory.view.setInt32(at + 8, index(interfaceIndex, name), littleEndian);
      return 12;
    },
    decode: ({ bytes }, at) => ({ localAddress: formatIPv4(bytes, at) }),
  },
  filter: {
    // Of SO_GET_FILTER alone lengths are counts of instructions, sk_get_filter().
    capacity: longestFilter,
    encode: (value, memory, at, { name }) => putFilter(value, memory, at, name),
    decode: ({ view, bytes }, at, count) =>
      Array.from({ length: count }, (_, position) => {
        const offset = at + 8 * position;
        return {
          code: view.getUint16(offset, littleEndian),
          jt: bytes[offset + 2] ?? 0,
          jf: bytes[offset + 3] ?? 0,
          k: view.getUint32(offset + 4, littleEndian),
        };
      }),
  },
  portRange: {
    capacity: 4,
    shortest: 4,
    encode(value, memory, at, { name }) {
      object(value, name, ['low', 'high']);
      const low = integer(value.low, `${name}.low`, 0, 65_535);
      const high = integer(value.high, `${name}.high`, 0, 65_535);
      memory.view.setUint32(at, ((high << 16) | low) >>> 0, littleEndian);
      return 4;
    },
    decode({ view }, at) {
      const both = view.getUint32(at, littleEndian);
      return { low: both & 0xffff, high: both >>> 16 };
    },
  },
  sockaddr: {
    capacity: socketAddressSize,
    shortest: 16,
    decode({ view, bytes }, at) {
      const address =
        view.getUint16(at, littleEndian) === AF_INET ? formatIPv4(bytes, at + 4) : formatIPv6(bytes, at + 8);
      return { address, port: view.getUint16(at + 2) };
    },
  },
  repairOptions: {
    capacity: 0,
    encode(value, memory, at, { name }) {
      const options = array(value, name, 'options', 16, (option) => {
        object(option, name, ['code', 'value']);
        const { code, value: operand } = option;
        return [integer(code, `${name}.code`, 0, 255), integer(operand, `${name}.value`, 0, uint32Max)];
      });
      for (const [position, number] of options.flat().entries())
        memory.view.setUint32(at + 4 * position, number, littleEndian);
      return 8 * options.length;
    },
  },
} satisfies { readonly [K in Kind]?: Codec<ValueByKind[K]> };
