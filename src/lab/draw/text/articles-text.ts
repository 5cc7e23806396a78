import type { Article } from '../../record/result.js';
import { english, type ReportWords } from '../report-words.js';

/** As `article 001, "SO_REUSEADDR" and article 002`; by number alone where the title is not known. */
export function articlesText(
  numbers: readonly string[],
  known: readonly Article[],
  words: ReportWords = english,
): string {
  return words.articles(numbers.map((number) => [number, known.find((article) => article.number === number)?.title]));
}
