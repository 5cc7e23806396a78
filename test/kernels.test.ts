import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSavedRun } from '../src/cli/saved-run.js';
import { cases } from '../src/claims/cases.js';
import type { GridResult } from '../src/claims/grid/run.js';
import { compareRuns, type SavedRun } from '../src/lab/record/compare.js';
import { pairsBeside } from '../scripts/kernels/pairs.mjs';
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
    const nothing = { differing: [], aborted: [], remarks: [] };
    expect(differencesToTell(alike, alike)).toEqual(nothing);
    expect(differencesToTell(differing, { older: one('x'), newer: one('y') })).toEqual(nothing);
    expect(differencesToTell(alike, { older: one('x', 'b'), newer: one('x', 'b') })).toEqual(nothing);
  });

  test('fails where a row differs that did not', () => {
    const said = differencesToTell(alike, differing);
    expect(said.differing).toEqual(['G1, a: "ok" on Linux 6.1.0, "EADDRINUSE" on 6.1.0']);
  });

  test('is a remark where a row no longer differs, or a case was not run', () => {
    expect(differencesToTell(differing, alike)).toEqual({
      differing: [],
      aborted: [],
      remarks: ['G1, a: no longer differs, or was not run'],
    });
    const none: SavedRun = { kernel: '6.1.0', cases: [{ id: 'G1', verdict: 'skipped', rows: [] }] };
    const said = differencesToTell(alike, { older: none, newer: one('ok') });
    expect([said.differing, said.remarks]).toEqual([[], ['G1: not compared, skipped in the older run']]);
  });

  test('fails where a case was aborted', () => {
    const broken: SavedRun = { kernel: '6.1.0', cases: [{ id: 'G1', verdict: 'skipped', error: 'it hung', rows: [] }] };
    expect(differencesToTell(alike, { older: broken, newer: one('ok') }).aborted).toEqual(['G1: aborted, it hung']);
  });
});

describe('pairs of sockets on two kernels', () => {
  const socket = (options: readonly string[], more: { device?: string; to?: string } = {}) => ({
    name: [':: v6only', options.join(' '), ...Object.values(more)].join(' '),
    place: ':: v6only',
    options,
    ...more,
  });
  const seen = (kernel: string, observed: string): GridResult => {
    const firsts = [socket([], { to: '::1' }), socket(['SO_REUSEADDR'], { to: '::1' })];
    const second = socket([], { device: 'lo' });
    const call = { socket: 'first', call: 'listen', observed, predicted: null, rule: 'held-by-listener' } as const;
    const pairs = firsts.map(({ name }) => ({ first: name, second: second.name, calls: [call] }));
    const table = { name: 'TCP, bound, other user', situation: 'TCP, bound', otherUser: true };
    return { kernel, seconds: 1, skipped: [], tables: [{ ...table, firsts, seconds: [second], pairs }] };
  };

  test('that end otherwise are together where only their options differ', () => {
    expect(pairsBeside(seen('6.1', 'ok'), seen('6.18', 'EADDRINUSE'))).toEqual({
      kernels: ['6.1', '6.18'],
      pairs: 2,
      differing: [
        {
          first: ':: v6only to ::1',
          second: ':: v6only lo',
          otherUser: true,
          pairs: 2,
          tables: ['TCP, bound'],
          outcomes: ['ok / first listen EADDRINUSE'],
        },
      ],
    });
    expect(pairsBeside(seen('6.1', 'ok'), seen('6.18', 'ok')).differing).toEqual([]);
  });
});
