import { UsageError } from '../../../errors.js';

/** Bytes that wait, each counted with its data and what an object of it takes. */
const mostBytes = 32 << 20;
const bytesOfObject = 1024;

/** What it needs to know of them. */
type Sized = { readonly payload: Uint8Array };

function sizeOf({ payload }: Sized): number {
  return bytesOfObject + payload.length;
}

/** What came to a scripted peer and waits for the script, in order. */
export class Arrived<T extends Sized> {
  readonly #peer: string;
  readonly #what: string;
  #waiting: T[] = [];
  #bytes = 0;

  /** `what` they are, in the plural. */
  constructor(peer: string, what: string) {
    this.#peer = peer;
    this.#what = what;
  }

  /** @throws {UsageError} `ERR_OUT_OF_RANGE` - so much waits that nobody seems to read it. */
  add(one: T): void {
    if (this.#bytes + sizeOf(one) > mostBytes) {
      const count = this.#waiting.length.toLocaleString('en-US');
      throw new UsageError(
        'ERR_OUT_OF_RANGE',
        `${this.#peer}: ${count} ${this.#what} wait that the script has not read, as many as a peer keeps`,
      );
    }
    this.#waiting.push(one);
    this.#bytes += sizeOf(one);
  }

  /** Takes the oldest that `match` is true of. */
  take(match: (segment: T) => boolean): T | undefined {
    const index = this.#waiting.findIndex(match);
    const [taken] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (taken !== undefined) this.#bytes -= sizeOf(taken);
    return taken;
  }

  /** Shows each to `take`, which takes it by returning true. */
  takeEach(take: (segment: T) => boolean): void {
    this.#waiting = this.#waiting.filter((segment) => {
      const isTaken = take(segment);
      if (isTaken) this.#bytes -= sizeOf(segment);
      return !isTaken;
    });
  }

  waiting(match: (segment: T) => boolean): T[] {
    return this.#waiting.filter(match);
  }
}
