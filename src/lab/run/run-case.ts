import { codeOf, messageOf } from '../../errors.js';
import { TimeoutError } from '../../index.js';
import type { CaseResult } from '../record/result.js';
import type { Event } from '../record/event.js';
import type { NotRun } from '../record/not-run.js';
import type { Recording, TraceSegment } from '../record/trace.js';
import type { Case, OnStage } from './case.js';
import { type Isolation, Stage } from './stage.js';
import { lacking } from './needs.js';
import { becauseOf } from '../draw/report-words.js';
import { eventText } from '../draw/text/event-text.js';
import { patient } from '../record/patience.js';

/** A row that waits for the kernel's own minute gets half a minute more. */
const deadlinesMs = { fast: 15_000, slow: 90_000 };

export function deadlineMs(testCase: Pick<Case, 'waitsFor'>): number {
  return patient(testCase.waitsFor !== undefined ? deadlinesMs.slow : deadlinesMs.fast);
}

/** What is known before the run, and is told of it in every report. */
function describe(
  testCase: Case,
): Pick<CaseResult, 'id' | 'articles' | 'title' | 'claim' | 'rules' | 'advice' | 'labels'> {
  const { id, articles, title, claim, rules, advice, labels } = testCase;
  return { id, articles, title, claim, rules, advice, ...(labels !== undefined && { labels }) };
}

/** The result of a case that was not run. */
export function skipped(testCase: Case, why: NotRun): CaseResult {
  const unrun = [{ why }];
  const because = becauseOf(undefined, unrun);
  return { ...describe(testCase), verdict: 'skipped', because, unrun, rows: [], durationMs: 0 };
}

/** The result of a case that was aborted. */
export function broken(testCase: Case, error: string, durationMs: number): CaseResult {
  return { ...skipped(testCase, { lacks: 'end', said: error }), durationMs, error };
}

/** Rejects when the row has used up its time; what it holds is released by whoever takes the lab down. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

/** What a run of a case is to leave behind besides its result. */
export interface CaseOutputs {
  /** Has a recording of each row, with packets and states. */
  readonly recordings?: boolean | undefined;
  /** Keeps what was done in each row, unless this is `false`: of a run of all cases it is two megabytes to hand over. */
  readonly events?: boolean | undefined;
  /** Files for what was on the wire, by row. */
  readonly captures?: readonly string[] | undefined;
}

/** What was on the wire, as events. */
function segmentEvent({ sentMs, receivedMs, from, flags, seq, ack, window, options, length }: TraceSegment): Event {
  const times = { atMs: sentMs, endMs: receivedMs ?? sentMs };
  const numbers = { flags, seq, ...(ack !== undefined && { ack }), window, options, length };
  const lost = receivedMs === undefined && { lost: true as const };
  return { kind: 'segment', ...times, host: from, way: 'sends', ...numbers, ...lost };
}

/** Of a captured run the segments are seen on the wire, also those that a scripted peer sends and gets. */
function withSegments({ events, segments }: Recording): Event[] {
  const others = events.filter(({ kind }) => kind !== 'segment');
  return [...others, ...segments.map(segmentEvent)].sort((a, b) => a.atMs - b.atMs);
}

function stages(
  testCase: Case,
  network: Isolation,
  { recordings = false, events = true, captures }: CaseOutputs,
): OnStage {
  return async (row, use) => {
    const signal = AbortSignal.timeout(deadlineMs(testCase));
    // A row that plays an experiment captures in any case, and of that the segments alone are kept.
    const isDrawn = recordings || captures !== undefined;
    const stage = new Stage(signal, { capture: isDrawn, states: isDrawn, network });
    try {
      const value = await inTime(Promise.resolve(use(stage)), stage.signal);
      if (!events && !isDrawn) return { value, events: [] };
      if (!stage.isCaptured) return { value, events: stage.events };
      const recording = await stage.finish();
      const capture = captures?.[row];
      const identity = { name: testCase.id, title: testCase.title, variant: testCase.rowNames[row] ?? '' };
      if (capture !== undefined) stage.writeCapture(capture, { ...identity, ...recording, findings: null });
      return { value, events: events ? withSegments(recording) : [], ...(recordings && { recording }) };
    } catch (error) {
      const { last } = stage;
      const place = last === undefined ? 'before its first call' : `after "${eventText(last)}"`;
      const why = error instanceof TimeoutError ? stage.fullQueues() : [];
      const message = error instanceof Error ? error.message : codeOf(error);
      throw new Error([`${message}, ${place}`, ...why].join('; '), { cause: error });
    } finally {
      await stage.close();
    }
  };
}

/** Runs a case in this process. It never rejects: a case that breaks off is a result with `error`. */
export async function runCase(testCase: Case, isolation: Isolation, outputs: CaseOutputs = {}): Promise<CaseResult> {
  const begin = performance.now();
  const elapsed = (): number => Math.round(performance.now() - begin);
  try {
    const outcome = await testCase.runRows(stages(testCase, isolation, outputs), lacking);
    return { ...describe(testCase), ...outcome, durationMs: elapsed() };
  } catch (error) {
    return broken(testCase, messageOf(error), elapsed());
  }
}
