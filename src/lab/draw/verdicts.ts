import type { CaseResult, Verdict } from '../record/result.js';

/** What each verdict means, in the order of reports: what a reader has to unlearn comes first. */
export const verdicts: readonly (readonly [verdict: Verdict, meaning: string])[] = [
  ['refuted', 'Linux does otherwise.'],
  ['qualified', 'The claim holds in some rows and not in others: it leaves out a condition.'],
  ['confirmed', 'Linux does what the claim says.'],
  ['skipped', 'Not run here, or aborted.'],
];

/** What the verdicts among these cases mean, as `refuted: Linux does otherwise.`, a line each. */
export function verdictsExplained(cases: readonly Pick<CaseResult, 'verdict'>[]): string[] {
  const there = new Set(cases.map(({ verdict }) => verdict));
  return verdicts.filter(([verdict]) => there.has(verdict)).map(([verdict, meaning]) => `${verdict}: ${meaning}`);
}
