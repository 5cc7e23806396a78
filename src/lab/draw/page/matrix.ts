import { type CitedRule, placeOf } from '../../../explain/cite.js';
import type { Article, CaseResult, MatrixResult, RowResult, Verdict } from '../../record/result.js';
import { hostSettingsParagraphs } from '../text/host-settings.js';
import { articlesText } from '../text/articles-text.js';
import type { Event, TableRow } from '../../record/event.js';
import { asDone, doneText, saidOf, tableCells } from '../text/event-text.js';
import { layoutOf } from '../ladder/layout.js';
import { pictureClass, rulesOf } from '../ladder/palette.js';
import { drawLadder, headingOf } from '../ladder/svg.js';
import { alike } from '../alike.js';
import { rowTrace } from '../row-trace.js';
import { escapeXml } from './escape.js';
import { partialText } from './partial.js';
import { bindGrid } from './grid.js';
import { script } from './script.js';
import { stateDiagram } from './states.js';
import { style } from './style.js';
import { timeline } from './timeline.js';
import { shown } from './value.js';
import { capital, english, type ReportWords } from '../report-words.js';
import type { RunWords } from '../run-words.js';
import { wordsUsed } from '../words-used.js';
import { verdictsOf } from '../verdicts.js';

/** What is known of cases without running them. */
export interface Facts {
  /** Those the cases are of. */
  readonly articles: readonly Article[];
  /** Which cases an experiment shows on the wire. */
  readonly experiments?: readonly {
    readonly name: string;
    readonly title: string;
    readonly cases: readonly string[];
  }[];
}

/** What the parts of a page take besides the result: what is known of the cases, and the words of its language. */
interface Known extends Facts {
  readonly words: ReportWords;
  /** Of the cases on the page. */
  readonly ids: ReadonlySet<string>;
}

function socketTable(rows: readonly TableRow[], words: RunWords): string {
  const head = words.tableHead.map((name) => `<th scope="col">${name}</th>`);
  const lines = rows.map((row) => {
    const cells = tableCells(row, words).map((text) => `<td>${escapeXml(text)}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="scroll" tabindex="0"><table class="sockets"><thead><tr>${head.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
}

function item(event: Event, words: RunWords): string {
  const { endMs, host } = event;
  const where = host === '' ? '' : `<span class="soft">${escapeXml(host)}</span> `;
  const said = `<code>${escapeXml(doneText(event, words))}</code> <strong>${escapeXml(saidOf(event, words).result)}</strong>`;
  const table = event.kind === 'look' && event.rows.length > 0 ? socketTable(event.rows, words) : '';
  return `<li><span class="at">${endMs.toFixed(1)} ms</span> ${where}${said}${table}</li>`;
}

/** The row as a ladder, where it was recorded. */
function ladder(result: CaseResult, row: RowResult, words: ReportWords): string {
  const trace = rowTrace(result, row);
  if (trace === undefined) return '';
  const key = `ladder-${result.id}-${result.rows.indexOf(row) + 1}`;
  return `<div class="picture" tabindex="0" role="group" aria-label="${escapeXml(words.ladderOf(headingOf(trace)))}">${drawLadder(trace, layoutOf(trace, words.run), key, words.run, pictureClass)}</div>`;
}

function happened(result: CaseResult, row: RowResult, words: ReportWords): string {
  const summary = words.named(row.name, words.events(row.events.length));
  // The bands of a ladder are its states.
  const picture = ladder(result, row, words) || timeline(row, words);
  return `<details><summary>${escapeXml(summary)}</summary>${picture}<ol class="events">${asDone(row.events)
    .map((event) => item(event, words.run))
    .join('')}</ol></details>`;
}

function compared(ok: boolean | null, words: ReportWords): string {
  if (ok === null) return `<span class="soft">${words.notCovered}</span>`;
  return ok
    ? `<span class="verdict confirmed">${words.matches}</span>`
    : `<span class="verdict refuted">${words.differs}</span>`;
}

function rowTable({ rows, labels }: CaseResult, words: ReportWords): string {
  const [given, claimSays, linuxDid, theClaim] = [words.given, words.claimSays, words.linuxDid, words.theClaim].map(
    capital,
  );
  const lines = alike(rows).map((group) => {
    const [{ says, observed, ok }] = group;
    const said = says === undefined ? '' : shown(says, labels, words);
    const names =
      group.length === 1 ? escapeXml(group[0].name) : group.map(({ name }) => `<div>${escapeXml(name)}</div>`).join('');
    return `<tr><td data-head="${given}">${names}</td><td data-head="${claimSays}">${said}</td><td data-head="${linuxDid}">${shown(observed, labels, words)}</td><td data-head="${theClaim}">${compared(ok, words)}</td></tr>`;
  });
  const head = [given, claimSays, linuxDid, theClaim].map((text) => `<th scope="col">${text}</th>`).join('');
  return `<div class="scroll" tabindex="0"><table class="rows"><thead><tr>${head}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
}

/** By number: their titles stand at the head of the page, and would be half of what a phone shows of a case. */
function saidBy(numbers: readonly string[], { words }: Known): string {
  return escapeXml(capital(numbers.length === 0 ? words.claim : articlesText(numbers, [], words)));
}

/** The experiments that show a case, and how to run them. */
function onTheWire(id: string, { experiments = [], words }: Known): string {
  const items = experiments
    .filter(({ cases }) => cases.includes(id))
    .map(
      ({ name, title }) => `<li>${words.named(escapeXml(title), `<code>sockwise lab ${escapeXml(name)}</code>`)}</li>`,
    );
  return items.length === 0 ? '' : `<h3>${words.experiments}</h3><ul class="rules">${items.join('')}</ul>`;
}

/** Text in which commands stand in backquotes; the ids of cases on the page lead to them. */
function withCode(text: string, { ids }: Known): string {
  return escapeXml(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\b[A-Z]\d+\b/g, (id) => (ids.has(id) ? `<a href="#${id}">${id}</a>` : id));
}

/** The plain sentence, then where it stands. */
function ruleItem(rule: CitedRule, words: ReportWords): string {
  return `<li>${escapeXml(rule.text)} <span class="soft">${escapeXml(placeOf(rule, words))}</span></li>`;
}

/** Text behind a name in bold. */
function named(name: string, html: string, words: ReportWords): string {
  const lead = words.named(name, '');
  const label = lead.trimEnd();
  return `<strong>${label}</strong>${lead.slice(label.length)}${html}`;
}

function caseCard(result: CaseResult, known: Known): string {
  const { id, title, claim, verdict, because, rules, advice, rows, articles, durationMs } = result;
  const { words } = known;
  const name = words.verdicts[verdict];
  const diagram = stateDiagram(result, words);
  const lead = verdict === 'skipped' ? capital(name) : words.linux;
  return [
    `<details class="case" id="${escapeXml(id)}" data-verdict="${verdict}"${known.ids.size === 1 ? ' open' : ''}>`,
    `<summary><span class="id">${escapeXml(id)}</span><span class="verdict ${verdict}">${name}</span>`,
    `<span class="title">${escapeXml(title)}</span>`,
    `<span class="claim">${named(saidBy(articles, known), escapeXml(claim), words)}</span>`,
    `<span class="because">${named(lead, escapeXml(because), words)}</span></summary>`,
    '<div class="body"><div>',
    `<p>${named(capital(words.whatToDo), withCode(advice, known), words)}</p>`,
    glossary(result, words),
    rows.length === 0 ? '' : rowTable(result, words),
    `<h3>${words.why}</h3><ul class="rules">${rules.map((rule) => ruleItem(rule, words)).join('')}</ul>`,
    onTheWire(id, known),
    '</div><div>',
    diagram === '' ? '' : `<h3>${words.states}</h3>${diagram}`,
    rows.length === 0
      ? ''
      : `<div class="happened"><h3>${words.whatWasRun}</h3>${rows.map((row) => happened(result, row, words)).join('')}</div>`,
    `<p class="soft">${words.took(durationMs)}</p></div></div></details>`,
  ].join('');
}

/** What the words of a case mean, for whoever reads them first. */
function glossary(result: CaseResult, words: ReportWords): string {
  const items = wordsUsed([result], words).map(
    ({ word, means }) => `<dt>${escapeXml(word)}</dt><dd>${escapeXml(means)}</dd>`,
  );
  if (items.length === 0) return '';
  return `<details class="words"><summary>${words.wordsMean}</summary><dl class="meanings">${items.join('')}</dl></details>`;
}

function filterButton(verdict: Verdict, cases: readonly CaseResult[], words: ReportWords): string {
  const count = cases.filter((result) => result.verdict === verdict).length;
  return `<button type="button" aria-pressed="false" data-verdict="${verdict}">${words.ofVerdict(count, words.verdicts[verdict])}</button>`;
}

function section(verdict: Verdict, { cases }: MatrixResult, known: Known): string {
  const { verdicts, meanings, ofVerdict } = known.words;
  const found = cases.filter((result) => result.verdict === verdict);
  const cards = found.map((result) => caseCard(result, known));
  return `<section data-verdict="${verdict}"><h2>${ofVerdict(found.length, verdicts[verdict])}</h2><p class="soft">${meanings[verdict]}</p>${cards.join('')}</section>`;
}

/** The page is in the order of verdicts; by its id a case is found here. */
function idList(cases: readonly CaseResult[], words: ReportWords): string {
  const links = cases.map(({ id, title, verdict }) => {
    const about = words.named(words.verdicts[verdict], title);
    return `<a href="#${escapeXml(id)}" title="${escapeXml(about)}">${escapeXml(id)}</a>`;
  });
  return `<details class="ids"><summary>${words.casesById}</summary><nav aria-label="${words.casesById}">${links.join(' ')}</nav></details>`;
}

/** What the verdicts mean, before the first one is read. */
function meanings(cases: readonly CaseResult[], words: ReportWords): string {
  const items = verdictsOf(cases).map(
    (verdict) =>
      `<dt><span class="verdict ${verdict}">${words.verdicts[verdict]}</span></dt><dd>${words.meanings[verdict]}</dd>`,
  );
  return `<dl class="meanings">${items.join('')}</dl>`;
}

/** How the machine differs from the defaults of the kernel, and with which the cases ran. */
function hostSettings(result: MatrixResult, words: ReportWords): string {
  const paragraphs = hostSettingsParagraphs(result, words).map(({ head, settings }) => {
    const items = settings.map((one) => `<li>${escapeXml(one)}</li>`);
    return `<p>${escapeXml(head)}</p><ul>${items.join('')}</ul>`;
  });
  return paragraphs.length === 0 ? '' : `<div class="settings">${paragraphs.join('')}</div>`;
}

/** The articles that the claims are from. */
function articleList(cases: readonly CaseResult[], { articles, words }: Known): string {
  const items = articles.flatMap(({ number, title }) => {
    const count = cases.filter((one) => one.articles.includes(number)).length;
    return count === 0 ? [] : [`<li>${escapeXml(words.article(number, title, count))}</li>`];
  });
  return items.length === 0 ? '' : `<p>${words.theArticles}</p><ul class="articles">${items.join('')}</ul>`;
}

function bindGrids(cases: readonly CaseResult[], { words }: Known): string {
  const grids = cases.map((one) => bindGrid(one, words));
  if (grids.join('') === '') return '';
  return [
    `<section id="binds"><h2>${words.binds}</h2>`,
    `<p class="soft">${words.bindsNote}</p>`,
    ...grids,
    '</section>',
  ].join('');
}

/** The matrix as one page that needs nothing else. */
export function matrixHtml(result: MatrixResult, facts: Facts, words: ReportWords = english): string {
  const { cases, kernel, node, mode, durationMs } = result;
  const known = { ...facts, words, ids: new Set(cases.map(({ id }) => id)) };
  const where = words.secondsAfter(words.where(kernel, node, mode), (durationMs / 1000).toFixed(1));
  const partial = partialText(result, words);
  const grids = bindGrids(cases, known);
  return [
    `<!doctype html><html lang="${words.language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeXml(words.title(kernel))}</title><style>${style}${rulesOf(pictureClass)}</style></head><body>`,
    '<header>',
    `<h1>${words.heading}</h1>`,
    `<p class="soft">${escapeXml(where)}</p>`,
    partial === undefined ? '' : `<p class="partial" role="note"><strong>${escapeXml(partial)}</strong></p>`,
    `<p>${words.sentences([words.intro, `<span class="click">${words.clickCase}</span>`])}</p>`,
    `<div class="before">${meanings(cases, words)}<div>${articleList(cases, known)}</div></div>`,
    hostSettings(result, words),
    grids === '' ? '' : `<p>${words.bindsBelow(`<a href="#binds">${words.binds}</a>`)}</p>`,
    '</header>',
    `<div class="controls" role="search"><input id="search" type="search" placeholder="${words.searchHint}" aria-label="${words.search}">`,
    ...verdictsOf(cases).map((verdict) => filterButton(verdict, cases, words)),
    '<span id="count" class="soft" role="status"></span></div>',
    '<main>',
    idList(cases, words),
    `<section id="found" aria-label="${words.found}" hidden></section>`,
    `<p id="none" hidden>${words.noneFound} <button type="button">${words.showAll}</button></p>`,
    ...verdictsOf(cases).map((verdict) => section(verdict, result, known)),
    grids,
    `</main><script>${script(words)}</script></body></html>\n`,
  ].join('\n');
}
