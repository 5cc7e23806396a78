import type { Language } from '../languages.js';
import { english } from '../lab/draw/report-words.js';
import { tryEnglish } from '../lab/try/words.js';
import { articles } from './articles.js';
import { cases } from './cases.js';
import { experiments } from './experiments.js';
import type { Spoken } from './spoken.js';

const inEnglish: Spoken = {
  words: english,
  trying: tryEnglish,
  articles,
  experiments,
  listed: (one) => one,
  recorded: (run) => run,
  about: (one) => one,
  told: (result) => result,
  setting: (setting) => setting,
};

/** What reports say, in a language. Texts of another than English are loaded when they are asked for. */
export async function speak(language: Language): Promise<Spoken> {
  if (language === 'en') return inEnglish;
  return (await import('./chinese.js')).inChinese(cases, experiments);
}
