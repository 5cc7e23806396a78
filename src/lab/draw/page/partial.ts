import type { MatrixResult } from '../../record/result.js';

/** What an interrupted run did not come to; `undefined` for a run that came to its end. */
export function partialText({ cases, unfinished }: Pick<MatrixResult, 'cases' | 'unfinished'>): string | undefined {
  if (unfinished === undefined) return undefined;
  return `Interrupted: ${cases.length} of ${cases.length + unfinished.length} cases had ended.`;
}
