import { checksum, EtherType, Protocol } from './peer/frame.js';

const ethernetSize = 14;
const ipv6Size = 40;

/** Where the checksum stands in a header, by protocol number; those that are left half done. */
const checksumAt: Readonly<Record<number, number>> = { [Protocol.TCP]: 16, [Protocol.UDP]: 6 };

interface Transport {
  readonly protocol: number;
  /** Both, as they stand in the header. */
  readonly addresses: Uint8Array;
  readonly payload: Uint8Array;
}

function ipv4Transport(packet: Uint8Array): Transport | undefined {
  const headerSize = ((packet[0] ?? 0) & 15) * 4;
  const size = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
  // The kernel computes it before it cuts a datagram.
  const isFragment = (((packet[6] ?? 0) & 0x3f) | (packet[7] ?? 0)) !== 0;
  if (isFragment) return undefined;
  return { protocol: packet[9] ?? 0, addresses: packet.subarray(12, 20), payload: packet.subarray(headerSize, size) };
}

function ipv6Transport(packet: Uint8Array): Transport {
  const size = ((packet[4] ?? 0) << 8) | (packet[5] ?? 0);
  const payload = packet.subarray(ipv6Size, ipv6Size + size);
  return { protocol: packet[6] ?? 0, addresses: packet.subarray(8, ipv6Size), payload };
}

/**
 * Between two veth ends the kernel leaves the checksum of a segment or datagram half done (CHECKSUM_PARTIAL), for the other end
 * would not look at it. What a packet socket sends is looked at: so it is computed here.
 */
export function completeChecksum(frame: Uint8Array): void {
  const etherType = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
  const packet = frame.subarray(ethernetSize);
  const isIPv6 = etherType === EtherType.IPv6;
  const transport = isIPv6 ? ipv6Transport(packet) : etherType === EtherType.IPv4 ? ipv4Transport(packet) : undefined;
  if (transport === undefined) return;
  const { protocol, addresses, payload } = transport;
  const at = checksumAt[protocol];
  if (at === undefined || payload.length < at + 2) return;
  payload.set([0, 0], at);
  const sum = checksum(addresses, Uint8Array.of(0, protocol, payload.length >> 8, payload.length & 255), payload);
  // RFC 768: a checksum of 0 is sent as all ones.
  const sent = sum === 0 && protocol === Protocol.UDP ? 0xffff : sum;
  payload.set([sent >> 8, sent & 255], at);
}
