import type { SavedRun } from '../../src/lab/record/compare.js';

export interface TwoKernels {
  readonly older: SavedRun;
  readonly newer: SavedRun;
}

export function differencesToTell(
  stored: TwoKernels,
  run: TwoKernels,
): { readonly failures: readonly string[]; readonly remarks: readonly string[] };
