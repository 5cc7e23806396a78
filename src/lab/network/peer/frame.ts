import { UsageError } from '../../../errors.js';

/** The internet checksum, RFC 1071, of these pieces one after the other; each but the last of even length. */
export function checksum(...pieces: readonly Uint8Array[]): number {
  let sum = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += 2) sum += ((piece[at] ?? 0) << 8) | (piece[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum >>> 16) + (sum & 0xffff);
  return ~sum & 0xffff;
}

/** EtherType numbers. */
export const EtherType = { IPv4: 0x0800, ARP: 0x0806, IPv6: 0x86dd } as const;

export const broadcast = 'ff:ff:ff:ff:ff:ff';
export const IPPROTO_TCP = 6;

const ethernetSize = 14;
const arpSize = 28;
const ipv4Size = 20;
const timeToLive = 64;
// Ethernet, IPv4, six and four bytes of address: RFC 826.
const arpKind = [0, 1, 8, 0, 6, 4] as const;
const operations = { request: 1, reply: 2 } as const;

/** ARP, RFC 826. */
export interface ArpMessage {
  readonly operation: 'request' | 'reply';
  readonly senderHardware: string;
  readonly senderAddress: string;
  readonly targetHardware: string;
  readonly targetAddress: string;
}

/** An IPv4 packet without options that is no fragment. */
export interface IPv4Packet {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** An Ethernet frame. Addresses as `02:00:00:00:00:01`. */
export interface Frame {
  readonly source: string;
  readonly destination: string;
  readonly etherType: number;
  readonly payload: Uint8Array;
}

function part(text: string | undefined, radix: number, whole: string): number {
  const value = text !== undefined && /^[0-9a-f]{1,3}$/i.test(text) ? Number.parseInt(text, radix) : Number.NaN;
  if (!(value < 256)) throw new UsageError('ERR_ADDRESS_INVALID', `${JSON.stringify(whole)} is not an address`);
  return value;
}

/** Writes the four bytes of a dotted quad. */
export function writeIPv4Address(address: string, into: Uint8Array, at: number): void {
  const parts = address.split('.');
  if (parts.length !== 4)
    throw new UsageError('ERR_ADDRESS_INVALID', `${JSON.stringify(address)} is not an IPv4 address`);
  into.set(
    parts.map((text) => part(text, 10, address)),
    at,
  );
}

function writeHardwareAddress(address: string, into: Uint8Array, at: number): void {
  const parts = address.split(':');
  if (parts.length !== 6)
    throw new UsageError('ERR_ADDRESS_INVALID', `${JSON.stringify(address)} is not a hardware address`);
  into.set(
    parts.map((text) => part(text, 16, address)),
    at,
  );
}

function readIPv4Address(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + 4).join('.');
}

function readHardwareAddress(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

export function encodeFrame({ source, destination, etherType, payload }: Frame): Uint8Array {
  const bytes = new Uint8Array(ethernetSize + payload.length);
  writeHardwareAddress(destination, bytes, 0);
  writeHardwareAddress(source, bytes, 6);
  bytes.set([etherType >> 8, etherType & 255], 12);
  bytes.set(payload, ethernetSize);
  return bytes;
}

/** Reads an Ethernet frame; `undefined` for one that is too short. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < ethernetSize) return undefined;
  return {
    destination: readHardwareAddress(bytes, 0),
    source: readHardwareAddress(bytes, 6),
    etherType: ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0),
    payload: bytes.subarray(ethernetSize),
  };
}

export function encodeArp(message: ArpMessage): Uint8Array {
  const bytes = new Uint8Array(arpSize);
  bytes.set([...arpKind, 0, operations[message.operation]]);
  writeHardwareAddress(message.senderHardware, bytes, 8);
  writeIPv4Address(message.senderAddress, bytes, 14);
  writeHardwareAddress(message.targetHardware, bytes, 18);
  writeIPv4Address(message.targetAddress, bytes, 24);
  return bytes;
}

/** Reads an ARP message; `undefined` for another kind than Ethernet and IPv4, or another operation. */
export function decodeArp(bytes: Uint8Array): ArpMessage | undefined {
  if (bytes.length < arpSize || !arpKind.every((byte, at) => bytes[at] === byte) || bytes[6] !== 0) return undefined;
  const operation = bytes[7] === operations.request ? 'request' : bytes[7] === operations.reply ? 'reply' : undefined;
  if (operation === undefined) return undefined;
  return {
    operation,
    senderHardware: readHardwareAddress(bytes, 8),
    senderAddress: readIPv4Address(bytes, 14),
    targetHardware: readHardwareAddress(bytes, 18),
    targetAddress: readIPv4Address(bytes, 24),
  };
}

export function encodeIPv4({ source, destination, protocol, payload }: IPv4Packet): Uint8Array {
  const size = ipv4Size + payload.length;
  if (size > 0xffff) throw new UsageError('ERR_OUT_OF_RANGE', `an IPv4 packet of ${size} bytes`);
  const bytes = new Uint8Array(size);
  // Version and header length; 0x40: don't fragment.
  bytes.set([0x45, 0, size >> 8, size & 255, 0, 0, 0x40, 0, timeToLive, protocol]);
  writeIPv4Address(source, bytes, 12);
  writeIPv4Address(destination, bytes, 16);
  const sum = checksum(bytes.subarray(0, ipv4Size));
  bytes.set([sum >> 8, sum & 255], 10);
  bytes.set(payload, ipv4Size);
  return bytes;
}

/** Reads an IPv4 packet, without the padding that makes short frames long enough; `undefined` for anything else, and for fragments. */
export function decodeIPv4(bytes: Uint8Array): IPv4Packet | undefined {
  const headerSize = ((bytes[0] ?? 0) & 15) * 4;
  const size = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  const isFragment = (((bytes[6] ?? 0) & 0x3f) | (bytes[7] ?? 0)) !== 0;
  if ((bytes[0] ?? 0) >> 4 !== 4 || headerSize < ipv4Size || size < headerSize || size > bytes.length || isFragment)
    return undefined;
  return {
    source: readIPv4Address(bytes, 12),
    destination: readIPv4Address(bytes, 16),
    protocol: bytes[9] ?? 0,
    payload: bytes.subarray(headerSize, size),
  };
}
