import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StateChange } from '../../../src/lab/wire/implied.js';
import { type StateSample, timeline } from '../../../src/lab/wire/timeline.js';

const local = { address: '192.168.0.1', port: 8080 };
const remote = { address: '192.168.0.2', port: 40000 };

function change(atMs: number, state: string): StateChange {
  return { atMs, host: 'server', local, remote, state };
}

/** `5 ESTABLISHED` as a change. */
function read(line: string): StateChange {
  const [atMs, state = ''] = line.split(' ');
  return change(Number(atMs), state);
}

/** `5 ESTABLISHED` as a look at that moment, `5-8 ESTABLISHED` as one that took so long. */
function look(line: string): StateSample {
  const [times = '', state = ''] = line.split(' ');
  const [atMs = '', endMs = atMs] = times.split('-');
  return { ...change(Number(atMs), state), endMs: Number(endMs) };
}

interface Row {
  readonly name: string;
  readonly seen: readonly string[];
  readonly implied: readonly string[];
  /** Implied ones with `~`. */
  readonly result: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'nothing', seen: [], implied: [], result: [] },
  { name: 'only looks', seen: ['1 ESTABLISHED', '4 CLOSED'], implied: [], result: ['1 ESTABLISHED', '4 CLOSED'] },
  { name: 'only segments', seen: [], implied: ['1 SYN_SENT', '2 CLOSED'], result: ['1 ~SYN_SENT', '2 ~CLOSED'] },
  {
    name: 'states too short to be seen',
    seen: ['1 ESTABLISHED', '9 TIME_WAIT', '60 CLOSED'],
    implied: ['5 FIN_WAIT1', '6 FIN_WAIT2', '7 TIME_WAIT'],
    result: ['1 ESTABLISHED', '5 ~FIN_WAIT1', '6 ~FIN_WAIT2', '7 TIME_WAIT', '60 CLOSED'],
  },
  {
    name: 'a look finds what was announced at the same time',
    seen: ['5 ESTABLISHED'],
    implied: ['5 ESTABLISHED'],
    result: ['5 ESTABLISHED'],
  },
  {
    name: 'a segment that implies what was seen before',
    seen: ['3 FIN_WAIT1'],
    implied: ['1 ESTABLISHED', '4 FIN_WAIT1', '6 FIN_WAIT2'],
    result: ['1 ~ESTABLISHED', '3 FIN_WAIT1', '6 ~FIN_WAIT2'],
  },
  {
    name: 'a state is entered with the segment that came during the look, not when the look began',
    seen: ['3-7 FIN_WAIT2', '9-12 TIME_WAIT'],
    implied: ['1 ESTABLISHED', '4 FIN_WAIT1', '6 FIN_WAIT2', '13 TIME_WAIT'],
    result: ['1 ~ESTABLISHED', '4 ~FIN_WAIT1', '6 FIN_WAIT2', '9 TIME_WAIT'],
  },
  {
    name: 'a look that finds the ACK ignored',
    seen: ['5 SYN_RECV'],
    implied: ['1 SYN_RECV', '2 ESTABLISHED'],
    result: ['1 SYN_RECV'],
  },
  {
    name: 'a look before the ACK and one after it that find it ignored',
    seen: ['2 SYN_RECV', '5 SYN_RECV', '9 ESTABLISHED'],
    implied: ['1 SYN_RECV', '3 ESTABLISHED'],
    result: ['1 SYN_RECV', '9 ESTABLISHED'],
  },
  {
    name: 'a new connection of the same four-tuple, the old one not over by any segment',
    seen: ['3 ESTABLISHED', '5 SYN_RECV'],
    implied: ['1 SYN_RECV', '2 ESTABLISHED'],
    result: ['1 ~SYN_RECV', '2 ESTABLISHED', '5 SYN_RECV'],
  },
  {
    name: 'what is implied by a state that was contradicted is not known',
    seen: ['3 FIN_WAIT1', '9 CLOSING'],
    implied: ['1 ESTABLISHED', '5 CLOSE_WAIT', '6 LAST_ACK', '7 CLOSED'],
    result: ['1 ~ESTABLISHED', '3 FIN_WAIT1', '9 CLOSING'],
  },
  {
    name: 'after a contradiction, once both agree again',
    seen: ['3 SYN_RECV', '5 ESTABLISHED'],
    implied: ['1 SYN_RECV', '2 ESTABLISHED', '7 CLOSE_WAIT'],
    result: ['1 SYN_RECV', '5 ESTABLISHED', '7 ~CLOSE_WAIT'],
  },
  {
    name: 'a new connection after one that went without a word',
    seen: ['3 ESTABLISHED', '5 CLOSED'],
    implied: ['1 SYN_SENT', '2 ESTABLISHED', '7 SYN_SENT', '8 ESTABLISHED'],
    result: ['1 ~SYN_SENT', '2 ESTABLISHED', '5 CLOSED', '7 ~SYN_SENT', '8 ~ESTABLISHED'],
  },
  { name: 'a socket that was gone before it was known', seen: ['5 CLOSED'], implied: [], result: [] },
];

describe('timeline()', () => {
  test.each(rows)('$name', ({ seen, implied, result }) => {
    const states = timeline(seen.map(look), implied.map(read));
    expect(states.map(({ atMs, how, state }) => `${atMs} ${how === 'seen' ? '' : '~'}${state}`)).toEqual(result);
  });

  test('keeps sockets apart: a listener, a connection, the same addresses on another host', () => {
    const listener = { atMs: 1, host: 'server', local, state: 'LISTEN' };
    const found = [listener, change(2, 'ESTABLISHED'), { ...listener, atMs: 3, state: 'CLOSED' }];
    const samples = found.map((one): StateSample => ({ ...one, endMs: one.atMs }));
    const elsewhere = { ...change(2, 'ESTABLISHED'), host: 'client' };
    expect(timeline(samples, [elsewhere])).toEqual([
      { ...listener, how: 'seen' },
      { ...elsewhere, how: 'implied' },
      { ...found[1], how: 'seen' },
      { ...found[2], how: 'seen' },
    ]);
  });

  const anyChanges = fc.array(
    fc.record({ atMs: fc.nat(20), state: fc.constantFrom('SYN_SENT', 'ESTABLISHED', 'FIN_WAIT1', 'CLOSED') }),
  );

  test('is in order of time, never has a state twice in a row, and ends with what was seen after all segments', () => {
    fc.assert(
      fc.property(anyChanges, anyChanges, (seen, implied) => {
        const samples = seen.map(({ atMs, state }) => look(`${atMs} ${state}`)).sort((a, b) => a.atMs - b.atMs);
        const last = change(21, 'TIME_WAIT');
        const states = timeline(
          [...samples, { ...last, endMs: 21 }],
          implied.map(({ atMs, state }) => change(atMs, state)),
        );
        expect(states.map(({ atMs }) => atMs)).toEqual(states.map(({ atMs }) => atMs).sort((a, b) => a - b));
        expect(states.filter(({ state }, index) => state === states[index - 1]?.state)).toEqual([]);
        expect(states.at(-1)).toEqual({ ...last, how: 'seen' });
      }),
    );
  });
});
