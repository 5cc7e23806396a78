import type { CaseResult, RowResult } from '../../run/case.js';
import type { Json } from '../../record/json.js';
import { escapeXml } from './escape.js';

/** `ok`, `EADDRINUSE`, `listen EADDRINUSE`: what came of a call. */
const isOutcome = (observed: Json): observed is string =>
  typeof observed === 'string' && /^(ok|([a-z]+ )?E[A-Z0-9]+)$/.test(observed);

interface Cell {
  readonly row: string;
  readonly column: string;
  readonly outcome: string;
}

function cellsOf(rows: readonly RowResult[], placeOf: (name: string) => Omit<Cell, 'outcome'>): Cell[] {
  return rows.flatMap(({ name, observed }) => (isOutcome(observed) ? [{ ...placeOf(name), outcome: observed }] : []));
}

/** A name up to a comma, and what comes after it. */
function splitAt(name: string, comma: number): Omit<Cell, 'outcome'> {
  return comma === -1 ? { row: name, column: '' } : { row: name.slice(0, comma), column: name.slice(comma + 2) };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Several lines, and each has every column. */
function isFull(cells: readonly Cell[]): boolean {
  const lines = distinct(cells.map(({ row }) => row));
  const columns = distinct(cells.map(({ column }) => column));
  const places = distinct(cells.map(({ row, column }) => `${row}, ${column}`));
  return lines.length > 1 && places.length === cells.length && cells.length === lines.length * columns.length;
}

/** The names of rows say what is beside what, as `ANY then A, only bound`: columns, if they make a full grid. */
function arranged(rows: readonly RowResult[]): Cell[] {
  const ways = [
    cellsOf(rows, (name) => splitAt(name, name.lastIndexOf(', '))),
    cellsOf(rows, (name) => splitAt(name, name.indexOf(', '))),
  ];
  return ways.find(isFull) ?? cellsOf(rows, (name) => ({ row: name, column: '' }));
}

function cell(outcome: string | undefined): string {
  if (outcome === undefined) return '<td></td>';
  return `<td class="cell mono ${outcome === 'ok' ? 'confirmed' : 'refuted'}">${escapeXml(outcome)}</td>`;
}

/** What came of each bind of a case, as a coloured grid; empty where no row is one. */
export function bindGrid({ id, title, rows }: CaseResult): string {
  const cells = arranged(rows);
  if (cells.length === 0) return '';
  const columns = distinct(cells.map(({ column }) => column));
  const head = columns.map((column) => `<th scope="col">${escapeXml(column)}</th>`).join('');
  const lines = distinct(cells.map(({ row }) => row)).map((row) => {
    const found = columns.map((column) => cells.find((one) => one.row === row && one.column === column)?.outcome);
    return `<tr><th scope="row">${escapeXml(row)}</th>${found.map(cell).join('')}</tr>`;
  });
  return (
    `<h3><a href="#${escapeXml(id)}">${escapeXml(id)}</a> ${escapeXml(title)}</h3>` +
    `<div class="scroll" tabindex="0"><table class="grid"><thead><tr><td></td>${head}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`
  );
}
