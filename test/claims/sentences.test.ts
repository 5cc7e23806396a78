import { describe, expect, test } from 'vitest';
import { cases } from '../../src/claims/cases.js';
import { lifeRules } from '../../src/explain/life-rules.js';
import { rules } from '../../src/explain/rules.js';
import { isRecord, type Json } from '../../src/lab/record/json.js';

const sentences = /^\S.*[.?]$/s;

/** Something else in each of its parts. */
function changed(observed: Json): Json {
  if (!isRecord(observed)) return 'something else';
  return Object.fromEntries(Object.keys(observed).map((key) => [key, 'something else']));
}

describe.each(cases.map((one) => ({ id: one.id, one })))('$id', ({ one }) => {
  test('has a claim, rules of the table, advice and a sentence for what may be observed', () => {
    expect(one.claim).toMatch(sentences);
    expect(one.advice).toMatch(sentences);
    expect(one.rules).not.toEqual([]);
    for (const { id, text } of one.rules) expect({ ...rules, ...lifeRules }).toHaveProperty([id, 'text'], text);
    expect(new Set(one.rules.map(({ id }) => id)).size).toBe(one.rules.length);
    expect(one.laws).not.toEqual([]);
    for (const { text } of one.laws) expect(text).toMatch(sentences);
  });

  test('has the sentence of each of its laws where the rows are as that says, and another where one row is not', () => {
    for (const [place, law] of one.laws.entries()) {
      const seen = one.rowNames.map((name, index) => ({ name, observed: law.rows[index] ?? null }));
      expect(one.lawFor(seen)).toBe(place);
      for (const row of seen) {
        const otherwise = seen.map((each) => (each === row ? { ...row, observed: changed(row.observed) } : each));
        expect(one.lawFor(otherwise)).not.toBe(place);
      }
    }
  });

  test('has a label for each part of an observation, and for nothing else', () => {
    const parts = one.laws.flatMap((law) => law.rows.flatMap((said) => (isRecord(said) ? Object.keys(said) : [])));
    expect(Object.keys(one.labels ?? {})).toEqual(expect.arrayContaining(parts));
    const labels = Object.values(one.labels ?? {});
    expect(new Set(labels).size).toBe(labels.length);
    for (const label of labels) expect(label).not.toMatch(/[a-z][A-Z]/);
  });
});

test('every rule of the life of sockets is behind some case', () => {
  const cited = new Set(cases.flatMap((one) => one.rules.map(({ id }) => id)));
  expect(Object.keys(lifeRules).filter((id) => !cited.has(id))).toEqual([]);
});
