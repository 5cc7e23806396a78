import type { CaseResult } from '../record/result.js';
import { fileURLToPath } from 'node:url';
import type { Case } from './case.js';
import { patient } from '../record/patience.js';
import type { Isolation } from './stage.js';
import { broken, deadlineMs } from './run-case.js';
import { WorkerProcess } from './worker-process.js';

/** Run compiled, also where this file is not. */
const workerFile = fileURLToPath(new URL('../../../dist/claims/programs/case-worker.js', import.meta.url));

/** `graceMs` is beyond the row's own deadline: a case that still runs then sits in a system call. */
const ownWorker: WorkerProgram = { file: workerFile, graceMs: 5000 };

/** Cases wait more than they compute: on two cores five are done sooner than three or four, and more gain nothing. */
const fastWorkers = 5;

/** A program that is sent orders and answers each with a result. */
export interface WorkerProgram {
  readonly file: string;
  readonly graceMs: number;
}

export interface PoolOptions {
  readonly isolation: Isolation;
  /** Called with each result as it arrives. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
  readonly onStart?: ((testCase: Case) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Run instead of the lab's own. */
  readonly worker?: WorkerProgram | undefined;
}

async function runIn(
  worker: WorkerProcess,
  testCase: Case,
  { isolation, worker: { graceMs } = ownWorker }: PoolOptions,
): Promise<CaseResult> {
  const begin = performance.now();
  const limitMs = testCase.rowNames.length * deadlineMs(testCase) + patient(graceMs);
  try {
    return (await worker.ask({ id: testCase.id, isolation }, limitMs)) as CaseResult;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return broken(testCase, why, Math.round(performance.now() - begin));
  }
}

/** Runs cases in worker processes: the slow ones beside the others, each in a process of its own. */
export async function runInPool(cases: readonly Case[], options: PoolOptions): Promise<CaseResult[]> {
  const { onResult, onStart, signal, worker: program = ownWorker } = options;
  const workers: WorkerProcess[] = [];
  const results: CaseResult[] = [];
  const isAborted = (): boolean => signal?.aborted === true;
  const work = async (queue: Case[]): Promise<void> => {
    const worker = new WorkerProcess(program.file);
    workers.push(worker);
    for (let next = queue.shift(); next !== undefined && !isAborted(); next = queue.shift()) {
      onStart?.(next);
      const result = await runIn(worker, next, options);
      if (isAborted()) break;
      results.push(result);
      onResult?.(result);
    }
    worker.end();
  };
  const endAll = (): void => {
    for (const worker of workers) worker.end();
  };
  signal?.addEventListener('abort', endAll, { once: true });
  const slow = cases.filter((testCase) => testCase.slow === true);
  const fast = cases.filter((testCase) => testCase.slow !== true);
  await Promise.all([
    ...slow.map((testCase) => work([testCase])),
    ...Array.from({ length: Math.min(fastWorkers, fast.length) }, () => work(fast)),
  ]);
  signal?.removeEventListener('abort', endAll);
  const order = new Map(cases.map(({ id }, index) => [id, index]));
  return results.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}
