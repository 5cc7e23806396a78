import type { Language } from '../languages.js';
import { tryEnglish } from '../lab/try/words.js';
import { articles } from './articles.js';
import { cases } from './cases.js';
import { runsInEnglish } from './english.js';
import { experiments } from './experiments.js';
import type { Spoken } from './spoken.js';

const inEnglish: Spoken = {
  ...runsInEnglish,
  trying: tryEnglish,
  articles,
  experiments,
  about: (one) => one,
  told: (result) => result,
  setting: (setting) => setting,
};

/** What reports say, in a language. Texts of another than English are loaded when they are asked for. */
export async function speak(language: Language): Promise<Spoken> {
  if (language === 'en') return inEnglish;
  return (await import('./chinese.js')).inChinese(cases, experiments);
}
