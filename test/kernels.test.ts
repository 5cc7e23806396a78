import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSavedRun } from '../src/cli/saved-run.js';
import { cases } from '../src/claims/cases.js';
import { compareRuns, type SavedRun } from '../src/lab/record/compare.js';
import { differencesToTell } from '../scripts/kernels/compare.mjs';
import { root } from './support/children.js';

const stored = (version: string): SavedRun => readSavedRun(`${root}docs/kernels/${version}.json`);

describe.each(['6.1', '6.18'])('the stored run of Linux %s', (version) => {
  test('can be compared with, and names cases that there are', () => {
    const run = stored(version);
    expect(run.kernel.startsWith(`${version}.`)).toBe(true);
    const ids = new Set(cases.map(({ id }) => id));
    expect(run.cases.map(({ id }) => id).filter((id) => !ids.has(id))).toEqual([]);
    expect(compareRuns(run, run).compared.cases).toBeGreaterThan(80);
  });
});

test('the verdicts of 6.1 are those of its stored run', () => {
  const known = JSON.parse(readFileSync(`${root}test/claims/verdicts.json`, 'utf8')) as Record<string, object>;
  const { cases: seen } = stored('6.1');
  expect(known['6.1']).toEqual(Object.fromEntries(seen.map(({ id, verdict }) => [id, verdict])));
});

describe('what runs on two kernels say beside the stored ones', () => {
  const one = (observed: string, name = 'a'): SavedRun => ({
    kernel: '6.1.0',
    cases: [{ id: 'G1', verdict: 'confirmed', rows: [{ name, observed }] }],
  });
  const alike = { older: one('ok'), newer: one('ok') };
  const differing = { older: one('ok'), newer: one('EADDRINUSE') };

  test('is nothing where the same rows differ, whatever a change of the case made of them', () => {
    expect(differencesToTell(alike, alike)).toEqual({ failures: [], remarks: [] });
    expect(differencesToTell(differing, { older: one('x'), newer: one('y') })).toEqual({ failures: [], remarks: [] });
    expect(differencesToTell(alike, { older: one('x', 'b'), newer: one('x', 'b') })).toEqual({
      failures: [],
      remarks: [],
    });
  });

  test('fails where a row differs that did not', () => {
    const { failures } = differencesToTell(alike, differing);
    expect(failures).toEqual(['G1, a: "ok" on Linux 6.1.0, "EADDRINUSE" on 6.1.0']);
  });

  test('is a remark where a row no longer differs, or a case was not run', () => {
    expect(differencesToTell(differing, alike)).toEqual({
      failures: [],
      remarks: ['G1, a: no longer differs, or was not run'],
    });
    const none: SavedRun = { kernel: '6.1.0', cases: [{ id: 'G1', verdict: 'skipped', rows: [] }] };
    const { failures, remarks } = differencesToTell(alike, { older: none, newer: one('ok') });
    expect([failures, remarks]).toEqual([[], ['G1: not compared, skipped in the older run']]);
  });

  test('fails where a case was aborted', () => {
    const broken: SavedRun = { kernel: '6.1.0', cases: [{ id: 'G1', verdict: 'skipped', error: 'it hung', rows: [] }] };
    expect(differencesToTell(alike, { older: broken, newer: one('ok') }).failures).toEqual(['G1: aborted, it hung']);
  });
});
