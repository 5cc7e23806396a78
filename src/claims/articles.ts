import type { Article } from '../lab/record/result.js';

/** The letter an id begins with, and the article whose claims have it. */
interface Lettered extends Article {
  readonly letter: string;
}

/** The five articles; their titles are ours, in English. */
export const articles: readonly Lettered[] = [
  { letter: 'G', number: '000', title: 'bind fails when the server is restarted' },
  { letter: 'C', number: '001', title: 'SO_REUSEADDR' },
  { letter: 'S', number: '002', title: 'Network programming in practice, lecture 15: address already in use' },
  { letter: 'A', number: '003', title: 'The port is still in use after the TCP socket was closed' },
  { letter: 'L', number: '004', title: 'When Linux releases the port of a TCP connection that has ended' },
];

/** Of cases that no article asks for: R of linger and reset, as RFCs and man pages have them, V of IPv6, P of what surprises. */
const ofNoArticle = ['R', 'V', 'P'];
const letters = [...articles.map(({ letter }) => letter), ...ofNoArticle];

interface Named {
  readonly id: string;
  readonly articles: readonly string[];
}

function check({ id, articles: own }: Named): void {
  if (!/^[A-Z][1-9]\d*$/.test(id) || !letters.includes(id.charAt(0)))
    throw new Error(`case ${id}: expected one of the letters ${letters.join(', ')} and a number`);
  const unknown = own.find((number) => !articles.some((article) => article.number === number));
  if (unknown !== undefined) throw new Error(`case ${id}: there is no article ${unknown}`);
  const its = articles.find(({ letter }) => letter === id.charAt(0));
  if (its === undefined ? own.length > 0 : !own.includes(its.number))
    throw new Error(`case ${id}: its letter is for ${its === undefined ? 'no article' : `article ${its.number}`}`);
}

function place({ id }: Named): number {
  return letters.indexOf(id.charAt(0)) * 1000 + Number(id.slice(1));
}

/** By article, then by number. An id that is there twice would hide a case; one of an unknown letter has no place. */
export function inOrder<C extends Named>(cases: readonly C[]): C[] {
  const seen = new Set<string>();
  for (const one of cases) {
    check(one);
    if (seen.has(one.id)) throw new Error(`case ${one.id}: the id is there twice`);
    seen.add(one.id);
  }
  return cases.toSorted((a, b) => place(a) - place(b));
}
