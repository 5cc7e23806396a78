import type { Experiment } from '../experiment/experiment.js';
import { abortiveClose } from './abortive-close.js';
import { closingListener } from './closing-listener.js';
import { orphans } from './orphans.js';
import { refused } from './refused.js';

/** The experiments that come with the package, in the order they are listed. */
export const experiments: readonly Experiment[] = [...abortiveClose, ...refused, ...closingListener, ...orphans];
