import { count } from '../socket/watch.js';

/** Whether attempts to connect keep the event loop alive, as ref() and unref() of a handle of Node's say. */
export class Hold {
  #isHeld = true;
  #waiting = 0;

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Around each wait. */
  async around<T>(wait: Promise<T>): Promise<T> {
    this.#change(1);
    try {
      return await wait;
    } finally {
      this.#change(-1);
    }
  }

  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    count(isHeld ? this.#waiting : -this.#waiting);
  }

  /** A wait counts while it lasts: what is not to hold the loop is taken off again. */
  #change(by: 1 | -1): void {
    this.#waiting += by;
    if (!this.#isHeld) count(-by);
  }
}
