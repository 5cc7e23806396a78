import type { Experiment } from '../lab/run/experiment.js';
import { builtIn } from '../lab/run/main.js';
import { closingListenerExperiments } from './accept-queue/closing-listener.experiments.js';
import { earlyDataExperiments } from './accept-queue/early-data.experiments.js';
import { refusedExperiments } from './accept-queue/refused.experiments.js';
import { brokenPipeExperiments } from './closing/broken-pipe.experiments.js';
import { closeAtOnceExperiments } from './closing/close-at-once.experiments.js';
import { closingPathsExperiments } from './closing/closing-paths.experiments.js';
import { shutdownExperiments } from './closing/shutdown.experiments.js';
import { simultaneousExperiments } from './closing/simultaneous.experiments.js';
import { waysToCloseExperiments } from './closing/ways-to-close.experiments.js';
import { disconnectExperiments } from './half-open/disconnect.experiments.js';
import { halfOpenExperiments } from './half-open/half-open.experiments.js';
import { repairExperiments } from './half-open/repair.experiments.js';
import { timeoutsExperiments } from './half-open/timeouts.experiments.js';
import { deliveryExperiments } from './linger/delivery.experiments.js';
import { orphansExperiments } from './linger/orphans.experiments.js';
import { closeUnreadExperiments } from './reset/close-unread.experiments.js';
import { lingerZeroExperiments } from './reset/linger-zero.experiments.js';
import { middleboxExperiments } from './reset/middlebox.experiments.js';
import { restartExperiments } from './restart/restart.experiments.js';
import { assassinationExperiments } from './time-wait/assassination.experiments.js';
import { lastAckExperiments } from './time-wait/last-ack.experiments.js';
import { lifeExperiments } from './time-wait/life.experiments.js';
import { newSynExperiments } from './time-wait/new-syn.experiments.js';
import { oldDuplicatesExperiments } from './time-wait/old-duplicates.experiments.js';

/** By the file that has their scripts, in the order they are listed. */
const byFile: Readonly<Record<string, readonly Experiment[]>> = {
  'time-wait/life.experiments': lifeExperiments,
  'closing/closing-paths.experiments': closingPathsExperiments,
  'closing/simultaneous.experiments': simultaneousExperiments,
  'time-wait/last-ack.experiments': lastAckExperiments,
  'time-wait/new-syn.experiments': newSynExperiments,
  'time-wait/old-duplicates.experiments': oldDuplicatesExperiments,
  'time-wait/assassination.experiments': assassinationExperiments,
  'reset/linger-zero.experiments': lingerZeroExperiments,
  'reset/close-unread.experiments': closeUnreadExperiments,
  'reset/middlebox.experiments': middleboxExperiments,
  'linger/delivery.experiments': deliveryExperiments,
  'closing/broken-pipe.experiments': brokenPipeExperiments,
  'closing/shutdown.experiments': shutdownExperiments,
  'half-open/disconnect.experiments': disconnectExperiments,
  'accept-queue/refused.experiments': refusedExperiments,
  'accept-queue/closing-listener.experiments': closingListenerExperiments,
  'linger/orphans.experiments': orphansExperiments,
  'half-open/timeouts.experiments': timeoutsExperiments,
  'half-open/repair.experiments': repairExperiments,
  'half-open/half-open.experiments': halfOpenExperiments,
  'accept-queue/early-data.experiments': earlyDataExperiments,
  'restart/restart.experiments': restartExperiments,
  'closing/close-at-once.experiments': closeAtOnceExperiments,
  'closing/ways-to-close.experiments': waysToCloseExperiments,
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
