import { messageOf } from '../../errors.js';
import { UsageError } from '../../index.js';
import type { PktSettings } from '../pkt/settings.js';
import { patient } from '../record/patience.js';
import type { DeadRun, Trace } from '../record/trace.js';
import { WorkerProcess } from './worker-process.js';
import type { Experiment } from './experiment-shape.js';
import { breakOffAtRejections } from './floating.js';
import {
  type Answer,
  interrupted,
  listed,
  type ListedExperiment,
  type Order,
  type Source,
  workerFile,
} from './order.js';
import { pktExperiment } from './load-pkt.js';
import { type Recorded, recorded } from './recorded.js';
import { inPool } from './pool.js';

export type { Source } from './order.js';

/** One run to be made. */
export interface Run {
  /** Where the experiment is. */
  readonly source: Source;
  /** Which of those of the source. */
  readonly index: number;
  /** With all of it where this process could make the run. */
  readonly experiment: ListedExperiment | Experiment;
  /** Which one, where it has several. */
  readonly variant?: string | undefined;
  /** The capture file to write. */
  readonly pcap?: string | undefined;
}

/** A run for each of its variants. */
export function runsOf(of: Pick<Run, 'source' | 'index' | 'experiment'>): Run[] {
  const { variants } = of.experiment;
  return variants.length === 0 ? [of] : variants.map((variant) => ({ ...of, variant }));
}

/** What came of a run: its trace, or why there is none. */
export type Played = { readonly run: Run } & (Recorded | { readonly failure: string });

/** As it is told where traces are. */
export function traceOf(played: Played): Trace | DeadRun {
  if ('trace' in played) return played.trace;
  const { experiment, variant } = played.run;
  const { name, title } = experiment;
  return { name, title, ...(variant !== undefined && { variant }), failure: played.failure };
}

export interface PlayOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: ((run: Run) => void) | undefined;
  readonly onEnd?: ((played: Played) => void) | undefined;
}

const loadLimitMs = 30_000;
/** A script that still runs so long after its own limit does not give its thread away. */
const graceMs = 5000;
const players = 3;

/** Those that have loaded a file, by its name: the runs that follow need not start one, nor load it again. */
const loaded = new Map<string, WorkerProcess>();

/**
 * The experiments of a file, asked of a process of its own where loading it runs what is in it. All of a script of packetdrill is at
 * hand where nothing in it can hold up the process.
 */
export async function listExperiments(file: string, pkt?: PktSettings): Promise<readonly Run['experiment'][]> {
  if (file.endsWith('.pkt')) {
    const { experiment, mayHoldUp } = pktExperiment(file, pkt);
    return [mayHoldUp ? listed(experiment) : experiment];
  }
  // The file may be another by now.
  loaded.get(file)?.end();
  loaded.delete(file);
  const worker = new WorkerProcess(workerFile);
  try {
    const answer = (await worker.ask(
      { kind: 'list', source: { file, pkt } } satisfies Order,
      patient(loadLimitMs),
    )) as Answer;
    if ('listed' in answer) {
      worker.rest();
      // A file that is named twice is listed twice at the same time.
      loaded.get(file)?.end();
      loaded.set(file, worker);
      return answer.listed;
    }
    throw new UsageError('ERR_ARGUMENT_INVALID', 'failure' in answer ? answer.failure : 'no list');
  } catch (error) {
    worker.end();
    if (error instanceof UsageError) throw error;
    const why = messageOf(error);
    throw new UsageError('ERR_ARGUMENT_INVALID', `${file}: it could not be loaded: ${why}`, { cause: error });
  }
}

async function play(worker: WorkerProcess, run: Run): Promise<Played> {
  const { source, index, experiment, variant, pcap } = run;
  const order: Order = { kind: 'play', source, index, variant, pcap };
  try {
    const answer = (await worker.ask(order, patient(experiment.limitMs + graceMs))) as Answer;
    if ('trace' in answer) return { run, ...answer };
    return { run, failure: 'failure' in answer ? answer.failure : 'no trace' };
  } catch (error) {
    return { run, failure: messageOf(error) };
  }
}

/** Makes a run in this process. */
async function playHere(run: Run, experiment: Experiment, { signal, onStart, onEnd }: PlayOptions): Promise<Played> {
  const interrupt = new AbortController();
  signal?.addEventListener('abort', () => interrupt.abort(interrupted()), { once: true });
  breakOffAtRejections();
  onStart?.(run);
  const played = await recorded(experiment, run.variant, { signal: interrupt.signal, pcap: run.pcap }).then(
    (one): Played => ({ run, ...one }),
    (error: unknown): Played => ({ run, failure: messageOf(error) }),
  );
  onEnd?.(played);
  return played;
}

/**
 * Makes runs and collects them in order, in processes of their own. A single run of an experiment that is at hand is made in this
 * process: most scripts take less time than a process takes to start. Aborted, those under way end with what they have.
 */
export async function playRuns(runs: readonly Run[], options: PlayOptions = {}): Promise<Played[]> {
  const [run] = runs;
  if (run !== undefined && runs.length === 1 && 'record' in run.experiment && options.signal?.aborted !== true)
    return [await playHere(run, run.experiment, options)];
  const spare = [...loaded.values()];
  loaded.clear();
  const played = await inPool([{ jobs: runs, workers: players, atOnce: 1 }], {
    ...options,
    file: workerFile,
    spare,
    ask: play,
    interrupt: (worker) => worker.tell({ kind: 'interrupt' } satisfies Order),
  });
  return played.map(({ result }) => result);
}
