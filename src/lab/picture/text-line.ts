import { colours } from '../colours.js';

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

/** Characters as wide as two letters: East Asian Width W and F of Unicode's UAX #11, in whole blocks. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

function columnsOf(char: string): number {
  return wide.test(char) ? 2 : 1;
}

export function columns(text: string): number {
  let sum = 0;
  for (const char of text) sum += columnsOf(char);
  return sum;
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

/** The text in lines of at most so many columns. Words longer than a line go on in the next one. */
export function wrapText(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(/\s+/)) {
    if (word === '') continue;
    let rest = word;
    if (line !== '' && columns(line) + 1 + columns(rest) <= most) {
      line += ` ${rest}`;
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
  return line === '' ? lines : [...lines, line];
}

/** A line of the terminal, to be written at any column. */
export class TextLine {
  readonly #cells: ({ readonly char: string; readonly ink: Ink } | undefined)[] = [];

  /** Over what stands there. */
  put(at: number, text: string, ink: Ink): void {
    let x = Math.max(0, at);
    for (const char of text) {
      this.#cells[x] = { char, ink };
      if (columnsOf(char) === 2) this.#cells[x + 1] = { char: '', ink };
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
