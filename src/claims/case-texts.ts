import type { Labels } from '../lab/record/labels.js';
import type { RowTexts } from './row-texts.js';

/** The texts of a case in another language than English, beside those that `NAME.cases.ts` has. */
export interface CaseTexts {
  readonly title: string;
  readonly claim: string;
  /** The sentence of each of its laws, in their order. */
  readonly laws: readonly string[];
  readonly advice: string;
  /** What it waits for, where it does. */
  readonly waitsFor?: string;
  /** What the parts of its observations are called, by key. */
  readonly labels?: Labels;
  /** Its rows, their lines and columns, by their names, as far as those are words and no names of the kernel's. */
  readonly rows?: RowTexts;
}

/** Those of the cases of a topic, by id. */
export type TextsById = Readonly<Record<string, CaseTexts>>;
