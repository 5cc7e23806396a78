import type { Experiment } from '../lab/run/experiment.js';
import { builtIn } from '../lab/run/main.js';
import { abortiveClose } from './reset/linger-zero.js';
import { brokenPipe } from './closing/broken-pipe.js';
import { closeAtOnce } from './closing/close-at-once.js';
import { closingListener } from './accept-queue/closing-listener.js';
import { delivery } from './linger/delivery.js';
import { disconnecting } from './half-open/disconnect.js';
import { earlyData } from './accept-queue/early-data.js';
import { halfOpen } from './half-open/half-open.js';
import { orphans } from './linger/orphans.js';
import { shutdown } from './closing/shutdown.js';
import { unreadData } from './reset/close-unread.js';
import { refused } from './accept-queue/refused.js';
import { repair } from './half-open/repair.js';
import { restart } from './restart/restart.js';
import { timeouts } from './half-open/timeouts.js';
import { assassination } from './time-wait/assassination.js';
import { closingPaths } from './closing/closing-paths.js';
import { lastAck } from './time-wait/last-ack.js';
import { life } from './time-wait/life.js';
import { newSynExperiments } from './time-wait/new-syn.js';
import { oldDuplicates } from './time-wait/old-duplicates.js';
import { simultaneous } from './closing/simultaneous.js';
import { closing } from './closing/ways-to-close.js';

/** By the file that has their scripts, in the order they are listed. */
const byFile: Readonly<Record<string, readonly Experiment[]>> = {
  'time-wait/life': life,
  'closing/closing-paths': closingPaths,
  'closing/simultaneous': simultaneous,
  'time-wait/last-ack': lastAck,
  'time-wait/new-syn': newSynExperiments,
  'time-wait/old-duplicates': oldDuplicates,
  'time-wait/assassination': assassination,
  'reset/linger-zero': abortiveClose,
  'reset/close-unread': unreadData,
  'linger/delivery': delivery,
  'closing/broken-pipe': brokenPipe,
  'closing/shutdown': shutdown,
  'half-open/disconnect': disconnecting,
  'accept-queue/refused': refused,
  'accept-queue/closing-listener': closingListener,
  'linger/orphans': orphans,
  'half-open/timeouts': timeouts,
  'half-open/repair': repair,
  'half-open/half-open': halfOpen,
  'accept-queue/early-data': earlyData,
  'restart/restart': restart,
  'closing/close-at-once': closeAtOnce,
  'closing/ways-to-close': closing,
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
