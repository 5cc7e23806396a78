import type { ReportWords } from '../lab/draw/report-words.js';
import type { Article, HostSetting, MatrixResult } from '../lab/record/result.js';
import type { DeadRun, Trace } from '../lab/record/trace.js';
import type { TryWords } from '../lab/try/words.js';
import type { Case } from '../lab/run/case.js';
import type { Experiment } from '../lab/run/experiment.js';

/** What a list says of an experiment. */
export type SaidOfExperiment = Pick<Experiment, 'name' | 'title' | 'about' | 'cases' | 'variants'>;

/** What is told of experiments and their runs. */
export interface SpokenOfRuns {
  /** The words of reports. */
  readonly words: ReportWords;
  /** What is said of a built-in experiment before it runs. Its variants are in their order. */
  readonly listed: (one: SaidOfExperiment) => SaidOfExperiment;
  /** A run of a built-in experiment, with its texts: of a copy. */
  readonly recorded: <Run extends Trace | DeadRun>(run: Run) => Run;
}

/** What a report takes of a language. */
export interface Spoken extends SpokenOfRuns {
  /** What `sockwise try` says. */
  readonly trying: TryWords;
  /** The built-in articles, by their titles. */
  readonly articles: readonly Article[];
  /** The built-in experiments, by their titles. */
  readonly experiments: readonly Pick<Experiment, 'name' | 'title' | 'cases'>[];
  /** What is said of a built-in case before it runs. */
  readonly about: (one: Case) => Pick<Case, 'title' | 'claim' | 'waitsFor'>;
  /** The result of built-in cases, with its texts: of a copy, names of rows too. The verdicts and events are as they were. */
  readonly told: (result: MatrixResult) => MatrixResult;
  /** With what changes by it. */
  readonly setting: (setting: HostSetting) => HostSetting;
}
