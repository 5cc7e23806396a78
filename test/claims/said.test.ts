import { expect, test } from 'vitest';
import { articles } from '../../src/claims/articles.js';
import { cases } from '../../src/claims/cases.js';
import { sentences } from '../../src/claims/said/index.js';

const cited = Object.values(sentences).flatMap((list) => list.flatMap((sentence) => sentence.cases));

test('each article has its sentences, and each sentence a place and a case', () => {
  expect(Object.keys(sentences).sort()).toEqual(articles.map(({ number }) => number));
  for (const { place, text, cases: ids } of Object.values(sentences).flat()) {
    expect(place).not.toBe('');
    expect(text).toMatch(/^\S.*[.?]$/);
    expect(ids).not.toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test('a sentence cites cases that there are', () => {
  const ids = cases.map(({ id }) => id);
  expect(cited.filter((id) => !ids.includes(id))).toEqual([]);
});

test('each case of an article is cited by a sentence of it', () => {
  const missing = cases.flatMap(({ id, articles: own }) =>
    own
      .filter((number) => !sentences[number]?.some((sentence) => sentence.cases.includes(id)))
      .map((number) => `${id} of ${number}`),
  );
  expect(missing).toEqual([]);
});
