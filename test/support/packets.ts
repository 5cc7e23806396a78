import { encodeFrame, EtherType, Protocol } from '../../src/lab/network/peer/frame.js';
import { encodeIp } from '../../src/lab/network/peer/ip.js';
import { encodeSegment } from '../../src/lab/network/peer/segment.js';

/** Ends of either family, and a router between them. */
export const ends4 = { here: '192.168.0.1', there: '192.168.0.2', router: '192.168.0.3' } as const;
export const ends6 = { here: 'fd00::1', there: 'fd00::2', router: 'fd00::3' } as const;

export function endsOf(isV6: boolean): Readonly<Record<'here' | 'there' | 'router', string>> {
  return isV6 ? ends6 : ends4;
}

/** A segment of `here` with data, as a packet of IP. */
export function tcpPacket(isV6: boolean, length: number, options = {}): Uint8Array {
  const { here: source, there: destination } = endsOf(isV6);
  const ports = { sourcePort: 40_000, destinationPort: 80 };
  const payload = encodeSegment(
    {
      ...ports,
      seq: 1001,
      ack: 1,
      flags: ['ACK'],
      window: 512,
      urgentPointer: 0,
      options,
      payload: new Uint8Array(length),
    },
    source,
    destination,
  );
  return encodeIp({ source, destination, protocol: Protocol.TCP, payload });
}

/** A datagram of `here`, as a packet of IP; `length` is what its header says of its data. */
export function udpPacket(isV6: boolean, data: Uint8Array, length = data.length): Uint8Array {
  const { here: source, there: destination } = endsOf(isV6);
  const size = 8 + length;
  const header = [40_000 >> 8, 40_000 & 255, 0, 53, size >> 8, size & 255, 0, 0];
  return encodeIp({ source, destination, protocol: Protocol.UDP, payload: Uint8Array.from([...header, ...data]) });
}

/** A message to `here`, as a packet of IP: type, code, the four bytes of its second word, and what follows. */
export function icmpPacket(
  isV6: boolean,
  head: readonly [type: number, code: number, ...word: number[]],
  rest: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const { here: destination, router: source } = endsOf(isV6);
  const [type, code, ...word] = head;
  const payload = Uint8Array.from([type, code, 0, 0, ...[...word, 0, 0, 0, 0].slice(0, 4), ...rest]);
  return encodeIp({ source, destination, protocol: isV6 ? Protocol.ICMPv6 : Protocol.ICMP, payload });
}

/** A packet of IP in a frame. */
export function framed(packet: Uint8Array): Uint8Array {
  return encodeFrame({
    source: '02:00:00:00:00:01',
    destination: '02:00:00:00:00:02',
    etherType: (packet[0] ?? 0) >> 4 === 6 ? EtherType.IPv6 : EtherType.IPv4,
    payload: packet,
  });
}
