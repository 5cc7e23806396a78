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
