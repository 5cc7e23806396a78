import type { Experiment } from '../experiment/experiment.js';
import { abortiveClose } from './abortive-close.js';
import { closeAtOnce } from './close-at-once.js';
import { closingListener } from './closing-listener.js';
import { earlyData } from './early-data.js';
import { halfOpen } from './half-open.js';
import { orphans } from './orphans.js';
import { refused } from './refused.js';
import { repair } from './repair.js';
import { restart } from './restart.js';
import { timeouts } from './timeouts.js';
import { closing } from './ways-to-close.js';

/** The experiments that come with the package, in the order they are listed. */
export const experiments: readonly Experiment[] = [
  ...abortiveClose,
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
