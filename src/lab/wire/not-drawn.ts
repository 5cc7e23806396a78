import { decodeIPv4, EtherType, type Frame, PROTOCOL_TCP } from '../network/peer/frame.js';

const protocols: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  [PROTOCOL_TCP]: 'TCP that cannot be read',
  17: 'UDP',
};

const HOP_BY_HOP = 0;
const ICMPV6 = 58;
const IPV6_SIZE = 40;
/** ICMPv6 types of what is to IPv6 as ARP is to IPv4: neighbour discovery (RFC 4861) and listener reports (RFC 3810). */
const neighbourTypes: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 137, 143]);

function isNeighbourTalk(packet: Uint8Array): boolean {
  const isBehindHops = packet[6] === HOP_BY_HOP;
  const next = isBehindHops ? packet[IPV6_SIZE] : packet[6];
  // The header is 8 bytes with its router alert, RFC 2711.
  return next === ICMPV6 && neighbourTypes.has(packet[isBehindHops ? IPV6_SIZE + 8 : IPV6_SIZE] ?? 0);
}

/** What a frame is that no picture shows, as `UDP`; undefined for one that only finds out who has which address. */
export function kindNotDrawn({ etherType, payload }: Frame): string | undefined {
  switch (etherType) {
    case EtherType.ARP:
      return undefined;
    case EtherType.IPv6:
      return isNeighbourTalk(payload) ? undefined : 'IPv6';
    case EtherType.IPv4: {
      const packet = decodeIPv4(payload);
      return packet === undefined ? 'fragments' : (protocols[packet.protocol] ?? `IP protocol ${packet.protocol}`);
    }
    default:
      return `EtherType 0x${etherType.toString(16).padStart(4, '0')}`;
  }
}
