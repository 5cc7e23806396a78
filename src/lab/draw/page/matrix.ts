import { type CitedRule, placeOf } from '../../../explain/cite.js';
import type { Article, CaseFacts, CaseResult, MatrixResult, RowResult, Verdict } from '../../record/result.js';
import { articlesText } from '../text/articles-text.js';
import type { Event, TableRow } from '../../record/event.js';
import { asDone, doneText, saidOf, tableCells, tableHead } from '../text/event-text.js';
import { layoutOf } from '../ladder/layout.js';
import { drawLadder, headingOf } from '../ladder/svg.js';
import { rowTrace } from '../row-trace.js';
import { escapeXml } from './escape.js';
import { partialText } from './partial.js';
import { bindGrid } from './grid.js';
import { script } from './script.js';
import { stateDiagram } from './states.js';
import { style } from './style.js';
import { timeline } from './timeline.js';
import { shown } from './value.js';
import { verdicts } from '../verdicts.js';

/** What is known of cases without running them. */
export interface Facts {
  readonly cases: readonly CaseFacts[];
  readonly articles: readonly Article[];
  /** Which cases an experiment shows on the wire. */
  readonly experiments?: readonly {
    readonly name: string;
    readonly title: string;
    readonly cases: readonly string[];
  }[];
}

function socketTable(rows: readonly TableRow[]): string {
  const head = tableHead.map((name) => `<th scope="col">${name}</th>`);
  const lines = rows.map((row) => {
    const cells = tableCells(row).map((text) => `<td>${escapeXml(text)}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="scroll" tabindex="0"><table class="sockets"><thead><tr>${head.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
}

function item(event: Event): string {
  const { endMs, host } = event;
  const where = host === '' ? '' : `<span class="soft">${escapeXml(host)}</span> `;
  const said = `<code>${escapeXml(doneText(event))}</code> <strong>${escapeXml(saidOf(event).result)}</strong>`;
  const table = event.kind === 'look' && event.rows.length > 0 ? socketTable(event.rows) : '';
  return `<li><span class="at">${endMs.toFixed(1)} ms</span> ${where}${said}${table}</li>`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** The row as a ladder, where it was recorded. */
function ladder(result: CaseResult, row: RowResult): string {
  const trace = rowTrace(result, row);
  if (trace === undefined) return '';
  const key = `ladder-${result.id}-${result.rows.indexOf(row) + 1}`;
  return `<div class="picture" tabindex="0" role="group" aria-label="Ladder diagram: ${escapeXml(headingOf(trace))}">${drawLadder(trace, layoutOf(trace), key)}</div>`;
}

function happened(result: CaseResult, row: RowResult): string {
  return (
    `<details><summary>${escapeXml(row.name)}: ${counted(row.events.length, 'event')}</summary>` +
    `${ladder(result, row)}${timeline(row)}<ol class="events">${asDone(row.events).map(item).join('')}</ol></details>`
  );
}

function compared(ok: boolean | null): string {
  if (ok === null) return '<span class="soft">not covered</span>';
  return ok ? '<span class="verdict confirmed">matches</span>' : '<span class="verdict refuted">differs</span>';
}

function rowTable({ rows, labels }: CaseResult): string {
  const lines = rows.map(({ name, says, observed, ok }) => {
    return `<tr><td data-head="Given">${escapeXml(name)}</td><td data-head="The claim says">${says === undefined ? '' : shown(says, labels)}</td><td data-head="Linux did">${shown(observed, labels)}</td><td>${compared(ok)}</td></tr>`;
  });
  const head =
    '<tr><th scope="col">Given</th><th scope="col">The claim says</th><th scope="col">Linux did</th><th scope="col">The claim</th></tr>';
  return `<div class="scroll" tabindex="0"><table class="rows"><thead>${head}</thead><tbody>${lines.join('')}</tbody></table></div>`;
}

function saidBy(numbers: readonly string[], { articles }: Facts): string {
  if (numbers.length === 0) return 'Claim';
  const text = articlesText(numbers, articles);
  return escapeXml(`A${text.slice(1)}`);
}

/** The experiments that show a case, and how to run them. */
function onTheWire(id: string, { experiments = [] }: Facts): string {
  const items = experiments
    .filter(({ cases }) => cases.includes(id))
    .map(({ name, title }) => `<li>${escapeXml(title)}: <code>sockwise lab ${escapeXml(name)}</code></li>`);
  return items.length === 0 ? '' : `<h3>Experiments</h3><ul>${items.join('')}</ul>`;
}

/** Text in which commands stand in backquotes. */
function withCode(text: string): string {
  return escapeXml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

/** The plain sentence, then where it stands. */
function ruleItem(rule: CitedRule): string {
  return `<li>${escapeXml(rule.text)} <span class="soft">${escapeXml(placeOf(rule))}</span></li>`;
}

function caseCard(result: CaseResult, known: Facts): string {
  const { id, title, claim, verdict, because, rules, advice, rows, articles, durationMs } = result;
  const diagram = stateDiagram(result);
  return [
    `<details class="case" id="${escapeXml(id)}" data-verdict="${verdict}">`,
    `<summary><span class="id">${escapeXml(id)}</span><span class="verdict ${verdict}">${verdict}</span>`,
    `<span class="title">${escapeXml(title)}</span>`,
    `<span class="claim"><strong>${saidBy(articles, known)}:</strong> ${escapeXml(claim)}</span>`,
    `<span class="because"><strong>${verdict === 'skipped' ? 'Skipped' : 'Linux'}:</strong> ${escapeXml(because)}</span></summary>`,
    '<div class="body">',
    `<p><strong>What to do:</strong> ${withCode(advice)}</p>`,
    rows.length === 0 ? '' : rowTable(result),
    `<h3>Why</h3><ul class="rules">${rules.map(ruleItem).join('')}</ul>`,
    onTheWire(id, known),
    diagram === '' ? '' : `<h3>States</h3>${diagram}`,
    rows.length === 0 ? '' : `<h3>What was run</h3>${rows.map((row) => happened(result, row)).join('')}`,
    `<p class="soft">It took ${durationMs} ms.</p></div></details>`,
  ].join('');
}

function filterButton(verdict: Verdict, cases: readonly CaseResult[]): string {
  const count = cases.filter((result) => result.verdict === verdict).length;
  if (count === 0) return '';
  return `<button type="button" aria-pressed="false" data-verdict="${verdict}">${count} ${verdict}</button>`;
}

function section([verdict, meaning]: (typeof verdicts)[number], { cases }: MatrixResult, facts: Facts): string {
  const found = cases.filter((result) => result.verdict === verdict);
  if (found.length === 0) return '';
  const cards = found.map((result) => caseCard(result, facts));
  return `<section data-verdict="${verdict}"><h2>${found.length} ${verdict}</h2><p class="soft">${meaning}</p>${cards.join('')}</section>`;
}

/** The page is in the order of verdicts; by its id a case is found here. */
function idList(cases: readonly CaseResult[]): string {
  const links = cases.map(
    ({ id, title, verdict }) =>
      `<a href="#${escapeXml(id)}" title="${verdict}: ${escapeXml(title)}">${escapeXml(id)}</a>`,
  );
  return `<details class="ids"><summary>Cases by id</summary><nav aria-label="Cases by id">${links.join(' ')}</nav></details>`;
}

/** What the verdicts mean, before the first one is read. */
function meanings(cases: readonly CaseResult[]): string {
  const there = new Set(cases.map(({ verdict }) => verdict));
  const items = verdicts
    .filter(([verdict]) => there.has(verdict))
    .map(([verdict, meaning]) => `<dt><span class="verdict ${verdict}">${verdict}</span></dt><dd>${meaning}</dd>`);
  return `<dl class="meanings">${items.join('')}</dl>`;
}

/** The articles that the claims are from. */
function articleList(cases: readonly CaseResult[], articles: readonly Article[]): string {
  const items = articles.flatMap(({ number, title }) => {
    const count = cases.filter((one) => one.articles.includes(number)).length;
    return count === 0 ? [] : [`<li>${number}, "${escapeXml(title)}": ${counted(count, 'case')}</li>`];
  });
  return items.length === 0 ? '' : `<p>The articles:</p><ul class="articles">${items.join('')}</ul>`;
}

function bindGrids(cases: readonly CaseResult[], facts: readonly CaseFacts[]): string {
  const wanted = new Set(facts.filter(({ bindsBeside }) => bindsBeside === true).map(({ id }) => id));
  const grids = cases.filter(({ id }) => wanted.has(id)).map(bindGrid);
  if (grids.join('') === '') return '';
  return [
    '<section id="binds"><h2>Who may bind beside whom</h2>',
    '<p class="soft">What came of the last bind, and of listen where that failed. A and B are two addresses of the host, ',
    'ANY is the wildcard 0.0.0.0.</p>',
    ...grids,
    '</section>',
  ].join('');
}

/** The matrix as one page that needs nothing else. */
export function matrixHtml(result: MatrixResult, facts: Facts): string {
  const { cases, kernel, node, mode, durationMs } = result;
  const where = `Linux ${kernel}, Node ${node}, ${mode}, ${(durationMs / 1000).toFixed(1)} s`;
  const partial = partialText(result);
  const grids = bindGrids(cases, facts.cases);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>sockwise matrix on Linux ${escapeXml(kernel)}</title><style>${style}</style></head><body>`,
    '<header>',
    '<h1>What the articles say and what Linux does</h1>',
    `<p class="soft">${escapeXml(where)}</p>`,
    partial === undefined ? '' : `<p class="partial" role="note"><strong>${escapeXml(partial)}</strong></p>`,
    '<p>Each claim was run on this kernel, and its verdict comes from what the run observed. ',
    'Click a case for what to do, the results, the rule and every step.</p>',
    meanings(cases),
    articleList(cases, facts.articles),
    grids === '' ? '' : '<p><a href="#binds">Who may bind beside whom</a> is below the cases.</p>',
    '</header>',
    '<div class="controls" role="search"><input id="search" type="search" placeholder="Search cases, states, errno…" aria-label="Search">',
    ...verdicts.map(([verdict]) => filterButton(verdict, cases)),
    '<span id="count" class="soft" role="status"></span></div>',
    '<main>',
    idList(cases),
    '<section id="found" aria-label="Cases found" hidden></section>',
    '<p id="none" hidden>No case has all of these words. <button type="button">Show all cases</button></p>',
    ...verdicts.map((verdict) => section(verdict, result, facts)),
    grids,
    `</main><script>${script}</script></body></html>\n`,
  ].join('\n');
}
