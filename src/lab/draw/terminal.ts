import type { Labels } from '../record/labels.js';
import type { Article, CaseResult, MatrixResult, RowResult, Verdict } from '../record/result.js';
import { alike } from './alike.js';
import { articlesText } from './text/articles-text.js';
import Table from 'cli-table3';
import { colours } from './text/colours.js';
import type { Event, TableRow } from '../record/event.js';
import { asDone, doneText, saidOf, tableCells } from './text/event-text.js';
import { partialText } from './page/partial.js';
import { textOf } from './page/words.js';
import { lengthOf, narrowestTable, stacked, wrap } from './text/wrap.js';
import { ruleText } from './rule-text.js';
import type { RunWords } from './run-words.js';
import { capital, english, type ReportWords } from './report-words.js';
import { wordsUsed } from './words-used.js';
import { verdictsExplained } from './verdicts.js';

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

/** A line of the socket table in words, for a screen that is too narrow for the table. */
function rowInWords(row: TableRow, words: RunWords): string {
  const [state = '', receiveQueue = '', sendQueue = '', local = '', remote = '', held = '', timer = ''] = tableCells(
    row,
    words,
  );
  return words.tableRow({ state, receiveQueue, sendQueue, local, remote, held, timer });
}

function indent(text: string, by: string): string {
  return text.replace(/^/gm, by).replace(/[ \t]+$/gm, '');
}

/** Width of the time in front of each line. */
const timeWidth = 14;
const leastMargin = 2;
const blank = ' '.repeat(leastMargin);

/** The socket table as netstat(8) would print it, indented as far as there is room; in words where it is wider than the screen. */
function socketTable(rows: readonly TableRow[], width: number, words: RunWords): string {
  const table = new Table({
    ...bare,
    head: words.tableHead.map(colours.dim),
  });
  for (const row of rows) table.push(tableCells(row, words));
  const text = table.toString();
  const widest = Math.max(...text.split('\n').map((line) => lengthOf(line.trimEnd())));
  if (widest <= width - leastMargin) return indent(text, ' '.repeat(Math.min(timeWidth, width - widest)));
  const lines = rows.map((row) => wrap(rowInWords(row, words), width - 2 * leastMargin).replaceAll('\n', `\n${blank}`));
  return indent(lines.join('\n'), blank);
}

function eventLines(event: Event, width: number, words: RunWords): string {
  const { endMs, host } = event;
  const said = `${doneText(event, words)}  ${colours.bold(saidOf(event, words).result)}`;
  const margin = ' '.repeat(timeWidth);
  const text = wrap(`${host === '' ? '' : `${host}: `}${said}`, width - timeWidth).replaceAll('\n', `\n${margin}`);
  const line = `${colours.dim(`${endMs.toFixed(1).padStart(9)} ms`)}  ${text}`;
  if (event.kind !== 'look' || event.rows.length === 0) return line;
  return `${line}\n${socketTable(event.rows, width, words)}`;
}

function compared(ok: boolean | null, words: ReportWords): string {
  if (ok === null) return words.notCovered;
  return ok ? colours.green(words.matches) : colours.red(words.differs);
}

interface Style {
  readonly width: number;
  readonly words: ReportWords;
}

function rowLines(
  { name, events, says, observed, ok }: RowResult,
  labels: Labels | undefined,
  { width, words }: Style,
): string {
  const seen = [words.named(compared(ok, words), textOf(observed, labels, words))];
  if (ok === false && says !== undefined) seen.push(words.named(words.claimSays, textOf(says, labels, words)));
  const lines = asDone(events).map((event) => eventLines(event, width, words.run));
  return [wrap(colours.bold(name), width), ...lines, ...seen.map((text) => wrap(text, width, '  ')), ''].join('\n');
}

/** A case with all that happened in its rows. */
export function caseReport(
  result: CaseResult,
  articles: readonly Article[] = [],
  width = 80,
  words: ReportWords = english,
): string {
  const from =
    result.articles.length === 0
      ? ''
      : colours.dim(`\n${words.inBrackets(articlesText(result.articles, articles, words))}`);
  const head = wrap(`${colours.bold(result.id)}  ${result.title}\n${result.claim}${from}\n`, width);
  const style = { width, words };
  const rows = result.rows.map((row) => rowLines(row, result.labels, style));
  return [head, ...rows, conclusion(result, style)].join('\n');
}

/** What the words of these cases mean, a line each; for whoever reads them first. */
export function wordsText(
  cases: readonly CaseResult[],
  width: number,
  words: ReportWords = english,
): readonly string[] {
  const used = wordsUsed(cases, words);
  if (used.length === 0) return [];
  const lines = used.map(({ word, means }) => wrap(words.named(word, means), width - 2, '  '));
  return [[colours.bold(capital(words.wordsHead)), ...lines].join('\n')];
}

/** Cells that are broken into lines here: the table itself breaks at blanks alone. */
function cell(text: string, columnWidth: number): string {
  return wrap(text, columnWidth);
}

/** A line for each, or several where one is long. */
function lines(texts: readonly string[], columnWidth: number): string {
  return texts.map((text) => cell(text, columnWidth - 1).replaceAll('\n', '\n ')).join('\n');
}

/** The results of the rows beside what the claim says, without the events that led to them. */
function resultTable({ rows, labels }: CaseResult, { width, words }: Style): string {
  const cells = alike(rows).map((group) => {
    const [{ observed, says, ok }] = group;
    const claimed =
      ok === false && says !== undefined ? `\n${words.named(words.claimSays, textOf(says, labels, words))}` : '';
    const result = `${textOf(observed, labels, words)}${claimed}`;
    return { names: group.map(({ name }) => name), result, ok: compared(ok, words) };
  });
  if (width < narrowestTable)
    return stacked(
      cells.map(({ names, result, ok }) => ({ head: lines(names, width), texts: [words.named(ok, result)] })),
      width,
    );
  const verdictWidth = 12;
  // Two blanks between columns.
  const rest = width - verdictWidth - 4;
  const longest = Math.max(...rows.map(({ name }) => lengthOf(name)));
  const nameWidth = Math.min(longest + 1, Math.floor(rest / 2));
  const table = new Table({
    ...bare,
    head: [words.given, words.linuxDid, words.theClaim].map((text) => colours.dim(capital(text))),
    colWidths: [nameWidth, rest - nameWidth, verdictWidth],
  });
  for (const { names, result, ok } of cells) table.push([lines(names, nameWidth), cell(result, rest - nameWidth), ok]);
  return table.toString().replace(/[ \t]+$/gm, '');
}

/** What a reader takes away: what Linux does, what to do, and why. */
function conclusion(result: CaseResult, { width, words }: Style): string {
  const { verdict, because, rules, advice, rows } = result;
  const hanging = (text: string): string => wrap(text, width - 2).replaceAll('\n', '\n  ');
  const headed = (head: string, text: string): string =>
    hanging(`${colours.bold(words.named(capital(head), ''))}${text}`);
  return [
    hanging(words.named(paint[verdict](words.verdicts[verdict]), because)),
    ...(rows.length < 2 ? [] : ['', resultTable(result, { width, words }), '']),
    headed(words.whatToDo, advice),
    ...rules.map((rule) => headed(words.rule, ruleText(rule, words, colours.dim))),
  ].join('\n');
}

function stackedMatrix(cases: readonly CaseResult[], { width, words }: Style): string {
  const entries = cases.map(({ id, claim, verdict, because }) => {
    return {
      head: `${colours.bold(id)} ${paint[verdict](words.verdicts[verdict])}`,
      texts: [claim, words.named(colours.dim(words.seen), because)],
    };
  });
  return stacked(entries, width);
}

function wideMatrix(cases: readonly CaseResult[], { width, words }: Style): string {
  const fixed = { id: 5, verdict: 11 };
  // Two blanks between columns.
  const rest = width - fixed.id - fixed.verdict - 8;
  const claimWidth = Math.floor(rest * 0.5);
  const table = new Table({
    ...bare,
    head: [words.case, words.claim, words.verdict, words.because].map((text) => colours.dim(capital(text))),
    colWidths: [fixed.id, claimWidth, fixed.verdict, rest - claimWidth],
  });
  for (const { id, claim, verdict, because } of cases)
    table.push([
      id,
      cell(claim, claimWidth),
      paint[verdict](words.verdicts[verdict]),
      cell(because, rest - claimWidth),
    ]);
  return table.toString().replace(/[ \t]+$/gm, '');
}

/** The whole matrix: a line a case, or below one another where the screen is narrow. */
export function matrixTable(result: MatrixResult, width: number, words: ReportWords = english): string {
  const style = { width, words };
  const cases = width < narrowestTable ? stackedMatrix(result.cases, style) : wideMatrix(result.cases, style);
  return `${cases}\n\n${wrap(summary(result, words), width)}`;
}

/** How many of each verdict, what the verdicts mean, and where it was run; first, whether it was interrupted. */
export function summary(result: MatrixResult, words: ReportWords = english): string {
  const { cases, kernel, node, mode, durationMs } = result;
  const counts = (['confirmed', 'refuted', 'qualified', 'skipped'] as const).flatMap((verdict) => {
    const count = cases.filter((seen) => seen.verdict === verdict).length;
    return count === 0 ? [] : [paint[verdict](words.ofVerdict(count, words.verdicts[verdict]))];
  });
  const broken = cases.filter(({ error }) => error !== undefined).length;
  if (broken > 0) counts.push(colours.red(words.aborted(broken)));
  const partial = partialText(result, words);
  return [
    ...(partial === undefined ? [] : [colours.red(partial)]),
    ...verdictsExplained(cases, words),
    words.tookSeconds(
      counts.join(words.comma) || words.noResult,
      (durationMs / 1000).toFixed(1),
      words.where(kernel, node, mode),
    ),
  ].join('\n');
}
