import { expect, test } from 'vitest';
import { clauses, fate, labelledClauses, listed } from '../../../src/claims/kit/wording.js';

const rows = [
  { name: 'a', observed: 'ok' },
  { name: 'b', observed: 'EADDRINUSE' },
  { name: 'c', observed: 'ok' },
];
const fateOf = ({ observed }: { observed: string }): string => fate(observed);
const withName = ({ name }: { name: string }): string => `with ${name}`;

test('listed() joins as in a sentence', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});

test('clauses() say each outcome once, before or after what it came of', () => {
  expect(clauses(rows, fateOf, withName)).toBe('works with a and with c; fails with EADDRINUSE with b');
  expect(labelledClauses(rows, fateOf, withName)).toBe('with a and with c, works; with b, fails with EADDRINUSE');
});
