import { describe, expect, test } from 'vitest';
import { sameJson } from '../../../src/lab/record/json.js';
import { defineCase, judge } from '../../../src/lab/run/case.js';
import { runCase } from '../../../src/lab/run/run-case.js';

const [yes, no, open] = [{ ok: true }, { ok: false }, { ok: null }];

describe('a verdict', () => {
  test('is confirmed if every row was as said, refuted if none was, otherwise qualified', () => {
    expect(judge([yes, yes])).toBe('confirmed');
    expect(judge([no, no])).toBe('refuted');
    expect(judge([yes, no])).toBe('qualified');
  });

  test('does not rest on rows the claim leaves open, and is none without others', () => {
    expect(judge([yes, open])).toBe('confirmed');
    expect(judge([open, no])).toBe('refuted');
    expect(judge([open])).toBe('skipped');
    expect(judge([])).toBe('skipped');
  });
});

describe('two observations', () => {
  test.each([
    [
      { a: 1, b: [2, null] },
      { b: [2, null], a: 1 },
    ],
    [[], []],
    ['x', 'x'],
  ])('%j and %j are the same', (a, b) => expect(sameJson(a, b)).toBe(true));

  test.each([
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
    [null, {}],
    [0, '0'],
    [false, null],
  ])('%j and %j differ', (a, b) => {
    expect(sameJson(a, b)).toBe(false);
    expect(sameJson(b, a)).toBe(false);
  });
});

test('a case that throws is told as broken off, skipped, with where it was', async () => {
  const throwing = defineCase({
    id: 'T1',
    articles: [],
    title: 'throws',
    claim: 'c',
    rules: [],
    advice: '',
    rows: [{ name: 'one', given: 0, says: 'ok' }],
    run: (): string => {
      throw new Error('no such thing');
    },
    laws: [],
  });
  const result = await runCase(throwing, 'loopback');
  expect(result).toMatchObject({ verdict: 'skipped', rows: [], error: 'no such thing, before its first call' });
  expect(result.because).toBe(`aborted: ${result.error}`);
});

test('a case of which nobody wants the events has the same rows without them', async () => {
  const noting = defineCase({
    id: 'T2',
    articles: [],
    title: 'notes',
    claim: 'c',
    rules: [],
    advice: '',
    rows: [{ name: 'one', given: 1, says: 1 }],
    run: (stage, given): number => {
      stage.note('seen');
      return given;
    },
    laws: [],
  });
  const [kept, left] = [await runCase(noting, 'loopback'), await runCase(noting, 'loopback', { events: false })];
  expect(kept.rows).toMatchObject([{ observed: 1, events: [{ kind: 'remark', text: 'seen' }] }]);
  expect(left.rows).toEqual(kept.rows.map((row) => ({ ...row, events: [] })));
  expect(left.verdict).toBe(kept.verdict);
});
