import type { GridResult } from '../../src/claims/grid/run.js';

export function pairsBeside(
  one: GridResult,
  other: GridResult,
): {
  readonly kernels: readonly [string, string];
  readonly pairs: number;
  readonly differing: readonly Readonly<Record<string, unknown>>[];
};
