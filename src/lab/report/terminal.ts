import Table from 'cli-table3';
import { colours } from '../colours.js';
import type { CaseResult, RowResult, Verdict } from '../case/case.js';
import type { MatrixResult } from '../matrix/matrix.js';
import type { Step, TableRow } from '../host/step.js';

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

const bare = { chars: noBorders, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } };

/** The socket table as netstat(8) would print it. */
export function socketTable(rows: readonly TableRow[]): string {
  const table = new Table({
    ...bare,
    head: ['State', 'Recv-Q', 'Send-Q', 'Local', 'Remote', 'Process', 'Timer'].map(colours.dim),
  });
  for (const row of rows) {
    const process = row.held ? 'yes' : 'none';
    table.push([row.state, row.receiveQueue, row.sendQueue, row.local, row.remote, process, row.timer ?? '']);
  }
  return table.toString();
}

function indent(text: string, by: string): string {
  return text.replace(/^/gm, by).replace(/[ \t]+$/gm, '');
}

function stepLines({ atMs, host, what, result, table }: Step): string {
  const line = `${colours.dim(`${atMs.toFixed(1).padStart(9)} ms`)}  ${host === '' ? '' : `${host}: `}${what}  ${colours.bold(result)}`;
  return table === undefined || table.length === 0 ? line : `${line}\n${indent(socketTable(table), ' '.repeat(14))}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function compared({ says, ok }: RowResult): string {
  if (ok === null) return 'the claim does not speak of it';
  return ok ? colours.green('as the claim says') : `${colours.red('not as the claim says')}, ${shown(says)}`;
}

function rowLines(row: RowResult): string {
  const { name, steps, observed } = row;
  return [colours.bold(name), ...steps.map(stepLines), `  ${compared(row)}: ${shown(observed)}`, ''].join('\n');
}

/** A case with every step of its rows. */
export function caseReport(result: CaseResult): string {
  const head = `${colours.bold(result.id)}  ${result.title}\n${result.claim}\n`;
  return [head, ...result.rows.map(rowLines), `${paint[result.verdict](result.verdict)}: ${result.because}`].join('\n');
}

/** The whole matrix, a line a case. */
export function matrixTable(result: MatrixResult, width: number): string {
  const fixed = { id: 5, verdict: 11 };
  const rest = Math.max(40, width - fixed.id - fixed.verdict - 8);
  const claimWidth = Math.floor(rest * 0.5);
  const table = new Table({
    ...bare,
    head: ['Case', 'Claim', 'Verdict', 'Because'].map(colours.dim),
    colWidths: [fixed.id, claimWidth, fixed.verdict, rest - claimWidth],
    wordWrap: true,
  });
  for (const { id, claim, verdict, because } of result.cases) table.push([id, claim, paint[verdict](verdict), because]);
  return `${table.toString().replace(/[ \t]+$/gm, '')}\n\n${summary(result)}`;
}

/** How many of each verdict, and where it was run. */
export function summary({ cases, kernel, node, mode, durationMs }: MatrixResult): string {
  const counts = Object.entries(paint).flatMap(([verdict, color]) => {
    const count = cases.filter((result) => result.verdict === verdict).length;
    return count === 0 ? [] : [color(`${count} ${verdict}`)];
  });
  const broken = cases.filter(({ error }) => error !== undefined).length;
  if (broken > 0) counts.push(colours.red(`${broken} broke off`));
  return `${counts.join(', ')} in ${(durationMs / 1000).toFixed(1)} s on Linux ${kernel}, Node ${node}, ${mode}`;
}
