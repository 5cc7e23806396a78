import { invalidArgument } from '../errors.js';
import { type Language, languages } from '../languages.js';
import { type ExplanationWords, inEnglish } from './words.js';

/** The words of a language. Of another than English they are loaded when they are asked for. */
export async function explanationWords(language: Language = 'en'): Promise<ExplanationWords> {
  if (!languages.includes(language)) throw invalidArgument('language', languages.join(' or '), language);
  return language === 'en' ? inEnglish : (await import('./words.zh.js')).inChinese;
}
