import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { fdOf, type OptionTarget } from '../../src/handles/fd-of.js';
import { getOption, setOption, setOptions } from '../../src/handles/options.js';
import { Socket } from '../../src/socket/socket.js';
import { keeper } from '../support/kept.js';

// What Node's own objects have is in test/support/handle-facts.mjs, which runs on every version.
const kept = keeper();

test('a number is itself, if it can be a descriptor', () => {
  for (const fd of [0, 3, 2 ** 31 - 1]) expect(fdOf(fd)).toBe(fd);
  expect(Object.is(fdOf(-0), 0)).toBe(true);
});

test.for([-1, 1.5, 2 ** 31, 2 ** 32, -(2 ** 31), Number.NaN, Number.POSITIVE_INFINITY])('the number %o is ERR_OUT_OF_RANGE', (fd) => {
  expect(() => fdOf(fd)).toThrow(expect.objectContaining({ name: 'UsageError', code: 'ERR_OUT_OF_RANGE' }));
});

const strangers: readonly unknown[] = [
  undefined, null, '3', 3n, true, Symbol('3'), () => 3, {}, [], new Map(), Object.create(null), new Duplex(), { fd: 3 },
  { _handle: { fd: 3 } }, { socket: undefined },
];

test.for(strangers.map((target) => [target]))('%o is ERR_ARGUMENT_INVALID', ([target]) => {
  expect(() => fdOf(target as OptionTarget)).toThrow(expect.objectContaining({ name: 'UsageError', code: 'ERR_ARGUMENT_INVALID' }));
});

test('fd() of a bound socket that returns none is ERR_NO_DESCRIPTOR', () => {
  expect(() => fdOf({ fd: () => -1 })).toThrow(expect.objectContaining({ code: 'ERR_NO_DESCRIPTOR' }));
});

test('options are read and set through any target, and by a closed one not at all', () => {
  const socket = kept(Socket.open());
  expect(getOption(socket, 'TCP_NODELAY')).toBe(false);
  setOption(socket, 'TCP_NODELAY', true);
  expect(getOption(socket.fd, 'TCP_NODELAY')).toBe(true);
  setOptions(socket.fd, { TCP_NODELAY: false, SO_PRIORITY: 4 });
  expect(socket.getOption('TCP_NODELAY')).toBe(false);
  expect(getOption(socket, 'SO_PRIORITY')).toBe(4);
  socket.close();
  expect(() => getOption(socket, 'TCP_NODELAY')).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_CLOSED' }));
  expect(() => setOptions(socket, {})).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_CLOSED' }));
});
