import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { codeOf } from '../../errors.js';
import { type schedulers, setScheduler } from '../../raw/raw.js';

/** Whoever may not, without CAP_SYS_NICE, and a thread that has ended. */
const refused = ['EPERM', 'ESRCH'];

function schedule(policy: keyof typeof schedulers, priority: number): void {
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      setScheduler(Number(thread), policy, priority);
    } catch (error) {
      if (!refused.includes(codeOf(error))) throw error;
    }
  }
}

/**
 * Has this process run in real time as long as what it does is timed, as packetdrill does, sched(7): on a busy machine it would
 * else be late by more than a script allows. Threads it starts from now on run so too. Nothing changes where it may not, or where
 * there is one processor, which the host's own work needs.
 *
 * @returns Takes it back.
 */
export function beUrgent(): () => void {
  if (availableParallelism() < 2) return () => {};
  schedule('SCHED_FIFO', 1);
  return () => schedule('SCHED_OTHER', 0);
}
