import type { Article } from '../../record/result.js';

/** As `article 001 "SO_REUSEADDR" and article 002`; by number alone where the title is not known. */
export function articlesText(numbers: readonly string[], known: readonly Article[]): string {
  const named = numbers.map((number) => {
    const title = known.find((article) => article.number === number)?.title;
    return title === undefined ? `article ${number}` : `article ${number}, "${title}"`;
  });
  return named.join(' and ');
}
