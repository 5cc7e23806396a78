import type { Language } from '../languages.js';
import { english, type ReportWords } from '../lab/draw/report-words.js';
import type { Article, MatrixResult } from '../lab/record/result.js';
import type { Case } from '../lab/run/case.js';
import type { Experiment } from '../lab/run/experiment.js';
import { tryEnglish, type TryWords } from '../lab/try/words.js';
import { articles } from './articles.js';
import { cases } from './cases.js';
import { experiments } from './experiments.js';

/** What a report takes of a language. */
export interface Spoken {
  readonly words: ReportWords;
  /** What `sockwise try` says. */
  readonly trying: TryWords;
  /** The built-in articles, by their titles. */
  readonly articles: readonly Article[];
  readonly experiments: readonly Pick<Experiment, 'name' | 'title' | 'cases'>[];
  /** What is said of a built-in case before it runs. */
  readonly about: (one: Case) => Pick<Case, 'title' | 'claim' | 'waitsFor'>;
  /** The result of built-in cases, with its texts: of a copy, names of rows too. The verdicts and events are as they were. */
  readonly told: (result: MatrixResult) => MatrixResult;
}

const inEnglish: Spoken = {
  words: english,
  trying: tryEnglish,
  articles,
  experiments,
  about: (one) => one,
  told: (result) => result,
};

/** What reports say, in a language. Texts of another than English are loaded when they are asked for. */
export async function speak(language: Language): Promise<Spoken> {
  if (language === 'en') return inEnglish;
  return (await import('./chinese.js')).inChinese(cases, experiments);
}
