import type { CaseResult, GridCell, RowResult } from '../../record/result.js';
import { english, type ReportWords } from '../report-words.js';
import { escapeXml } from './escape.js';

interface Cell extends GridCell {
  readonly outcome: string;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function cellsOf(rows: readonly RowResult[]): Cell[] {
  return rows.flatMap(({ cell, observed }) =>
    cell !== undefined && typeof observed === 'string' ? [{ ...cell, outcome: observed }] : [],
  );
}

function outcomeCell(outcome: string | undefined): string {
  if (outcome === undefined) return '<td></td>';
  return `<td class="cell mono ${outcome === 'ok' ? 'confirmed' : 'refuted'}">${escapeXml(outcome)}</td>`;
}

/** What came of each bind of a case, as a coloured grid; empty where no row is one. */
export function bindGrid({ id, title, rows }: CaseResult, words: ReportWords = english): string {
  const cells = cellsOf(rows);
  if (cells.length === 0) return '';
  const columns = distinct(cells.map(({ column }) => column));
  const head = columns.map((column) => `<th scope="col">${escapeXml(column || words.linuxDid)}</th>`).join('');
  const lines = distinct(cells.map(({ line }) => line)).map((line) => {
    const found = columns.map((column) => cells.find((one) => one.line === line && one.column === column)?.outcome);
    return `<tr><th scope="row">${escapeXml(line)}</th>${found.map(outcomeCell).join('')}</tr>`;
  });
  return (
    `<h3><a href="#${escapeXml(id)}">${escapeXml(id)}</a> ${escapeXml(title)}</h3>` +
    `<div class="scroll" tabindex="0"><table class="grid"><thead><tr><td></td>${head}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`
  );
}
