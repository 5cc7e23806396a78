import { colours } from '../text/colours.js';
import { columns, columnsOf, unitsOf } from '../text/columns.js';

const paint = {
  plain: (text: string) => text,
  soft: colours.dim,
  strong: colours.bold,
  bad: colours.red,
  again: colours.yellow,
  seen: colours.cyan,
  implied: (text: string) => colours.dim(colours.cyan(text)),
} as const;

export type Ink = keyof typeof paint;

/** What would move the cursor, or turn the direction of writing, is a space instead. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, ' ');
}

/** How much of the word goes into a line: up to a mark of punctuation, if it has one in the second half. */
function fitting(word: string, most: number): string {
  let head = '';
  for (const char of word) {
    if (head !== '' && columns(head + char) > most) break;
    head += char;
  }
  const cut = [...head.matchAll(/[,;:/(){}=.]/g)].at(-1)?.index ?? -1;
  return head === word || cut < head.length / 2 ? head : head.slice(0, cut + 1);
}

/** The text in lines of at most so many columns. Words longer than a line go on in the next one; a no-break space holds two together. */
export function wrapText(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  const words = printable(text).split(/[^\S\u00a0]+/);
  const units = words.flatMap((word) => unitsOf(word).map((unit, index) => ({ unit, space: index === 0 ? ' ' : '' })));
  for (const { unit, space } of units) {
    let rest = unit;
    if (line !== '' && columns(line + space + rest) <= most) {
      line += space + rest;
      continue;
    }
    if (line !== '') lines.push(line);
    while (columns(rest) > most) {
      const head = fitting(rest, most);
      if (head === rest) break;
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = rest;
  }
  return (line === '' ? lines : [...lines, line]).map((one) => one.replaceAll('\u00a0', ' ').trim());
}

/** A line of the terminal, to be written at any column. */
export class TextLine {
  readonly #cells: ({ readonly char: string; readonly ink: Ink } | undefined)[] = [];

  /** Of a character of two columns that is written over in one, a space is left in the other. */
  #free(at: number): void {
    const [before, here, after] = [this.#cells[at - 1], this.#cells[at], this.#cells[at + 1]];
    if (here?.char === '' && before !== undefined) this.#cells[at - 1] = { ...before, char: ' ' };
    if (here?.char !== '' && after?.char === '') this.#cells[at + 1] = { ...after, char: ' ' };
  }

  /** Over what stands there. */
  put(at: number, text: string, ink: Ink): void {
    let x = Math.max(0, at);
    for (const [index, char] of Array.from(text).entries()) {
      const before = this.#cells[x - 1];
      if (columnsOf(char) === 0) {
        if (index > 0 && before !== undefined) this.#cells[x - 1] = { ...before, char: before.char + char };
        continue;
      }
      for (let taken = 0; taken < columnsOf(char); taken++) {
        this.#free(x + taken);
        this.#cells[x + taken] = { char: taken === 0 ? char : '', ink };
      }
      x += columnsOf(char);
    }
  }

  /** Without spaces at its end. */
  toString(): string {
    const runs: { text: string; ink: Ink }[] = [];
    for (const cell of Array.from(this.#cells, (one) => one ?? ({ char: ' ', ink: 'plain' } as const))) {
      const last = runs.at(-1);
      if (last?.ink === cell.ink) last.text += cell.char;
      else runs.push({ text: cell.char, ink: cell.ink });
    }
    return runs
      .map(({ text, ink }) => paint[ink](text))
      .join('')
      .trimEnd();
  }
}
