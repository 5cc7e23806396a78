import { expect, test } from 'vitest';
import { alike, inTwoWays } from '../../../src/claims/kit/wording.js';

const rows = [
  { name: 'a', observed: 'ok' },
  { name: 'b', observed: 'EADDRINUSE' },
  { name: 'c', observed: 'ok' },
  { name: 'a', observed: 'ok' },
];

test('alike() names each outcome once, in the order of the rows, and each label once', () => {
  expect(
    alike(
      rows,
      ({ observed }) => observed,
      ({ name }) => name,
    ),
  ).toEqual([
    { outcome: 'ok', labels: ['a', 'c'] },
    { outcome: 'EADDRINUSE', labels: ['b'] },
  ]);
});

test('alike() shows a label under each outcome it had', () => {
  const flaky = [
    { name: 'a', observed: '1' },
    { name: 'a', observed: '2' },
  ];
  expect(
    alike(
      flaky,
      ({ observed }) => observed,
      ({ name }) => name,
    ).map(({ labels }) => labels),
  ).toEqual([['a'], ['a']]);
});

test('inTwoWays() says once what holds for several outer labels, and of each inner label what came out', () => {
  const seen = [
    ['TCP', 'A', 'ok'],
    ['TCP', 'B', 'EADDRINUSE'],
    ['UDP', 'A', 'ok'],
    ['UDP', 'B', 'EADDRINUSE'],
    ['raw', 'A', 'ok'],
    ['raw', 'B', 'ok'],
    ['Unix', 'B', 'ok'],
  ] as const;
  const sentence = inTwoWays(
    seen,
    ([kind]) => kind,
    ([, , outcome]) => outcome,
    ([, place]) => place,
  );
  expect(sentence).toBe('TCP, UDP: ok if A, EADDRINUSE if B; raw: ok in every case; Unix: ok if B');
});
