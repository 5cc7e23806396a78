import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { fdOf, type OptionTarget } from '../../src/handles/fd-of.js';

// What Node's own objects have is in test/support/handle-facts.mjs, which runs on every version.

test('a number is itself, if it can be a descriptor', () => {
  for (const fd of [0, 3, 2 ** 31 - 1]) expect(fdOf(fd)).toBe(fd);
  expect(Object.is(fdOf(-0), 0)).toBe(true);
});

test.for([-1, 1.5, 2 ** 31, 2 ** 32, -(2 ** 31), Number.NaN, Number.POSITIVE_INFINITY])(
  'the number %o is ERR_OUT_OF_RANGE',
  (fd) => {
    expect(() => fdOf(fd)).toThrow(expect.objectContaining({ name: 'UsageError', code: 'ERR_OUT_OF_RANGE' }));
  },
);

const strangers: readonly unknown[] = [
  undefined,
  null,
  '3',
  3n,
  true,
  Symbol('3'),
  () => 3,
  {},
  [],
  new Map(),
  Object.create(null),
  new Duplex(),
  { fd: 3 },
  { _handle: { fd: 3 } },
  { socket: undefined },
];

test.for(strangers.map((target) => [target]))('%o is ERR_ARGUMENT_INVALID', ([target]) => {
  expect(() => fdOf(target as OptionTarget)).toThrow(
    expect.objectContaining({ name: 'UsageError', code: 'ERR_ARGUMENT_INVALID' }),
  );
});

test('fd() of a bound socket that returns none is ERR_NO_DESCRIPTOR', () => {
  expect(() => fdOf({ fd: () => -1 })).toThrow(expect.objectContaining({ code: 'ERR_NO_DESCRIPTOR' }));
});
