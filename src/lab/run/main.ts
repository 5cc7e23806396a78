import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { namespacesAvailable, reexecInUserNamespace, UsageError } from '../../index.js';
import { terminalWidth } from '../draw/text/width.js';
import { isOutside } from '../record/position.js';
import { exportedFrom, forgetDefined } from './defined.js';
import { isPatienceSet, setPatience } from '../record/patience.js';
import type { Experiment } from './experiment-shape.js';
import { breakOffAtRejections } from './floating.js';

/** The file that `node FILE` was given, if it is the user's own and not a test runner's. */
function mainFile(): string | undefined {
  if (process.argv[1] === undefined) return undefined;
  try {
    const file = realpathSync(process.argv[1]);
    // process.argv is that of the main thread in workers too, and there the file is not loaded.
    return isOutside(file) && process.getBuiltinModule('node:worker_threads').isMainThread ? file : undefined;
  } catch {
    return undefined;
  }
}

const defined: Experiment[] = [];
let isDue = false;
let isPlayed = false;
const recorded = new WeakSet<Experiment>();

/** Notes an experiment that the main file may export: `node FILE` records what FILE exports, and prints it. */
export function noteForMain(experiment: Experiment): void {
  defined.push(experiment);
  if (isDue) return;
  isDue = true;
  setImmediate(() => {
    isDue = false;
    void playMain().catch(report);
  });
}

/** Takes back experiments that are built in: no file of the user's defines them. */
export function builtIn(experiments: readonly Experiment[]): void {
  forgetDefined(experiments);
  for (const experiment of experiments) {
    const index = defined.indexOf(experiment);
    if (index >= 0) defined.splice(index, 1);
  }
}

/** Notes that somebody runs an experiment. */
export function noteRecorded(experiment: Experiment): void {
  recorded.add(experiment);
}

/** A mistake of the user, and a machine that does not allow it, is one line; anything else keeps its stack. */
function report(error: unknown): void {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}

async function playMain(): Promise<void> {
  const file = mainFile();
  if (file === undefined || defined.length === 0 || isPlayed) return;
  isPlayed = true;
  // It is loaded already, or about to be: import() evaluates no module twice, and waits for its top-level await.
  const module: unknown = await import(pathToFileURL(file).href).catch(() => undefined);
  const exported = exportedFrom(module, defined).filter((experiment) => defined.includes(experiment));
  if (exported.length > 0) await play(exported);
  else process.once('beforeExit', () => reportUnused(file));
}

/** What would otherwise be a script that does nothing and says nothing. */
function reportUnused(file: string): void {
  const unused = defined.filter((experiment) => !recorded.has(experiment)).map(({ name }) => name);
  if (unused.length < defined.length) return;
  const name = relative(process.cwd(), file);
  report(
    new UsageError(
      'ERR_ARGUMENT_INVALID',
      `${name}: nothing was run, because ${name} does not export ${unused.join(', ')}; write export default experiment(...)`,
    ),
  );
}

async function play(experiments: readonly Experiment[]): Promise<void> {
  if (!isPatienceSet()) setPatience();
  if (namespacesAvailable().how === 'user-namespace') process.exit(await reexecInUserNamespace());
  const { ladderText } = await import('../draw/ladder/text.js');
  const interrupt = new AbortController();
  breakOffAtRejections();
  let status = 0;
  for (const [signal, itsStatus] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.on(signal, () => {
      // The second time at once: what it has made goes with the process.
      if (interrupt.signal.aborted) process.exit(itsStatus);
      status = itsStatus;
      interrupt.abort(new Error('interrupted'));
    });
  for (const experiment of experiments) {
    const variants = experiment.variants.length === 0 ? [undefined] : experiment.variants;
    for (const variant of variants) {
      const trace = await experiment.record(variant, { signal: interrupt.signal });
      console.log(`${ladderText(trace, terminalWidth(80))}\n`);
      if (trace.error !== undefined) process.exitCode = 1;
      if (interrupt.signal.aborted) process.exit(status);
    }
  }
}
