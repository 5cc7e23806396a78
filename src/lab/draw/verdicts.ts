import type { CaseResult, Verdict } from '../record/result.js';
import { english, type ReportWords } from './report-words.js';

/** The verdicts, in the order of reports: what a reader has to unlearn comes first. */
const order: readonly Verdict[] = ['refuted', 'qualified', 'confirmed', 'skipped'];

/** What each verdict means, in the order of reports. */
export function verdictsIn({ meanings }: ReportWords): readonly (readonly [verdict: Verdict, meaning: string])[] {
  return order.map((verdict) => [verdict, meanings[verdict]]);
}

export const verdicts = verdictsIn(english);

/** The verdicts among these cases. */
export function verdictsOf(cases: readonly Pick<CaseResult, 'verdict'>[]): Verdict[] {
  const there = new Set(cases.map(({ verdict }) => verdict));
  return order.filter((verdict) => there.has(verdict));
}

/** What the verdicts among these cases mean, as `refuted: Linux does otherwise.`, a line each. */
export function verdictsExplained(
  cases: readonly Pick<CaseResult, 'verdict'>[],
  { verdicts: names, meanings, defined }: ReportWords = english,
): string[] {
  return verdictsOf(cases).map((verdict) => defined(names[verdict], meanings[verdict]));
}
