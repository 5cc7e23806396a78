// Runs one experiment at a time for the process that forked it, so that a script that hangs without waiting can be killed.
import { experiments } from '../experiments.js';
import type { CaptureError, Experiment } from '../../lab/run/experiment.js';
import { breakOffAtRejections } from '../../lab/run/floating.js';
import { loadExperiments } from '../../lab/run/load.js';
import type { Answer, Order, Source } from '../../lab/run/play.js';

const interrupt = new AbortController();
const loaded = new Map<string, Promise<readonly Experiment[]>>();

function from(source: Source): Promise<readonly Experiment[]> {
  if (source.file === undefined) return Promise.resolve(experiments);
  const known = loaded.get(source.file) ?? loadExperiments(source.file);
  loaded.set(source.file, known);
  return known;
}

/** It may be of another copy of this package, which the file has loaded. */
function isCaptureError(error: unknown): error is CaptureError {
  return error instanceof Error && error.name === 'CaptureError';
}

async function answer(order: Exclude<Order, { kind: 'interrupt' }>): Promise<Answer> {
  const found = await from(order.source);
  if (order.kind === 'list') {
    const listed = found.map(({ name, title, about, cases, variants, limitMs }) => {
      return { name, title, about, cases, variants, limitMs };
    });
    return { listed };
  }
  const chosen = found[order.index];
  if (chosen === undefined) throw new Error(`there is no experiment ${order.index} of ${found.length}`);
  try {
    return { trace: await chosen.record(order.variant, { signal: interrupt.signal, pcap: order.pcap }) };
  } catch (error) {
    if (!isCaptureError(error)) throw error;
    return { trace: error.trace, captureFailure: error.message };
  }
}

process.on('message', (order: Order) => {
  if (order.kind === 'interrupt') {
    interrupt.abort(new Error('interrupted'));
    return;
  }
  answer(order).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});

// The parent's to handle: it tells this process, and waits for what has been recorded so far.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
breakOffAtRejections();
