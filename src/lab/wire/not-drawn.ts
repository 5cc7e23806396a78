import { EtherType, type Frame, Protocol } from '../network/peer/frame.js';
import { decodeIp } from '../network/peer/ip.js';
import { isNeighbourType } from './packets.js';

/** What is drawn is not asked for: of it only what cannot be read comes here. */
const protocols: Readonly<Record<number, string>> = {
  [Protocol.ICMP]: 'ICMP that cannot be read',
  2: 'IGMP',
  [Protocol.TCP]: 'TCP that cannot be read',
  [Protocol.UDP]: 'UDP that cannot be read',
};
const ipv6Protocols: typeof protocols = {
  [Protocol.TCP]: 'TCP that cannot be read',
  [Protocol.UDP]: 'UDP that cannot be read',
  [Protocol.ICMPv6]: 'ICMPv6 that cannot be read',
};

const hopByHop = 0;
const ipv6Size = 40;

function isNeighbourTalk(packet: Uint8Array): boolean {
  const isBehindHops = packet[6] === hopByHop;
  const next = isBehindHops ? packet[ipv6Size] : packet[6];
  // The header is 8 bytes with its router alert, RFC 2711.
  return next === Protocol.ICMPv6 && isNeighbourType(packet[isBehindHops ? ipv6Size + 8 : ipv6Size]);
}

/** What a frame is that no picture shows, as `IGMP`; undefined for one that only finds out who has which address. */
export function kindNotDrawn({ etherType, payload }: Frame): string | undefined {
  switch (etherType) {
    case EtherType.ARP:
      return undefined;
    case EtherType.IPv6:
      return isNeighbourTalk(payload) ? undefined : (ipv6Protocols[payload[6] ?? 0] ?? 'IPv6');
    case EtherType.IPv4: {
      const packet = decodeIp(payload);
      return packet === undefined ? 'fragments' : (protocols[packet.protocol] ?? `IP protocol ${packet.protocol}`);
    }
    default:
      return `EtherType 0x${etherType.toString(16).padStart(4, '0')}`;
  }
}
