import type { MatrixResult } from '../../record/result.js';
import { english, type ReportWords } from '../report-words.js';

/** What an interrupted run did not come to; `undefined` for a run that came to its end. */
export function partialText(
  { cases, unfinished }: Pick<MatrixResult, 'cases' | 'unfinished'>,
  words: ReportWords = english,
): string | undefined {
  if (unfinished === undefined) return undefined;
  return words.interrupted(cases.length, cases.length + unfinished.length);
}
