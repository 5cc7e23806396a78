import {
  type Case,
  type HostSetting,
  hostSettings,
  type MatrixOptions,
  type MatrixResult,
  runCases,
  type Spoken,
  useHostSettings,
} from '../claims/index.js';
import { exitCodes } from './exit.js';
import { Interrupt } from './interrupt.js';
import type { Mode } from './isolation.js';
import { Progress } from './progress.js';

export const hostSettingsHelp =
  'run the cases with the sysctls of this machine where they differ from the defaults of the kernel';

export interface RunSettings extends Mode {
  readonly quick?: boolean | undefined;
  /** Whether --quick could leave out what waits for a minute. */
  readonly mayBeQuick?: boolean;
  readonly spoken: Spoken;
  readonly outputsOf?: MatrixOptions['outputsOf'];
  /** Runs the cases with the settings of the machine, not with the kernel's defaults. */
  readonly asHost?: boolean | undefined;
}

/** What a run came to, and what the program is to end with. */
export interface Ended {
  readonly result: MatrixResult;
  readonly exitCode: number;
}

/** Settings of the machine that touch the cases. Without namespaces they run in its network, and so with its settings. */
function settingsOf(chosen: readonly Case[], { isolation, asHost }: RunSettings): readonly HostSetting[] {
  const found = hostSettings(chosen).filter(({ cases }) => cases.length > 0);
  if (isolation === 'loopback') return found.map((one) => ({ ...one, used: true }));
  return asHost === true ? useHostSettings(found) : found;
}

/** Runs cases, tells on standard error how far it is, and at Ctrl+C ends with the results there are. */
export async function runChosen(chosen: readonly Case[], settings: RunSettings): Promise<Ended> {
  const { words, about } = settings.spoken;
  const progress = await Progress.start(chosen.length, words.progress);
  const hint = settings.mayBeQuick === true ? words.quickSkips : '';
  const interrupt = new Interrupt();
  const found = settingsOf(chosen, settings);
  const ran = await runCases(chosen, {
    ...settings,
    signal: interrupt.signal,
    onStart: (one) => {
      const { waitsFor } = about(one);
      progress.started(one.id, waitsFor === undefined ? undefined : `${waitsFor}${hint}`);
    },
    onResult: (done) => progress.finished(done.id),
  });
  progress.stop();
  const result: MatrixResult = { ...ran, ...(found.length > 0 && { hostSettings: found }) };
  if (interrupt.signal.aborted) {
    // The reports say so too, but one that goes to a file is not seen.
    if (!process.stdout.isTTY) console.error(words.interrupted(result.cases.length, chosen.length));
    return { result, exitCode: interrupt.exitCode };
  }
  const broke = result.cases.some(({ error }) => error !== undefined);
  return { result, exitCode: broke ? exitCodes.failed : exitCodes.ok };
}
