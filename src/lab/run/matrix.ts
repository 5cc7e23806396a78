import { release } from 'node:os';
import type { CaseResult, MatrixResult } from '../record/result.js';
import type { Case } from './case.js';
import type { Isolation } from './stage.js';
import { missing } from './needs.js';
import { type PoolOptions, runInPool } from './pool.js';
import { skipped } from './run-case.js';

export interface MatrixOptions extends Omit<PoolOptions, 'isolation'> {
  readonly isolation: Isolation;
  readonly mode?: string | undefined;
  /** Why there are no namespaces, told by the cases that need them. */
  readonly reason?: string | undefined;
  /** Leaves the slow cases out. */
  readonly quick?: boolean | undefined;
}

/** Runs cases and collects their results, in the order given. What cannot be run here is skipped with the reason. */
export async function runCases(chosen: readonly Case[], options: MatrixOptions): Promise<MatrixResult> {
  const begin = performance.now();
  const results: CaseResult[] = [];
  const able: Case[] = [];
  for (const testCase of chosen) {
    const reason =
      options.quick === true && testCase.slow === true
        ? 'it waits for a timer of the kernel that runs for a minute; left out by --quick'
        : missing(testCase, options.isolation, options.reason);
    if (reason === undefined) able.push(testCase);
    else results.push(skipped(testCase, reason));
  }
  for (const result of results) options.onResult?.(result);
  results.push(...(await runInPool(able, options)));
  const ended = new Set(results.map(({ id }) => id));
  const unfinished = chosen.map(({ id }) => id).filter((id) => !ended.has(id));
  const order = new Map(chosen.map(({ id }, index) => [id, index]));
  return {
    kernel: release(),
    node: process.version,
    mode: options.mode ?? options.isolation,
    durationMs: Math.round(performance.now() - begin),
    cases: results.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0)),
    ...(unfinished.length > 0 && { unfinished }),
  };
}
