import { UsageError } from '../../../errors.js';
import type { ArrivedSegment } from './segment-passed.js';

/** Bytes that wait, each segment counted with its data and what an object of it takes. */
const mostBytes = 32 << 20;
const bytesOfObject = 1024;

function sizeOf({ payload }: ArrivedSegment): number {
  return bytesOfObject + payload.length;
}

/** What came to a scripted peer and waits for the script, in order. */
export class Arrived {
  readonly #peer: string;
  #segments: ArrivedSegment[] = [];
  #bytes = 0;

  constructor(peer: string) {
    this.#peer = peer;
  }

  /** @throws {UsageError} `ERR_OUT_OF_RANGE` - so much waits that nobody seems to read it. */
  add(segment: ArrivedSegment): void {
    if (this.#bytes + sizeOf(segment) > mostBytes) {
      const count = this.#segments.length.toLocaleString('en-US');
      throw new UsageError(
        'ERR_OUT_OF_RANGE',
        `${this.#peer}: ${count} segments wait that the script has not read, as many as a peer keeps`,
      );
    }
    this.#segments.push(segment);
    this.#bytes += sizeOf(segment);
  }

  /** Takes the oldest that `match` is true of. */
  take(match: (segment: ArrivedSegment) => boolean): ArrivedSegment | undefined {
    const index = this.#segments.findIndex(match);
    const [taken] = index < 0 ? [] : this.#segments.splice(index, 1);
    if (taken !== undefined) this.#bytes -= sizeOf(taken);
    return taken;
  }

  /** Shows each to `take`, which takes it by returning true. */
  takeEach(take: (segment: ArrivedSegment) => boolean): void {
    this.#segments = this.#segments.filter((segment) => {
      const isTaken = take(segment);
      if (isTaken) this.#bytes -= sizeOf(segment);
      return !isTaken;
    });
  }

  waiting(match: (segment: ArrivedSegment) => boolean): ArrivedSegment[] {
    return this.#segments.filter(match);
  }
}
