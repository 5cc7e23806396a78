import { expect, test } from 'vitest';
import { encodeFrame, EtherType, Protocol } from '../../../src/lab/network/peer/frame.js';
import { encodeIp } from '../../../src/lab/network/peer/ip.js';
import { endsOf, framed, icmpPacket, tcpPacket, udpPacket } from '../../support/packets.js';
import { encodeSegment } from '../../../src/lab/network/peer/segment.js';
import type { Frame } from '../../../src/lab/wire/frame-store.js';
import { passagesOf, type WireEnd } from '../../../src/lab/wire/passages.js';

const [source, destination] = ['192.168.0.1', '192.168.0.2'];
const ends: readonly WireEnd[] = [
  { host: 'a', peer: 'b', hasMade: () => false, absences: [] },
  { host: 'b', peer: 'a', hasMade: () => false, absences: [] },
];

function frame(seq: number, atMs: number, outgoing: boolean): Frame {
  const segment = { sourcePort: 40_000, destinationPort: 80, seq, ack: 1, flags: ['ACK'] as const, window: 512 };
  const payload = encodeSegment(
    { ...segment, urgentPointer: 0, options: {}, payload: new Uint8Array(1) },
    source,
    destination,
  );
  const bytes = encodeFrame({
    source: '02:00:00:00:00:01',
    destination: '02:00:00:00:00:02',
    etherType: EtherType.IPv4,
    payload: encodeIp({ source, destination, protocol: Protocol.TCP, payload }),
  });
  return { interface: outgoing ? 0 : 1, atNs: BigInt(atMs) * 1_000_000n, outgoing, forOthers: false, bytes };
}

const timesOf = (frames: readonly Frame[]): (number | undefined)[] =>
  passagesOf(frames, ends, (ns) => Number(ns) / 1e6).segments.map(({ receivedMs }) => receivedMs);

test('a copy that arrives is that of the one sent first, whatever was lost before it', () => {
  const frames = [frame(1, 0, true), frame(2, 1, true), frame(2, 2, true), frame(3, 3, true)];
  expect(timesOf([...frames, frame(3, 4, false), frame(2, 5, false)])).toEqual([undefined, 5, undefined, 4]);
  expect(timesOf([...frames, frame(2, 5, false), frame(2, 6, false), frame(1, 7, false)])).toEqual([
    7,
    5,
    6,
    undefined,
  ]);
});

test('what only arrives is of the link, if it says that it made it', () => {
  const ofLink = ends.map((end) => ({ ...end, hasMade: () => true }));
  const both = [frame(1, 0, true), frame(1, 1, false), frame(1, 2, false)];
  const made = (all: readonly WireEnd[]): (true | undefined)[] =>
    passagesOf(both, all, (ns) => Number(ns) / 1e6).segments.map(({ byLink }) => byLink);
  expect(made(ends)).toEqual([undefined]);
  expect(made(ofLink)).toEqual([undefined, true]);
});

/** A packet where it leaves, or where it comes. */
function copyOf(packet: Uint8Array, atMs: number, outgoing: boolean): Frame {
  const atNs = BigInt(Math.round(atMs * 1e6));
  return { interface: outgoing ? 0 : 1, atNs, outgoing, forOthers: false, bytes: framed(packet) };
}

const passed = (frames: Iterable<Frame>): ReturnType<typeof passagesOf> =>
  passagesOf(frames, ends, (ns) => Number(ns) / 1e6);

test('UDP and ICMP are packets with both of their times, beside the segments; those that are lost have one', () => {
  const [first, second] = [udpPacket(false, Uint8Array.of(1)), udpPacket(false, Uint8Array.of(2))];
  const told = icmpPacket(false, [3, 3], first);
  const { packets, segments, notDrawn } = passed([
    copyOf(first, 1, true),
    frame(1, 2, true),
    copyOf(second, 2, true),
    copyOf(told, 3, true),
    copyOf(second, 4, false),
    copyOf(told, 5, false),
  ]);
  const times = packets?.map(({ protocol, sentMs, receivedMs }) => [protocol, sentMs, receivedMs]);
  expect(times).toEqual([
    ['UDP', 1, undefined],
    ['UDP', 2, 4],
    ['ICMP', 3, 5],
  ]);
  expect(packets?.map(({ from, to }) => [from, to])).toEqual(Array.from({ length: 3 }, () => ['a', 'b']));
  expect(segments).toHaveLength(1);
  expect(notDrawn).toBeUndefined();
});

test('an error has the number of its segment relative to that of the connection', () => {
  const segment = tcpPacket(false, 100);
  const { packets } = passed([
    copyOf(segment, 1, true),
    copyOf(icmpPacket(false, [3, 4, 0, 0, 4, 176], segment), 2, true),
  ]);
  expect(packets?.[0]?.about).toMatchObject({ seq: 1, length: 100, destination: { port: 80 } });
});

test('what cannot be drawn is counted once, and neighbour discovery is not', () => {
  const { here, there } = endsOf(false);
  const other = (protocol: number, length = 8): Uint8Array =>
    encodeIp({ source: here, destination: there, protocol, payload: new Uint8Array(length) });
  const fragment = Uint8Array.from(udpPacket(false, new Uint8Array(8)));
  fragment.set([0x20, 0], 6);
  const six = endsOf(true);
  const overSix = (protocol: number): Uint8Array =>
    encodeIp({ source: six.here, destination: six.there, protocol, payload: new Uint8Array(4) });
  const packets = [
    ...[other(2), other(132), other(Protocol.UDP), other(Protocol.ICMP, 7), other(Protocol.TCP), fragment],
    ...[overSix(Protocol.UDP), overSix(Protocol.ICMPv6), overSix(132)],
    icmpPacket(true, [135, 0], new Uint8Array(16)),
  ];
  const seen = passed(packets.flatMap((packet) => [copyOf(packet, 1, true), copyOf(packet, 2, false)]));
  expect(seen.packets).toBeUndefined();
  expect(seen.notDrawn).toEqual({
    IGMP: 1,
    'IP protocol 132': 1,
    'UDP that cannot be read': 2,
    'ICMP that cannot be read': 1,
    'ICMPv6 that cannot be read': 1,
    'TCP that cannot be read': 1,
    fragments: 1,
    IPv6: 1,
  });
});

test('of very many packets those at both ends are kept, and all segments beside them', () => {
  function* flood(): Generator<Frame> {
    for (let number = 0; number < 10_000; number++) {
      const packet = udpPacket(false, Uint8Array.of(number >> 8, number & 255));
      yield copyOf(packet, number, true);
      yield copyOf(packet, number, false);
      if (number % 1000 === 0) yield frame(number, number, true);
    }
  }
  const { packets = [], omittedPackets, segments, omitted } = passed(flood());
  expect([packets.length, omittedPackets]).toEqual([4000, { count: 6000, afterIndex: 2999 }]);
  expect(packets.every(({ receivedMs }) => receivedMs !== undefined)).toBe(true);
  expect([packets[2999]?.sentMs, packets[3000]?.sentMs, packets.at(-1)?.sentMs]).toEqual([2999, 9000, 9999]);
  expect([segments.length, omitted]).toEqual([10, undefined]);
});
