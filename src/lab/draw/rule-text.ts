import { type CitedRule, placeOf } from '../../explain/cite.js';
import { english, type ReportWords } from './report-words.js';

/** The plain sentence of a rule, then where it stands. `place` may colour that. */
export function ruleText(
  rule: CitedRule,
  words: ReportWords = english,
  place = (text: string): string => text,
): string {
  return words.sentences([rule.text, place(words.inBrackets(placeOf(rule, words)))]);
}
