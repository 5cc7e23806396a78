import { setTimeout as delay } from 'node:timers/promises';
import { TimeoutError, UsageError } from '../../index.js';
import { patient } from './patience.js';

/**
 * How often a state is looked at: soon at first, since most are reached at once, then every few milliseconds, and where a
 * timer of the kernel is waited for, every hundredth of the time it took so far.
 */
const pausesMs = [0, 0, 1, 1, 2, 2, 3];
const laterPauseMs = 5;
const longestDeadlineMs = 600_000;

/** A state was not reached in time, and something else was found instead. */
export class NotReachedError extends TimeoutError {
  constructor(what: string, expected: string, found: string, deadlineMs: number) {
    super(what, deadlineMs);
    this.name = 'NotReachedError';
    this.message = `${what}: expected ${expected}, found ${found} after ${deadlineMs} ms`;
  }
}

/** Waits until `look` sees something; where it does not, says what `found` does. */
export async function reached<T>(
  look: () => T | undefined,
  what: string,
  expected: string,
  found: () => string,
  deadlineMs = 5000,
): Promise<T> {
  try {
    return await until(look, what, { deadlineMs });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new NotReachedError(what, expected, found(), patient(deadlineMs));
  }
}

/** Looks until there is something to see, and returns it. The deadline is longer where the machine is slow (patience.ts). */
export async function until<T>(
  look: () => T | undefined,
  what: string,
  { deadlineMs = 5000, signal }: { deadlineMs?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  if (!(typeof deadlineMs === 'number' && deadlineMs >= 0 && deadlineMs <= longestDeadlineMs))
    throw new UsageError(
      'ERR_OUT_OF_RANGE',
      `deadlineMs: expected 0 to ${longestDeadlineMs}, got ${String(deadlineMs)}`,
    );
  const begin = performance.now();
  const limitMs = patient(deadlineMs);
  for (let looks = 0; ; looks++) {
    const seen = look();
    if (seen !== undefined) return seen;
    const elapsedMs = performance.now() - begin;
    if (elapsedMs > limitMs) throw new TimeoutError(what, limitMs);
    await delay(pausesMs[looks] ?? Math.max(laterPauseMs, elapsedMs / 100), undefined, { signal });
  }
}

/** Whether it comes true in time. What a case observes, and does not need to go on, is asked so: otherwise it could only break off. */
export async function comesTrue(look: () => boolean, what: string, deadlineMs = 3000): Promise<boolean> {
  try {
    return await until(() => look() || undefined, what, { deadlineMs });
  } catch (error) {
    if (error instanceof TimeoutError) return false;
    throw error;
  }
}
