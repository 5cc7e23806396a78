import { expect, test } from 'vitest';
import { ingredientsOf } from '../../../src/lab/draw/what-was-run.js';
import type { Event } from '../../../src/lab/record/event.js';

const at = { atMs: 0, endMs: 1, host: 'host' } as const;
const ok = { ok: true } as const;

const events: readonly Event[] = [
  { ...at, kind: 'call', name: 'sysctl', args: ['net.ipv4.tcp_fin_timeout', 1], outcome: ok },
  { ...at, kind: 'call', actor: 's1', name: 'socket', args: [{ options: { SO_REUSEADDR: true } }], outcome: ok },
  { ...at, kind: 'call', actor: 's1', name: 'setsockopt', args: ['SO_LINGER', { on: true }], outcome: ok },
  // A program that is given its socket makes no call for that.
  { ...at, kind: 'process', actor: 'worker', change: 'takes its socket', ok: true },
  { ...at, kind: 'call', actor: 'worker', name: 'accept', args: [], outcome: { ok: false, errno: 'EAGAIN' } },
  { ...at, kind: 'call', name: 'kill', args: ['worker', 'SIGKILL'], outcome: ok },
  { ...at, kind: 'remark', text: 'adopt() and socket() are words here' },
];

test('what a case was made of is read of its events, and of no text in them', () => {
  expect(ingredientsOf(events)).toEqual({
    calls: ['accept', 'kill', 'setsockopt', 'socket'],
    options: ['SO_LINGER', 'SO_REUSEADDR'],
    sysctls: ['net.ipv4.tcp_fin_timeout'],
    signals: ['SIGKILL'],
  });
});
