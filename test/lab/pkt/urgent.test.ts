import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { beUrgent } from '../../../src/lab/pkt/urgent.js';
import { setScheduler } from '../../../src/raw/raw.js';

/** Of each thread: the 41st field of proc_pid_stat(5), behind the name in brackets. */
function policies(): Set<number> {
  const stats = readdirSync('/proc/self/task').map((thread) => readFileSync(`/proc/self/task/${thread}/stat`, 'utf8'));
  return new Set(stats.map((stat) => Number(stat.slice(stat.lastIndexOf(')')).split(' ')[39])));
}

function mayBeUrgent(): boolean {
  try {
    setScheduler(0, 'SCHED_FIFO', 1);
    setScheduler(0, 'SCHED_OTHER', 0);
    return true;
  } catch {
    return false;
  }
}

const linux = process.platform === 'linux';

test.skipIf(!linux)('every thread of the process runs in real time where it may, until it is taken back', () => {
  const during = availableParallelism() > 1 && mayBeUrgent() ? 1 : 0;
  expect(policies()).toEqual(new Set([0]));
  const calm = beUrgent();
  try {
    expect(policies()).toEqual(new Set([during]));
  } finally {
    calm();
  }
  expect(policies()).toEqual(new Set([0]));
});

test.skipIf(!linux)('what the kernel refuses of setScheduler() is thrown', () => {
  expect(() => setScheduler(0, 'SCHED_FIFO', 1000)).toThrow(/EINVAL/);
  expect(() => setScheduler(-1, 'SCHED_OTHER', 0)).toThrow(/EINVAL/);
});
