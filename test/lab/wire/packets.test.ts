import { describe, expect, test } from 'vitest';
import { Protocol } from '../../../src/lab/network/peer/frame.js';
import { decodeIp, encodeIp } from '../../../src/lab/network/peer/ip.js';
import { packetIdentity, packetIn } from '../../../src/lab/wire/packets.js';
import type { TracePacket } from '../../../src/lab/record/trace.js';
import { ends4, endsOf, icmpPacket, tcpPacket, udpPacket } from '../../support/packets.js';

type Said = Omit<TracePacket, 'sentMs' | 'receivedMs' | 'from' | 'to'> | undefined;

function said(packet: Uint8Array, relative?: Parameters<typeof packetIn>[1]): Said {
  const ip = decodeIp(packet);
  return ip && packetIn(ip, relative);
}

const families = [
  ['IPv4', false],
  ['IPv6', true],
] as const;

/** The quoted segment, of which `length` bytes are data. */
const quoted = (isV6: boolean, length: number): object => ({
  protocol: 'TCP',
  source: { address: endsOf(isV6).here, port: 40_000 },
  destination: { address: endsOf(isV6).there, port: 80 },
  length,
});

describe.each(families)('over %s', (_, isV6) => {
  const { here, there, router } = endsOf(isV6);

  test('a datagram has its ports, and the length that its header says', () => {
    const ends = { source: { address: here, port: 40_000 }, destination: { address: there, port: 53 } };
    expect(said(udpPacket(isV6, new Uint8Array(12)))).toEqual({ protocol: 'UDP', ...ends, length: 12 });
    expect(said(udpPacket(isV6, new Uint8Array(12), 3))).toMatchObject({ length: 3 });
    expect(said(udpPacket(isV6, new Uint8Array(0)))).toMatchObject({ length: 0 });
  });

  test.each([
    ['shorter than its header', udpPacket(isV6, new Uint8Array(0), -1)],
    ['longer than its packet', udpPacket(isV6, new Uint8Array(12), 13)],
  ])('a datagram whose length is %s cannot be read', (__, packet) => {
    expect(said(packet)).toBeUndefined();
  });

  test('an error has type, code and the connection that it quotes', () => {
    const [type, code] = isV6 ? [1, 4] : [3, 3];
    const packet = icmpPacket(isV6, [type, code], tcpPacket(isV6, 100));
    expect(said(packet)).toEqual({
      protocol: isV6 ? 'ICMPv6' : 'ICMP',
      source: { address: router },
      destination: { address: here },
      type,
      code,
      length: tcpPacket(isV6, 100).length,
      about: quoted(isV6, 100),
    });
  });

  test('the number of a quoted segment is that of its connection, if it is known', () => {
    const packet = icmpPacket(isV6, isV6 ? [3, 0] : [11, 0], tcpPacket(isV6, 5));
    const asked: unknown[] = [];
    const relative = (...what: unknown[]): number => asked.push(what);
    expect(said(packet, relative)?.about?.seq).toBe(1);
    const way = { source: here, sourcePort: 40_000, destination: there, destinationPort: 80 };
    expect(asked).toEqual([[way, 1001]]);
    expect(said(packet)?.about).not.toHaveProperty('seq');
  });

  test('a quote that was cut says what it still has', () => {
    const head = isV6 ? ([1, 0] as const) : ([3, 1] as const);
    const whole = tcpPacket(isV6, 100, { timestamps: { value: 1, echo: 2 } });
    const ip = isV6 ? 40 : 20;
    const cut = (length: number): unknown =>
      said(icmpPacket(isV6, [...head], whole.subarray(0, length)), () => 1)?.about;
    const { source, destination, protocol, length } = { ...quoted(isV6, 100) } as Readonly<Record<string, unknown>>;
    const alone = { protocol, source: { address: here }, destination: { address: there } };
    expect(cut(whole.length)).toEqual({ protocol, source, destination, seq: 1, length });
    expect(cut(ip + 13)).toEqual({ protocol, source, destination, seq: 1, length });
    // RFC 792 asks for eight bytes: ports and number.
    expect(cut(ip + 12)).toEqual({ protocol, source, destination, seq: 1 });
    expect(cut(ip + 8)).toEqual({ protocol, source, destination, seq: 1 });
    expect(cut(ip + 7)).toEqual({ protocol, source, destination });
    expect(cut(ip + 4)).toEqual({ protocol, source, destination });
    expect(cut(ip + 3)).toEqual(alone);
    expect(cut(ip)).toEqual(alone);
    expect(cut(ip - 1)).toBeUndefined();
    expect(cut(0)).toBeUndefined();
  });

  test('a quoted datagram, message or other packet has what its header says', () => {
    const head = isV6 ? ([1, 4] as const) : ([3, 3] as const);
    const about = (packet: Uint8Array): unknown => said(icmpPacket(isV6, [...head], packet))?.about;
    expect(about(udpPacket(isV6, new Uint8Array(12)))).toMatchObject({
      protocol: 'UDP',
      source: { address: here, port: 40_000 },
      destination: { address: there, port: 53 },
      length: 12,
    });
    const echo = icmpPacket(isV6, isV6 ? [128, 0] : [8, 0], new Uint8Array(56));
    expect(about(echo)).toEqual({
      protocol: isV6 ? 'ICMPv6' : 'ICMP',
      source: { address: router },
      destination: { address: here },
      length: 56,
    });
    const sctp = encodeIp({ source: here, destination: there, protocol: 132, payload: new Uint8Array(20) });
    expect(about(sctp)).toEqual({
      protocol: 'IP protocol 132',
      source: { address: here },
      destination: { address: there },
    });
  });

  test('what is quoted of the other family, or is no packet, is not said', () => {
    const head = isV6 ? ([1, 0] as const) : ([3, 1] as const);
    for (const quote of [tcpPacket(!isV6, 5), new Uint8Array(60), new Uint8Array(60).fill(255)])
      expect(said(icmpPacket(isV6, [...head], quote))).not.toHaveProperty('about');
  });

  test('echo request and reply have identifier and sequence number, and are about nothing', () => {
    for (const type of isV6 ? [128, 129] : [8, 0]) {
      const packet = said(icmpPacket(isV6, [type, 0, 1, 2, 3, 4], tcpPacket(isV6, 5)));
      expect(packet).toMatchObject({ type, code: 0, echo: { id: 0x0102, seq: 0x0304 } });
      expect(packet).not.toHaveProperty('about');
    }
  });

  test('a message of an unknown type is one', () => {
    expect(said(icmpPacket(isV6, isV6 ? [200, 7] : [250, 7]))).toMatchObject({ code: 7, length: 0 });
  });

  test('any bytes are read without a failure', () => {
    const protocols = [Protocol.ICMP, Protocol.UDP, Protocol.ICMPv6, Protocol.TCP, 2];
    let state = 1;
    const random = (): number => (state = (state * 48_271) % 0x7fffffff);
    for (let round = 0; round < 500; round++) {
      const payload = Uint8Array.from({ length: 2 + (random() % 80) }, () => random() & 255);
      for (const protocol of protocols)
        expect(() => said(encodeIp({ source: here, destination: there, protocol, payload }))).not.toThrow();
      // A quote that begins as a packet does.
      payload.set([isV6 ? 1 : 3, 0], 0);
      if (payload.length > 8) payload[8] = isV6 ? 0x60 : 0x45;
      const protocol = isV6 ? Protocol.ICMPv6 : Protocol.ICMP;
      expect(said(encodeIp({ source: here, destination: there, protocol, payload })) === undefined).toBe(
        payload.length < 8,
      );
    }
  });
});

test('fragmentation needed has the MTU of the next hop, and none where the router says 0', () => {
  const quote = tcpPacket(false, 1460).subarray(0, 548);
  const packet = said(icmpPacket(false, [3, 4, 0, 0, 1200 >> 8, 1200 & 255], quote));
  expect(packet).toMatchObject({ type: 3, code: 4, mtu: 1200, about: { length: 1460 } });
  expect(said(icmpPacket(false, [3, 4, 0, 0, 0, 0], quote))).not.toHaveProperty('mtu');
  // Only that code has one.
  expect(said(icmpPacket(false, [3, 3, 0, 0, 4, 176], quote))).not.toHaveProperty('mtu');
});

test('packet too big has an MTU of 32 bits', () => {
  expect(said(icmpPacket(true, [2, 0, 0, 0, 5, 0], tcpPacket(true, 9)))).toMatchObject({ mtu: 1280 });
  expect(said(icmpPacket(true, [2, 0, 255, 255, 255, 255], tcpPacket(true, 9)))).toMatchObject({ mtu: 2 ** 32 - 1 });
});

test('a redirect has the router, and a parameter problem the byte that is wrong', () => {
  expect(said(icmpPacket(false, [5, 1, 10, 0, 0, 9], tcpPacket(false, 0)))).toMatchObject({ gateway: '10.0.0.9' });
  expect(said(icmpPacket(false, [12, 0, 20], tcpPacket(false, 0)))).toMatchObject({ pointer: 20 });
  expect(said(icmpPacket(false, [12, 1, 20], tcpPacket(false, 0)))).not.toHaveProperty('pointer');
  expect(said(icmpPacket(true, [4, 1, 0, 0, 1, 0], tcpPacket(true, 0)))).toMatchObject({ pointer: 256 });
});

test('a later fragment that is quoted has no ports', () => {
  const quote = Uint8Array.from(udpPacket(false, new Uint8Array(12)));
  quote.set([0, 185], 6);
  const about = said(icmpPacket(false, [11, 1], quote))?.about;
  expect(about).toEqual({
    protocol: 'UDP',
    source: { address: ends4.here },
    destination: { address: ends4.there },
  });
});

test('neighbour discovery, and ICMP of the other family, are not among them', () => {
  for (const type of [130, 131, 132, 133, 134, 135, 136, 137, 143])
    expect(said(icmpPacket(true, [type, 0], new Uint8Array(16)))).toBeUndefined();
  const { here, there } = endsOf(true);
  const payload = new Uint8Array(8);
  expect(said(encodeIp({ source: here, destination: there, protocol: Protocol.ICMP, payload }))).toBeUndefined();
  const four = { source: ends4.here, destination: ends4.there };
  expect(said(encodeIp({ ...four, protocol: Protocol.ICMPv6, payload }))).toBeUndefined();
});

test('two copies are one packet, whatever the checksum of UDP has become; another packet is not', () => {
  const of = (packet: Uint8Array): string => {
    const ip = decodeIp(packet);
    return ip === undefined ? '' : packetIdentity(ip);
  };
  const packet = udpPacket(false, Uint8Array.of(1, 2, 3));
  const completed = Uint8Array.from(packet);
  completed.set([17, 18], 26);
  expect(of(completed)).toBe(of(packet));
  expect(of(udpPacket(false, Uint8Array.of(1, 2, 4)))).not.toBe(of(packet));
  const echo = (seq: number): Uint8Array => icmpPacket(false, [8, 0, 0, 1, 0, seq]);
  expect(of(echo(1))).not.toBe(of(echo(2)));
  expect(of(echo(1))).toBe(of(echo(1)));
});
