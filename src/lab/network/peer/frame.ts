import { formatIPv4, parseIPv4 } from '../../../address.js';
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
/** Numbers of what a packet carries: the protocol of IPv4, the next header of IPv6. */
export const Protocol = { ICMP: 1, TCP: 6, UDP: 17, ICMPv6: 58 } as const;

const ethernetSize = 14;
const arpSize = 28;
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

function writeIPv4Address(address: string, into: Uint8Array, at: number): void {
  if (!parseIPv4(address, into, at))
    throw new UsageError('ERR_ADDRESS_INVALID', `${JSON.stringify(address)} is not an IPv4 address`);
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

/** The packet in a frame, where it is one of IP. Of most frames nobody asks for the hardware addresses. */
export function ipIn(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < ethernetSize || !isIp({ etherType: etherTypeIn(bytes) })) return undefined;
  return bytes.subarray(ethernetSize);
}

function etherTypeIn(bytes: Uint8Array): number {
  return ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
}

/** Reads an Ethernet frame; `undefined` for one that is too short. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < ethernetSize) return undefined;
  return {
    destination: readHardwareAddress(bytes, 0),
    source: readHardwareAddress(bytes, 6),
    etherType: etherTypeIn(bytes),
    payload: bytes.subarray(ethernetSize),
  };
}

export function isIp({ etherType }: Pick<Frame, 'etherType'>): boolean {
  return etherType === EtherType.IPv4 || etherType === EtherType.IPv6;
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
    senderAddress: formatIPv4(bytes, 14),
    targetHardware: readHardwareAddress(bytes, 18),
    targetAddress: formatIPv4(bytes, 24),
  };
}
