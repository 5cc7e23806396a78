import type { Experiment } from '../lab/run/experiment.js';
import { builtIn } from '../lab/run/main.js';
import { abortiveClose } from './reset/linger-zero.experiments.js';
import { brokenPipe } from './closing/broken-pipe.experiments.js';
import { closeAtOnce } from './closing/close-at-once.experiments.js';
import { closingListener } from './accept-queue/closing-listener.experiments.js';
import { delivery } from './linger/delivery.experiments.js';
import { disconnecting } from './half-open/disconnect.experiments.js';
import { earlyData } from './accept-queue/early-data.experiments.js';
import { halfOpen } from './half-open/half-open.experiments.js';
import { orphans } from './linger/orphans.experiments.js';
import { shutdown } from './closing/shutdown.experiments.js';
import { unreadData } from './reset/close-unread.experiments.js';
import { refused } from './accept-queue/refused.experiments.js';
import { repair } from './half-open/repair.experiments.js';
import { restart } from './restart/restart.experiments.js';
import { timeouts } from './half-open/timeouts.experiments.js';
import { assassination } from './time-wait/assassination.experiments.js';
import { closingPaths } from './closing/closing-paths.experiments.js';
import { lastAck } from './time-wait/last-ack.experiments.js';
import { life } from './time-wait/life.experiments.js';
import { newSynExperiments } from './time-wait/new-syn.experiments.js';
import { oldDuplicates } from './time-wait/old-duplicates.experiments.js';
import { simultaneous } from './closing/simultaneous.experiments.js';
import { closing } from './closing/ways-to-close.experiments.js';

/** By the file that has their scripts, in the order they are listed. */
const byFile: Readonly<Record<string, readonly Experiment[]>> = {
  'time-wait/life.experiments': life,
  'closing/closing-paths.experiments': closingPaths,
  'closing/simultaneous.experiments': simultaneous,
  'time-wait/last-ack.experiments': lastAck,
  'time-wait/new-syn.experiments': newSynExperiments,
  'time-wait/old-duplicates.experiments': oldDuplicates,
  'time-wait/assassination.experiments': assassination,
  'reset/linger-zero.experiments': abortiveClose,
  'reset/close-unread.experiments': unreadData,
  'linger/delivery.experiments': delivery,
  'closing/broken-pipe.experiments': brokenPipe,
  'closing/shutdown.experiments': shutdown,
  'half-open/disconnect.experiments': disconnecting,
  'accept-queue/refused.experiments': refused,
  'accept-queue/closing-listener.experiments': closingListener,
  'linger/orphans.experiments': orphans,
  'half-open/timeouts.experiments': timeouts,
  'half-open/repair.experiments': repair,
  'half-open/half-open.experiments': halfOpen,
  'accept-queue/early-data.experiments': earlyData,
  'restart/restart.experiments': restart,
  'closing/close-at-once.experiments': closeAtOnce,
  'closing/ways-to-close.experiments': closing,
};

/** The built-in experiments, in the order they are listed. */
export const experiments: readonly Experiment[] = Object.values(byFile).flat();

builtIn(experiments);

/** The file that has the script of a built-in experiment, below `src/claims/`. */
export function sourceOf(experiment: Experiment): string {
  const [file] = Object.entries(byFile).find(([, all]) => all.includes(experiment)) ?? [];
  if (file === undefined) throw new Error(`${experiment.name} is not built in`);
  return `${file}.ts`;
}
