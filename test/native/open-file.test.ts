import { closeSync, fstatSync, openSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { fileOf, isOpenOn } from '../../src/native/open-file.js';

function opened(path: string): number {
  const fd = openSync(path, 'r');
  onTestFinished(() => closeSync(fd));
  return fd;
}

const here = new URL(import.meta.url).pathname;

test('a file is its device and its inode, each in two halves', () => {
  const fd = opened(here);
  const { dev, ino } = fstatSync(fd, { bigint: true });
  const halves = [dev, dev >> 32n, ino, ino >> 32n].map((half) => BigInt.asIntN(32, half));
  expect(fileOf(fd)).toBe(halves.join(':'));
});

test('two descriptors of one file are open on it, one of another is not, and one that is closed is on none', () => {
  const file = fileOf(opened(here));
  expect(isOpenOn(opened(here), file)).toBe(true);
  expect(isOpenOn(opened('/dev/null'), file)).toBe(false);
  expect(isOpenOn(1 << 20, file)).toBe(false);
  expect(() => fileOf(-1)).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'fstat' }));
});
