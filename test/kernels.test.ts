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

describe('what a run says beside the stored one', () => {
  const row = (name: string, observed: string) => ({ name, observed });
  const known: SavedRun = { kernel: '6.1.0', cases: [{ id: 'G1', verdict: 'confirmed', rows: [row('a', 'ok')] }] };
  const run = (verdict: 'confirmed' | 'refuted', ...rows: readonly ReturnType<typeof row>[]): SavedRun => ({
    kernel: '6.1.0',
    cases: [{ id: 'G1', verdict, rows }],
  });

  test('is nothing where they agree', () => {
    expect(differencesToTell(known, known)).toEqual({ failures: [], remarks: [] });
  });

  test('fails where a row differs', () => {
    const { failures } = differencesToTell(known, run('refuted', row('a', 'EADDRINUSE')));
    expect(failures).toEqual(['G1, a: recorded "ok", now "EADDRINUSE"', 'G1: recorded as confirmed, now refuted']);
  });

  test('is a remark where a row or a case is new, or was not run', () => {
    const { failures, remarks } = differencesToTell(known, run('refuted', row('a', 'ok'), row('b', 'EADDRINUSE')));
    expect([failures, remarks]).toEqual([[], ['G1, b: not recorded']]);
    const none: SavedRun = { kernel: '6.1.0', cases: [{ id: 'G1', verdict: 'skipped', rows: [] }] };
    expect(differencesToTell(known, none)).toEqual({
      failures: [],
      remarks: ['G1: not compared, skipped in the new run'],
    });
  });

  test('fails where a case was aborted', () => {
    const broken: SavedRun = { kernel: '6.1.0', cases: [{ id: 'G1', verdict: 'skipped', error: 'it hung', rows: [] }] };
    expect(differencesToTell(known, broken).failures).toEqual(['G1: aborted, it hung']);
  });
});
