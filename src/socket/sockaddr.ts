import { isUtf8 } from 'node:buffer';
import { constants as os } from 'node:os';
import {
  type Family,
  formatIPv4,
  formatIPv6,
  type InternetAddress,
  type NetlinkAddress,
  type PacketAddress,
  parseHardwareAddress,
  parseIPv4,
  parseIPv6,
  type SocketAddress,
  type UnixAddress,
  type VsockAddress,
} from '../address.js';
import { check, int32Max, integer, invalidArgument, knownKeys, uint32Max, UsageError } from '../errors.js';
import { valueOffset, nameSpace, scratchSize } from '../native/binding.js';
import { native } from '../native/load.js';
import { scratch } from '../options/scratch.js';
import { byteLengthOf, bytesOf, copyOf } from '../options/bytes.js';
import { littleEndian } from '../options/memory.js';
import { EncodedAddress } from './encoded-address.js';

type Partially<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Any sockaddr, family included, as the kernel is to get it: also one that this package has no words for. */
export interface RawAddress {
  /** At most 128 (`sockaddr_storage`) where a message is sent with sendmsg(2) or sendmmsg(2): the kernel cuts what is longer. */
  readonly bytes: Uint8Array;
}

/** An address of AF_UNSPEC in the form of sockaddr_in. Linux binds an IPv4 socket to it if it is the wildcard. */
export interface UnspecifiedAddress {
  /** AF_UNSPEC. */
  readonly family: 'unspec';
  /**
   * IPv4 address beside it: bind(2) of an IPv4 socket takes `0.0.0.0` alone, __inet_bind(); connect(2) disconnects,
   * whatever it is.
   */
  readonly address?: string | undefined;
  /** The same for the port, 0 to 65535. */
  readonly port?: number | undefined;
}

/**
 * An address as the caller may give it: what is missing is the family's wildcard (port 0, every interface and so on). Without
 * `family` it is of the socket's; whether another one will do is the kernel's to say (EAFNOSUPPORT, EINVAL).
 */
export type AddressInput =
  | EncodedAddress
  | RawAddress
  | UnspecifiedAddress
  | Partially<InternetAddress>
  | Partially<UnixAddress>
  | Partially<PacketAddress>
  | Partially<NetlinkAddress>
  | Partially<VsockAddress>;

const { constants, layout } = native;

/** The number of a C name that this system's headers had to have. */
export function constant(name: string): number {
  const value = constants[name];
  if (value === undefined || value === null) {
    throw new UsageError('ERR_NOT_SUPPORTED', `${name}: not available on ${process.platform}`);
  }
  return value;
}

function fact(name: string): number {
  return layout[name] ?? 0;
}

/** The families there are, each with the C name of its number. */
export const families = {
  IPv4: 'AF_INET',
  IPv6: 'AF_INET6',
  unix: 'AF_UNIX',
  packet: 'AF_PACKET',
  netlink: 'AF_NETLINK',
  vsock: 'AF_VSOCK',
} as const satisfies Record<Family, string>;

/** `AF_…` of a family. */
export function domainOf(family: Family): number {
  return constant(families[family]);
}

const familyByDomain = new Map<number, Family>();
for (const [family, name] of Object.entries(families)) {
  const domain = constants[name];
  if (typeof domain === 'number') familyByDomain.set(domain, family as Family);
}

/** The family of an `AF_…` number, `undefined` for those this package has no addresses for. */
export function familyOf(domain: number): Family | undefined {
  return familyByDomain.get(domain);
}

const at = {
  family: fact('sockaddr.sa_family'),
  familySize: fact('sizeof sa_family_t'),
  in: { size: fact('sizeof sockaddr_in'), port: fact('sockaddr_in.sin_port'), addr: fact('sockaddr_in.sin_addr') },
  in6: {
    size: fact('sizeof sockaddr_in6'),
    port: fact('sockaddr_in6.sin6_port'),
    flowinfo: fact('sockaddr_in6.sin6_flowinfo'),
    addr: fact('sockaddr_in6.sin6_addr'),
    scopeId: fact('sockaddr_in6.sin6_scope_id'),
  },
  un: { size: fact('sizeof sockaddr_un'), path: fact('sockaddr_un.sun_path') },
  ll: {
    size: fact('sizeof sockaddr_ll'),
    protocol: fact('sockaddr_ll.sll_protocol'),
    ifindex: fact('sockaddr_ll.sll_ifindex'),
    pkttype: fact('sockaddr_ll.sll_pkttype'),
    halen: fact('sockaddr_ll.sll_halen'),
    addr: fact('sockaddr_ll.sll_addr'),
  },
  nl: { size: fact('sizeof sockaddr_nl'), pid: fact('sockaddr_nl.nl_pid'), groups: fact('sockaddr_nl.nl_groups') },
  vm: { size: fact('sizeof sockaddr_vm'), port: fact('sockaddr_vm.svm_port'), cid: fact('sockaddr_vm.svm_cid') },
};

function setFamily(domain: number): void {
  if (at.familySize === 2) scratch.view.setUint16(at.family, domain, littleEndian);
  else scratch.bytes[at.family] = domain;
}

function invalidAddress(message: string): UsageError {
  return new UsageError('ERR_ADDRESS_INVALID', message);
}

function portOf(port: unknown): number {
  return port === undefined ? 0 : integer(port, 'port', 0, 65_535);
}

// Each of these reads all of the caller's fields before it writes: a getter may make calls of its own, which use the same
// memory.

function writeIPv4({ address = '0.0.0.0', port }: Partially<InternetAddress>): number {
  if (typeof address !== 'string') throw invalidArgument('address', 'an IPv4 address', address);
  scratch.bytes.fill(0, 0, at.in.size);
  scratch.view.setUint16(at.in.port, portOf(port));
  if (!parseIPv4(address, scratch.bytes, at.in.addr))
    throw invalidAddress(`address: ${JSON.stringify(address)} is not an IPv4 address`);
  return at.in.size;
}

/** No descriptor was left to ask with. */
const unasked = [-os.errno.EMFILE, -os.errno.ENFILE];

function scopeOf(zone: string): number {
  // The name ends at a NUL in C: `lo\0x` would be `lo`.
  const byName = zone.includes('\0') ? 0 : native.if_nametoindex(zone);
  if (byName > 0) return byName;
  if (/^[0-9]{1,9}$/.test(zone)) return Number(zone);
  if (unasked.includes(byName)) check(byName, 'if_nametoindex', { address: zone });
  throw invalidAddress(`address: there is no interface ${JSON.stringify(zone)}`);
}

function writeIPv6({ address = '::', port, flowInfo = 0, scopeId: given }: Partially<InternetAddress>): number {
  if (typeof address !== 'string') throw invalidArgument('address', 'an IPv6 address', address);
  const percent = address.indexOf('%');
  const zone = percent < 0 ? undefined : address.slice(percent + 1);
  const scopeId = zone === undefined ? (given ?? 0) : scopeOf(zone);
  if (given !== undefined && given !== scopeId) {
    throw invalidAddress(`address: ${JSON.stringify(address)} is on interface ${scopeId}, scopeId says ${given}`);
  }
  scratch.bytes.fill(0, 0, at.in6.size);
  scratch.view.setUint16(at.in6.port, portOf(port));
  scratch.view.setUint32(at.in6.flowinfo, integer(flowInfo, 'flowInfo', 0, 0x0fff_ffff));
  scratch.view.setUint32(at.in6.scopeId, integer(scopeId, 'scopeId', 0, uint32Max), littleEndian);
  if (!parseIPv6(percent < 0 ? address : address.slice(0, percent), scratch.bytes, at.in6.addr)) {
    throw invalidAddress(`address: ${JSON.stringify(address)} is not an IPv6 address`);
  }
  return at.in6.size;
}

const textEncoder = new TextEncoder();

/** The name of a Unix address. A `path` beside `pathBytes` may only be what getsockname(2) told with them. */
function nameOf({ path, pathBytes }: Partially<UnixAddress>): Uint8Array {
  if (path !== undefined && typeof path !== 'string') throw invalidArgument('path', 'a string', path);
  if (pathBytes === undefined) return textEncoder.encode(path ?? '');
  const bytes = Buffer.from(copyOf(bytesOf(pathBytes, 'pathBytes')).buffer);
  if (path !== undefined && path !== bytes.toString())
    throw invalidAddress(`path: ${JSON.stringify(path)} is another name than pathBytes`);
  return bytes;
}

function writeUnix(input: Partially<UnixAddress>): number {
  const bytes = nameOf(input);
  const capacity = at.un.size - at.un.path;
  const abstract = bytes[0] === 0;
  // A path of the full size would lack its terminating NUL: Linux takes it, but getsockname(2) readers are off by one.
  const longest = abstract ? capacity : capacity - 1;
  if (bytes.length > longest) throw invalidAddress(`path: ${bytes.length} bytes, sun_path takes ${longest}`);
  if (!abstract && bytes.includes(0)) throw invalidAddress('path: contains a NUL byte');
  scratch.bytes.fill(0, 0, at.un.size);
  scratch.bytes.set(bytes, at.un.path);
  // The length is part of an abstract name; a lone family asks for autobind, unix(7).
  if (abstract) return at.un.path + bytes.length;
  return bytes.length === 0 ? at.un.path : at.un.path + bytes.length + 1;
}

function hardwareBytes(text: unknown): number[] {
  if (typeof text !== 'string') throw invalidArgument('hardwareAddress', 'a string', text);
  const bytes = parseHardwareAddress(text);
  if (bytes === undefined)
    throw invalidAddress(`hardwareAddress: ${JSON.stringify(text)} is not of the form 02:00:00:00:00:01`);
  return bytes;
}

function writePacket({ protocol = 0, interfaceIndex = 0, hardwareAddress }: Partially<PacketAddress>): number {
  scratch.bytes.fill(0, 0, at.ll.size);
  scratch.view.setUint16(at.ll.protocol, integer(protocol, 'protocol', 0, 65_535));
  scratch.view.setInt32(at.ll.ifindex, integer(interfaceIndex, 'interfaceIndex', 0, int32Max), littleEndian);
  if (hardwareAddress !== undefined) {
    const bytes = hardwareBytes(hardwareAddress);
    scratch.bytes[at.ll.halen] = bytes.length;
    scratch.bytes.set(bytes, at.ll.addr);
  }
  return at.ll.size;
}

function writeNetlink({ pid = 0, groups = 0 }: Partially<NetlinkAddress>): number {
  scratch.bytes.fill(0, 0, at.nl.size);
  scratch.view.setUint32(at.nl.pid, integer(pid, 'pid', 0, uint32Max), littleEndian);
  scratch.view.setUint32(at.nl.groups, integer(groups, 'groups', 0, uint32Max), littleEndian);
  return at.nl.size;
}

/** VMADDR_CID_ANY and VMADDR_PORT_ANY. */
const vmAny = uint32Max;

function writeVsock({ cid = vmAny, port = vmAny }: Partially<VsockAddress>): number {
  scratch.bytes.fill(0, 0, at.vm.size);
  scratch.view.setUint32(at.vm.cid, integer(cid, 'cid', 0, uint32Max), littleEndian);
  scratch.view.setUint32(at.vm.port, integer(port, 'port', 0, uint32Max), littleEndian);
  return at.vm.size;
}

export type InputFamily = Family | 'unspec';

const writers: { readonly [F in InputFamily]: (input: never) => number } = {
  IPv4: writeIPv4,
  IPv6: writeIPv6,
  unix: writeUnix,
  packet: writePacket,
  netlink: writeNetlink,
  vsock: writeVsock,
  unspec: writeIPv4,
};

const fieldsOf: { readonly [F in InputFamily]: readonly string[] } = {
  IPv4: ['family', 'address', 'port'],
  IPv6: ['family', 'address', 'port', 'scopeId', 'flowInfo'],
  unix: ['family', 'path', 'pathBytes'],
  packet: ['family', 'protocol', 'interfaceIndex', 'hardwareAddress', 'packetType'],
  netlink: ['family', 'pid', 'groups'],
  vsock: ['family', 'cid', 'port'],
  unspec: ['family', 'address', 'port'],
};

function inputFamily(value: unknown): InputFamily {
  if (typeof value !== 'string' || !Object.hasOwn(writers, value))
    throw invalidArgument('address: family', `one of ${Object.keys(writers).join(', ')}`, value);
  return value as InputFamily;
}

/** Bytes of the scratch memory that a sockaddr may fill. A longer one than `sockaddr_storage` is EINVAL, not cut. */
const longest = scratchSize - valueOffset;

function writeRaw(input: RawAddress, room: number): number {
  knownKeys(input, 'address', ['bytes']);
  const bytes = bytesOf(input.bytes, 'address: bytes');
  const length = integer(byteLengthOf(bytes), 'address: bytes: length', 0, room);
  scratch.bytes.set(bytes);
  return length;
}

/** Writes the sockaddr of `input`, of at most `room` bytes, to the scratch memory and returns its length. */
export function writeAddress(family: Family, input: AddressInput, room = longest): number {
  const encoded = EncodedAddress.bytesOf(input);
  if (encoded !== undefined) {
    scratch.bytes.set(encoded);
    return encoded.length;
  }
  if (typeof input !== 'object' || input === null)
    throw invalidArgument('address', `an ${family} address object`, input);
  if ('bytes' in input) return writeRaw(input, room);
  const { family: given = family } = input;
  const own = inputFamily(given);
  const fields = fieldsOf[own];
  for (const key in input) {
    if (!fields.includes(key)) {
      throw invalidAddress(`address: an ${own} address has no ${JSON.stringify(key)}, it has ${fields.join(', ')}`);
    }
  }
  const write = writers[own] as (given: AddressInput) => number;
  const length = write(input);
  setFamily(own === 'unspec' ? 0 : domainOf(own));
  return length;
}

/** The family that the fields of an address belong to, where none is named. */
function familyByFields(input: object): Family {
  if ('path' in input || 'pathBytes' in input) return 'unix';
  if ('cid' in input) return 'vsock';
  if ('pid' in input || 'groups' in input) return 'netlink';
  if ('interfaceIndex' in input || 'hardwareAddress' in input || 'protocol' in input) return 'packet';
  if (!('address' in input) || typeof input.address !== 'string')
    throw invalidAddress("address: of no known family; name one, as family: 'IPv4'");
  return input.address.includes(':') ? 'IPv6' : 'IPv4';
}

/**
 * Makes the sockaddr of an address, once for many sends: `socket.trySend(data, { address: encoded })` parses no text and
 * looks up no interface. Without `family` it is told by the fields. The index of a zone (`fe80::1%eth0`) is that of now.
 *
 * @throws {UsageError} `ERR_ADDRESS_INVALID` - not an address, of no known family, or of a zone that is no interface;
 * `ERR_ARGUMENT_INVALID`, `ERR_OUT_OF_RANGE` - a field of another type, a port above 65535.
 */
export function encodeAddress(address: AddressInput): EncodedAddress {
  if (address instanceof EncodedAddress) return address;
  if (typeof address !== 'object' || address === null) throw invalidArgument('address', 'an address object', address);
  const isNamed = 'bytes' in address || address.family !== undefined;
  const family = isNamed ? 'IPv4' : familyByFields(address);
  const length = writeAddress(family, address, nameSpace);
  return new EncodedAddress(scratch.bytes.slice(0, length));
}

function readUnix(length: number, bytes: Uint8Array, base: number): UnixAddress {
  const path = bytes.subarray(base + at.un.path, base + Math.max(length, at.un.path));
  const end = path[0] === 0 ? path.length : path.indexOf(0);
  const name = Buffer.from(end < 0 ? path : path.subarray(0, end));
  return { family: 'unix', path: name.toString(), ...(!isUtf8(name) && { pathBytes: name }) };
}

function readPacket(view: DataView, bytes: Uint8Array, base: number): PacketAddress {
  const size = Math.min(bytes[base + at.ll.halen] ?? 0, 8);
  const hardware = bytes.subarray(base + at.ll.addr, base + at.ll.addr + size);
  return {
    family: 'packet',
    protocol: view.getUint16(base + at.ll.protocol),
    interfaceIndex: view.getInt32(base + at.ll.ifindex, littleEndian),
    packetType: bytes[base + at.ll.pkttype] ?? 0,
    ...(size > 0 && {
      hardwareAddress: Buffer.from(hardware)
        .toString('hex')
        .replace(/..(?!$)/g, '$&:'),
    }),
  };
}

/** Reads a sockaddr of `length` bytes at `base`; `undefined` where there is none or its family has no addresses here. */
export function readAddress(
  length: number,
  bytes: Uint8Array = scratch.bytes,
  view: DataView = scratch.view,
  base = 0,
): SocketAddress | undefined {
  if (length < at.family + at.familySize) return undefined;
  const domain = at.familySize === 2 ? view.getUint16(base + at.family, littleEndian) : (bytes[base + at.family] ?? 0);
  const family = familyOf(domain);
  switch (family) {
    case undefined:
      return undefined;
    case 'IPv4':
      return { family, address: formatIPv4(bytes, base + at.in.addr), port: view.getUint16(base + at.in.port) };
    case 'IPv6': {
      const scopeId = view.getUint32(base + at.in6.scopeId, littleEndian);
      const flowInfo = view.getUint32(base + at.in6.flowinfo);
      return {
        family,
        address: formatIPv6(bytes, base + at.in6.addr),
        port: view.getUint16(base + at.in6.port),
        ...(scopeId !== 0 && { scopeId }),
        ...(flowInfo !== 0 && { flowInfo }),
      };
    }
    case 'unix':
      return readUnix(length, bytes, base);
    case 'packet':
      return readPacket(view, bytes, base);
    case 'netlink':
      return {
        family,
        pid: view.getUint32(base + at.nl.pid, littleEndian),
        groups: view.getUint32(base + at.nl.groups, littleEndian),
      };
    case 'vsock':
      return {
        family,
        cid: view.getUint32(base + at.vm.cid, littleEndian),
        port: view.getUint32(base + at.vm.port, littleEndian),
      };
  }
}

/** The address a call returned the length of. */
export function addressFrom(result: number, syscall: string): SocketAddress {
  const address = readAddress(check(result, syscall));
  if (address === undefined) throw new UsageError('ERR_NOT_SUPPORTED', `${syscall}: an address of an unknown family`);
  return address;
}
