import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../../../src/lab/draw/ladder/layout.js';
import { PacketWords } from '../../../../src/lab/draw/ladder/packet-words.js';
import { textOf } from '../../../../src/lab/draw/ladder/label.js';
import { flagNames } from '../../../../src/lab/network/peer/segment.js';
import type { Trace, TraceSegment } from '../../../../src/lab/record/trace.js';
import { noHosts } from '../../../support/traces.js';

const near = { address: '192.168.0.1', port: 5000 };
const far = { address: '192.168.0.2', port: 8080 };

/** As `> SYN+ACK 0 1`: direction, flags, sequence and acknowledgment number, bytes of data; `again` at the end. */
function read(line: string, index: number): TraceSegment {
  const [direction, flags = '', seq, ack = '-', length = '0'] = line.replace(' again', '').split(' ');
  const [from, to, source, destination] =
    direction === '>' ? (['a', 'b', near, far] as const) : (['b', 'a', far, near] as const);
  return {
    sentMs: index,
    receivedMs: index + 0.1,
    from,
    to,
    source,
    destination,
    flags: flagNames.filter((flag) => flags.split('+').includes(flag)),
    seq: Number(seq),
    ...(ack === '-' ? {} : { ack: Number(ack) }),
    window: 500,
    options: {},
    length: Number(length),
    retransmission: line.endsWith(' again'),
  };
}

function shown(lines: readonly string[], more: Partial<Trace> = {}): string[] {
  const segments = lines.map(read);
  const words = new PacketWords({ ...more, segments });
  return segments.map((segment) => words.of(segment));
}

test('says which segment the link made', () => {
  const forged = { ...read('> RST 101', 3), byLink: true as const };
  expect(new PacketWords({ segments: [forged] }).of(forged)).toBe('RST seq=101 by the link');
});

test('says the numbers of what is held beyond a gap', () => {
  const options = {
    sack: [
      { left: 11, right: 21 },
      { left: 31, right: 41 },
    ],
  };
  const answer = { ...read('< ACK 1 1', 3), options };
  expect(new PacketWords({ segments: [answer] }).of(answer)).toBe('ACK ack=1 sack=11-21,31-41');
});

describe('a window', () => {
  const scaled = { options: { windowScale: 2 } };
  const windows = (shift: object) => [
    { ...read('> SYN 0', 0), ...shift },
    { ...read('< SYN+ACK 0 1', 1), ...shift },
    { ...read('> ACK 1 1', 2), window: 0 },
    { ...read('< ACK 0 1', 3), window: 7 },
    { ...read('> ACK 1 1', 4), window: 100 },
    { ...read('> ACK 1 1', 5), window: 100 },
    { ...read('> RST 1', 6), window: 0 },
  ];

  test('of 0 is said, and the first after it; that of an RST is not', () => {
    const segments = windows({});
    const words = new PacketWords({ segments });
    expect(segments.slice(2).map((segment) => words.of(segment))).toEqual([
      'ACK ack=1 win=0',
      'ACK seq=0 ack=1',
      'ACK ack=1 win=100',
      'ACK ack=1',
      'RST seq=1',
    ]);
  });

  test('is said in bytes where both ends scale it', () => {
    const segments = windows(scaled);
    const words = new PacketWords({ segments });
    expect(segments.map((segment) => words.of(segment))).toContain('ACK ack=1 win=400');
  });
});

test('a number that is not the next is that of a probe, but not after an RST that was forged ahead', () => {
  expect(shown(['> SYN 0', '< SYN+ACK 0 1', '> ACK 1 1', '< RST 101', '< ACK 1 1', '< ACK 0 1']).slice(4)).toEqual([
    'ACK ack=1',
    'ACK seq=0 ack=1',
  ]);
});

const handshake = ['> SYN 0', '< SYN+ACK 0 1', '> ACK 1 1'];

describe('PacketWords', () => {
  test('an answer with the numbers of the connection before, and the RST that it meets', () => {
    const lines = [...handshake, '> SYN 0', '< ACK 1 -65537', '> RST -65537', '> SYN 0 again', '< SYN+ACK 0 1'];
    expect(shown(lines).slice(3)).toEqual([
      'SYN seq=0',
      'ACK ack=old',
      'RST seq=old',
      'SYN seq=0 again',
      'SYN ACK seq=0 ack=1',
    ]);
  });

  test('numbers above all that was sent since the new SYN are old ones too', () => {
    const lines = [...handshake, '> SYN 0', '< ACK 1 1000010', '> RST 1000010', '> SYN 0 again'];
    expect(shown(lines).slice(4)).toEqual(['ACK ack=old', 'RST seq=old', 'SYN seq=0 again']);
  });

  test('an old duplicate does not count as sent', () => {
    const lines = [...handshake, '> SYN 0', '< SYN+ACK 0 1', '> PSH+ACK 900 1 8', '< ACK 1 908', '> PSH+ACK 1 1 8'];
    expect(shown(lines).slice(5)).toEqual(['PSH ACK seq=old ack=1 len=8', 'ACK ack=old', 'PSH ACK seq=1 ack=1 len=8']);
  });

  test('of the first connection of a four-tuple every number is shown as it is', () => {
    expect(shown([...handshake, '> RST 11', '< ACK 1 -5'])).toEqual([
      'SYN seq=0',
      'SYN ACK seq=0 ack=1',
      'ACK ack=1',
      'RST seq=11',
      'ACK ack=-5',
    ]);
  });

  test('where segments were left out nobody knows how much was sent', () => {
    const lines = [...handshake, '> SYN 0', '< SYN+ACK 0 1', '< ACK 1 5000', '< ACK 1 -7'];
    expect(shown(lines, { omitted: { count: 9, afterIndex: 4 } }).slice(5)).toEqual(['ACK ack=5000', 'ACK ack=old']);
  });

  test('the SYN ACKs of a simultaneous open are sent for the first time, but not for the second', () => {
    const lines = ['> SYN 0', '< SYN 0', '> SYN+ACK 0 1 0 again', '< SYN+ACK 0 1 0 again', '> SYN+ACK 0 1 0 again'];
    expect(shown(lines).slice(2)).toEqual(['SYN ACK seq=0 ack=1', 'SYN ACK seq=0 ack=1', 'SYN ACK seq=0 ack=1 again']);
    const hosts = ['a', 'b'].map((name) => ({ name, address: '', scripted: false }));
    const { arrows, labels } = layoutOf({ ...noHosts, hosts, segments: lines.map(read) });
    expect(arrows.map(({ again }) => again)).toEqual([false, false, false, false, true]);
    expect(labels.map(textOf).filter((text) => text.includes('again'))).toHaveLength(1);
  });
});
