import { type Place, Scanner } from '../record/scanner.js';

/** What a name stands for in the code of a script; absent where nothing has that name. */
export type Lookup = (name: string) => number | undefined;

/** An assertion that does not hold, with what its expression came to. */
export class AssertionFailure extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'AssertionFailure';
  }
}

type Binary = (a: number, b: number) => number;

/** Bits of numbers up to 2**53: JavaScript's own operators cut them to 32. */
function bits(operation: (a: bigint, b: bigint) => bigint): Binary {
  return (a, b) => Number(operation(BigInt(a), BigInt(b)));
}

/** BigInt would shift the other way; Python refuses. */
function shift(by: bigint): bigint {
  if (by < 0n) throw new RangeError('a shift below 0');
  return by;
}

const truth = (value: boolean): number => Number(value);

/** Python's binary operators, loosest first; those of one row bind alike. */
const operators: readonly (readonly (readonly [text: string | RegExp, apply: Binary])[])[] = [
  [[/or\b/y, (a, b) => (a !== 0 ? a : b)]],
  [[/and\b/y, (a, b) => (a !== 0 ? b : a)]],
  [],
  [
    ['==', (a, b) => truth(a === b)],
    ['!=', (a, b) => truth(a !== b)],
    ['<=', (a, b) => truth(a <= b)],
    ['>=', (a, b) => truth(a >= b)],
    [/<(?!<)/y, (a, b) => truth(a < b)],
    [/>(?!>)/y, (a, b) => truth(a > b)],
  ],
  [['|', bits((a, b) => a | b)]],
  [['^', bits((a, b) => a ^ b)]],
  [['&', bits((a, b) => a & b)]],
  [
    ['<<', bits((a, b) => a << shift(b))],
    ['>>', bits((a, b) => a >> shift(b))],
  ],
  [
    ['+', (a, b) => a + b],
    ['-', (a, b) => a - b],
  ],
  [
    ['//', (a, b) => Math.floor(a / b)],
    ['*', (a, b) => a * b],
    ['/', (a, b) => a / b],
    ['%', (a, b) => a - b * Math.floor(a / b)],
  ],
];
const negation = 2;
const comparison = 3;

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  int: Math.trunc,
};

/** An operator that may stand before the `=` of an assignment, and a name before either. */
const arithmetic = /(?:\/\/|<<|>>|[-+*/%&|^])(?==)/y;
const assigned = /[a-z_][a-z0-9_]*(?=\s*(?:\/\/|<<|>>|[-+*/%&|^])?=[^=])/iy;

/** Python's comments. `//` divides. */
const space = /(?:\s+|#[^\n]*)+/y;

/** Assertions in Python over numbers: what packetdrill's scripts say of `TCP_INFO`. Nothing is run but this. */
class Program {
  readonly #scanner: Scanner;
  readonly #lookup: Lookup;
  readonly #own: Assigned;
  /** Values are those of a run: assertions hold or not, and what cannot be computed is a mistake. */
  readonly #isRun: boolean;

  constructor(scanner: Scanner, lookup: Lookup, own: Assigned, isRun: boolean) {
    this.#scanner = scanner;
    this.#lookup = lookup;
    this.#own = own;
    this.#isRun = isRun;
  }

  run(): void {
    while (!this.#scanner.isAtEnd) {
      this.#statement();
      this.#scanner.take(';');
    }
  }

  #statement(): void {
    if (this.#scanner.take(/print\b/y) !== undefined) {
      // It says something to whoever debugs the script.
      this.#scanner.must('(');
      this.#told();
      while (this.#scanner.take(',') !== undefined) this.#told();
      this.#scanner.must(')');
      return;
    }
    const name = this.#scanner.take(assigned);
    if (name !== undefined) {
      this.#own.set(name, this.#assignment(name));
      return;
    }
    if (this.#scanner.take(/assert\b/y) === undefined)
      this.#scanner.fail('"assert" or an assignment: no other Python is run');
    const shown = this.#scanner.rest.split(/[#\n]/, 1)[0]?.trim() ?? '';
    const value = this.#expression(0);
    const told: string[] = [];
    while (this.#scanner.take(',') !== undefined) told.push(this.#told());
    if (value === 0 && this.#isRun)
      throw new AssertionFailure(`assert ${shown}${told.length === 0 ? '' : `: ${told.join(', ')}`}`);
  }

  /** What comes behind the name: `= value`, or `+= value` and the like. */
  #assignment(name: string): number {
    const { place } = this.#scanner;
    const operator = this.#scanner.take(arithmetic);
    this.#scanner.must('=');
    const right = this.#expression(0);
    if (operator === undefined) return right;
    const [, apply] = operators.flat().find(([text]) => text === operator) ?? this.#scanner.fail('an operator');
    return this.#applied(
      apply,
      this.#own.get(name) ?? this.#scanner.refuse(`there is no ${name}`, place),
      right,
      place,
    );
  }

  /** What is printed where the assertion fails. */
  #told(): string {
    const text = this.#scanner.take(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/y);
    if (text === undefined) return String(this.#expression(0));
    if (this.#scanner.take(/%(?!\})/y) !== undefined) return `${text.slice(1, -1)} ${this.#filledIn()}`;
    return text.slice(1, -1);
  }

  /** What stands in the places of a text: a value, or several in brackets. */
  #filledIn(): string {
    if (this.#scanner.take('(') === undefined) return String(this.#unary());
    const values: string[] = [];
    do values.push(this.#told());
    while (this.#scanner.take(',') !== undefined && !this.#scanner.isNext(')'));
    this.#scanner.must(')');
    return values.join(', ');
  }

  #expression(level: number): number {
    if (level === operators.length) return this.#unary();
    if (level === negation) {
      if (this.#scanner.take(/not\b/y) !== undefined) return truth(this.#expression(level) === 0);
      return this.#expression(level + 1);
    }
    let value = this.#expression(level + 1);
    let holds: number | undefined;
    for (;;) {
      const { place } = this.#scanner;
      const found = operators[level]?.find(([text]) => this.#scanner.take(text) !== undefined);
      if (found === undefined) return holds ?? value;
      const right = this.#expression(level + 1);
      const came = this.#applied(found[1], value, right, place);
      if (level !== comparison) value = came;
      else {
        // Python's `a < b < c`.
        holds = (holds ?? 1) === 0 ? 0 : came;
        value = right;
      }
    }
  }

  #applied(operator: Binary, left: number, right: number, place: Place): number {
    try {
      return operator(left, right);
    } catch (error) {
      // No integer, or a shift below 0 or beyond all memory.
      if (!(error instanceof RangeError)) throw error;
      if (!this.#isRun) return 0;
      return this.#scanner.refuse(`it cannot be computed with ${left} and ${right}`, place);
    }
  }

  #unary(): number {
    if (this.#scanner.take('-') !== undefined) return -this.#unary();
    if (this.#scanner.take('~') !== undefined) return -this.#unary() - 1;
    if (this.#scanner.take('(') !== undefined) {
      const value = this.#expression(0);
      this.#scanner.must(')');
      return value;
    }
    const number = this.#scanner.take(/0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy);
    if (number !== undefined) return Number(number);
    const { place } = this.#scanner;
    const name = this.#scanner.take(/[a-z_][a-z0-9_]*/iy) ?? this.#scanner.fail('a number or a name');
    if (this.#scanner.take('(') !== undefined) return this.#call(name);
    return this.#own.get(name) ?? this.#lookup(name) ?? this.#scanner.refuse(`there is no ${name}`, place);
  }

  #call(name: string): number {
    const { place } = this.#scanner;
    const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (known === undefined) this.#scanner.refuse(`there is no function ${name}`, place);
    const values: number[] = [];
    do values.push(this.#expression(0));
    while (this.#scanner.take(',') !== undefined);
    this.#scanner.must(')');
    return known(...values);
  }
}

const truths: readonly [string, number][] = [
  ['True', 1],
  ['False', 0],
];

/** What the code of a script has assigned: known to what comes after it. */
export type Assigned = Map<string, number>;

export function nothingAssigned(): Assigned {
  return new Map(truths);
}

/** Where code stands in its file, and what the code before it has assigned. */
export interface CodeSettings {
  readonly begin?: Place;
  readonly assigned?: Assigned;
}

function read(
  code: string,
  file: string,
  lookup: Lookup,
  { begin, assigned = nothingAssigned() }: CodeSettings,
  isRun: boolean,
): void {
  // A statement may go on behind a backslash: to this reader the end of a line is a space as others are.
  const joined = code.replaceAll(/\\(?=[ \t]*(?:\n|$))/g, ' ');
  new Program(new Scanner(joined, file, begin, space), lookup, assigned, isRun).run();
}

/**
 * Runs the code of a `%{ }%`.
 *
 * @throws {AssertionFailure} where an assertion does not hold; {@link ScriptError} for what is neither that nor an assignment.
 */
export function runCode(code: string, file: string, lookup: Lookup, settings: CodeSettings = {}): void {
  read(code, file, lookup, settings, true);
}

/** Reads the code without running it: a {@link ScriptError} says what of it could not be run. */
export function checkCode(code: string, file: string, lookup: Lookup, settings: CodeSettings = {}): void {
  read(code, file, lookup, settings, false);
}
