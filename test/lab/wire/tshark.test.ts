import { beforeAll, expect, test, vi } from 'vitest';
import { type CapturedPacket, pcapng } from '../../../src/lab/wire/pcapng.js';
import { lostComment } from '../../../src/lab/wire/capture-file.js';
import { encodeFrame, EtherType, Protocol } from '../../../src/lab/network/peer/frame.js';
import { encodeIp } from '../../../src/lab/network/peer/ip.js';
import { encodeSegment, type Flag, flagNames, type TcpOptions } from '../../../src/lab/network/peer/segment.js';
import type { Trace, TraceSegment } from '../../../src/lab/record/trace.js';
import { describeNeeding } from '../../support/needs.js';
import { hasTshark, noTshark, readWithTshark, type TsharkPacket } from '../../support/tshark.js';
import { differences, tsharkDifferences } from '../../support/tshark-differences.js';

// A start of tshark takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const hosts = [
  { name: 'client', address: '192.168.0.2', scripted: false },
  { name: 'server', address: '192.168.0.1', scripted: false },
] as const;
type HostName = (typeof hosts)[number]['name'];

const beginNs = 1_700_000_000_123_456_789n;
const wrap = (number: number): number => number >>> 0;

interface Sent {
  readonly from: HostName;
  readonly flags: string;
  /** As on the wire. */
  readonly seq: number;
  readonly ack?: number;
  readonly length?: number;
  readonly options?: TcpOptions;
  readonly isLost?: boolean;
  /** What the trace says. */
  readonly relative: { readonly seq: number; readonly ack?: number; readonly sack?: TcpOptions['sack'] };
  readonly retransmission?: boolean;
}

function flagsOf(text: string): Flag[] {
  return flagNames.filter((name) => text.split(' ').includes(name));
}

/** A trace and its capture file: each is sent 1 ms after the one before. */
function capture(sent: readonly Sent[]): { trace: Trace; file: Buffer } {
  const packets: CapturedPacket[] = [];
  const segments: TraceSegment[] = [];
  for (const [count, one] of sent.entries()) {
    const { seq, ack = 0, length = 0, options = {}, isLost = false, relative, retransmission = false } = one;
    const flags = flagsOf(one.flags);
    const [from, to] = one.from === 'client' ? ([0, 1] as const) : ([1, 0] as const);
    const [source, destination] = [from, to].map((index) => ({
      address: hosts[index === 0 ? 0 : 1].address,
      port: index === 0 ? 40_000 : 8080,
    }));
    if (source === undefined || destination === undefined) throw new Error('two hosts');
    const header = { sourcePort: source.port, destinationPort: destination.port, window: 500, urgentPointer: 0 };
    const payload = encodeSegment(
      { ...header, seq: wrap(seq), ack: wrap(ack), flags, options, payload: new Uint8Array(length) },
      source.address,
      destination.address,
    );
    const bytes = encodeFrame({
      source: '02:00:00:00:00:01',
      destination: '02:00:00:00:00:02',
      etherType: EtherType.IPv4,
      payload: encodeIp({
        source: source.address,
        destination: destination.address,
        protocol: Protocol.TCP,
        payload,
      }),
    });
    const sentMs = count + 0.000_001;
    const atNs = beginNs + BigInt(Math.round(sentMs * 1e6));
    const comments = isLost ? [lostComment] : [];
    packets.push({ interface: from, atNs, bytes, originalLength: bytes.length, outgoing: true, comments });
    segments.push({
      sentMs,
      ...(isLost ? {} : { receivedMs: sentMs + 0.02 }),
      from: hosts[from].name,
      to: hosts[to].name,
      source,
      destination,
      flags,
      seq: relative.seq,
      ...(relative.ack === undefined ? {} : { ack: relative.ack }),
      window: 500,
      options: { ...options, ...(relative.sack === undefined ? {} : { sack: relative.sack }) },
      length,
      retransmission,
    });
  }
  const interfaces = hosts.map(({ name }) => ({ name, description: 'eth0' }));
  const trace: Trace = {
    name: 'test',
    title: 'Test',
    kernel: '6.1.0',
    node: '20.0.0',
    beginNs: String(beginNs),
    durationMs: 100,
    hosts,
    events: [],
    segments,
    states: [],
    dropped: 0,
    findings: null,
  };
  return { trace, file: Buffer.concat([...pcapng({ application: 'test', kernel: '6.1.0' }, interfaces, packets)]) };
}

const C = 0xffff_fff0;
const S = 700;
const onSyn: TcpOptions = { mss: 1460, sackPermitted: true, timestamps: { value: 5, echo: 0 }, windowScale: 7 };
const handshake: readonly Sent[] = [
  { from: 'client', flags: 'SYN', seq: C, options: onSyn, relative: { seq: 0 } },
  { from: 'server', flags: 'SYN ACK', seq: S, ack: C + 1, options: { mss: 1400 }, relative: { seq: 0, ack: 1 } },
  { from: 'client', flags: 'ACK', seq: C + 1, ack: S + 1, relative: { seq: 1, ack: 1 } },
];
const data = { flags: 'PSH ACK', ack: S + 1, length: 20, from: 'client' } as const;
const connection: readonly Sent[] = [
  ...handshake,
  { ...data, seq: C + 1, isLost: true, relative: { seq: 1, ack: 1 } },
  { ...data, seq: C + 21, relative: { seq: 21, ack: 1 } },
  {
    from: 'server',
    flags: 'ACK',
    seq: S + 1,
    ack: C + 1,
    options: { sack: [{ left: wrap(C + 21), right: wrap(C + 41) }] },
    relative: { seq: 1, ack: 1, sack: [{ left: 21, right: 41 }] },
  },
  { ...data, seq: C + 1, retransmission: true, relative: { seq: 1, ack: 1 } },
  { from: 'client', flags: 'FIN ACK', seq: C + 41, ack: S + 1, relative: { seq: 41, ack: 1 } },
  { from: 'server', flags: 'RST', seq: S + 1, relative: { seq: 1 } },
];

describeNeeding(hasTshark, noTshark)('tsharkDifferences()', () => {
  const { trace, file } = capture(connection);
  let sent: readonly TsharkPacket[];
  beforeAll(() => {
    sent = readWithTshark(file);
  });

  test('finds none where trace and file are of the same segments', () => {
    expect(tsharkDifferences(trace, file)).toEqual([]);
  });

  test.each<[string, number, Partial<TraceSegment>, RegExp]>([
    ['seq', 1, { seq: 1 }, /: seq is 1, tshark says 0$/],
    ['ack', 2, { ack: 2 }, /: ack is 2, tshark says 1$/],
    ['an ack without ACK', 0, { ack: 0 }, /: ack is 0, tshark says undefined$/],
    ['flags', 7, { flags: ['FIN'] }, /: flags is \["FIN"\], tshark says \["FIN","ACK"\]$/],
    ['window', 2, { window: 501 }, /: window is 501, tshark says 500$/],
    ['length', 3, { length: 19 }, /: length is 19, tshark says 20$/],
    ['a retransmission', 6, { retransmission: false }, /: retransmission is false, tshark says true$/],
    ['an option', 1, { options: {} }, /: mss is undefined, tshark says 1400$/],
    ['SACK blocks', 5, { options: { sack: [{ left: 1, right: 41 }] } }, /: sack is \[{"left":1,.* says \[{"left":21,/],
    ['when it was sent', 4, { sentMs: 4.1 }, /: tshark saw none leave client at 4\.1 ms$/],
    ['whether it was lost', 3, { receivedMs: 3.02 }, /: the file says lost$/],
  ])('tells of a difference in %s', (_, index, change, told) => {
    const segments = trace.segments.map((each, at) => (at === index ? { ...each, ...change } : each));
    const [first] = differences({ ...trace, segments }, sent);
    expect(first).toMatch(new RegExp(`^segment ${index} .*`));
    expect(first).toMatch(told);
  });

  test('takes the packets of one moment by what they say, where the clocks are some microseconds apart', () => {
    const together = sent.map((packet, index) => ({ ...packet, atNs: beginNs + BigInt(index) }));
    const segments = trace.segments.map((each) => ({ ...each, sentMs: 0.02 }));
    expect(differences({ ...trace, segments: segments.toReversed() }, together)).toEqual([]);
  });

  test('tells of a segment that the trace has not', () => {
    const segments = trace.segments.slice(0, -1);
    expect(differences({ ...trace, segments }, sent)).toEqual([
      'tshark saw server send one more at 1700000000131456790 ns',
    ]);
  });

  test.each<[string, number, number, string[]]>([
    ['takes three after segment 1', 3, 1, []],
    ['misses a third', 2, 1, ['2 segments are omitted, tshark saw 3 more']],
    [
      'looks for them after segment 2, and finds them before',
      3,
      2,
      [
        '3 segments are omitted, tshark saw 0 more',
        'tshark saw client send one more at 1700000000125456790 ns',
        'tshark saw client send one more at 1700000000126456790 ns',
        'tshark saw client send one more at 1700000000127456790 ns',
      ],
    ],
  ])('of a trace that omits segments 2 to 4 %s', (_, count, afterIndex, expected) => {
    const segments = trace.segments.toSpliced(2, 3);
    expect(differences({ ...trace, segments, omitted: { count, afterIndex } }, sent)).toEqual(expected);
  });
});

describeNeeding(hasTshark, noTshark)('tshark counts from', () => {
  const cases: readonly (readonly [string, readonly Sent[]])[] = [
    [
      'one for the RST of a closed port, which has no SYN',
      [
        { from: 'client', flags: 'SYN', seq: C, relative: { seq: 0 } },
        { from: 'server', flags: 'RST ACK', seq: 0, ack: C + 1, relative: { seq: 1, ack: 1 } },
      ],
    ],
    [
      'one for a stray ACK and the RST it gets',
      [
        { from: 'client', flags: 'ACK', seq: 9000, ack: 5000, relative: { seq: 1, ack: 1 } },
        { from: 'server', flags: 'RST', seq: 5000, relative: { seq: 1 } },
      ],
    ],
    [
      'one for the first data of a connection that was there before',
      [
        { ...data, seq: 9000, ack: 5000, relative: { seq: 1, ack: 1 } },
        { from: 'server', flags: 'ACK', seq: 5000, ack: 9020, relative: { seq: 1, ack: 21 } },
      ],
    ],
    [
      'each SYN of a simultaneous open',
      [
        { from: 'client', flags: 'SYN', seq: C, relative: { seq: 0 } },
        { from: 'server', flags: 'SYN', seq: S, relative: { seq: 0 } },
        { from: 'client', flags: 'SYN ACK', seq: C, ack: S + 1, retransmission: true, relative: { seq: 0, ack: 1 } },
        { from: 'server', flags: 'SYN ACK', seq: S, ack: C + 1, retransmission: true, relative: { seq: 0, ack: 1 } },
      ],
    ],
    [
      'the later SYN where the ports are used again',
      [
        ...connection,
        { from: 'client', flags: 'SYN', seq: 90_000, relative: { seq: 0 } },
        { from: 'server', flags: 'SYN ACK', seq: 80_000, ack: 90_001, relative: { seq: 0, ack: 1 } },
        { from: 'client', flags: 'ACK', seq: 90_001, ack: 80_001, relative: { seq: 1, ack: 1 } },
      ],
    ],
  ];

  test.each(cases)('%s', (_, sent) => {
    const { trace, file } = capture(sent);
    expect(tsharkDifferences(trace, file)).toEqual([]);
  });

  const syn: Sent = { from: 'client', flags: 'SYN', seq: 90_000, relative: { seq: 0 } };
  const challenge: Omit<Sent, 'relative'> = { from: 'server', flags: 'ACK', seq: S + 1, ack: C + 1 };
  const reset: Omit<Sent, 'relative'> = { from: 'client', flags: 'RST', seq: C + 1 };

  test('the new SYN for the challenge ACK of a half-open connection; the trace may count from the old one', () => {
    const relative = { seq: 1, ack: 1 };
    const halfOpen: Sent[] = [...handshake, syn, { ...challenge, relative }, { ...reset, relative: { seq: 1 } }];
    const { trace, file } = capture(halfOpen);
    const read = readWithTshark(file).slice(-2);
    expect(read.map(({ segment }) => [segment?.stream, segment?.seq, segment?.ack])).toEqual([
      [1, 1, wrap(C + 1 - 90_000)],
      [1, wrap(C + 1 - 90_000), undefined],
    ]);
    expect(tsharkDifferences(trace, file)).toEqual([]);
  });

  test.each([
    ['lower', S - 600, true],
    ['higher', S + 600, false],
  ])('the same SYN again, whose answer has a %s number', (_, number, isTaken) => {
    const again: Sent[] = [
      ...handshake,
      { from: 'client', flags: 'SYN', seq: C, options: onSyn, retransmission: true, relative: { seq: 0 } },
      { from: 'server', flags: 'SYN ACK', seq: number, ack: C + 1, relative: { seq: 0, ack: 1 } },
      { from: 'client', flags: 'ACK', seq: C + 1, ack: number + 1, relative: { seq: 1, ack: 1 } },
      { from: 'server', flags: 'ACK', seq: number + 1, ack: C + 1, length: 5, relative: { seq: 1, ack: 1 } },
    ];
    const { trace, file } = capture(again);
    const read = readWithTshark(file).map(({ segment }) => segment?.retransmission);
    expect(read).toEqual([false, false, false, true, isTaken, false, isTaken]);
    expect(tsharkDifferences(trace, file)).toEqual([]);
  });

  test('the new SYN as soon as both are there, and so must the trace', () => {
    const relative = { seq: wrap(90_001 - C) };
    const { trace, file } = capture([
      ...handshake,
      syn,
      { from: 'server', flags: 'SYN ACK', seq: 80_000, ack: 90_001, relative: { seq: 0, ack: 1 } },
      { from: 'client', flags: 'RST', seq: 90_001, relative },
    ]);
    expect(tsharkDifferences(trace, file)).toEqual([
      expect.stringMatching(/^segment 5 .*: seq is \d+, tshark says 1$/),
    ]);
  });
});
