import type { Article, CaseResult, MatrixResult, RowResult, Verdict } from '../record/result.js';
import { articlesText } from './text/articles-text.js';
import Table from 'cli-table3';
import { colours } from './text/colours.js';
import type { Event, TableRow } from '../record/event.js';
import { asDone, doneText, saidOf, tableCells, tableHead } from './text/event-text.js';
import { partialText } from './page/partial.js';
import { textOf } from './page/words.js';
import { narrowestTable, stacked, wrap } from './text/wrap.js';

const paint: { readonly [V in Verdict]: (text: string) => string } = {
  confirmed: colours.green,
  refuted: colours.red,
  qualified: colours.yellow,
  skipped: colours.dim,
};

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A table without lines. */
export const bare = { chars: noBorders, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } };

/** The socket table as netstat(8) would print it. */
export function socketTable(rows: readonly TableRow[]): string {
  const table = new Table({
    ...bare,
    head: tableHead.map(colours.dim),
  });
  for (const row of rows) table.push(tableCells(row));
  return table.toString();
}

function indent(text: string, by: string): string {
  return text.replace(/^/gm, by).replace(/[ \t]+$/gm, '');
}

function eventLines(event: Event): string {
  const { endMs, host } = event;
  const said = `${doneText(event)}  ${colours.bold(saidOf(event).result)}`;
  const line = `${colours.dim(`${endMs.toFixed(1).padStart(9)} ms`)}  ${host === '' ? '' : `${host}: `}${said}`;
  if (event.kind !== 'look' || event.rows.length === 0) return line;
  return `${line}\n${indent(socketTable(event.rows), ' '.repeat(14))}`;
}

function compared(ok: boolean | null): string {
  if (ok === null) return 'the claim does not speak of it';
  return ok ? colours.green('as the claim says') : colours.red('not as the claim says');
}

function rowLines({ name, events, says, observed, ok }: RowResult): string {
  const seen = [`  ${compared(ok)}: ${textOf(observed)}`];
  if (ok === false && says !== undefined) seen.push(`  the claim says: ${textOf(says)}`);
  return [colours.bold(name), ...asDone(events).map(eventLines), ...seen, ''].join('\n');
}

/** A case with all that happened in its rows. */
export function caseReport(result: CaseResult, articles: readonly Article[] = []): string {
  const from = result.articles.length === 0 ? '' : colours.dim(`\n(${articlesText(result.articles, articles)})`);
  const head = `${colours.bold(result.id)}  ${result.title}\n${result.claim}${from}\n`;
  return [head, ...result.rows.map(rowLines), `${paint[result.verdict](result.verdict)}: ${result.because}`].join('\n');
}

function stackedMatrix(cases: readonly CaseResult[], width: number): string {
  const entries = cases.map(({ id, claim, verdict, because }) => {
    return {
      head: `${colours.bold(id)} ${paint[verdict](verdict)}`,
      texts: [claim, `${colours.dim('seen:')} ${because}`],
    };
  });
  return stacked(entries, width);
}

function wideMatrix(cases: readonly CaseResult[], width: number): string {
  const fixed = { id: 5, verdict: 11 };
  // Two blanks between columns.
  const rest = width - fixed.id - fixed.verdict - 8;
  const claimWidth = Math.floor(rest * 0.5);
  const table = new Table({
    ...bare,
    head: ['Case', 'Claim', 'Verdict', 'Because'].map(colours.dim),
    colWidths: [fixed.id, claimWidth, fixed.verdict, rest - claimWidth],
    wordWrap: true,
  });
  for (const { id, claim, verdict, because } of cases) table.push([id, claim, paint[verdict](verdict), because]);
  return table.toString().replace(/[ \t]+$/gm, '');
}

/** The whole matrix: a line a case, or below one another where the screen is narrow. */
export function matrixTable(result: MatrixResult, width: number): string {
  const cases = width < narrowestTable ? stackedMatrix(result.cases, width) : wideMatrix(result.cases, width);
  return `${cases}\n\n${wrap(summary(result), width)}`;
}

/** How many of each verdict, and where it was run; first, whether it was interrupted. */
export function summary(result: MatrixResult): string {
  const { cases, kernel, node, mode, durationMs } = result;
  const counts = Object.entries(paint).flatMap(([verdict, color]) => {
    const count = cases.filter((seen) => seen.verdict === verdict).length;
    return count === 0 ? [] : [color(`${count} ${verdict}`)];
  });
  const broken = cases.filter(({ error }) => error !== undefined).length;
  if (broken > 0) counts.push(colours.red(`${broken} broke off`));
  const partial = partialText(result);
  return [
    ...(partial === undefined ? [] : [colours.red(partial)]),
    `${counts.join(', ') || 'no result'} in ${(durationMs / 1000).toFixed(1)} s on Linux ${kernel}, Node ${node}, ${mode}`,
  ].join('\n');
}
