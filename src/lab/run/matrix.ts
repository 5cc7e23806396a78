import { messageOf } from '../../errors.js';
import { release } from 'node:os';
import { patience, patient } from '../record/patience.js';
import type { NotRun } from '../record/not-run.js';
import type { CaseResult, MatrixResult } from '../record/result.js';
import type { Case } from './case.js';
import type { Isolation } from './stage.js';
import { missing } from './needs.js';
import { type Answer, type Order, workerFile } from './order.js';
import { inPool } from './pool.js';
import { broken, type CaseOutputs, deadlineMs, skipped } from './run-case.js';
import { TogetherError, type WorkerProcess } from './worker-process.js';

/** Beyond the rows' own deadlines: a case that still runs then sits in a system call. */
const ownGraceMs = 5000;

/** A machine of this patience or more is slow. An idle one has 1. */
const slowPatience = 2;

/**
 * How many workers there are for cases that do not wait long, and how many cases each has at once. Fewer workers take less CPU time, since
 * each compiles the same code (docs/benchmarks.md). More than three cases would share the four threads on which a close() waits.
 * On a slow machine cases of one process hold each other up: a peer that should read within a second reads too late.
 */
export function fastLane(): { readonly workers: number; readonly atOnce: number } {
  return patience() < slowPatience ? { workers: 2, atOnce: 3 } : { workers: 4, atOnce: 1 };
}

export interface PoolOptions {
  readonly isolation: Isolation;
  /** URL of the module that has the cases, for the worker processes. */
  readonly claims: string;
  /** What each case is to leave behind besides its result. */
  readonly outputsOf?: ((testCase: Case) => CaseOutputs) | undefined;
  /** Called with each result as it arrives. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
  readonly onStart?: ((testCase: Case) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Run instead of the lab's own worker, as one that hangs. */
  readonly worker?: { readonly file: string; readonly graceMs: number } | undefined;
}

async function runIn(worker: WorkerProcess, testCase: Case, options: PoolOptions): Promise<CaseResult> {
  const { isolation, claims, outputsOf, worker: { graceMs } = { graceMs: ownGraceMs } } = options;
  const begin = performance.now();
  const limitMs = testCase.rowNames.length * deadlineMs(testCase) + patient(graceMs);
  const outputs = outputsOf?.(testCase) ?? {};
  const order: Order = { kind: 'case', claims, id: testCase.id, isolation, outputs };
  try {
    const answer = (await worker.ask(order, limitMs)) as Answer;
    if ('result' in answer) return answer.result;
    throw new Error('failure' in answer ? answer.failure : 'it has no result');
  } catch (error) {
    if (error instanceof TogetherError && options.signal?.aborted !== true) throw error;
    const why = messageOf(error);
    return broken(testCase, why, Math.round(performance.now() - begin));
  }
}

/** Runs cases in worker processes: the slow ones beside the others, each in a process of its own, of the others several in one. */
export async function runInPool(cases: readonly Case[], options: PoolOptions): Promise<CaseResult[]> {
  const { onResult, onStart, signal, worker: { file } = { file: workerFile } } = options;
  const slow = cases.filter((testCase) => testCase.waitsFor !== undefined);
  // Those that wait for the kernel's timers begin first, so that at the end none of them waits alone.
  const fast = cases
    .filter((testCase) => testCase.waitsFor === undefined)
    .toSorted((one, other) => (other.sideBySide ?? 0) - (one.sideBySide ?? 0));
  const lanes = [
    ...slow.map((testCase) => ({ jobs: [testCase], workers: 1, atOnce: 1 })),
    { jobs: fast, ...fastLane() },
  ];
  // What was under way at an interrupt has no result: its process was ended.
  const kept: { readonly testCase: Case; readonly result: CaseResult }[] = [];
  await inPool(lanes, {
    file,
    signal,
    onStart,
    interrupt: (worker) => worker.end(),
    ask: async (worker, testCase) => {
      const result = await runIn(worker, testCase, options);
      if (signal?.aborted === true) return;
      kept.push({ testCase, result });
      onResult?.(result);
    },
  });
  return kept
    .sort((one, other) => cases.indexOf(one.testCase) - cases.indexOf(other.testCase))
    .map(({ result }) => result);
}

export interface MatrixOptions extends PoolOptions {
  readonly mode?: string | undefined;
  /** Why there are no namespaces, told by the cases that need them. */
  readonly reason?: string | undefined;
  /** Leaves the slow cases out. */
  readonly quick?: boolean | undefined;
}

/** Runs cases and collects their results, in the order given. What cannot be run here is skipped with the reason. */
export async function runCases(chosen: readonly Case[], options: MatrixOptions): Promise<MatrixResult> {
  const begin = performance.now();
  const results: CaseResult[] = [];
  const able: Case[] = [];
  for (const testCase of chosen) {
    const reason: NotRun | undefined =
      options.quick === true && testCase.waitsFor !== undefined
        ? { lacks: 'time', waitsFor: testCase.waitsFor }
        : missing(testCase, options.isolation, options.reason);
    if (reason === undefined) able.push(testCase);
    else results.push(skipped(testCase, reason));
  }
  for (const result of results) options.onResult?.(result);
  results.push(...(await runInPool(able, options)));
  const ended = new Set(results.map(({ id }) => id));
  const unfinished = chosen.map(({ id }) => id).filter((id) => !ended.has(id));
  const order = new Map(chosen.map(({ id }, index) => [id, index]));
  return {
    kernel: release(),
    node: process.version,
    mode: options.mode ?? options.isolation,
    durationMs: Math.round(performance.now() - begin),
    cases: results.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0)),
    ...(unfinished.length > 0 && { unfinished }),
  };
}
