import type { Json } from '../../json.js';
import type { CaseResult } from '../../case/case.js';
import { escapeXml } from '../escape.js';

const isOutcome = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^(ok|E[A-Z0-9]+)$/.test(value);

/** The outcomes of a row by column: one column where there is a single outcome. */
function outcomes(observed: Json): ReadonlyMap<string, string> | undefined {
  if (isOutcome(observed)) return new Map([['outcome', observed]]);
  if (typeof observed !== 'object' || observed === null || Array.isArray(observed)) return undefined;
  const entries = Object.entries(observed);
  const columns = entries.flatMap(([key, value]): [string, string][] => (isOutcome(value) ? [[key, value]] : []));
  return columns.length === entries.length && columns.length > 0 ? new Map(columns) : undefined;
}

function cell(outcome: string | undefined): string {
  if (outcome === undefined) return '<td></td>';
  return `<td class="cell mono ${outcome === 'ok' ? 'confirmed' : 'refuted'}">${escapeXml(outcome)}</td>`;
}

/** A case whose rows are system calls that succeed or fail, as a coloured grid; empty for other cases. */
export function outcomeGrid({ id, title, rows }: CaseResult): string {
  const lines = rows.map(({ name, observed }) => ({ name, byColumn: outcomes(observed) }));
  if (lines.length < 2 || lines.some(({ byColumn }) => byColumn === undefined)) return '';
  const columns = [...new Set(lines.flatMap(({ byColumn }) => [...(byColumn?.keys() ?? [])]))];
  const head = columns
    .map((column) => `<th scope="col">${column === 'outcome' ? '' : escapeXml(column)}</th>`)
    .join('');
  const body = lines.map(({ name, byColumn }) => {
    return `<tr><th scope="row">${escapeXml(name)}</th>${columns.map((column) => cell(byColumn?.get(column))).join('')}</tr>`;
  });
  return (
    `<h3><a href="#${escapeXml(id)}">${escapeXml(id)}</a> ${escapeXml(title)}</h3>` +
    `<div class="scroll" tabindex="0"><table class="grid"><thead><tr><th></th>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
  );
}
