/** Puts together what came out alike: each outcome once, with the labels of its rows, each of those once. */
export function alike<Row>(
  rows: readonly Row[],
  outcomeOf: (row: Row) => string,
  labelOf: (row: Row) => string,
): { readonly outcome: string; readonly labels: readonly string[] }[] {
  const labels = new Map<string, Set<string>>();
  for (const row of rows) {
    const outcome = outcomeOf(row);
    labels.set(outcome, (labels.get(outcome) ?? new Set()).add(labelOf(row)));
  }
  return [...labels].map(([outcome, of]) => ({ outcome, labels: [...of] }));
}

/** A sentence about rows that differ in two things: what came out, and for which `inner`; each `outer` that is alike in that once. */
export function inTwoWays<Row>(
  rows: readonly Row[],
  outer: (row: Row) => string,
  outcomeOf: (row: Row) => string,
  inner: (row: Row) => string,
): string {
  const parts = [...new Set(rows.map(outer))].map((label) => {
    const groups = alike(
      rows.filter((row) => outer(row) === label),
      outcomeOf,
      inner,
    );
    const [only] = groups;
    const said =
      groups.length === 1 && only !== undefined && only.labels.length > 1
        ? `${only.outcome} in every case`
        : groups.map(({ outcome, labels }) => `${outcome} if ${labels.join(' or ')}`).join(', ');
    return { label, said };
  });
  return alike(
    parts,
    ({ said }) => said,
    ({ label }) => label,
  )
    .map(({ outcome: said, labels }) => `${labels.join(', ')}: ${said}`)
    .join('; ');
}

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
