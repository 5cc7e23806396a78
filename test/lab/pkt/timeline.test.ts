import { expect, test } from 'vitest';
import { Timeline } from '../../../src/lab/pkt/timeline.js';

const atOnce = { kind: 'after', ms: 0 } as const;

test('what a slow call puts off is put off on the clock of the script too', () => {
  const time = new Timeline();
  const beginMs = time.dueMs({ kind: 'at', ms: 0 });
  time.played(atOnce, beginMs, beginMs, beginMs + 8);
  // The segment that the call has the host send.
  time.came(atOnce, beginMs + 7);
  expect(time.lateMs).toBeCloseTo(7);
  expect(time.scriptMs(beginMs + 17)).toBeCloseTo(10);
  expect(time.dueMs({ kind: 'at', ms: 10 })).toBeCloseTo(beginMs + 17);
});

test('a segment that the host itself is late with puts nothing off', () => {
  const time = new Timeline();
  const beginMs = time.dueMs({ kind: 'at', ms: 0 });
  time.played(atOnce, beginMs, beginMs, beginMs);
  time.came({ kind: 'after', ms: 200 }, beginMs + 203);
  expect(time.lateMs).toBeCloseTo(0);
  expect(time.dueMs(atOnce)).toBeCloseTo(beginMs + 200);
});

test('what follows a line that was late is put off by as much', () => {
  const time = new Timeline();
  const beginMs = time.dueMs({ kind: 'at', ms: 0 });
  time.played(atOnce, beginMs, beginMs + 1.5, beginMs + 2);
  expect(time.dueMs({ kind: 'after', ms: 100 })).toBeCloseTo(beginMs + 101.5);
  // What the host does by its own clock may come by either.
  const [fromMs, toMs] = time.window({ kind: 'after', ms: 100 }, 0);
  expect(fromMs - beginMs).toBeCloseTo(100);
  expect(toMs - beginMs).toBeCloseTo(102);
});
