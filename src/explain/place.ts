import { parseIPv4, parseIPv6 } from '../address.js';
import { UsageError } from '../errors.js';

/** Where a socket is bound, as the kernel compares it: `sk_rcv_saddr`, `sk_v6_rcv_saddr` and `sk_ipv6only`. */
export interface Place {
  readonly family: 'IPv4' | 'IPv6';
  readonly kind: 'IPv4' | 'mapped' | 'IPv6' | 'IPv6 wildcard';
  /** The IPv4 address as a number. Sockets of an IPv6 address have 127.0.0.6 there, `LOOPBACK4_IPV6`. */
  readonly ipv4: number;
  /** The sixteen bytes, of a v4-mapped or IPv6 address, as text that can be compared. */
  readonly ipv6: string;
  readonly v6only: boolean | 'unknown';
  /** Of a link-local address with a zone, 0 otherwise. */
  readonly zone: string;
  readonly isMulticast: boolean;
  /** Means something else on each interface: link-local unicast, interface-local and link-local multicast, RFC 4007 section 6. */
  readonly needsZone: boolean;
  readonly isLoopback: boolean;
}

const loopbackMapped = 0x7f00_0006;
const bytes = new Uint8Array(16);

function ipv4Place(family: 'IPv4' | 'IPv6', kind: Place['kind'], at: number): Place {
  const ipv4 = new DataView(bytes.buffer).getUint32(at);
  return {
    family,
    kind,
    ipv4,
    ipv6: `mapped ${ipv4}`,
    v6only: false,
    zone: '',
    isMulticast: ipv4 >>> 28 === 0xe,
    needsZone: false,
    isLoopback: ipv4 >>> 24 === 127,
  };
}

function ipv6Place(zone: string): Place {
  const words = new DataView(bytes.buffer);
  const [a, b, c, d] = [0, 4, 8, 12].map((offset) => words.getUint32(offset));
  if (a === 0 && b === 0 && c === 0xffff) return ipv4Place('IPv6', 'mapped', 12);
  const [first = 0, second = 0] = bytes;
  const isWildcard = a === 0 && b === 0 && c === 0 && d === 0;
  return {
    family: 'IPv6',
    kind: isWildcard ? 'IPv6 wildcard' : 'IPv6',
    ipv4: isWildcard ? 0 : loopbackMapped,
    ipv6: `${a} ${b} ${c} ${d}`,
    // bind(2) sets it together with a specific address, __inet6_bind().
    v6only: !isWildcard,
    zone,
    isMulticast: first === 0xff,
    needsZone: (first === 0xfe && (second & 0xc0) === 0x80) || (first === 0xff && [1, 2].includes(second & 0x0f)),
    isLoopback: a === 0 && b === 0 && c === 0 && d === 1,
  };
}

const known = new Map<string, Place>();
const mostKnown = 10_000;

/**
 * Reads an address, with a zone or without.
 *
 * @throws {UsageError} `ERR_ADDRESS_INVALID` - it is none.
 */
export function placeOf(address: string, name = 'address'): Place {
  const place = known.get(address) ?? parse(address);
  if (place === undefined)
    throw new UsageError(
      'ERR_ADDRESS_INVALID',
      `${name}: expected an IPv4 or IPv6 address, got ${JSON.stringify(address)}`,
    );
  if (known.size >= mostKnown) known.clear();
  known.set(address, place);
  return place;
}

function parse(address: unknown): Place | undefined {
  if (typeof address !== 'string') return undefined;
  if (parseIPv4(address, bytes)) return ipv4Place('IPv4', 'IPv4', 0);
  const percent = address.indexOf('%');
  const zone = percent < 0 ? '' : address.slice(percent + 1);
  if (percent >= 0 && zone === '') return undefined;
  return parseIPv6(percent < 0 ? address : address.slice(0, percent), bytes) ? ipv6Place(zone) : undefined;
}

/** True for an IPv4 address, v4-mapped or not. */
export function isIPv4({ kind }: Place): boolean {
  return kind === 'IPv4' || kind === 'mapped';
}

export function isWildcardPlace(place: Place): boolean {
  return place.kind === 'IPv6 wildcard' || (isIPv4(place) && place.ipv4 === 0);
}

/** True for one address, in whatever form it is written. */
export function sameAddress(one: Place, other: Place): boolean {
  return isIPv4(one) === isIPv4(other) && one.ipv6 === other.ipv6;
}

/** `inet_rcv_saddr_equal()` with wildcards. */
function receiveTheSame(newcomer: Place, holder: Place, v6only: boolean): boolean {
  if (newcomer.family === 'IPv4' || (newcomer.kind === 'mapped' && isIPv4(holder))) {
    if (v6only) return false;
    // 127.0.0.6 of an IPv6 address is compared too; the kernel does so, and an IPv4 wildcard meets dual-stack connections.
    return newcomer.ipv4 === holder.ipv4 || newcomer.ipv4 === 0 || holder.ipv4 === 0;
  }
  if (holder.kind === 'IPv6 wildcard' && !(v6only && newcomer.kind === 'mapped')) return true;
  if (newcomer.kind === 'IPv6 wildcard' && !(newcomer.v6only === true && isIPv4(holder))) return true;
  return !isIPv4(holder) && newcomer.ipv6 === holder.ipv6;
}

/** The look into the second bind table, which TCP uses for a specific address: its own address, and the wildcards. */
function meetInBindTable(newcomer: Place, holder: Place, v6only: boolean): boolean {
  if (holder.kind === 'IPv6 wildcard') return !(v6only && isIPv4(newcomer));
  return isIPv4(newcomer)
    ? isIPv4(holder) && (holder.ipv4 === 0 || holder.ipv4 === newcomer.ipv4)
    : !isIPv4(holder) && holder.ipv6 === newcomer.ipv6;
}

/**
 * Whether a packet could belong to both places, as the kernel sees it when `newcomer` is bound: not quite symmetric, since
 * an IPv4 wildcard overlaps with IPv6 connections of a dual-stack listener.
 */
export function overlaps(protocol: 'tcp' | 'udp', newcomer: Place, holder: Place): boolean | 'unknown' {
  const meet = protocol === 'tcp' && !isWildcardPlace(newcomer) ? meetInBindTable : receiveTheSame;
  if (holder.v6only !== 'unknown') return meet(newcomer, holder, holder.v6only);
  const [one, other] = [meet(newcomer, holder, true), meet(newcomer, holder, false)];
  return one === other ? one : 'unknown';
}
