import type { Json } from '../record/json.js';
import type { Labels } from '../record/labels.js';
import type { Trace } from '../record/trace.js';
import type { Stage } from './stage.js';

/** How an experiment is run. */
export interface RunOptions {
  /** Aborts the run. */
  readonly signal?: AbortSignal | undefined;
  /** Writes everything that was on the wire to this file, as pcapng; rejects with a `CaptureError` where it cannot. */
  readonly pcap?: string | undefined;
}

/** A script that can be run, recorded and drawn. */
export interface Experiment {
  /** As `linger-zero`. */
  readonly name: string;
  /** One line. */
  readonly title: string;
  /** What there is to see; empty where it does not say. */
  readonly about: string;
  /** Why it is so: kernel functions and RFC sections. */
  readonly rule: string;
  /** Ids of the cases whose packets it shows. */
  readonly cases: readonly string[];
  /** What the parts of its findings are called, by key. */
  readonly labels: Labels;
  /** Names of its variants; empty if it has but one run. */
  readonly variants: readonly string[];
  /** Not one of those that are run when all are. */
  readonly byNameOnly: boolean;
  /** When a script that has not ended is aborted. */
  readonly limitMs: number;
  /** Runs the script and records it. A script that was aborted is no rejection: the trace has its `error`. */
  record(variant?: string, options?: RunOptions): Promise<Trace>;
  /** Runs the script on a stage that has no hosts yet, which records it, and returns its findings. @internal */
  on(stage: Stage, variant?: string): Promise<Json>;
  /** The same, but rejects with an `ExperimentError` if the script was aborted: for tests. */
  run(variant?: string, options?: RunOptions): Promise<Trace>;
}
