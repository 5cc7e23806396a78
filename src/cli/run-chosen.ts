import { type Case, type MatrixOptions, type MatrixResult, runCases } from '../claims/index.js';
import { exitCodes } from './exit.js';
import { Interrupt } from './interrupt.js';
import type { Mode } from './isolation.js';
import { Progress } from './progress.js';

export interface RunSettings extends Mode {
  readonly quick?: boolean | undefined;
  readonly outputsOf?: MatrixOptions['outputsOf'];
}

/** What a run came to, and what the program is to end with. */
export interface Ended {
  readonly result: MatrixResult;
  readonly exitCode: number;
}

/** Runs cases, tells on standard error how far it is, and at Ctrl+C ends with the results there are. */
export async function runChosen(chosen: readonly Case[], settings: RunSettings): Promise<Ended> {
  const progress = new Progress(chosen.length, 'cases');
  const interrupt = new Interrupt();
  const result = await runCases(chosen, {
    ...settings,
    signal: interrupt.signal,
    onStart: (testCase) => progress.started(testCase.id),
    onResult: (done) => progress.finished(done.id),
  });
  progress.stop();
  if (interrupt.signal.aborted) {
    // The reports say so too, but one that goes to a file is not seen.
    if (!process.stdout.isTTY) console.error(`interrupted: ${result.cases.length} of ${chosen.length} cases had ended`);
    return { result, exitCode: interrupt.exitCode };
  }
  const broke = result.cases.some(({ error }) => error !== undefined);
  return { result, exitCode: broke ? exitCodes.failed : exitCodes.ok };
}
