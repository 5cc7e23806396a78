import type { CaseResult } from '../record/result.js';
import type { Case, InLab } from './case.js';
import { type Isolation, Lab } from './lab.js';
import { lacking } from './needs.js';
import { eventText } from '../draw/text/event-text.js';
import { patient } from '../record/patience.js';
import { codeOf } from '../record/recorder.js';

/** A row that waits for the kernel's own minute gets half a minute more. */
const deadlinesMs = { fast: 15_000, slow: 90_000 };

export function deadlineMs(testCase: Pick<Case, 'slow'>): number {
  return patient(testCase.slow === true ? deadlinesMs.slow : deadlinesMs.fast);
}

function describe(testCase: Case): Pick<CaseResult, 'id' | 'articles' | 'title' | 'claim'> {
  const { id, articles, title, claim } = testCase;
  return { id, articles, title, claim };
}

/** The result of a case that was not run. */
export function skipped(testCase: Case, reason: string): CaseResult {
  return { ...describe(testCase), verdict: 'skipped', because: reason, rows: [], durationMs: 0 };
}

/** The result of a case that broke off. */
export function broken(testCase: Case, error: string, durationMs: number): CaseResult {
  return { ...skipped(testCase, `it broke off: ${error}`), durationMs, error };
}

/** Rejects when the row has used up its time; what it holds is released by whoever takes the lab down. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function labs(isolation: Isolation, limitMs: number): InLab {
  return async (use) => {
    const signal = AbortSignal.timeout(limitMs);
    const lab = new Lab(isolation, signal);
    try {
      const value = await inTime(Promise.resolve(use(lab)), signal);
      return { value, events: lab.events };
    } catch (error) {
      const { last } = lab;
      const place = last === undefined ? 'before its first call' : `after "${eventText(last)}"`;
      throw new Error(`${error instanceof Error ? error.message : codeOf(error)}, ${place}`, { cause: error });
    } finally {
      lab.close();
    }
  };
}

/** Runs a case in this process. It never rejects: a case that breaks off is a result with `error`. */
export async function runCase(testCase: Case, isolation: Isolation): Promise<CaseResult> {
  const begin = performance.now();
  const elapsed = (): number => Math.round(performance.now() - begin);
  try {
    const outcome = await testCase.runRows(labs(isolation, deadlineMs(testCase)), lacking);
    return { ...describe(testCase), ...outcome, durationMs: elapsed() };
  } catch (error) {
    return broken(testCase, error instanceof Error ? error.message : String(error), elapsed());
  }
}
