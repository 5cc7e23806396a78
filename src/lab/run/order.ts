import { compiled } from '../../package.js';
import type { PktSettings } from '../pkt/settings.js';
import type { CaseResult } from '../record/result.js';
import type { Case } from './case.js';
import type { Experiment } from './experiment.js';
import type { Recorded } from './recorded.js';
import type { CaseOutputs } from './run-case.js';
import type { Isolation } from './stage.js';

/** Run compiled, also where this file is not. */
export const workerFile = compiled('lab/run/worker.cjs');

/** What a module of claims exports as `claims`, for workers. */
export interface Claims {
  /** The worker finds a case by its place here. */
  readonly cases: readonly Case[];
  /** And an experiment by its place here. */
  readonly experiments: readonly Experiment[];
}

/** Where an experiment is: in a file of the user's, or among those of a module of claims, by its URL. */
export type Source = { readonly file: string; readonly pkt?: PktSettings | undefined } | { readonly claims: string };

/** What is known of an experiment without running it. */
export type ListedExperiment = Pick<
  Experiment,
  'name' | 'title' | 'about' | 'cases' | 'variants' | 'byNameOnly' | 'limitMs'
>;

/** What is known of an experiment without running it, as plain data. */
export function listed({ name, title, about, cases, variants, byNameOnly, limitMs }: Experiment): ListedExperiment {
  return { name, title, about, cases, variants, byNameOnly, limitMs };
}

/** What a worker is told to do. */
export type Order =
  | { readonly kind: 'list'; readonly source: Source }
  | {
      readonly kind: 'play';
      readonly source: Source;
      /** Which of those of the source. */
      readonly index: number;
      readonly variant?: string | undefined;
      readonly pcap?: string | undefined;
    }
  | {
      readonly kind: 'case';
      readonly claims: string;
      readonly id: string;
      readonly isolation: Isolation;
      readonly outputs: CaseOutputs;
    }
  | { readonly kind: 'interrupt' };

/** As it is sent: a worker may have several. */
export interface Ordered {
  readonly id: number;
  readonly order: object;
}

/** As it is sent back. */
export interface Answered {
  readonly id: number;
  readonly answer: object;
}

/** Why a run was broken off by whoever ordered it. */
export function interrupted(): Error {
  return new Error('interrupted');
}

export type Answer =
  | { readonly listed: readonly ListedExperiment[] }
  | Recorded
  | { readonly result: CaseResult }
  | { readonly failure: string };
