import type { MatrixResult } from '../../src/lab/record/result.js';
import type { SavedRun } from '../../src/lab/record/compare.js';

export function differencesToTell(
  known: SavedRun,
  run: Pick<MatrixResult, 'kernel' | 'cases'> | SavedRun,
): { readonly failures: readonly string[]; readonly remarks: readonly string[] };
