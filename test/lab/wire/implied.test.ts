import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Flag, flagNames } from '../../../src/lab/network/peer/segment.js';
import { impliedStates } from '../../../src/lab/wire/implied.js';
import type { TraceSegment } from '../../../src/lab/record/trace.js';

const here = { address: '192.168.0.1', port: 40000 };
const there = { address: '192.168.0.2', port: 8080 };
const host = { name: 'here', scripted: false };

interface Written {
  readonly sent: boolean;
  readonly lost: boolean;
  readonly flags: readonly Flag[];
  readonly seq: number;
  readonly ack?: number;
  readonly length?: number;
  readonly window?: number;
  readonly windowScale?: number;
  readonly again?: boolean;
}

function segment(written: Written, index: number): TraceSegment {
  const { sent, lost, flags, seq, ack, length = 0, window = 1000, windowScale, again = false } = written;
  return {
    sentMs: index,
    ...(lost ? {} : { receivedMs: index }),
    from: sent ? 'here' : 'there',
    to: sent ? 'there' : 'here',
    source: sent ? here : there,
    destination: sent ? there : here,
    flags,
    seq,
    ...(ack === undefined ? {} : { ack }),
    window,
    options: windowScale === undefined ? {} : { windowScale },
    length,
    retransmission: again,
  };
}

/** Reads `> FIN seq ack length`: sent by this host, `<` is received, with `x` it was lost, `again` at the end. `FIN` stands for `FIN ACK` if it has an ack. */
function read(line: string, index: number): TraceSegment {
  const [, arrow = '', names = '', seq = '', ack, length, scale] =
    /^([<>]x?) +([A-Z ]+?) +(\d+)(?: (\d+))?(?: (\d+))?(?: scale (\d+))?(?: again)?$/.exec(line) ?? [];
  const flags = flagNames.filter((flag) => names.split(' ').includes(flag) || (flag === 'ACK' && ack !== undefined));
  if (flags.length === 0) throw new Error(`no segment: ${line}`);
  return segment(
    {
      sent: arrow.startsWith('>'),
      lost: arrow.endsWith('x'),
      flags,
      seq: Number(seq),
      ...(ack === undefined ? {} : { ack: Number(ack) }),
      length: Number(length ?? 0),
      again: line.endsWith(' again'),
      ...(scale === undefined ? {} : { windowScale: Number(scale) }),
    },
    index,
  );
}

/** What the segments imply, as `index STATE`: the index is that of the segment it follows from. */
function implied(lines: readonly string[]): string[] {
  return impliedStates(host, lines.map(read)).map(({ atMs, state }) => `${atMs} ${state}`);
}

const active = ['> SYN 0', '< SYN 0 1', '> ACK 1 1'];
const activeStates = ['0 SYN_SENT', '1 ESTABLISHED'];
const passive = ['< SYN 0', '> SYN 0 1', '< ACK 1 1'];
const passiveStates = ['1 SYN_RECV', '2 ESTABLISHED'];

interface Row {
  readonly name: string;
  readonly lines: readonly string[];
  readonly states: readonly string[];
}

const opening: readonly Row[] = [
  { name: 'active', lines: active, states: activeStates },
  { name: 'passive', lines: passive, states: passiveStates },
  { name: 'a SYN that is lost', lines: ['>x SYN 0', '> SYN 0'], states: ['0 SYN_SENT'] },
  { name: 'a SYN that does not come', lines: ['<x SYN 0'], states: [] },
  { name: 'a SYN to a port where nobody listens', lines: ['< SYN 0', '> RST 0 1'], states: [] },
  { name: 'a SYN nobody answers', lines: ['< SYN 0', '< SYN 0'], states: [] },
  { name: 'refused', lines: ['> SYN 0', '< RST 0 1'], states: ['0 SYN_SENT', '1 CLOSED'] },
  { name: 'an RST that acknowledges nothing', lines: ['> SYN 0', '< RST 0'], states: ['0 SYN_SENT'] },
  { name: 'an RST that acknowledges too much', lines: ['> SYN 0', '< RST 0 9'], states: ['0 SYN_SENT'] },
  {
    name: 'a SYN ACK that comes twice',
    lines: [...active, '< SYN 0 1', '> ACK 1 1'],
    states: activeStates,
  },
  {
    name: 'a SYN ACK sent twice since the first was lost',
    lines: ['< SYN 0', '>x SYN 0 1', '< SYN 0', '> SYN 0 1', '< ACK 1 1'],
    states: ['1 SYN_RECV', '4 ESTABLISHED'],
  },
  {
    name: 'a SYN ACK sent again after an ACK that did not count: the accept queue is full',
    lines: [...passive, '< PSH 1 1 5', '> SYN 0 1 again', '< ACK 6 1', '< PSH 1 1 5', '> ACK 1 6'],
    states: ['1 SYN_RECV', '5 ESTABLISHED'],
  },
  {
    name: 'an ignored ACK with FIN, and the SYN ACK again',
    lines: [...passive, '< FIN 1 1', '> SYN 0 1 again', '< FIN 1 1', '> ACK 1 2'],
    states: ['1 SYN_RECV', '5 CLOSE_WAIT'],
  },
  {
    name: 'a new connection after one whose end is in no segment',
    lines: [...passive, '< SYN 0', '> SYN 0 1', '< ACK 1 1'],
    states: ['1 SYN_RECV', '2 ESTABLISHED', '4 SYN_RECV', '5 ESTABLISHED'],
  },
  {
    name: 'an ACK in SYN_RECV of what was never sent',
    lines: ['< SYN 0', '> SYN 0 1', '< ACK 1 7', '> RST 7', '< ACK 1 1'],
    states: ['1 SYN_RECV', '4 ESTABLISHED'],
  },
  {
    name: 'an ACK in SYN_RECV outside of the window',
    lines: ['< SYN 0', '> SYN 0 1', '< ACK 5000 1', '> ACK 1 1'],
    states: ['1 SYN_RECV'],
  },
  {
    name: 'a listener closed meanwhile',
    lines: [...passive, '> RST 1'],
    states: ['1 SYN_RECV', '3 CLOSED'],
  },
  { name: 'an RST in SYN_RECV', lines: ['< SYN 0', '> SYN 0 1', '< RST 1'], states: ['1 SYN_RECV', '2 CLOSED'] },
  {
    name: 'an RST in SYN_RECV outside of the window',
    lines: ['< SYN 0', '> SYN 0 1', '< RST 4000'],
    states: ['1 SYN_RECV'],
  },
  {
    name: 'simultaneous',
    lines: ['> SYN 0', '< SYN 0', '> SYN 0 1', '< SYN 0 1'],
    states: ['0 SYN_SENT', '2 SYN_RECV', '3 ESTABLISHED'],
  },
  {
    name: 'simultaneous, with an ACK as the end of it',
    lines: ['> SYN 0', '< SYN 0', '> SYN 0 1', '< ACK 1 1'],
    states: ['0 SYN_SENT', '2 SYN_RECV', '3 ESTABLISHED'],
  },
  {
    name: 'simultaneous, and the SYN ACK is sent again',
    lines: ['> SYN 0', '< SYN 0', '> SYN 0 1', '< SYN 0 1', '> SYN 0 1 again', '< ACK 1 1'],
    states: ['0 SYN_SENT', '2 SYN_RECV', '5 ESTABLISHED'],
  },
  {
    name: 'a half-open other side: RFC 9293 figure 10',
    lines: ['> SYN 0', '< ACK 300 100', '> RST 100', '> SYN 0', '< SYN 0 1', '> ACK 1 1'],
    states: ['0 SYN_SENT', '4 ESTABLISHED'],
  },
  {
    name: 'a SYN ACK that finds the socket gone',
    lines: ['> SYN 0', '< SYN 0 1', '> RST 1'],
    states: ['0 SYN_SENT', '2 CLOSED'],
  },
  {
    name: 'a reset of its own right after the SYN ACK',
    lines: ['> SYN 0', '< SYN 0 1', '> ACK 1 1', '> RST 1 1'],
    states: ['0 SYN_SENT', '1 ESTABLISHED', '3 CLOSED'],
  },
  {
    name: 'data in the SYN, and a FIN before the ACK: TCP Fast Open',
    lines: ['< SYN 0', '> SYN 0 6', '> FIN 1 6 5', '< ACK 6 1', '< ACK 6 7'],
    states: ['1 SYN_RECV', '2 FIN_WAIT1', '4 FIN_WAIT2'],
  },
];

const closing: readonly Row[] = [
  {
    name: 'first',
    lines: [...active, '> FIN 1 1', '< ACK 1 2', '< FIN 1 2', '> ACK 2 2'],
    states: [...activeStates, '3 FIN_WAIT1', '4 FIN_WAIT2', '5 TIME_WAIT'],
  },
  {
    name: 'first, answered by FIN and ACK in one',
    lines: [...active, '> FIN 1 1', '< FIN 1 2', '> ACK 2 2'],
    states: [...activeStates, '3 FIN_WAIT1', '4 TIME_WAIT'],
  },
  {
    name: 'second',
    lines: [...passive, '< FIN 1 1', '> ACK 1 2', '> FIN 1 2', '< ACK 2 2'],
    states: [...passiveStates, '3 CLOSE_WAIT', '5 LAST_ACK', '6 CLOSED'],
  },
  {
    name: 'at the same time',
    lines: [...active, '> FIN 1 1', '< FIN 1 1', '> ACK 2 2', '< ACK 2 2'],
    states: [...activeStates, '3 FIN_WAIT1', '4 CLOSING', '6 TIME_WAIT'],
  },
  {
    name: 'an ACK of data before the FIN, not of the FIN',
    lines: [...active, '> FIN 1 1 5', '< ACK 1 6', '< ACK 1 7'],
    states: [...activeStates, '3 FIN_WAIT1', '5 FIN_WAIT2'],
  },
  {
    name: 'CLOSING, with an ACK that does not cover the FIN',
    lines: [...active, '> FIN 1 1', '< FIN 1 1', '< ACK 2 1'],
    states: [...activeStates, '3 FIN_WAIT1', '4 CLOSING'],
  },
  {
    name: 'LAST_ACK, with an ACK that does not cover the FIN',
    lines: [...passive, '< FIN 1 1', '> FIN 1 2', '< ACK 2 1'],
    states: [...passiveStates, '3 CLOSE_WAIT', '4 LAST_ACK'],
  },
  {
    name: 'a FIN sent again and again',
    lines: [...active, '>x FIN 1 1', '>x FIN 1 1', '> FIN 1 1', '<x ACK 1 2', '> FIN 1 1', '< ACK 1 2'],
    states: [...activeStates, '3 FIN_WAIT1', '8 FIN_WAIT2'],
  },
  {
    name: 'a FIN that comes twice, in TIME_WAIT too',
    lines: [...active, '> FIN 1 1', '< ACK 1 2', '< FIN 1 2', '> ACK 2 2', '< FIN 1 2', '> ACK 2 2'],
    states: [...activeStates, '3 FIN_WAIT1', '4 FIN_WAIT2', '5 TIME_WAIT'],
  },
  {
    name: 'a FIN behind a hole counts once the hole is filled',
    lines: [...active, '<x PSH 1 1 5', '< FIN 6 1 4', '> ACK 1 1', '< PSH 1 1 5', '> ACK 1 11'],
    states: [...activeStates, '6 CLOSE_WAIT'],
  },
  {
    name: 'a FIN behind a hole that only the capture has',
    lines: [...active, '< FIN 6 1 4', '> ACK 1 11'],
    states: [...activeStates, '4 CLOSE_WAIT'],
  },
  {
    name: 'a FIN that does not come',
    lines: [...active, '<x FIN 1 1', '< PSH 1 1 0'],
    states: activeStates,
  },
  {
    name: 'half-closed, with data on the way back',
    lines: [...active, '> FIN 1 1', '< ACK 1 2', '< PSH 1 2 500', '> ACK 2 501', '< FIN 501 2', '> ACK 2 502'],
    states: [...activeStates, '3 FIN_WAIT1', '4 FIN_WAIT2', '7 TIME_WAIT'],
  },
  {
    name: 'an ACK out of the window does not acknowledge the FIN',
    lines: [...active, '> FIN 1 1', '< ACK 9000 2'],
    states: [...activeStates, '3 FIN_WAIT1'],
  },
  {
    name: 'an ACK in an old number does not acknowledge the FIN',
    lines: [...active, '< PSH 1 1 5', '> ACK 1 6', '> FIN 1 6', '< ACK 1 2'],
    states: [...activeStates, '5 FIN_WAIT1'],
  },
  {
    name: 'an ACK far away, but in the scaled window',
    lines: ['> SYN 0 scale 7', '< SYN 0 1 0 scale 7', '> ACK 1 1', '> FIN 1 1', '< ACK 9000 2'],
    states: [...activeStates, '3 FIN_WAIT1', '4 FIN_WAIT2'],
  },
  {
    name: 'a window that is not scaled, since the other side did not offer it',
    lines: ['> SYN 0 scale 7', '< SYN 0 1', '> ACK 1 1', '> FIN 1 1', '< ACK 9000 2'],
    states: [...activeStates, '3 FIN_WAIT1'],
  },
];

const resets: readonly Row[] = [
  { name: 'sent', lines: [...active, '> RST 1 1'], states: [...activeStates, '3 CLOSED'] },
  { name: 'sent and lost', lines: [...active, '>x RST 1 1'], states: [...activeStates, '3 CLOSED'] },
  { name: 'received', lines: [...active, '< RST 1 1'], states: [...activeStates, '3 CLOSED'] },
  { name: 'lost on its way here', lines: [...active, '<x RST 1 1'], states: activeStates },
  {
    name: 'in the window, but not the next number: challenged',
    lines: [...active, '< RST 7 1', '> ACK 1 1'],
    states: activeStates,
  },
  {
    name: 'at the end of what came behind a hole',
    lines: [...active, '< PSH 6 1 4', '< RST 10 1'],
    states: [...activeStates, '4 CLOSED'],
  },
  { name: 'before the window', lines: [...active, '< PSH 1 1 5', '< RST 1 1'], states: activeStates },
  {
    name: 'with the number of the FIN before it',
    lines: [...active, '< FIN 1 1', '< RST 1 1'],
    states: [...activeStates, '3 CLOSE_WAIT', '4 CLOSED'],
  },
  {
    name: 'with the number before, without a FIN',
    lines: [...active, '< PSH 1 1 1', '< RST 1 1'],
    states: activeStates,
  },
  {
    name: 'in FIN_WAIT2',
    lines: [...active, '> FIN 1 1', '< ACK 1 2', '< RST 1 2'],
    states: [...activeStates, '3 FIN_WAIT1', '4 FIN_WAIT2', '5 CLOSED'],
  },
  {
    name: 'in answer to data for a socket that was closed',
    lines: [...active, '> FIN 1 1', '< ACK 1 2', '< PSH 1 2 5', '> RST 2'],
    states: [...activeStates, '3 FIN_WAIT1', '4 FIN_WAIT2', '6 CLOSED'],
  },
  {
    name: 'in TIME_WAIT: left as it is, the sysctl decides',
    lines: [...active, '> FIN 1 1', '< FIN 1 2', '> ACK 2 2', '< RST 2 2'],
    states: [...activeStates, '3 FIN_WAIT1', '4 TIME_WAIT'],
  },
  {
    name: 'in answer to a FIN that finds the socket gone',
    lines: [...active, '< FIN 1 1', '> RST 1'],
    states: [...activeStates, '4 CLOSED'],
  },
  {
    name: 'in answer to a FIN that had been acknowledged before',
    lines: [...active, '< FIN 1 1', '> ACK 1 2', '> RST 1'],
    states: [...activeStates, '3 CLOSE_WAIT', '5 CLOSED'],
  },
  {
    name: 'of its own after a FIN that was read',
    lines: [...active, '< FIN 1 1', '> RST 1 2'],
    states: [...activeStates, '3 CLOSE_WAIT', '4 CLOSED'],
  },
  {
    name: 'twice, and data after it',
    lines: [...active, '> RST 1 1', '< PSH 1 1 5', '> RST 1', '< ACK 6 1'],
    states: [...activeStates, '3 CLOSED'],
  },
];

const closed = [...active, '> FIN 1 1', '< FIN 1 2', '> ACK 2 2'];
const closedStates = [...activeStates, '3 FIN_WAIT1', '4 TIME_WAIT'];

const again: readonly Row[] = [
  {
    name: 'a SYN in TIME_WAIT that is accepted',
    lines: [...closed, '< SYN 0', '> SYN 0 1', '< ACK 1 1'],
    states: [...closedStates, '7 SYN_RECV', '8 ESTABLISHED'],
  },
  {
    name: 'a SYN in TIME_WAIT that is answered by an ACK',
    lines: [...closed, '< SYN 0', '> ACK 2 2'],
    states: closedStates,
  },
  {
    name: 'a SYN out of TIME_WAIT: tcp_tw_reuse',
    lines: [...closed, '> SYN 0', '< SYN 0 1', '> ACK 1 1', '> FIN 1 1', '< ACK 1 2'],
    states: [...closedStates, '6 SYN_SENT', '7 ESTABLISHED', '9 FIN_WAIT1', '10 FIN_WAIT2'],
  },
  {
    name: 'a connection after a reset',
    lines: [...passive, '< RST 1 1', '< SYN 0', '> SYN 0 1', '< ACK 1 1', '< FIN 1 1'],
    states: [...passiveStates, '3 CLOSED', '5 SYN_RECV', '6 ESTABLISHED', '7 CLOSE_WAIT'],
  },
  {
    name: 'a new connection where the old one had spoken',
    lines: [...passive, '> PSH 1 1 5', '< SYN 0', '> SYN 0 1', '< ACK 1 1'],
    states: [...passiveStates, '5 SYN_RECV', '6 ESTABLISHED'],
  },
];

const uncaptured: readonly Row[] = [
  { name: 'data and its ACK', lines: ['> PSH 500 900 5', '< ACK 900 505'], states: ['1 ESTABLISHED'] },
  { name: 'only one side', lines: ['> PSH 500 900 5', '> PSH 500 900 5', '<x ACK 900 505'], states: [] },
  { name: 'data for nobody', lines: ['< PSH 900 500 5', '> RST 500'], states: [] },
  { name: 'a reset right away', lines: ['> PSH 500 900 5', '< RST 900'], states: [] },
  {
    name: 'a reset, and what was on its way',
    lines: ['> PSH 500 900 5', '< RST 900', '< PSH 900 505 5'],
    states: [],
  },
  {
    name: 'a FIN as the first segment',
    lines: ['> FIN 500 900', '< ACK 900 501', '< FIN 900 501', '> ACK 501 901'],
    states: ['1 FIN_WAIT2', '2 TIME_WAIT'],
  },
  {
    name: 'a FIN from the other side as the first segment',
    lines: ['< FIN 900 500', '> ACK 500 901', '> FIN 500 901', '< ACK 901 501'],
    states: ['1 CLOSE_WAIT', '2 LAST_ACK', '3 CLOSED'],
  },
  {
    name: 'across the end of the sequence numbers',
    lines: ['> PSH 4294967290 900 5', '< ACK 900 4294967295', '> FIN 4294967295 900', '< ACK 900 0'],
    states: ['1 ESTABLISHED', '2 FIN_WAIT1', '3 FIN_WAIT2'],
  },
];

describe('impliedStates()', () => {
  describe.each(Object.entries({ opening, closing, resets, again, uncaptured }))('%s', (_, rows) => {
    test.each(rows)('$name', ({ lines, states }) => {
      expect(implied(lines)).toEqual(states);
    });
  });

  test('none of a connection that a host sends on, and those of its own beside it', () => {
    const hop = (line: string, at: number, from: string, to: string): TraceSegment => ({
      ...read(line, at),
      from,
      to,
      sentMs: at,
      receivedMs: at,
    });
    const own = { ...hop('> SYN 0', 9, 'router', 'b'), source: { ...here, port: 50_000 } };
    const segments = [
      hop('> SYN 0', 1, 'a', 'router'),
      hop('> SYN 0', 2, 'router', 'b'),
      hop('< SYN 0 1', 3, 'b', 'router'),
      // The way back is lost before it.
      hop('> FIN 1 1', 4, 'a', 'router'),
      own,
    ];
    const states = (name: string): string[] =>
      impliedStates({ name, scripted: false }, segments).map(({ local, state }) => `${local.port} ${state}`);
    expect(states('router')).toEqual(['50000 SYN_SENT']);
    expect(states('a')[0]).toBe('40000 SYN_SENT');
    expect(states('b')).toEqual(['8080 SYN_RECV']);
    // Over lo a host sends to itself, and is both ends.
    const toItself = segments.map((one) => ({ ...one, from: 'router', to: 'router' }));
    expect(impliedStates({ name: 'router', scripted: false }, toItself).length).toBeGreaterThan(2);
  });

  test('both ends of a segment on their own clocks, and connections side by side', () => {
    const first = { ...read('> SYN 0', 1), receivedMs: 2 };
    const second = { ...first, sentMs: 5, receivedMs: 6, source: { ...here, port: 40001 } };
    const answer = { ...read('< SYN 0 1', 3), receivedMs: 9 };
    const segments = [first, answer, second];
    const text = (name: string): string[] =>
      impliedStates({ name, scripted: false }, segments).map(
        ({ atMs, local, remote, state }) => `${atMs} ${local.port} ${remote.port} ${state}`,
      );
    expect(text('here')).toEqual(['1 40000 8080 SYN_SENT', '5 40001 8080 SYN_SENT', '9 40000 8080 ESTABLISHED']);
    expect(text('there')).toEqual(['3 8080 40000 SYN_RECV']);
  });

  test('a segment of the link changes its receiver, not the host it names as its sender', () => {
    const forged = { ...read('> RST 1', active.length + 1), byLink: true as const };
    const segments = [...active.map(read), forged];
    const last = (name: string): string | undefined => impliedStates({ name, scripted: false }, segments).at(-1)?.state;
    expect(last('here')).toBe('ESTABLISHED');
    expect(last('there')).toBe('CLOSED');
  });

  test('a host without a TCP stack has none', () => {
    expect(impliedStates({ name: 'here', scripted: true }, active.map(read))).toEqual([]);
  });

  const anySegment = fc.record({
    sent: fc.boolean(),
    lost: fc.boolean(),
    flags: fc.subarray([...flagNames]),
    seq: fc.oneof(fc.nat(12), fc.nat(0xffffffff)),
    ack: fc.nat(12),
    length: fc.nat(5),
    window: fc.nat(65535),
    windowScale: fc.nat(255),
  });
  const anySegments = fc
    .array(anySegment, { maxLength: 30 })
    .map((all) =>
      all.map(({ ack, ...rest }, index) => segment({ ...rest, ...(rest.flags.includes('ACK') ? { ack } : {}) }, index)),
    );

  test('of any segments are in order of time, never twice the same, and never begin with CLOSED', () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const states = impliedStates(host, segments);
        expect(states[0]?.state).not.toBe('CLOSED');
        for (const [index, { atMs, state }] of states.entries()) {
          const before = states[index - 1];
          if (before === undefined) continue;
          expect(before.atMs).toBeLessThanOrEqual(atMs);
          expect(before.state).not.toBe(state);
        }
      }),
    );
  });

  test('a segment that was lost on its way here changes nothing', () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const heard = segments.filter(({ from, receivedMs }) => from === 'here' || receivedMs !== undefined);
        expect(impliedStates(host, segments)).toEqual(impliedStates(host, heard));
      }),
    );
  });

  /** A reset in answer takes back what the last segment before it had changed, which then is the second of the two. */
  test('a segment received twice in a row changes nothing the second time, unless a reset answers it', () => {
    fc.assert(
      fc.property(anySegments, (all) => {
        const segments = all.filter(({ from, flags }) => from === 'there' || !flags.includes('RST'));
        const twice = segments.flatMap((one) => (one.from === 'there' ? [one, one] : [one]));
        expect(impliedStates(host, twice)).toEqual(impliedStates(host, segments));
      }),
    );
  });
});
