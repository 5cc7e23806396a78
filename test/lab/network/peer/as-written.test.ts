import { describe, expect, test } from 'vitest';
import { gather, split } from '../../../../src/lab/network/peer/as-written.js';
import { parseSegment } from '../../../../src/lab/network/peer/notation.js';
import type { ArrivedSegment } from '../../../../src/lab/network/peer/segment-passed.js';

function arrived(seq: number, data: string, flags: ArrivedSegment['flags'] = ['ACK']): ArrivedSegment {
  const ends = { sourcePort: 1, destinationPort: 2, source: '192.168.0.1', destination: '192.168.0.2' };
  return {
    ...ends,
    atNs: 0n,
    seq,
    ack: 1,
    flags,
    window: 0,
    urgentPointer: 0,
    options: {},
    payload: Buffer.from(data),
  };
}

function told({ seq, flags, payload }: ArrivedSegment): [number, string, string] {
  return [seq, flags.join(' '), Buffer.from(payload).toString()];
}

describe('a segment that offloading has left whole', () => {
  const whole = arrived(1, 'abcdef', ['FIN', 'PSH', 'ACK']);

  test.each([6, 7, 0])('stays so where the line has %i bytes', (length) => {
    expect(split(whole, length)).toEqual([whole]);
  });

  test('is split where the line has fewer, with PSH and FIN at its end', () => {
    expect(split(whole, 2).map((piece) => piece && told(piece))).toEqual([
      [1, 'ACK', 'ab'],
      [3, 'FIN PSH ACK', 'cdef'],
    ]);
  });

  test('is split where its numbers wrap', () => {
    const [, rest] = split(arrived(2 ** 32 - 1, 'ab'), 1);
    expect(rest?.seq).toBe(0);
  });
});

describe('pieces of a segment that was cut', () => {
  async function gathered(line: string, ...pieces: ArrivedSegment[]): Promise<[...ReturnType<typeof told>, number]> {
    const left = [...pieces];
    const first = left.shift();
    if (first === undefined) throw new Error('no piece');
    const whole = await gather(first, parseSegment(line, 'line'), () => Promise.resolve(left.shift()));
    return [...told(whole), left.length];
  }

  test('are put together until they are as long as the line, and no further', async () => {
    const pieces = [arrived(1, 'ab'), arrived(3, 'cd', ['PSH', 'ACK']), arrived(5, 'ef')];
    expect(await gathered('P. 1:5(4) ack 1', ...pieces)).toEqual([1, 'PSH ACK', 'abcd', 1]);
    expect(await gathered('. 1:3(2) ack 1', ...pieces)).toEqual([1, 'ACK', 'ab', 2]);
  });

  test('are not put together over a gap, behind a FIN or with a bare ACK', async () => {
    const line = 'P. 1:5(4) ack 1';
    expect(await gathered(line, arrived(1, 'ab'), arrived(4, 'cd'))).toEqual([1, 'ACK', 'ab', 0]);
    expect(await gathered(line, arrived(1, 'ab', ['FIN', 'ACK']), arrived(4, 'c'))).toEqual([1, 'FIN ACK', 'ab', 0]);
    expect(await gathered(line, arrived(1, ''), arrived(1, 'abcd'))).toEqual([1, 'ACK', '', 0]);
  });
});
