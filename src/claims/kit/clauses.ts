import { alike } from './wording.js';

/** `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** One clause for each outcome, as `works if a and b; fails if c`. */
export function clauses<Row>(
  rows: readonly Row[],
  outcomeOf: (row: Row) => string,
  labelOf: (row: Row) => string,
): string {
  return alike(rows, outcomeOf, labelOf)
    .map(({ outcome, labels }) => `${outcome} ${listed(labels)}`)
    .join('; ');
}

/** The same where the outcomes are the longer part, as `with a and with b, it works and nothing is left`. */
export function labelledClauses<Row>(
  rows: readonly Row[],
  outcomeOf: (row: Row) => string,
  labelOf: (row: Row) => string,
): string {
  return alike(rows, outcomeOf, labelOf)
    .map(({ outcome, labels }) => `${listed(labels)}, ${outcome}`)
    .join('; ');
}

/** What `outcome()` said of a call, as a verb. */
export function fate(result: string): string {
  return result === 'ok' ? 'works' : `fails with ${result}`;
}
