import { english, type ReportWords } from '../lab/draw/report-words.js';
import type { Article, MatrixResult } from '../lab/record/result.js';
import type { Case } from '../lab/run/case.js';
import type { Experiment } from '../lab/run/experiment.js';
import { articles } from './articles.js';
import { cases } from './cases.js';
import { experiments } from './experiments.js';

/** Languages of the texts of the built-in cases and of the reports. */
export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** What a report takes of a language. */
export interface Spoken {
  readonly words: ReportWords;
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
