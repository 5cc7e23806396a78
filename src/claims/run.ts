import { pathToFileURL } from 'node:url';
import type { MatrixResult } from '../lab/record/result.js';
import type { Case } from '../lab/run/case.js';
import { type MatrixOptions as LabOptions, runCases as runCasesOf } from '../lab/run/matrix.js';
import type { Source } from '../lab/run/play.js';
import { compiled } from '../package.js';

/** The built-in claims, as a worker process loads them: compiled, also where this file is not. */
const claims = pathToFileURL(compiled('claims/content.js')).href;

/** Where the built-in experiments are. */
export const builtIn: Source = { claims };

/** How cases are run: what the lab's options say, except where the claims are. */
export type MatrixOptions = Omit<LabOptions, 'claims' | 'worker'>;

/** Runs built-in cases and collects their results, in the order given. What cannot be run here is skipped with the reason. */
export async function runCases(chosen: readonly Case[], options: MatrixOptions): Promise<MatrixResult> {
  return await runCasesOf(chosen, { ...options, claims });
}
