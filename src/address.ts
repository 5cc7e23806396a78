import { invalidArgument } from './errors.js';

/** An IPv4 or IPv6 address and port, with Node's names. */
export interface InternetAddress {
  /** Of the socket: an IPv6 socket says `::ffff:192.0.2.1` of an IPv4 peer. */
  readonly family: 'IPv4' | 'IPv6';
  /** As `192.0.2.1` or `2001:db8::1`, without brackets; a zone stands in `scopeId`. */
  readonly address: string;
  /** 0 to 65535; 0 in bind(2) lets the kernel choose. */
  readonly port: number;
  /** IPv6 only: interface of a link-local address. */
  readonly scopeId?: number;
  /** IPv6 only: traffic class and flow label, RFC 3493 section 3.3. */
  readonly flowInfo?: number;
}

/** A Unix domain address: a path, an abstract name (starts with `\0`), or `''` for an unnamed socket. */
export interface UnixAddress {
  /** AF_UNIX. */
  readonly family: 'unix';
  /** A path, or an abstract name that begins with `\0`, of at most 107 bytes; empty for a socket without a name. */
  readonly path: string;
  /**
   * The bytes of the name, where they are not UTF-8: `path` then has U+FFFD for what is not, and names nothing. To bind or
   * connect to such a name, give this.
   */
  readonly pathBytes?: Uint8Array;
}

/** A device-level address, packet(7). */
export interface PacketAddress {
  /** AF_PACKET. */
  readonly family: 'packet';
  /** Ethernet protocol in host byte order, as 0x0800. */
  readonly protocol: number;
  /** Index of the interface, 0 for every one. */
  readonly interfaceIndex: number;
  /** As `02:00:00:00:00:01`; absent where there is none. */
  readonly hardwareAddress?: string;
  /** On received packets: `PACKET_HOST`, `PACKET_OUTGOING` and so on, by number. */
  readonly packetType?: number;
}

/** A netlink address, netlink(7); `pid` 0 is the kernel. */
export interface NetlinkAddress {
  /** AF_NETLINK. */
  readonly family: 'netlink';
  /** Port id, 0 for the kernel; bind(2) to 0 lets the kernel choose. */
  readonly pid: number;
  /** The groups 1 to 32, a bit each from the lowest on. */
  readonly groups: number;
}

/** A virtual machine address, vsock(7). */
export interface VsockAddress {
  /** AF_VSOCK. */
  readonly family: 'vsock';
  /** Of the machine, as 2 for the host and 4294967295 (VMADDR_CID_ANY) for any. */
  readonly cid: number;
  /** 32 bits; 4294967295 (VMADDR_PORT_ANY) in bind(2) lets the kernel choose. */
  readonly port: number;
}

/** The address of a socket, of any family: a sockaddr. */
export type SocketAddress = InternetAddress | UnixAddress | PacketAddress | NetlinkAddress | VsockAddress;

/** An address family, with Node's names where it has one. */
export type Family = SocketAddress['family'];

interface AddressByFamily {
  readonly IPv4: InternetAddress;
  readonly IPv6: InternetAddress;
  readonly unix: UnixAddress;
  readonly packet: PacketAddress;
  readonly netlink: NetlinkAddress;
  readonly vsock: VsockAddress;
}

/** The addresses of a family; of several families, any of theirs. */
export type AddressOf<F extends Family> = AddressByFamily[F];

/** What names a TCP connection. */
export interface FourTuple {
  /** IPv4 or IPv6 address. */
  readonly localAddress: string;
  /** 1 to 65535. */
  readonly localPort: number;
  /** Of the same family. */
  readonly remoteAddress: string;
  /** 1 to 65535. */
  readonly remotePort: number;
}

/** The bytes of a hardware address of the form 02:00:00:00:00:01, at most 8 of them; `undefined` for any other text. */
export function parseHardwareAddress(text: unknown): number[] | undefined {
  if (typeof text !== 'string') return undefined;
  const parts = text.split(':');
  if (parts.length > 8 || !parts.every((part) => /^[0-9a-f]{2}$/i.test(part))) return undefined;
  return parts.map((part) => Number.parseInt(part, 16));
}

const dotCode = 46;
const zeroCode = 48;

/**
 * Writes the four bytes of a dotted quad to `out` at `offset`. Returns false for any other text, also for the shortened
 * and octal forms of inet_aton(3), which name other addresses than they seem to.
 */
export function parseIPv4(text: string, out: Uint8Array, offset = 0): boolean {
  let octet = 0;
  let digits = 0;
  let written = 0;
  for (let i = 0; i <= text.length; i++) {
    const char = i === text.length ? dotCode : text.charCodeAt(i);
    if (char === dotCode) {
      if (digits === 0 || written === 4) return false;
      out[offset + written++] = octet;
      octet = 0;
      digits = 0;
    } else {
      const digit = char - zeroCode;
      if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return false;
      octet = octet * 10 + digit;
      digits++;
      if (octet > 255) return false;
    }
  }
  return written === 4;
}

/** The groups of one side of `::`; a dotted quad may stand only at the very end of an address, RFC 4291 section 2.2. */
function parseGroups(text: string, quadAllowed: boolean): number[] | undefined {
  const groups: number[] = [];
  if (text === '') return groups;
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const quad = new Uint8Array(4);
      if (!quadAllowed || index !== parts.length - 1 || !parseIPv4(part, quad)) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = quad;
      groups.push((a << 8) | b, (c << 8) | d);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** Writes the sixteen bytes of an IPv6 address without a zone to `out` at `offset`. Returns false for any other text. */
export function parseIPv6(text: string, out: Uint8Array, offset = 0): boolean {
  const gap = text.indexOf('::');
  let groups: number[] | undefined;
  if (gap < 0) {
    groups = parseGroups(text, true);
  } else {
    const head = parseGroups(text.slice(0, gap), false);
    const tail = parseGroups(text.slice(gap + 2), true);
    if (head === undefined || tail === undefined || head.length + tail.length > 7) return false;
    groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
  }
  if (groups?.length !== 8) return false;
  for (const [index, group] of groups.entries()) {
    out[offset + 2 * index] = group >> 8;
    out[offset + 2 * index + 1] = group & 0xff;
  }
  return true;
}

/** Four bytes from `offset` on, as `192.0.2.1`. */
export function formatIPv4(bytes: Uint8Array, offset = 0): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

/** The longest run of at least two zero groups, the first of equals: RFC 5952 section 4.2. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The text RFC 5952 recommends: lower case, no leading zeros, the longest run of zeros as `::`. */
export function formatIPv6(bytes: Uint8Array, offset = 0): string {
  const groups: number[] = [];
  for (let i = 0; i < 8; i++) groups.push(((bytes[offset + 2 * i] ?? 0) << 8) | (bytes[offset + 2 * i + 1] ?? 0));
  if (isMapped(groups)) return `::ffff:${formatIPv4(bytes, offset + 12)}`;
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  const { start, length } = longestZeroRun(groups);
  if (start < 0) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function requireText(address: unknown): string {
  if (typeof address !== 'string') throw invalidArgument('address', 'a string', address);
  return address;
}

/** The usual spelling, without zone, of an address that may be spelt in many ways; other text as it is. */
function canonical(address: string): string {
  const bytes = new Uint8Array(16);
  const percent = address.indexOf('%');
  return parseIPv6(percent < 0 ? address : address.slice(0, percent), bytes) ? formatIPv6(bytes) : address;
}

/**
 * 4 or 6 for an IP address, 6 with a zone too, and 0 for any other text. isIP() of `node:net` knows no interface with `_` in its name,
 * and its regular expression costs V8 5 ms when it is asked for the first time.
 */
export function ipVersion(text: string): 0 | 4 | 6 {
  if (parseIPv4(text, new Uint8Array(4))) return 4;
  return parseIPv6(text.replace(/%[^\s/%]+$/, ''), new Uint8Array(16)) ? 6 : 0;
}

/** True for the wildcard addresses, `0.0.0.0` and `::`, and the v4-mapped form of the former. */
export function isWildcard(address: string): boolean {
  const text = unmapped(address);
  return text === '0.0.0.0' || canonical(text) === '::';
}

/** True for `127.0.0.0/8`, `::1` and the v4-mapped form of the former. */
export function isLoopback(address: string): boolean {
  const text = unmapped(address);
  return text.startsWith('127.') ? parseIPv4(text, new Uint8Array(4)) : canonical(text) === '::1';
}

/** The IPv4 address inside a v4-mapped one, in any spelling; any other address as it is. */
export function unmapped(address: string): string {
  const text = canonical(requireText(address));
  return text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : address;
}

/** `127.0.0.1:80`, `[::1]:80`, a path, or an abstract name with `@` for its first byte, as ss(8) prints it. */
export function formatAddress(address: SocketAddress): string {
  if (typeof address !== 'object' || address === null) throw invalidArgument('address', 'an address object', address);
  switch (address.family) {
    case 'IPv4':
      return `${address.address}:${address.port}`;
    case 'IPv6':
      return `[${address.address}${address.scopeId ? `%${address.scopeId}` : ''}]:${address.port}`;
    case 'unix':
      return requireText(address.path).replaceAll('\0', '@');
    case 'packet':
      return `${address.hardwareAddress ?? '*'}%${address.interfaceIndex}`;
    case 'netlink':
      return `netlink:${address.pid}`;
    case 'vsock':
      return `vsock:${address.cid}:${address.port}`;
    default:
      throw invalidArgument(
        'address: family',
        'one of an address of this package',
        (address as { family?: unknown }).family,
      );
  }
}
