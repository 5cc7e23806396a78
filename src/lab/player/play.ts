import { fileURLToPath } from 'node:url';
import { UsageError } from '../../index.js';
import type { Trace } from '../trace.js';
import { WorkerProcess } from '../worker-process.js';
import type { Experiment } from '../experiment/experiment.js';

/** Run compiled, also where this file is not. */
const workerFile = fileURLToPath(new URL('../../../dist/lab/player/worker.js', import.meta.url));

/** Where an experiment is: in a file, or among those of the package. */
export interface Source {
  readonly file?: string;
}

/** What is known of an experiment without running it. */
export type ListedExperiment = Pick<Experiment, 'name' | 'title' | 'about' | 'cases' | 'variants' | 'limitMs'>;

export type Order =
  | { readonly kind: 'list'; readonly source: Source }
  | {
      readonly kind: 'play';
      readonly source: Source;
      readonly name: string;
      readonly variant?: string | undefined;
      readonly pcap?: string | undefined;
    }
  | { readonly kind: 'interrupt' };

export type Answer =
  | { readonly listed: readonly ListedExperiment[] }
  | { readonly trace: Trace }
  | { readonly failure: string };

/** One run to be made. */
export interface Run {
  readonly source: Source;
  readonly experiment: ListedExperiment;
  readonly variant?: string | undefined;
  readonly pcap?: string | undefined;
}

/** A run for each of its variants. */
export function runsOf(source: Source, experiment: ListedExperiment): Run[] {
  if (experiment.variants.length === 0) return [{ source, experiment }];
  return experiment.variants.map((variant) => ({ source, experiment, variant }));
}

/** What came of a run: its trace, or why there is none. */
export type Played = { readonly run: Run } & ({ readonly trace: Trace } | { readonly failure: string });

export interface PlayOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: ((run: Run) => void) | undefined;
  readonly onEnd?: ((played: Played) => void) | undefined;
}

const loadLimitMs = 30_000;
/** A script that still runs so long after its own limit does not give its thread away. */
const graceMs = 5000;
const atOnce = 3;

/** The experiments of a file, asked of a process of its own, since loading it runs what is in it. */
export async function listExperiments(file: string): Promise<readonly ListedExperiment[]> {
  const worker = new WorkerProcess(workerFile);
  try {
    const answer = (await worker.ask({ kind: 'list', source: { file } } satisfies Order, loadLimitMs)) as Answer;
    if ('listed' in answer) return answer.listed;
    throw new UsageError('ERR_ARGUMENT_INVALID', 'failure' in answer ? answer.failure : 'no list');
  } finally {
    worker.end();
  }
}

async function play(worker: WorkerProcess, run: Run): Promise<Played> {
  const { source, experiment, variant, pcap } = run;
  const order: Order = { kind: 'play', source, name: experiment.name, variant, pcap };
  try {
    const answer = (await worker.ask(order, experiment.limitMs + graceMs)) as Answer;
    if ('trace' in answer) return { run, trace: answer.trace };
    return { run, failure: 'failure' in answer ? answer.failure : 'no trace' };
  } catch (error) {
    return { run, failure: error instanceof Error ? error.message : String(error) };
  }
}

/** Makes runs in processes of their own, some at a time, and collects them in order. Aborted, those under way end with what they have. */
export async function playRuns(runs: readonly Run[], { signal, onStart, onEnd }: PlayOptions = {}): Promise<Played[]> {
  const workers: WorkerProcess[] = [];
  const queue = [...runs.entries()];
  const played = new Map<number, Played>();
  const interrupt = (): void => {
    queue.splice(0);
    for (const worker of workers) worker.tell({ kind: 'interrupt' } satisfies Order);
  };
  signal?.addEventListener('abort', interrupt, { once: true });
  const work = async (): Promise<void> => {
    const worker = new WorkerProcess(workerFile);
    workers.push(worker);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, run] = next;
      onStart?.(run);
      const result = await play(worker, run);
      played.set(index, result);
      onEnd?.(result);
    }
    worker.end();
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, runs.length) }, work));
  signal?.removeEventListener('abort', interrupt);
  return [...played].sort(([a], [b]) => a - b).map(([, result]) => result);
}
