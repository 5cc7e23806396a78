import { stripVTControlCharacters } from 'node:util';

/** Columns of a text, without what colours it. */
export function lengthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current === '' || lengthOf(longer) <= width) current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

/** Breaks lines at blanks so that they fit, and begins each with `indent`. A word that is too long stays whole. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines = text.split('\n').flatMap((line) => wrapLine(line, width - indent.length));
  return lines.map((line) => `${indent}${line}`).join('\n');
}

/** Where there are fewer columns, the cells of a table stand below one another. */
export const narrowestTable = 70;

/** One row of a table whose cells stand below one another: a line that names it, then its texts. */
export interface Entry {
  readonly head: string;
  readonly texts: readonly string[];
}

export function stacked(entries: readonly Entry[], width: number): string {
  return entries
    .map(({ head, texts }) => [head, ...texts.map((text) => wrap(text, width, '  '))].join('\n'))
    .join('\n\n');
}
