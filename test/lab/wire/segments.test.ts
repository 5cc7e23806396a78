import { expect, test } from 'vitest';
import { encodeFrame, EtherType, Protocol } from '../../../src/lab/network/peer/frame.js';
import { encodeIp } from '../../../src/lab/network/peer/ip.js';
import { encodeSegment } from '../../../src/lab/network/peer/segment.js';
import type { Frame } from '../../../src/lab/wire/frame-store.js';
import { segmentsOf, type WireEnd } from '../../../src/lab/wire/segments.js';

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
  segmentsOf(frames, ends, (ns) => Number(ns) / 1e6).segments.map(({ receivedMs }) => receivedMs);

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
    segmentsOf(both, all, (ns) => Number(ns) / 1e6).segments.map(({ byLink }) => byLink);
  expect(made(ends)).toEqual([undefined]);
  expect(made(ofLink)).toEqual([undefined, true]);
});
