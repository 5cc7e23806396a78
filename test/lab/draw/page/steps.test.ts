import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../../../src/lab/draw/ladder/layout.js';
import { PacketWords } from '../../../../src/lab/draw/ladder/packet-words.js';
import { type Step, stepsOf } from '../../../../src/lab/draw/page/steps.js';
import type { Trace } from '../../../../src/lab/record/trace.js';
import { message, pathMtu, refusedDatagram } from '../../../support/packet-traces.js';
import { segment } from '../../../support/trace-parts.js';
import { lostFin, plainClose, scriptError, traces } from '../../../support/traces.js';

function steps(trace: Trace): Step[] {
  return stepsOf(trace, layoutOf(trace).rows, new PacketWords(trace));
}

function fieldsOf(trace: Trace, head: RegExp): Record<string, string> {
  const found = steps(trace).find((step) => head.test(step.head));
  expect(found, String(head)).toBeDefined();
  return Object.fromEntries(found?.fields ?? []);
}

describe('the steps of a ladder', () => {
  test('are its calls, segments and marks in order, each with the states up to the next', () => {
    const all = steps(plainClose);
    expect(all.map(({ head }) => head).slice(0, 5)).toEqual([
      'server: listen(5) = ok',
      'client: connect(192.168.0.2:8080) = ok',
      'client → server: SYN seq=0',
      'server → client: SYN ACK seq=0 ack=1',
      'client → server: ACK ack=1',
    ]);
    expect(all.map(({ head }) => head)).toContain('the client closes first');
    const { states } = plainClose;
    for (const [index, { before }] of all.entries()) expect(before).toBe(all[index - 1]?.states ?? 0);
    expect(all.at(-1)?.states).toBe(states.length);
    const listening = all[0];
    expect(states.slice(0, listening?.states).map(({ state }) => state)).toEqual(['LISTEN']);
    const fin = all.find(({ head }) => head.startsWith('client → server: FIN'));
    expect(states.slice(fin?.before, fin?.states).map(({ state }) => state)).toEqual(['FIN_WAIT1', 'CLOSE_WAIT']);
  });

  test('decode a datagram and an error, with what it is about', () => {
    expect(fieldsOf(refusedDatagram, /: UDP 12 bytes$/)).toEqual({
      From: 'client, 192.168.0.1:40001',
      To: 'server, 192.168.0.2:53',
      Data: '12 bytes',
      Sent: '0.55 ms',
      Received: '0.58 ms, 30 µs later',
    });
    expect(fieldsOf(refusedDatagram, /: UDP 7 bytes, lost$/)).toMatchObject({ Received: 'never: it was lost' });
    expect(fieldsOf(refusedDatagram, /: ICMP port unreachable, about UDP 40001→53$/)).toEqual({
      From: 'server, 192.168.0.2',
      To: 'client, 192.168.0.1',
      Type: '3, destination unreachable',
      Code: '3, port unreachable',
      About: 'UDP 192.168.0.1:40001 → 192.168.0.2:53, 1 byte',
      Quotes: '29 bytes',
      Sent: '2.60 ms',
      Received: '2.63 ms, 30 µs later',
    });
    expect(fieldsOf(pathMtu, /: ICMP fragmentation needed, MTU 1200/)).toMatchObject({
      Code: '4, fragmentation needed and DF set',
      MTU: '1,200 bytes',
      About: 'TCP 10.0.1.1:40001 → 10.0.2.1:80, sequence number 1 to 1,400',
    });
  });

  test('decode what other messages say, as far as it is known', () => {
    const ofOne = (packet: Parameters<typeof message>[3], type: number, code = 0): Record<string, string> =>
      fieldsOf({ ...refusedDatagram, events: [], packets: [message(1, type, code, packet)] }, /^server → client: ICMP/);
    expect(ofOne({ echo: { id: 7, seq: 2 }, length: 56 }, 8)).toMatchObject({
      Type: '8, echo request',
      Code: '0',
      Identifier: '7',
      'Sequence number': '2',
      Data: '56 bytes',
    });
    expect(ofOne({ gateway: '10.0.0.9' }, 5, 1)).toMatchObject({ Router: '10.0.0.9' });
    expect(ofOne({ pointer: 20 }, 12)).toMatchObject({ Code: '0, pointer indicates the error', Pointer: '20' });
    expect(ofOne({ length: 0 }, 77, 5)).toMatchObject({ Type: '77', Code: '5', Data: 'none' });
    const ends = { source: { address: 'fd00::1', port: 1 }, destination: { address: 'fd00::2', port: 2 } };
    const about = (more: object): Record<string, string> =>
      ofOne({ protocol: 'ICMPv6', about: { protocol: 'TCP', ...ends, ...more } }, 1);
    expect(about({ seq: 5, length: 0 })).toMatchObject({
      About: 'TCP [fd00::1]:1 → [fd00::2]:2, sequence number 5',
    });
    expect(about({ seq: 5 })).toMatchObject({ About: 'TCP [fd00::1]:1 → [fd00::2]:2, sequence number 5' });
    expect(about({})).toMatchObject({ About: 'TCP [fd00::1]:1 → [fd00::2]:2' });
    const alone = { source: { address: 'fd00::1' }, destination: { address: 'fd00::2' } };
    expect(about(alone)).toMatchObject({ About: 'TCP fd00::1 → fd00::2' });
  });

  test('decode a segment: numbers, window as the SYNs scale it, options, and how long it took', () => {
    const scaled = { options: { mss: 1460, sackPermitted: true, windowScale: 7 } } as const;
    const [syn, synAck, ...rest] = plainClose.segments;
    const trace = {
      ...plainClose,
      segments: [
        ...(syn === undefined ? [] : [{ ...syn, ...scaled }]),
        ...(synAck === undefined ? [] : [{ ...synAck, ...scaled }]),
        ...rest,
        segment(5, 'server ACK 2 7', {
          options: {
            sack: [{ left: 9, right: 12 }],
            timestamps: { value: 7, echo: 6 },
            others: [{ kind: 34, bytes: [1, 2] }],
          },
        }),
      ],
    };
    expect(fieldsOf(trace, /: SYN seq/)).toMatchObject({
      From: 'client, 192.168.0.1:40001',
      To: 'server, 192.168.0.2:8080',
      Flags: 'SYN',
      'Sequence number': '0',
      Window: '502 bytes',
      Data: 'none',
      Options: 'MSS 1460; window scale 7; SACK permitted',
      Received: '0.65 ms, 30 µs later',
    });
    expect(fieldsOf(trace, /PSH/)).toMatchObject({
      'Sequence number': '1 to 5',
      Acknowledges: 'all before 1',
      Window: '64,256 bytes (502, scaled by 2^7)',
      Data: '5 bytes',
    });
    expect(steps(trace).at(-1)?.fields).toContainEqual([
      'Options',
      'SACK 9 to 12; timestamp 7, echo 6; option 34 of 4 bytes',
    ]);
    expect(fieldsOf(plainClose, /PSH/)).toMatchObject({ Window: '502 bytes' });
    expect(fieldsOf(lostFin, /again, lost$/)).toMatchObject({ Received: 'never: it was lost' });
  });

  test('say of a call who made it, what came of it, and when', () => {
    expect(fieldsOf(plainClose, /recv\(\) = end of stream/)).toEqual({
      Host: 'server',
      Call: 'peer: recv()',
      Result: 'end of stream',
      Called: '3.80 ms',
      Returned: '3.85 ms, 50 µs later',
    });
    expect(steps(scriptError).at(-1)?.head).toMatch(/^aborted: bind/);
  });

  const short = traces.filter(({ segments, events }) => segments.length + events.length < 1000);

  test.each(short.map((trace) => [trace.name, trace] as const))('of %s have the states in order', (_, trace) => {
    const counts = steps(trace).map(({ states }) => states);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    for (const count of counts) expect(count).toBeLessThanOrEqual(trace.states.length);
  });
});
