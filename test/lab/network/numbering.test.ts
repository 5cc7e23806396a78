import { expect, test } from 'vitest';
import { Numbering } from '../../../src/lab/network/numbering.js';
import type { AddressedSegment } from '../../../src/lab/network/peer/segment.js';

const plain: AddressedSegment = {
  source: '192.0.2.1',
  destination: '192.0.2.2',
  sourcePort: 1,
  destinationPort: 2,
  seq: 100,
  ack: 0,
  flags: ['SYN'],
  window: 0,
  urgentPointer: 0,
  options: {},
  payload: new Uint8Array(0),
};

test('an RST that is forged ahead makes no retransmission of the data after it', () => {
  const numbering = new Numbering();
  const passes = (change: Partial<AddressedSegment>): boolean =>
    numbering.passing({ ...plain, ...change }, 'a', 'b').retransmission;
  passes({});
  expect(passes({ flags: ['RST'], seq: 201 })).toBe(false);
  expect(numbering.next(plain).seq).toBe(101);
  const data: Partial<AddressedSegment> = { flags: ['PSH'], seq: 101, payload: new Uint8Array(5) };
  expect(passes(data)).toBe(false);
  expect(passes(data)).toBe(true);
});

test('what a router sends on is no retransmission, and what is sent again over a link is one there', () => {
  const numbering = new Numbering();
  const passes = (change: Partial<AddressedSegment>, from: string, to: string): boolean =>
    numbering.passing({ ...plain, ...change }, from, to).retransmission;
  const data: Partial<AddressedSegment> = { flags: ['PSH'], seq: 101, payload: new Uint8Array(5) };
  for (const change of [{}, data]) {
    expect([passes(change, 'a', 'router'), passes(change, 'router', 'b')]).toEqual([false, false]);
    expect([passes(change, 'a', 'router'), passes(change, 'router', 'b')]).toEqual([true, true]);
  }
  // With another SYN both links count from its number.
  const syn: Partial<AddressedSegment> = { seq: 500 };
  expect([passes(syn, 'a', 'router'), passes(syn, 'router', 'b'), passes(syn, 'router', 'b')]).toEqual([
    false,
    false,
    true,
  ]);
  expect(numbering.next(plain)).toEqual({ seq: 501, initial: 500 });
});

test('what fills a hole is sent for the first time, and what overlaps what was sent for the second', () => {
  const numbering = new Numbering();
  const passes = (change: Partial<AddressedSegment>): boolean =>
    numbering.passing({ ...plain, ...change }, 'a', 'b').retransmission;
  const data = (seq: number, length: number): boolean =>
    passes({ flags: ['ACK'], seq, payload: new Uint8Array(length) });
  passes({});
  expect([data(121, 10), data(111, 5)]).toEqual([false, false]);
  expect([data(111, 5), data(121, 10)]).toEqual([true, true]);
  expect([data(101, 20), data(101, 20)]).toEqual([false, true]);
  expect(data(131, 10)).toBe(false);
});
