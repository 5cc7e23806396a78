import type { Trace } from '../record/trace.js';
import type { CaptureError, Experiment, RunOptions } from './experiment.js';

/** The trace is there in any case, the capture file may not be. */
export interface Recorded {
  readonly trace: Trace;
  readonly captureFailure?: string | undefined;
}

/** It may be of another copy of this package, which the file has loaded. */
function isCaptureError(error: unknown): error is CaptureError {
  return error instanceof Error && error.name === 'CaptureError';
}

/** Makes a run of an experiment. */
export async function recorded(
  experiment: Experiment,
  variant: string | undefined,
  options: RunOptions,
): Promise<Recorded> {
  try {
    return { trace: await experiment.record(variant, options) };
  } catch (error) {
    if (!isCaptureError(error)) throw error;
    return { trace: error.trace, captureFailure: error.message };
  }
}
