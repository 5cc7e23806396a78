import { constants as os } from 'node:os';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  check,
  integer,
  invalidArgument,
  knownKeys,
  SystemCallError,
  TimeoutError,
  UsageError,
} from '../src/errors.js';
// The addon brings names and texts.
import { codeOf } from './support/sockets.js';

const EADDRINUSE = -os.errno.EADDRINUSE;

describe('SystemCallError', () => {
  test.each([
    [{ address: '127.0.0.1', port: 8080 }, 'bind EADDRINUSE: address already in use 127.0.0.1:8080'],
    [{ address: '::1', port: 8080 }, 'bind EADDRINUSE: address already in use [::1]:8080'],
    [{ address: 'fe80::1%lo', port: 8080 }, 'bind EADDRINUSE: address already in use [fe80::1%lo]:8080'],
    [{ address: '::ffff:10.0.0.1', port: 1 }, 'bind EADDRINUSE: address already in use [::ffff:10.0.0.1]:1'],
    [{ address: 'vsock:2', port: 1 }, 'bind EADDRINUSE: address already in use vsock:2:1'],
    [{ address: '/run/s' }, 'bind EADDRINUSE: address already in use /run/s'],
    [{ option: 'SO_REUSEADDR' }, 'bind EADDRINUSE: address already in use SO_REUSEADDR'],
    [{}, 'bind EADDRINUSE: address already in use'],
  ])('with %j reads %j', (context, message) => {
    expect(new SystemCallError(EADDRINUSE, 'bind', context).message).toBe(message);
  });

  test("has the shape of Node's errors", () => {
    const error = new SystemCallError(EADDRINUSE, 'bind', { address: '127.0.0.1', port: 8080 });
    expect(error).toBeInstanceOf(Error);
    expect(Object.fromEntries(Object.entries(error))).toEqual({
      name: 'SystemCallError',
      code: 'EADDRINUSE',
      errno: EADDRINUSE,
      syscall: 'bind',
      address: '127.0.0.1',
      port: 8080,
    });
  });

  test('has only the fields that are known', () => {
    const error = new SystemCallError(-os.errno.ENOTCONN, 'getpeername');
    expect(Object.keys(error).sort()).toEqual(['code', 'errno', 'name', 'syscall']);
    expect(inspect(error)).not.toContain('undefined');
    expect(Object.keys(new SystemCallError(-os.errno.EINVAL, 'setsockopt', { option: 'SO_LINGER' }))).toContain(
      'option',
    );
  });

  test('every errno of the system has its usual name and a text', () => {
    // What the kernel may return: include/uapi/asm-generic/errno.h. 41 and 58 are not used.
    const all = Array.from({ length: 133 }, (_, index) => index + 1).filter((errno) => ![41, 58].includes(errno));
    const errors = all.map((errno) => new SystemCallError(-errno, 'bind'));
    expect(errors.filter(({ code }) => /^E\d+$/.test(code)).map(({ errno }) => errno)).toEqual([]);
    expect(errors.filter(({ message }) => /unknown error/i.test(message)).map(({ code }) => code)).toEqual([]);
    expect(new Set(errors.map(({ code }) => code)).size).toBe(all.length);
  });

  test.each([
    [os.errno.EOPNOTSUPP, 'EOPNOTSUPP'],
    [os.errno.EAGAIN, 'EAGAIN'],
    [os.errno.EINPROGRESS, 'EINPROGRESS'],
    [os.errno.EDEADLK, 'EDEADLK'],
    [126, 'ENOKEY'],
  ])('%i is %s', (errno, code) => {
    expect(new SystemCallError(-errno, 'bind').code).toBe(code);
  });

  test('what Node has no words for is said in those of strerror(3)', () => {
    expect(new SystemCallError(-os.errno.EINPROGRESS, 'send').message).toBe(
      'send EINPROGRESS: operation now in progress',
    );
    expect(new SystemCallError(-68, 'bind').message).toBe('bind EADV: advertise error');
  });

  test('an errno that Node has no name for, as the kernel own ENOTSUPP, keeps its number', () => {
    expect(new SystemCallError(-524, 'bind')).toMatchObject({
      code: 'E524',
      errno: -524,
      message: 'bind E524: unknown error',
    });
  });
});

describe('check', () => {
  test('returns what is not below zero', () => {
    expect(check(0, 'bind')).toBe(0);
    expect(check(7, 'socket')).toBe(7);
  });

  test('throws for what is', () => {
    expect(() => check(-os.errno.EBADF, 'close')).toThrow(SystemCallError);
  });
});

describe('arguments', () => {
  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, -1, 11, 2 ** 31])(
    'integer() calls %s out of range',
    async (value) => {
      expect(await codeOf(() => integer(value, 'n', 0, 10))).toBe('ERR_OUT_OF_RANGE');
    },
  );

  test.each(['1', null, undefined, true, 1n, {}, Symbol('one'), () => 1])(
    'integer() calls %s invalid',
    async (value) => {
      expect(await codeOf(() => integer(value, 'n', 0, 10))).toBe('ERR_ARGUMENT_INVALID');
    },
  );

  test('integer() returns both ends of its range', () => {
    expect([integer(0, 'n', 0, 10), integer(10, 'n', 0, 10)]).toEqual([0, 10]);
  });

  test('knownKeys() names the key it does not know', () => {
    expect(() => knownKeys({ backlog: 1 }, 'listen', ['backlog'])).not.toThrow();
    expect(() => knownKeys({ blog: 1 }, 'listen', ['backlog'])).toThrow('listen: unknown "blog", known are backlog');
  });

  test.each([
    ['text', '"text"'],
    [null, 'null'],
    [1n, '1n'],
    [Symbol('s'), 'a symbol'],
    [() => 1, 'a function'],
    [Object.create(null), 'an instance of Object'],
    [new Map(), 'an instance of Map'],
  ])('invalidArgument() shows what it got (%#)', (value, shown) => {
    expect(invalidArgument('size', 'an integer', value).message).toBe(`size: expected an integer, got ${shown}`);
  });

  test('the classes tell the three kinds of failure apart', () => {
    const errors = [
      new SystemCallError(EADDRINUSE, 'bind'),
      new UsageError('ERR_OUT_OF_RANGE', 'no'),
      new TimeoutError('recv', 5),
    ];
    expect(errors.map(({ name, code }) => [name, code])).toEqual([
      ['SystemCallError', 'EADDRINUSE'],
      ['UsageError', 'ERR_OUT_OF_RANGE'],
      ['TimeoutError', 'ERR_TIMED_OUT'],
    ]);
  });
});
