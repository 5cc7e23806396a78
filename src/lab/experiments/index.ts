import type { Experiment } from '../experiment/experiment.js';
import { abortiveClose } from './abortive-close.js';
import { closing } from './ways-to-close.js';

/** The experiments that come with the package, in the order they are listed. */
export const experiments: readonly Experiment[] = [...abortiveClose, ...closing];
