// What a worker process loads of the claims.
export { cases } from './cases.js';
export { experiments } from './experiments.js';
