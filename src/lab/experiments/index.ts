import type { Experiment } from '../experiment/experiment.js';
import { abortiveClose } from './linger-zero.js';
import { brokenPipe } from './broken-pipe.js';
import { closeAtOnce } from './close-at-once.js';
import { closingListener } from './closing-listener.js';
import { delivery } from './delivery.js';
import { disconnecting } from './disconnect.js';
import { earlyData } from './early-data.js';
import { halfOpen } from './half-open.js';
import { orphans } from './orphans.js';
import { shutdown } from './shutdown.js';
import { unreadData } from './close-unread.js';
import { refused } from './refused.js';
import { repair } from './repair.js';
import { restart } from './restart.js';
import { timeouts } from './timeouts.js';
import { assassination } from './assassination.js';
import { closingPaths } from './closing-paths.js';
import { lastAck } from './last-ack.js';
import { life } from './life.js';
import { newSynExperiments } from './new-syn.js';
import { oldDuplicates } from './old-duplicates.js';
import { simultaneous } from './simultaneous.js';
import { closing } from './ways-to-close.js';

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
