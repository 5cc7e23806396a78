import type { SavedRun } from '../../src/lab/record/compare.js';

export interface TwoKernels {
  readonly older: SavedRun;
  readonly newer: SavedRun;
}

export function differencesToTell(
  stored: TwoKernels,
  run: TwoKernels,
): Readonly<Record<'differing' | 'aborted' | 'remarks', readonly string[]>>;
