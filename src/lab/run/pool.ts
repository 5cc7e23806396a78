import { WorkerProcess } from './worker-process.js';

/** Jobs that are done in order, by so many workers. */
export interface Lane<Job> {
  readonly jobs: readonly Job[];
  readonly workers: number;
}

export interface PoolSettings<Job, Result> {
  /** The program that is sent orders and answers each. */
  readonly file: string;
  /** Sends a worker what is to be done; it never rejects. */
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
  { file, ask, interrupt, signal, onStart, onEnd }: PoolSettings<Job, Result>,
): Promise<{ readonly job: Job; readonly result: Result }[]> {
  const workers: WorkerProcess[] = [];
  const done = new Map<Job, Result>();
  const isAborted = (): boolean => signal?.aborted === true;
  const work = async (queue: Job[]): Promise<void> => {
    const worker = new WorkerProcess(file);
    workers.push(worker);
    for (let job = queue.shift(); job !== undefined && !isAborted(); job = queue.shift()) {
      onStart?.(job);
      const result = await ask(worker, job);
      done.set(job, result);
      onEnd?.(result);
    }
    worker.end();
  };
  const onAbort = (): void => workers.forEach(interrupt);
  signal?.addEventListener('abort', onAbort, { once: true });
  await Promise.all(
    lanes.flatMap(({ jobs, workers: count }) => {
      const queue = [...jobs];
      return Array.from({ length: Math.min(count, jobs.length) }, () => work(queue));
    }),
  );
  signal?.removeEventListener('abort', onAbort);
  return lanes.flatMap(({ jobs }) =>
    jobs.flatMap((job) => {
      const result = done.get(job);
      return result === undefined ? [] : [{ job, result }];
    }),
  );
}
