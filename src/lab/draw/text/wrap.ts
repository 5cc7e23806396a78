import { stripVTControlCharacters } from 'node:util';
import { columns, unitsOf } from './columns.js';

/** Columns of a text, without what colours it. */
export function lengthOf(text: string): number {
  return columns(stripVTControlCharacters(text));
}

/** What a line may be broken between, with the blank that goes before it: words, and the characters of a language that has none. */
function pieces(line: string): { readonly blank: string; readonly text: string }[] {
  return line
    .split(' ')
    .flatMap((word, index) =>
      (word === '' ? [''] : unitsOf(word)).map((text, at) => ({ blank: index > 0 && at === 0 ? ' ' : '', text })),
    );
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current: string | undefined;
  for (const { blank, text } of pieces(line)) {
    const longer = current === undefined ? text : `${current}${blank}${text}`;
    if (current === undefined || current === '' || lengthOf(longer) <= width) current = longer;
    else {
      lines.push(current);
      current = text;
    }
  }
  return [...lines, current ?? ''];
}

/** Breaks lines between words so that they fit, and begins each with `indent`. A word that is too long stays whole. */
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
