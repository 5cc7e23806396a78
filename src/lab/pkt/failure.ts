import type { Difference } from '../network/peer/as-written.js';
import type { Line } from './script.js';

/** A script that did not come out as written: where, and in which fields. */
export class PktFailure extends Error {
  readonly differences: readonly Difference[];

  constructor(file: string, { place }: Line, message: string, found: readonly Difference[] = []) {
    super(`${file}:${place.line}: ${message}`);
    this.name = 'PktFailure';
    this.differences = found;
  }
}
