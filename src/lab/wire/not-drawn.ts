import { EtherType, type Frame, Protocol } from '../network/peer/frame.js';
import { decodeIp } from '../network/peer/ip.js';

const protocols: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  [Protocol.TCP]: 'TCP that cannot be read',
  17: 'UDP',
};

const hopByHop = 0;
const icmpv6 = 58;
const ipv6Size = 40;
/** ICMPv6 types of what is to IPv6 as ARP is to IPv4: neighbour discovery (RFC 4861) and listener reports (RFC 3810). */
const neighbourTypes: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 137, 143]);

function isNeighbourTalk(packet: Uint8Array): boolean {
  const isBehindHops = packet[6] === hopByHop;
  const next = isBehindHops ? packet[ipv6Size] : packet[6];
  // The header is 8 bytes with its router alert, RFC 2711.
  return next === icmpv6 && neighbourTypes.has(packet[isBehindHops ? ipv6Size + 8 : ipv6Size] ?? 0);
}

/** What a frame is that no picture shows, as `UDP`; undefined for one that only finds out who has which address. */
export function kindNotDrawn({ etherType, payload }: Frame): string | undefined {
  switch (etherType) {
    case EtherType.ARP:
      return undefined;
    case EtherType.IPv6:
      return isNeighbourTalk(payload) ? undefined : 'IPv6';
    case EtherType.IPv4: {
      const packet = decodeIp(payload);
      return packet === undefined ? 'fragments' : (protocols[packet.protocol] ?? `IP protocol ${packet.protocol}`);
    }
    default:
      return `EtherType 0x${etherType.toString(16).padStart(4, '0')}`;
  }
}
