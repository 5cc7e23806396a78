import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { namespacesAvailable, reexecInUserNamespace, UsageError } from '../../index.js';
import type { Experiment } from './experiment.js';
import { breakOffAtRejections } from './floating.js';
import { terminalWidth } from '../draw/text/width.js';

const own = new Set(
  ['experiment.js', 'experiment.ts', 'main.js', 'main.ts'].map((name) => new URL(name, import.meta.url).href),
);

/** The file that called experiment(): the first on the stack that is not of this folder. */
function callingFile(): string | undefined {
  const places = (new Error().stack ?? '').matchAll(/(?:file:\/\/)?(\/[^()\s]*?):\d+:\d+\)?$/gm);
  for (const [, path = ''] of places) {
    const href = new URL(`file://${path}`).href;
    if (!own.has(href)) return fileURLToPath(href);
  }
  return undefined;
}

function isMain(file: string): boolean {
  try {
    return realpathSync(process.argv[1] ?? '') === realpathSync(file);
  } catch {
    return false;
  }
}

const waiting: Experiment[] = [];

/** `node FILE` runs the experiments of the file, when the whole of it has been read, and prints them. */
export function playIfMain(experiment: Experiment): void {
  const file = callingFile();
  if (file === undefined || !isMain(file)) return;
  waiting.push(experiment);
  if (waiting.length === 1) setImmediate(() => void playAll().catch(tell));
}

/** A mistake of the user, and a machine that does not allow it, is one line; anything else keeps its stack. */
function tell(error: unknown): void {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}

async function playAll(): Promise<void> {
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
  for (const experiment of waiting) {
    const variants = experiment.variants.length === 0 ? [undefined] : experiment.variants;
    for (const variant of variants) {
      const trace = await experiment.record(variant, { signal: interrupt.signal });
      console.log(`${ladderText(trace, terminalWidth(80))}\n`);
      if (trace.error !== undefined) process.exitCode = 1;
      if (interrupt.signal.aborted) process.exit(status);
    }
  }
}
