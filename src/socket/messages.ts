import { isUint8Array } from 'node:util/types';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from '../address.js';
import { integer, invalidArgument, UsageError } from '../errors.js';
import { DATA, NAME_SPACE, SCRATCH_SIZE } from '../native/binding.js';
import { data, dataView, native } from '../native/load.js';
import { littleEndian } from '../options/memory.js';
import { constant } from './sockaddr.js';

/** Credentials of a process, unix(7). */
export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Fields of the IP header. */
export interface ValueMessage {
  readonly type: 'IP_TTL' | 'IP_TOS' | 'IPV6_HOPLIMIT' | 'IPV6_TCLASS';
  readonly value: number;
}

/** A control message in the form this package knows. */
export type ControlMessage =
  /** Descriptors passed over a Unix socket. The receiver owns them: adopt or close each. */
  | { readonly type: 'SCM_RIGHTS'; readonly fds: readonly number[] }
  | ({ readonly type: 'SCM_CREDENTIALS' } & Credentials)
  /** The address a datagram was sent to, and the interface it came in on; when sending, the source to use. */
  | {
      readonly type: 'IP_PKTINFO';
      readonly interfaceIndex: number;
      readonly address: string;
      readonly specificAddress?: string;
    }
  | { readonly type: 'IPV6_PKTINFO'; readonly interfaceIndex: number; readonly address: string }
  /** When the kernel received (or sent) the packet, in nanoseconds since 1970. */
  | { readonly type: 'SCM_TIMESTAMP' | 'SCM_TIMESTAMPNS'; readonly nanoseconds: bigint }
  /** Software time, and the raw hardware time; 0 where there is none. */
  | { readonly type: 'SCM_TIMESTAMPING'; readonly softwareNanoseconds: bigint; readonly hardwareNanoseconds: bigint }
  | ValueMessage
  /** Anything else, or what was cut to the control space (MSG_CTRUNC), as it came; or as it should go. */
  | { readonly type: 'raw'; readonly level: number; readonly cmsgType: number; readonly bytes: Uint8Array };

type Known<T extends ControlMessage['type']> = Extract<ControlMessage, { type: T }>;

const { layout, constants } = native;
const headerSize = layout['sizeof cmsghdr'] ?? 0;
const levelAt = layout['cmsghdr.cmsg_level'] ?? 0;
const typeAt = layout['cmsghdr.cmsg_type'] ?? 0;
const alignment = layout['CMSG_SPACE 1 - CMSG_SPACE 0'] ?? 8;
const wideLength = levelAt === 8;

/** CMSG_ALIGN, cmsg(3). */
function align(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

interface Codec {
  readonly level: string;
  /** C name of the cmsg_type; the message's own name if absent. */
  readonly cmsgType?: string;
  /** Bytes `read` needs: where the control space ran out (MSG_CTRUNC) the kernel delivers a part. */
  readonly size: number;
  readonly read?: (view: DataView, bytes: Uint8Array) => ControlMessage;
  readonly write?: (message: never) => Uint8Array;
}

function int32s(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

const nanosecondsPerSecond = 1_000_000_000n;

function readTime(view: DataView, offset: number, nanosecondsPerUnit: bigint): bigint {
  return (
    view.getBigInt64(offset, littleEndian) * nanosecondsPerSecond +
    view.getBigInt64(offset + 8, littleEndian) * nanosecondsPerUnit
  );
}

function value(type: ValueMessage['type'], level: string): Codec {
  return {
    level,
    size: 1,
    // IP_TOS comes as one byte, the others as an int: ip(7).
    read: (view, bytes) => ({ type, value: bytes.length < 4 ? (bytes[0] ?? 0) : view.getInt32(0, littleEndian) }),
    write: (message: ValueMessage) => int32s(integer(message.value, type, 0, 255)),
  };
}

const codecs: { readonly [T in Exclude<ControlMessage['type'], 'raw'>]: Codec } = {
  SCM_RIGHTS: {
    level: 'SOL_SOCKET',
    size: 4,
    read: (view, bytes) => {
      const fds: number[] = [];
      for (let offset = 0; offset + 4 <= bytes.length; offset += 4) fds.push(view.getInt32(offset, littleEndian));
      return { type: 'SCM_RIGHTS', fds };
    },
    // SCM_MAX_FD is 253, unix(7).
    write: ({ fds }: Known<'SCM_RIGHTS'>) => {
      if (!Array.isArray(fds)) throw invalidArgument('SCM_RIGHTS: fds', 'an array of descriptors', fds);
      integer(fds.length, 'SCM_RIGHTS: number of descriptors', 1, 253);
      return int32s(...fds.map((fd) => integer(fd, 'SCM_RIGHTS: descriptor', 0, 2 ** 31 - 1)));
    },
  },
  SCM_CREDENTIALS: {
    level: 'SOL_SOCKET',
    size: 12,
    read: (view) => ({
      type: 'SCM_CREDENTIALS',
      pid: view.getInt32(0, littleEndian),
      uid: view.getUint32(4, littleEndian),
      gid: view.getUint32(8, littleEndian),
    }),
    write: ({ pid, uid, gid }: Known<'SCM_CREDENTIALS'>) =>
      int32s(
        integer(pid, 'SCM_CREDENTIALS: pid', 0, 2 ** 31 - 1),
        integer(uid, 'SCM_CREDENTIALS: uid', 0, 2 ** 32 - 1),
        integer(gid, 'SCM_CREDENTIALS: gid', 0, 2 ** 32 - 1),
      ),
  },
  IP_PKTINFO: {
    level: 'IPPROTO_IP',
    size: 12,
    read: (view, bytes) => ({
      type: 'IP_PKTINFO',
      interfaceIndex: view.getInt32(0, littleEndian),
      specificAddress: formatIPv4(bytes, 4),
      address: formatIPv4(bytes, 8),
    }),
    write: ({ interfaceIndex, address }: Known<'IP_PKTINFO'>) => {
      const bytes = new Uint8Array(12);
      bytes.set(int32s(integer(interfaceIndex, 'IP_PKTINFO: interfaceIndex', 0, 2 ** 31 - 1)));
      // ipi_spec_dst is the source to send from; ipi_addr is ignored, ip(7).
      if (typeof address !== 'string' || !parseIPv4(address, bytes, 4))
        throw invalidArgument('IP_PKTINFO: address', 'an IPv4 address', address);
      return bytes;
    },
  },
  IPV6_PKTINFO: {
    level: 'IPPROTO_IPV6',
    size: 20,
    read: (view, bytes) => ({
      type: 'IPV6_PKTINFO',
      address: formatIPv6(bytes, 0),
      interfaceIndex: view.getInt32(16, littleEndian),
    }),
    write: ({ interfaceIndex, address }: Known<'IPV6_PKTINFO'>) => {
      const bytes = new Uint8Array(20);
      if (typeof address !== 'string' || !parseIPv6(address, bytes))
        throw invalidArgument('IPV6_PKTINFO: address', 'an IPv6 address', address);
      bytes.set(int32s(integer(interfaceIndex, 'IPV6_PKTINFO: interfaceIndex', 0, 2 ** 31 - 1)), 16);
      return bytes;
    },
  },
  SCM_TIMESTAMP: {
    level: 'SOL_SOCKET',
    size: 16,
    read: (view) => ({ type: 'SCM_TIMESTAMP', nanoseconds: readTime(view, 0, 1000n) }),
  },
  SCM_TIMESTAMPNS: {
    level: 'SOL_SOCKET',
    size: 16,
    read: (view) => ({ type: 'SCM_TIMESTAMPNS', nanoseconds: readTime(view, 0, 1n) }),
  },
  SCM_TIMESTAMPING: {
    level: 'SOL_SOCKET',
    size: 48,
    // Three timespecs, the second unused: Documentation/networking/timestamping.rst section 2.1.
    read: (view) => ({
      type: 'SCM_TIMESTAMPING',
      softwareNanoseconds: readTime(view, 0, 1n),
      hardwareNanoseconds: readTime(view, 32, 1n),
    }),
  },
  IP_TTL: value('IP_TTL', 'IPPROTO_IP'),
  IP_TOS: value('IP_TOS', 'IPPROTO_IP'),
  IPV6_HOPLIMIT: value('IPV6_HOPLIMIT', 'IPPROTO_IPV6'),
  IPV6_TCLASS: value('IPV6_TCLASS', 'IPPROTO_IPV6'),
};

const readers = new Map<string, Codec>();
for (const [name, codec] of Object.entries<Codec>(codecs)) {
  const level = constants[codec.level];
  const type = constants[codec.cmsgType ?? name];
  if (typeof level === 'number' && typeof type === 'number') readers.set(`${level}:${type}`, codec);
}

function encode(message: ControlMessage): { level: number; type: number; bytes: Uint8Array } {
  if (typeof message !== 'object' || message === null) throw invalidArgument('control', 'a control message', message);
  if (message.type === 'raw') {
    const level = integer(message.level, 'control: level', 0, 2 ** 31 - 1);
    const type = integer(message.cmsgType, 'control: cmsgType', 0, 2 ** 31 - 1);
    if (!isUint8Array(message.bytes)) throw invalidArgument('control: bytes', 'a Uint8Array', message.bytes);
    return { level, type, bytes: message.bytes };
  }
  const codec: Codec | undefined = Object.hasOwn(codecs, message.type) ? codecs[message.type] : undefined;
  if (codec?.write === undefined) {
    throw new UsageError('ERR_ARGUMENT_INVALID', `control: a message of type ${String(message.type)} cannot be sent`);
  }
  const write = codec.write as (given: ControlMessage) => Uint8Array;
  return { level: constant(codec.level), type: constant(codec.cmsgType ?? message.type), bytes: write(message) };
}

/** Control messages begin behind the space kept for the sockaddr. */
const controlAt = NAME_SPACE;
/** Bytes there are for control messages. */
export const controlSpace = SCRATCH_SIZE - DATA - NAME_SPACE;

/** Writes control messages to the scratch memory and returns their length. */
export function writeControl(messages: readonly ControlMessage[]): number {
  if (!Array.isArray(messages)) throw invalidArgument('control', 'an array of control messages', messages);
  let length = 0;
  for (const message of messages) {
    const { level, type, bytes } = encode(message);
    const start = controlAt + length;
    if (length + headerSize + align(bytes.length) > controlSpace) {
      throw new UsageError('ERR_OUT_OF_RANGE', `control: longer than ${controlSpace} bytes`);
    }
    data.fill(0, start, start + headerSize + align(bytes.length));
    // cmsg_len is a size_t on Linux, a socklen_t elsewhere.
    if (wideLength) dataView.setBigUint64(start, BigInt(headerSize + bytes.length), littleEndian);
    else dataView.setUint32(start, headerSize + bytes.length, littleEndian);
    dataView.setInt32(start + levelAt, level, littleEndian);
    dataView.setInt32(start + typeAt, type, littleEndian);
    data.set(bytes, start + headerSize);
    length += headerSize + align(bytes.length);
  }
  return length;
}

/** Reads the control messages that recvmsg(2) left in the scratch memory. */
export function readControl(length: number): ControlMessage[] {
  const messages: ControlMessage[] = [];
  for (let offset = 0; offset + headerSize <= length; ) {
    const start = controlAt + offset;
    const size = dataView.getUint32(start + (wideLength && !littleEndian ? 4 : 0), littleEndian);
    if (size < headerSize) break;
    const bytes = data.slice(start + headerSize, start + Math.min(size, length - offset));
    const level = dataView.getInt32(start + levelAt, littleEndian);
    const type = dataView.getInt32(start + typeAt, littleEndian);
    const codec = readers.get(`${level}:${type}`);
    messages.push(
      codec?.read === undefined || bytes.length < codec.size
        ? { type: 'raw', level, cmsgType: type, bytes }
        : codec.read(new DataView(bytes.buffer), bytes),
    );
    offset += align(size);
  }
  return messages;
}
