import { TimeoutError } from '../../../errors.js';
import type { ArrivedSegment } from './segment-passed.js';

/** What was expected of the host did not come in time. Its message says what came instead. */
export class SegmentTimeoutError extends TimeoutError {
  /** What the host sent meanwhile, as far as nothing else has taken it; numbers are relative. */
  readonly instead: readonly ArrivedSegment[];

  constructor(what: string, deadlineMs: number, instead: readonly ArrivedSegment[], told: readonly string[]) {
    super(what, deadlineMs);
    this.name = 'SegmentTimeoutError';
    const came = told.length === 0 ? 'nothing came' : `instead came ${told.join('; ')}`;
    this.message = `${what}: not within ${deadlineMs} ms, ${came}`;
    this.instead = instead;
  }
}
