import { TogetherError, WorkerProcess } from './worker-process.js';

/** Jobs that are started in order, by so many workers, each of which has so many at once. */
export interface Lane<Job> {
  readonly jobs: readonly Job[];
  readonly workers: number;
  readonly atOnce: number;
}

export interface PoolSettings<Job, Result> {
  /** The program that is sent orders and answers each. */
  readonly file: string;
  /** Processes of that program that are there already. */
  readonly spare?: readonly WorkerProcess[];
  /** Sends a worker what is to be done. It rejects with a `TogetherError` alone, and is asked again then, with a worker of its own. */
  readonly ask: (worker: WorkerProcess, job: Job) => Promise<Result>;
  /** Once the run is aborted: ends what a worker is doing. */
  readonly interrupt: (worker: WorkerProcess) => void;
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: ((job: Job) => void) | undefined;
  readonly onEnd?: ((result: Result) => void) | undefined;
}

/**
 * Has jobs done in processes of their own, so that what hangs in one can be killed, and collects what came of them, in order of the
 * lanes. Aborted, none begins any more.
 */
export async function inPool<Job, Result>(
  lanes: readonly Lane<Job>[],
  { file, spare = [], ask, interrupt, signal, onStart, onEnd }: PoolSettings<Job, Result>,
): Promise<{ readonly job: Job; readonly result: Result }[]> {
  const workers: WorkerProcess[] = [];
  const done = new Map<Job, Result>();
  const isAborted = (): boolean => signal?.aborted === true;
  const start = (): WorkerProcess => {
    const worker = spare[workers.length] ?? new WorkerProcess(file);
    workers.push(worker);
    return worker;
  };
  /** With others in one process, which may have failed by one of them: by itself it shows whose fault it was. */
  const asked = async (worker: WorkerProcess, job: Job): Promise<Result> => {
    try {
      return await ask(worker, job);
    } catch (error) {
      if (!(error instanceof TogetherError)) throw error;
    }
    const own = start();
    try {
      return await ask(own, job);
    } finally {
      own.end();
    }
  };
  const turn = async (worker: WorkerProcess, queue: Job[]): Promise<void> => {
    for (let job = queue.shift(); job !== undefined && !isAborted(); job = queue.shift()) {
      onStart?.(job);
      const result = await asked(worker, job);
      done.set(job, result);
      onEnd?.(result);
    }
  };
  const work = async (queue: Job[], turns: number): Promise<void> => {
    const worker = start();
    await Promise.all(Array.from({ length: turns }, () => turn(worker, queue)));
    worker.end();
  };
  const onAbort = (): void => workers.forEach(interrupt);
  signal?.addEventListener('abort', onAbort, { once: true });
  await Promise.all(
    lanes.flatMap(({ jobs, workers: count, atOnce }) => {
      const queue = [...jobs];
      return Array.from({ length: Math.min(count, jobs.length) }, () => work(queue, atOnce));
    }),
  );
  signal?.removeEventListener('abort', onAbort);
  for (const worker of spare) worker.end();
  return lanes.flatMap(({ jobs }) =>
    jobs.flatMap((job) => {
      const result = done.get(job);
      return result === undefined ? [] : [{ job, result }];
    }),
  );
}
