import type { Claims } from '../lab/index.js';
import { cases } from './cases.js';
import { experiments } from './experiments.js';

/** What a worker process loads of the claims: those it is asked for, since each takes longer to load than most runs. */
export const claims: Claims = {
  get cases() {
    return cases;
  },
  get experiments() {
    return experiments;
  },
};
