import { UsageError } from '../../errors.js';

/** Where something stands in a text: both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A text cannot be read. Its message has file, line and column, and what was expected there. */
export class ScriptError extends UsageError {
  readonly place: Place;

  constructor(file: string, place: Place, message: string) {
    super('ERR_ARGUMENT_INVALID', `${file}:${place.line}:${place.column}: ${message}`);
    this.place = place;
  }
}

/** Spaces, and comments as C has them. */
const spaceOfC = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const mostShown = 24;

/** Reads a text from its begin to its end, piece by piece; between two pieces may be spaces and comments. */
export class Scanner {
  readonly file: string;
  readonly #text: string;
  /** Offsets at which lines begin. */
  readonly #lines: readonly number[];
  /** Where the text stands in its file. */
  readonly #begin: Place;
  /** What may stand between two pieces: a sticky expression. */
  readonly #space: RegExp;
  #at = 0;
  #line = 0;

  constructor(text: string, file: string, begin: Place = { line: 1, column: 1 }, space = spaceOfC) {
    this.#text = text;
    this.file = file;
    this.#begin = begin;
    this.#space = space;
    const begins = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) begins.push(at + 1);
    this.#lines = begins;
  }

  /** Where the next piece begins. */
  get place(): Place {
    this.#skip();
    return this.#placeOf(this.#at);
  }

  get isAtEnd(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }

  /** The next piece, if it is one of these: a text as it stands, or what a sticky expression matches. */
  take(wanted: string | RegExp): string | undefined {
    this.#skip();
    const found = this.#match(wanted);
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** What has not been read. */
  get rest(): string {
    this.#skip();
    return this.#text.slice(this.#at);
  }

  /** Whether the next piece is that; it stays. */
  isNext(wanted: string | RegExp): boolean {
    this.#skip();
    return this.#match(wanted) !== undefined;
  }

  /** The next piece, which must be that. */
  must(wanted: string | RegExp, what: string = JSON.stringify(wanted)): string {
    return this.take(wanted) ?? this.fail(what);
  }

  /** A piece up to a closing text, which is taken too. */
  until(close: string, what: string): string {
    const from = this.#at;
    const end = this.#text.indexOf(close, from);
    if (end < 0) this.fail(`${what} that ends with ${close}`);
    this.#at = end + close.length;
    return this.#text.slice(from, end);
  }

  /** What was expected here is not here. */
  fail(expected: string, place = this.place): never {
    const rest = this.#text.slice(this.#at).split('\n', 1)[0] ?? '';
    const got = this.isAtEnd ? 'the end' : JSON.stringify(rest.slice(0, mostShown));
    throw new ScriptError(this.file, place, `expected ${expected}, got ${got}`);
  }

  /** What stands here cannot be. */
  refuse(why: string, place: Place): never {
    throw new ScriptError(this.file, place, why);
  }

  #match(wanted: string | RegExp): string | undefined {
    if (typeof wanted === 'string') return this.#text.startsWith(wanted, this.#at) ? wanted : undefined;
    wanted.lastIndex = this.#at;
    return wanted.exec(this.#text)?.[0];
  }

  #skip(): void {
    this.#space.lastIndex = this.#at;
    this.#at += this.#space.exec(this.#text)?.[0].length ?? 0;
  }

  /** Which line an offset is in: mostly that of the one before, or the next. */
  #lineOf(offset: number): number {
    let [low, high] = [0, this.#lines.length - 1];
    if ((this.#lines[this.#line] ?? 0) <= offset) low = this.#line;
    if ((this.#lines[low + 2] ?? Number.POSITIVE_INFINITY) > offset) high = Math.min(low + 1, high);
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lines[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    this.#line = low;
    return low;
  }

  #placeOf(offset: number): Place {
    const low = this.#lineOf(offset);
    const { line, column } = this.#begin;
    const inLine = offset - (this.#lines[low] ?? 0);
    return { line: low + line, column: low === 0 ? inLine + column : inLine + 1 };
  }
}
