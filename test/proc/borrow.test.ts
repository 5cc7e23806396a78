import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readOption, writeOption } from '../../src/options/access.js';
import { withDescriptorOf } from '../../src/proc/borrow.js';
import { openDescriptors } from '../support/namespaces.js';
import { codeOf, listening } from '../support/sockets.js';

describe('withDescriptorOf', () => {
  test('reads and sets an option of the socket of another process', async () => {
    using socket = listening();
    const child = spawn('sleep', ['60'], { stdio: [socket.fd, 'ignore', 'ignore'] });
    try {
      await once(child, 'spawn');
      const pid = child.pid ?? 0;
      expect(socket.getOption('SO_REUSEADDR')).toBe(false);
      const before = openDescriptors();
      const read = withDescriptorOf(pid, 0, (fd) => {
        writeOption(fd, 'SO_REUSEADDR', true);
        return readOption(fd, 'SO_REUSEADDR');
      });
      expect([read, socket.getOption('SO_REUSEADDR'), openDescriptors()]).toEqual([true, true, before]);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('closes the duplicate where its use fails', () => {
    using socket = listening();
    const before = openDescriptors();
    expect(() =>
      withDescriptorOf(process.pid, socket.fd, () => {
        throw new Error('in use');
      }),
    ).toThrow('in use');
    expect(openDescriptors()).toBe(before);
  });

  test('gives what is not a socket too: the first call on it says so', async () => {
    const fd = openSync('/dev/null', 'r');
    try {
      expect(await codeOf(() => withDescriptorOf(process.pid, fd, (taken) => readOption(taken, 'SO_TYPE')))).toBe(
        'ENOTSOCK',
      );
    } finally {
      closeSync(fd);
    }
  });

  test.each([
    [2 ** 31 - 1, 0, 'ERR_ARGUMENT_INVALID'],
    [process.pid, 2 ** 31 - 1, 'ERR_ARGUMENT_INVALID'],
    [0, 0, 'ERR_OUT_OF_RANGE'],
    [-1, 0, 'ERR_OUT_OF_RANGE'],
    [Number.NaN, 0, 'ERR_OUT_OF_RANGE'],
    [process.pid, -1, 'ERR_OUT_OF_RANGE'],
    [process.pid, 2 ** 31, 'ERR_OUT_OF_RANGE'],
  ])('pid %s, fd %s: %s', async (pid, fd, code) => {
    expect(await codeOf(() => withDescriptorOf(pid, fd, () => undefined))).toBe(code);
  });
});
