import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from '../../../address.js';
import { UsageError } from '../../../errors.js';
import { checksum, EtherType } from './frame.js';

/** What an IP header says beside who talks to whom. */
export interface IpFields {
  /** Traffic class: DSCP and, in the lowest two bits, ECN. */
  readonly tos: number;
  /** TTL, or the hop limit of IPv6. */
  readonly ttl: number;
}

/** A whole packet: IPv4 without options or IPv6 without extension headers, by the family of its addresses. */
export interface IpPacket extends IpFields {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

const ipv4Size = 20;
const ipv6Size = 40;
const usual: IpFields = { tos: 0, ttl: 64 };

export function isIPv6(address: string): boolean {
  return address.includes(':');
}

export function etherTypeOf(address: string): number {
  return isIPv6(address) ? EtherType.IPv6 : EtherType.IPv4;
}

/** The bytes of an address of either family. */
export function addressBytes(address: string): Uint8Array {
  const bytes = new Uint8Array(isIPv6(address) ? 16 : 4);
  if (!(isIPv6(address) ? parseIPv6(address, bytes) : parseIPv4(address, bytes)))
    throw new UsageError('ERR_ADDRESS_INVALID', `${JSON.stringify(address)} is not an IP address`);
  return bytes;
}

/** Covered by the checksum of a segment: RFC 9293 section 3.1, RFC 8200 section 8.1. */
export function pseudoHeader(
  { source, destination, protocol }: Pick<IpPacket, 'source' | 'destination' | 'protocol'>,
  length: number,
): Uint8Array {
  const ends = [...addressBytes(source), ...addressBytes(destination)];
  const size = [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
  return isIPv6(source)
    ? Uint8Array.from([...ends, ...size, 0, 0, 0, protocol])
    : Uint8Array.from([...ends, 0, protocol, ...size.slice(2)]);
}

export type PacketToSend = Omit<IpPacket, keyof IpFields> & Partial<IpFields>;

export function encodeIp(packet: PacketToSend): Uint8Array {
  const { source, destination, protocol, payload, tos = usual.tos, ttl = usual.ttl } = packet;
  if (isIPv6(source)) {
    if (payload.length > 0xffff) throw new UsageError('ERR_OUT_OF_RANGE', `an IPv6 packet of ${payload.length} bytes`);
    const bytes = new Uint8Array(ipv6Size + payload.length);
    bytes.set([0x60 | (tos >> 4), (tos & 15) << 4, 0, 0, payload.length >> 8, payload.length & 255, protocol, ttl]);
    bytes.set(addressBytes(source), 8);
    bytes.set(addressBytes(destination), 24);
    bytes.set(payload, ipv6Size);
    return bytes;
  }
  const size = ipv4Size + payload.length;
  if (size > 0xffff) throw new UsageError('ERR_OUT_OF_RANGE', `an IPv4 packet of ${size} bytes`);
  const bytes = new Uint8Array(size);
  // Version and header length; 0x40: don't fragment.
  bytes.set([0x45, tos, size >> 8, size & 255, 0, 0, 0x40, 0, ttl, protocol]);
  bytes.set(addressBytes(source), 12);
  bytes.set(addressBytes(destination), 16);
  const sum = checksum(bytes.subarray(0, ipv4Size));
  bytes.set([sum >> 8, sum & 255], 10);
  bytes.set(payload, ipv4Size);
  return bytes;
}

function decodeIPv4(bytes: Uint8Array): IpPacket | undefined {
  const headerSize = ((bytes[0] ?? 0) & 15) * 4;
  const size = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  const isFragment = (((bytes[6] ?? 0) & 0x3f) | (bytes[7] ?? 0)) !== 0;
  if (headerSize < ipv4Size || size < headerSize || size > bytes.length || isFragment) return undefined;
  return {
    source: formatIPv4(bytes, 12),
    destination: formatIPv4(bytes, 16),
    protocol: bytes[9] ?? 0,
    tos: bytes[1] ?? 0,
    ttl: bytes[8] ?? 0,
    payload: bytes.subarray(headerSize, size),
  };
}

function decodeIPv6(bytes: Uint8Array): IpPacket | undefined {
  const size = ipv6Size + (((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0));
  if (bytes.length < ipv6Size || size > bytes.length) return undefined;
  return {
    source: formatIPv6(bytes, 8),
    destination: formatIPv6(bytes, 24),
    protocol: bytes[6] ?? 0,
    tos: (((bytes[0] ?? 0) & 15) << 4) | ((bytes[1] ?? 0) >> 4),
    ttl: bytes[7] ?? 0,
    payload: bytes.subarray(ipv6Size, size),
  };
}

/** Reads a packet, without the padding that makes short frames long enough; `undefined` for anything else, and for fragments. */
export function decodeIp(bytes: Uint8Array): IpPacket | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return decodeIPv4(bytes);
  return version === 6 ? decodeIPv6(bytes) : undefined;
}
