import { sequenceDistance } from '../network/peer/segment.js';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The later of two sequence numbers. */
export function laterOf(a: number, b: number): number {
  return sequenceDistance(a, b) > 0 ? a : b;
}

/** Which sequence numbers have come from the other side: up to where without a hole, and what lies behind holes. */
export class Received {
  /** RCV.NXT, the first number that is missing. */
  next: number;
  #ahead: readonly Range[] = [];
  /** Number behind the FIN, known as soon as the FIN has come. */
  #end: number | undefined;

  constructor(next: number) {
    this.next = next;
  }

  add(from: number, to: number, fin: boolean): void {
    if (fin) this.#end ??= to;
    if (sequenceDistance(to, from) > 0) this.#ahead = [...this.#ahead, { from, to }];
    this.skipTo(this.next);
  }

  /** What the host acknowledges it has, also where the capture missed it. */
  skipTo(next: number): void {
    this.next = laterOf(next, this.next);
    for (;;) {
      const fitting = this.#ahead.filter(({ from }) => sequenceDistance(this.next, from) >= 0);
      if (fitting.length === 0) return;
      this.#ahead = this.#ahead.filter(({ from }) => sequenceDistance(this.next, from) < 0);
      this.next = fitting.reduce((latest, { to }) => laterOf(to, latest), this.next);
    }
  }

  /** All up to the FIN and the FIN itself are there. */
  get complete(): boolean {
    return this.#end !== undefined && sequenceDistance(this.next, this.#end) >= 0;
  }

  /** End of the last range behind a hole; RCV.NXT without holes. */
  get highest(): number {
    return this.#ahead.reduce((latest, { to }) => laterOf(to, latest), this.next);
  }
}
