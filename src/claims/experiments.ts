import type { Experiment } from '../lab/run/experiment.js';
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

/** The experiments that come with the package, in the order they are listed. */
export const experiments: readonly Experiment[] = [
  ...life,
  ...closingPaths,
  ...simultaneous,
  ...lastAck,
  ...newSynExperiments,
  ...oldDuplicates,
  ...assassination,
  ...abortiveClose,
  ...unreadData,
  ...delivery,
  ...brokenPipe,
  ...shutdown,
  ...disconnecting,
  ...refused,
  ...closingListener,
  ...orphans,
  ...timeouts,
  ...repair,
  ...halfOpen,
  ...earlyData,
  ...restart,
  ...closeAtOnce,
  ...closing,
];
