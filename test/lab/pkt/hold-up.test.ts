import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mayHoldUp } from '../../../src/lab/pkt/hold-up.js';
import { parsePkt } from '../../../src/lab/pkt/parse.js';

function holds(call: string): boolean {
  return mayHoldUp(parsePkt(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 ${call}\n`, 'x.pkt'));
}

test('a script may hold up its process by a close that lingers, by a pipe, and by a file that may wait', () => {
  const own = fileURLToPath(import.meta.url);
  expect(holds(`open("${own}", O_RDONLY) = 5`)).toBe(false);
  expect(holds('open("/proc/kmsg", O_RDONLY) = 5')).toBe(true);
  expect(holds('open("/nowhere/fifo", O_RDONLY) = 5')).toBe(true);
  expect(holds('pipe([4, 5]) = 0')).toBe(true);
  expect(holds('setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=10}, 8) = 0')).toBe(true);
  expect(holds('setsockopt(3, SOL_SOCKET, 13, {onoff=1, linger=10}, 8) = 0')).toBe(true);
  expect(holds('setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0')).toBe(false);
  expect(holds('close(3) = 0')).toBe(false);
});
