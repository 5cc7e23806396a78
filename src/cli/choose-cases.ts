import { UsageError } from '../index.js';
import { type Case, cases } from '../lab/index.js';

/** Edits that turn one word into the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The cases with these ids, in this order. An unknown id is an error that names the nearest. */
export function casesById(ids: readonly string[]): Case[] {
  return ids.map((id) => {
    const wanted = id.toUpperCase();
    const found = cases.find((candidate) => candidate.id === wanted);
    if (found !== undefined) return found;
    const near = cases.map((candidate) => candidate.id).sort((a, b) => distance(a, wanted) - distance(b, wanted));
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `there is no case ${JSON.stringify(id)}; near it: ${near.slice(0, 3).join(', ')}`,
    );
  });
}
