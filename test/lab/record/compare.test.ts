import { expect, test } from 'vitest';
import { comparisonText } from '../../../src/lab/draw/text/comparison.js';
import { compareRuns, type SavedCase, type SavedRun } from '../../../src/lab/record/compare.js';

const row = (name: string, observed: string) => ({ name, observed });

function run(kernel: string, ...cases: readonly SavedCase[]): SavedRun {
  return { kernel, cases };
}

const before = run(
  '6.1.0',
  { id: 'G1', verdict: 'confirmed', rows: [row('a', 'ok'), row('b', 'ok')] },
  { id: 'G2', verdict: 'qualified', rows: [row('a', 'ok'), row('gone', 'ok')] },
  { id: 'G3', verdict: 'skipped', rows: [] },
  { id: 'G4', verdict: 'confirmed', rows: [row('a', 'ok')] },
  { id: 'G9', verdict: 'refuted', rows: [row('a', 'ok')] },
);
const now = run(
  '6.18.0',
  { id: 'G1', verdict: 'confirmed', rows: [row('b', 'ok'), row('a', 'ok')] },
  { id: 'G2', verdict: 'refuted', rows: [row('a', 'EADDRINUSE'), row('new', 'ok')] },
  { id: 'G3', verdict: 'confirmed', rows: [row('a', 'ok')] },
  { id: 'G4', verdict: 'skipped', error: 'it hung', rows: [] },
  { id: 'G5', verdict: 'confirmed', rows: [row('a', 'ok')] },
);

test('rows are compared by their names, whatever their order; what only one run has differs', () => {
  const { kernels, compared, differences } = compareRuns(before, now);
  expect(kernels).toEqual({ before: '6.1.0', now: '6.18.0' });
  expect(compared).toEqual({ cases: 2, rows: 5 });
  expect(differences).toEqual([
    {
      id: 'G2',
      verdicts: { before: 'qualified', now: 'refuted' },
      rows: [
        { row: 'a', before: 'ok', now: 'EADDRINUSE' },
        { row: 'new', now: 'ok' },
        { row: 'gone', before: 'ok' },
      ],
    },
  ]);
});

test('cases without a result in one of the runs are not compared, and named with the reason', () => {
  expect(compareRuns(before, now).notCompared).toEqual([
    { id: 'G3', run: 'saved', why: 'skipped', reason: 'skipped in the saved run' },
    { id: 'G4', run: 'new', why: 'aborted', reason: 'aborted in the new run' },
    { id: 'G5', run: 'saved', why: 'absent', reason: 'not in the saved run' },
  ]);
});

test('a run does not differ from itself', () => {
  const { differences, notCompared } = compareRuns(now, now);
  expect([differences, notCompared.map(({ id }) => id)]).toEqual([[], ['G4']]);
});

test('the text has each row with both observations, what is not compared, and the count', () => {
  expect(comparisonText(compareRuns(before, now), 200)).toBe(
    [
      'G2  qualified, now refuted',
      '  a',
      '    saved: ok',
      '    now:   EADDRINUSE',
      '  new',
      '    saved: no such row',
      '    now:   ok',
      '  gone',
      '    saved: ok',
      '    now:   no such row',
      '',
      'not compared, skipped in the saved run: G3',
      'not compared, aborted in the new run: G4',
      'not compared, not in the saved run: G5',
      '3 of 5 rows differ, in 1 of 2 cases; verdicts that differ: 1 (saved: Linux 6.1.0, now: Linux 6.18.0)',
    ].join('\n'),
  );
  expect(comparisonText(compareRuns(now, now), 200)).toMatch(/^no difference in 6 rows of 4 cases/m);
});
