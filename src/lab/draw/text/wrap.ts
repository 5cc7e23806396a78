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
  let length = 0;
  for (const { blank, text } of pieces(line)) {
    const added = blank.length + lengthOf(text);
    if (current === undefined || current === '' || length + added <= width) {
      current = `${current ?? ''}${blank}${text}`;
      length += added;
    } else {
      lines.push(current);
      current = text;
      length = added - blank.length;
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

/** The rows of a table for a narrow terminal, cells below one another. */
export function stacked(entries: readonly Entry[], width: number): string {
  return entries
    .map(({ head, texts }) => [head, ...texts.map((text) => wrap(text, width, '  '))].join('\n'))
    .join('\n\n');
}

/** A cell of a row, and the columns it may take. */
export interface Cell {
  readonly text: string;
  readonly width: number;
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}

/** Cells beside one another, each broken into lines that fit. */
export function beside(cells: readonly Cell[]): string {
  const broken = cells.map(({ text, width }) => ({ width, lines: wrap(text, width).split('\n') }));
  const height = Math.max(...broken.map(({ lines }) => lines.length));
  const lineAt = (index: number): string =>
    broken
      .map(({ width, lines }) => padded(lines[index] ?? '', width))
      .join('  ')
      .trimEnd();
  return Array.from({ length: height }, (_, index) => lineAt(index)).join('\n');
}
