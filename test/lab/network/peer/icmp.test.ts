import { describe, expect, test } from 'vitest';
import { checksum, Protocol } from '../../../../src/lab/network/peer/frame.js';
import {
  encodeIcmp,
  icmpNumbers,
  icmpWords,
  isIcmpError,
  quoted,
  tellsMtu,
} from '../../../../src/lab/network/peer/icmp.js';
import { pseudoHeader } from '../../../../src/lab/network/peer/ip.js';

const ipv4 = { source: '192.0.2.1', destination: '192.168.0.1' };
const ipv6 = { source: 'fd00::2', destination: 'fd00::1' };

describe('types and codes', () => {
  test.each([
    [false, 'unreachable', 'frag_needed', [3, 4]],
    [false, 'unreachable', undefined, [3, 0]],
    [false, 'echo_request', undefined, [8, 0]],
    [false, 'type_40', 'code_3', [40, 3]],
    [false, 'unreachable', 'code_200', [3, 200]],
    [true, 'unreachable', 'no_route', [1, 0]],
    [true, 'time_exceeded', 'exceeded_hop_limit', [3, 0]],
    [true, 'echo_reply', undefined, [129, 0]],
    [false, 'type_256', undefined, undefined],
    [false, 'toString', undefined, undefined],
    [false, 'unreachable', 'toString', undefined],
    [false, 'echo_request', 'frag_needed', undefined],
    [true, 'unreachable', 'frag_needed', undefined],
  ])('of IPv6: %s, %s %s', (isV6, type, code, numbers) => {
    expect(icmpNumbers(isV6, type, code)).toEqual(numbers);
  });

  test.each([
    [false, [3, 3], { type: 'unreachable', code: 'port_unreachable' }],
    [false, [8, 0], { type: 'echo_request' }],
    [false, [3, 77], { type: 'unreachable', code: 'code_77' }],
    [false, [99, 0], { type: 'type_99' }],
    [true, [1, 4], { type: 'unreachable', code: 'port_unreachable' }],
  ] as const)('are written as they are read; IPv6: %s, %j', (isV6, numbers, words) => {
    expect(icmpWords(isV6, numbers)).toEqual(words);
    expect(icmpNumbers(isV6, words.type, 'code' in words ? words.code : undefined)).toEqual(numbers);
  });

  test('say which messages quote a packet, and which tell an MTU', () => {
    expect([isIcmpError(false, [3, 3]), isIcmpError(false, [8, 0]), isIcmpError(true, [4, 0])]).toEqual([
      true,
      false,
      true,
    ]);
    expect(isIcmpError(true, [128, 0])).toBe(false);
    expect([tellsMtu(false, [3, 4]), tellsMtu(false, [3, 3]), tellsMtu(true, [2, 0])]).toEqual([true, false, true]);
  });
});

test.each([ipv4, ipv6])('a message has its checksum, and MTU and identifier in their places: %j', (ends) => {
  const { payload, ...packet } = encodeIcmp({ ...ends, numbers: [3, 4], mtu: 1200, body: Uint8Array.of(1, 2) });
  const isV6 = ends === ipv6;
  expect(checksum(...(isV6 ? [pseudoHeader(packet, payload.length)] : []), payload)).toBe(0);
  expect([...payload.subarray(4)]).toEqual([0, 0, 4, 176, 1, 2]);
  const echo = encodeIcmp({ ...ends, numbers: [8, 0], id: 0xffff, body: new Uint8Array(0) });
  expect([...echo.payload.subarray(4)]).toEqual([255, 255, 0, 0]);
  const wide = encodeIcmp({ ...ends, numbers: [2, 0], mtu: 0xffff_ffff, body: new Uint8Array(0) });
  expect([...wide.payload.subarray(4)]).toEqual([255, 255, 255, 255]);
});

test('an error quotes as much as it may, or what it is told', () => {
  const long = (ends: typeof ipv4): Parameters<typeof quoted>[0] => ({
    ...ends,
    protocol: Protocol.UDP,
    payload: new Uint8Array(3000),
  });
  expect([quoted(long(ipv4)).length, quoted(long(ipv6)).length]).toEqual([548, 1232]);
  expect([quoted(long(ipv4), 8).length, quoted(long(ipv6), 8).length]).toEqual([28, 48]);
  expect(quoted(long(ipv4), 3000)).toHaveLength(548);
});
