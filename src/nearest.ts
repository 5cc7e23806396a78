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

/** Names are mistyped in the wrong case, and with the wrong kind of line. */
const plain = (word: string): string => word.toLowerCase().replaceAll('-', '_');

/** The three names most like a word that is none of them, for an error message; one alone where only case and lines differ. */
export function nearest(word: string, names: readonly string[]): string {
  const asked = plain(word);
  const far = new Map(names.map((name) => [name, distance(plain(name), asked)]));
  const sorted = names.toSorted((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0));
  return sorted.slice(0, far.get(sorted[0] ?? '') === 0 ? 1 : 3).join(', ');
}
