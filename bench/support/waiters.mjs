import { execFileSync } from 'node:child_process';
import { Socket } from './sockwise.mjs';

/** Pairs to wait on: 10,000, or what there are descriptors for. bench/c/waiting.c opens as many. */
export const waiting = Math.min(
  10_000,
  Math.floor((Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) - 200) / 6),
);

export const data = Buffer.alloc(64);

export function openPairs() {
  return Array.from({ length: waiting }, () => Socket.pair());
}

/** Sends to the first `count` of them. */
export function sendTo(pairs, count) {
  for (let i = 0; i < count; i++) if (pairs[i][0].trySend(data) !== data.length) throw new Error('not sent');
}
