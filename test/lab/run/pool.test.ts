import { describe, expect, test, vi } from 'vitest';
import { type Case, defineCase } from '../../../src/lab/run/case.js';
import { fastLane, runInPool } from '../../../src/lab/run/matrix.js';
import { root } from '../../support/children.js';

/** No rows, so that the time given is the grace alone. */
function named(id: string): Case {
  const nothing = { articles: [], title: '', claim: '', rules: [], advice: '', rows: [] };
  return defineCase<null, null>({ ...nothing, id, run: () => null, laws: [] });
}

const worker = { file: `${root}test/support/worker-hangs.mjs`, graceMs: 2000 };

describe('the pool', () => {
  test.each([
    ['1.9', 3],
    ['2', 1],
  ])('a process has several cases at once on a fast machine alone: patience %s', (patience, atOnce) => {
    vi.stubEnv('SOCKWISE_PATIENCE', patience);
    expect(fastLane().atOnce).toBe(atOnce);
    vi.unstubAllEnvs();
  });

  test('kills a worker whose case hangs, tells it, and goes on with the others', async () => {
    const results = await runInPool(['T3', 'T1', 'T4', 'T5', 'T6'].map(named), {
      isolation: 'loopback',
      claims: '',
      worker,
    });
    expect(results.map(({ id }) => id)).toEqual(['T3', 'T1', 'T4', 'T5', 'T6']);
    expect(results[1]).toMatchObject({ verdict: 'skipped', error: 'it did not end within 2 s and was killed' });
    expect(results.filter(({ error }) => error === undefined)).toHaveLength(4);
  });

  test('replaces a worker whose process ended', async () => {
    const results = await runInPool(['T2', 'T2', 'T2', 'T3'].map(named), { isolation: 'loopback', claims: '', worker });
    expect(results.filter(({ error }) => error === 'its process ended with status 3')).toHaveLength(3);
    expect(results.find(({ id }) => id === 'T3')).toMatchObject({ verdict: 'confirmed' });
  });

  test('asks cases again that were in the process of one that failed, each in a process of its own', async () => {
    // A worker has several cases: T7 is beside another one at first, and is answered by itself alone.
    const results = await runInPool(['T7', 'T1', 'T7', 'T2', 'T3'].map(named), {
      isolation: 'loopback',
      claims: '',
      worker: { ...worker, graceMs: 1000 },
    });
    expect(results.map(({ id, error }) => error ?? id)).toEqual([
      'T7',
      'it did not end within 1 s and was killed',
      'T7',
      'its process ended with status 3',
      'T3',
    ]);
    const pids = results.flatMap((result) => ('pid' in result ? [result.pid] : []));
    expect(new Set(pids)).toHaveLength(3);
  });

  test('ends at once when it is aborted, with what there is', async () => {
    const interrupt = new AbortController();
    const results = await runInPool(['T3', 'T1'].map(named), {
      isolation: 'loopback',
      claims: '',
      worker: { ...worker, graceMs: 60_000 },
      signal: interrupt.signal,
      onResult: () => interrupt.abort(),
    });
    expect(results.map(({ id }) => id)).toEqual(['T3']);
  });
});
