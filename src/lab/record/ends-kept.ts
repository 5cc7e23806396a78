/** What of a list is not kept. */
export interface Omitted {
  /** How many. */
  readonly count: number;
  /** They stood behind this place of what is kept. */
  readonly afterIndex: number;
}

/** The begin and the end of a list that may grow without bound, and how many of its middle are left out. */
export class EndsKept<T> {
  readonly #atBegin: number;
  readonly #atEnd: number;
  readonly #head: T[] = [];
  #tail: T[] = [];
  #left = 0;

  constructor(atBegin: number, atEnd: number) {
    this.#atBegin = atBegin;
    this.#atEnd = atEnd;
  }

  add(item: T): void {
    if (this.#head.length < this.#atBegin) this.#head.push(item);
    else this.#tail.push(item);
    if (this.#tail.length >= 2 * this.#atEnd) this.#cut();
  }

  /** The last one. */
  get last(): T | undefined {
    return this.#tail.at(-1) ?? this.#head.at(-1);
  }

  /** Those kept, in the order they were added. */
  get kept(): T[] {
    return [...this.#head, ...this.#tail.slice(-this.#atEnd)];
  }

  /** Undefined where all are kept. */
  get omitted(): Omitted | undefined {
    const count = this.#left + Math.max(0, this.#tail.length - this.#atEnd);
    return count === 0 ? undefined : { count, afterIndex: this.#atBegin - 1 };
  }

  #cut(): void {
    this.#left += this.#tail.length - this.#atEnd;
    this.#tail = this.#tail.slice(-this.#atEnd);
  }
}
