import type { Labels } from '../lab/record/labels.js';
import type { RowTexts } from './row-texts.js';

/** The texts of an experiment in another language than English, beside those that `NAME.experiments.ts` has. */
export interface ExperimentTexts {
  readonly title: string;
  readonly about: string;
  readonly rule: string;
  /** What the parts of its findings are called, by key. */
  readonly labels?: Labels;
  /** Its variants, by their names, as far as those are words and no names of the kernel's. */
  readonly variants?: RowTexts;
}

/** Those of the experiments of a file, by name. */
export type ExperimentTextsByName = Readonly<Record<string, ExperimentTexts>>;
