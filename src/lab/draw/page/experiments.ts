import type { Json } from '../../record/json.js';
import { escapeXml } from './escape.js';
import { style } from './style.js';
import { shown } from './value.js';
import { labelOf } from './words.js';
import { english, type ReportWords } from '../report-words.js';
import { withPosition } from '../../record/position.js';
import type { DeadRun, Trace, TraceSegment } from '../../record/trace.js';
import { type Layout, layoutOf } from '../ladder/layout.js';
import { type Print, printOf } from '../ladder/paper.js';
import { type Deed, deedsOf, marksOf } from '../ladder/row.js';
import { drawLadder, headingOf } from '../ladder/svg.js';
import { SegmentWords } from '../ladder/segment-words.js';
import { timeText } from '../ladder/words.js';

/** Rows of a list: what is left is in the capture file and in the trace's JSON. */
const mostRows = 500;

/** Of a picture of two hosts: for the sake of a wider one there are not fewer columns. */
const usualWidth = 1150;
/** Padding and border of an experiment, to either side. */
const aroundPicture = 2 * (16 + 1);

interface Drawn {
  readonly trace: Trace;
  readonly layout: Layout;
  readonly print: Print;
}

/** On paper: of the page's header, of an experiment's heading, of a line of its findings. */
const headerHeight = 100;
const headingHeight = 75;
const findingHeight = 21;
/** About how many letters of what is said of an experiment stand in a line. */
const lettersOfLine = 100;

const experimentStyle = `
body { max-width: 150rem; }
.experiments { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--widest)), 1fr)); gap: 1.25rem; align-items: start; }
.experiment { min-width: 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); padding: .9rem 1rem 1rem; }
.experiment h2 { margin: 0; font-size: 1.15rem; }
.experiment .variant { font-weight: 400; color: var(--soft); }
.experiment .picture { margin: .8rem 0; overflow-x: auto; }
.experiment .picture svg { display: block; margin: 0 auto; }
.experiment .printed { display: none; }
table.findings th { font-weight: 400; white-space: nowrap; }
table.list { width: 100%; }
table.list td { font-size: .84rem; }
table.list td.at { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
table.list td.failed { color: var(--refuted); font-weight: 600; }
.experiment details { margin-top: .4rem; }
.experiment summary { cursor: pointer; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: .6rem 0 1.2rem; padding: 0; }
@media (max-width: 46rem) {
  .experiment { padding: .7rem .6rem; }
}
@media print {
  body { margin: 0; padding: 0; max-width: none; background: #fff; }
  nav { display: none; }
  .experiments { display: block; }
  .upright { page: upright; }
  .across { page: across; }
  header { break-after: avoid; }
  .experiment { break-inside: avoid; border: 0; padding: 0; margin-bottom: 1.5rem; background: none; }
  .in-parts { break-inside: auto; }
  .experiment h2, .experiment p, .findings { break-after: avoid; }
  .findings { font-size: .8rem; }
  .findings th, .findings td { padding: 0 .5rem; }
  .experiment details:not([open]) { display: none; }
  .experiment .picture { display: none; }
  .experiment .printed { display: block; margin: .5rem 0 0; }
  .experiment .printed svg { display: block; break-inside: avoid; }
  .scroll { overflow: visible; }
}
@page { margin: 12mm; }
@page upright { size: portrait; }
@page across { size: landscape; }
`;

interface ListRow {
  readonly atMs: number;
  readonly where: string;
  readonly what: string;
  readonly result: string;
  readonly failed: boolean;
}

function callRow({ atMs, host, socket, text, result, failed }: Deed): ListRow {
  return { atMs, where: socket === undefined ? host : `${host} ${socket}`, what: text, result, failed };
}

function segmentRow(segment: TraceSegment, segments: SegmentWords, words: ReportWords): ListRow {
  const { sentMs, receivedMs, from, to, source, destination, window } = segment;
  const what = words.ofPorts(segments.of(segment), window, source.port, destination.port);
  const result = receivedMs === undefined ? words.run.lost : words.receivedAt(timeText(receivedMs));
  return { atMs: sentMs, where: `${from} → ${to}`, what, result, failed: receivedMs === undefined };
}

function listOf(trace: Trace, words: ReportWords): ListRow[] {
  const segments = new SegmentWords(trace, words.run);
  const rest = { where: '', result: '', failed: false };
  return [
    ...deedsOf(trace.events, words.run).map(callRow),
    ...trace.segments.map((segment) => segmentRow(segment, segments, words)),
    ...marksOf(trace.events).map(({ atMs, text }) => ({ ...rest, atMs, what: text })),
    ...(trace.error === undefined
      ? []
      : [{ ...rest, atMs: trace.error.atMs, what: withPosition(trace.error), failed: true }]),
  ].sort((a, b) => a.atMs - b.atMs);
}

function list(trace: Trace, words: ReportWords): string {
  const rows = listOf(trace, words);
  if (rows.length === 0) return '';
  const left = rows.length - mostRows + (trace.omitted?.count ?? 0);
  const lines = rows.slice(0, mostRows).map(({ atMs, where, what, result, failed }) => {
    const cells = [where, what].map((text) => `<td>${escapeXml(text)}</td>`).join('');
    return `<tr><td class="at">${timeText(atMs)}</td>${cells}<td${failed ? ' class="failed"' : ''}>${escapeXml(result)}</td></tr>`;
  });
  const head = words.happenedHead.map((name) => `<th scope="col">${name}</th>`).join('');
  return [
    `<details><summary>${words.callsAndSegments(deedsOf(trace.events, words.run).length, trace.segments.length)}</summary>`,
    `<div class="scroll" tabindex="0"><table class="list"><thead><tr>${head}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`,
    left > 0 ? `<p class="soft">${words.notListed(left.toLocaleString('en-US'))}</p>` : '',
    '</details>',
  ].join('');
}

function findings({ findings: value, labels }: Trace, words: ReportWords): string {
  if (value === null) return '';
  if (typeof value !== 'object' || Array.isArray(value)) return `<p>${shown(value, labels, words)}</p>`;
  const rows = Object.entries(value).map(
    ([key, part]) =>
      `<tr><th scope="row">${escapeXml(labelOf(key, labels))}</th><td>${shown(part, labels, words)}</td></tr>`,
  );
  if (rows.length === 0) return '';
  return `<div class="scroll"><table class="findings"><tbody>${rows.join('')}</tbody></table></div>`;
}

/** The other way goes the page of the matrix, which names the experiments of a case. */
function casesOf({ cases = [] }: Trace, words: ReportWords): string {
  if (cases.length === 0) return '';
  const items = cases.map((id) => words.named(escapeXml(id), `<code>sockwise case ${escapeXml(id)}</code>`));
  return `<p>${words.ofCases(cases.length, items.join(words.comma))}</p>`;
}

function dead({ name, title, variant, failure }: DeadRun, id: string, words: ReportWords): string {
  return [
    `<article class="experiment" aria-labelledby="${id}">`,
    heading(id, title, variant),
    `<p class="soft">${escapeXml(name)}</p>`,
    `<p><span class="verdict refuted">${words.notRecorded}</span> ${escapeXml(failure)}</p>`,
    '</article>',
  ].join('\n');
}

function heading(id: string, title: string, variant: string | undefined): string {
  return `<h2 id="${id}">${escapeXml(title)}${variant === undefined ? '' : ` <span class="variant">${escapeXml(variant)}</span>`}</h2>`;
}

/** The picture again as paper has room for it: as large as a page can hold it, or in parts that cut no text. */
function printed({ layout, print }: Drawn, key: string): string {
  const { scale, parts } = print;
  const shown = parts.map(({ top, bottom }) => {
    const size = `width="${Math.floor(layout.width * scale)}" height="${Math.floor((bottom - top) * scale)}"`;
    return `<svg ${size} viewBox="0 ${top} ${layout.width} ${bottom - top}"><use href="#${key}"/></svg>`;
  });
  return `<div class="printed" aria-hidden="true">${shown.join('')}</div>`;
}

function linesOf(value: Json): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + linesOf(part), 0);
}

/** About how high on paper is what stands above a picture: headings, and the findings line by line. */
function abovePicture({ findings, error, about = '', rule = '' }: Trace, isFirst: boolean): number {
  const texts = [about, rule].map((text) => Math.ceil(text.length / lettersOfLine));
  const lines = linesOf(findings) + (error === undefined ? 0 : 2) + texts.reduce((sum, count) => sum + count, 0);
  return (isFirst ? headerHeight : 0) + headingHeight + lines * findingHeight;
}

function experiment(run: Drawn | DeadRun, number: number, words: ReportWords): string {
  const id = `experiment-${number + 1}`;
  if ('failure' in run) return dead(run, id, words);
  const { trace, layout, print } = run;
  const { name, title, variant, kernel, node, durationMs, error } = trace;
  const key = `ladder-${number + 1}`;
  return [
    `<article class="experiment ${print.paper}${print.parts.length > 1 ? ' in-parts' : ''}" aria-labelledby="${id}">`,
    heading(id, title, variant),
    ...[trace.about, trace.rule].map((text) => (text === undefined ? '' : `<p>${escapeXml(text)}</p>`)),
    `<p class="soft">${escapeXml([name, words.where(kernel, node, timeText(durationMs))].join(words.comma))}</p>`,
    error === undefined
      ? ''
      : `<p><span class="verdict refuted">${words.wasAborted}</span> ${escapeXml(withPosition(error))}</p>`,
    findings(trace, words),
    casesOf(trace, words),
    `<div class="picture" tabindex="0" role="group" aria-label="${escapeXml(words.ladderOf(headingOf(trace)))}">${drawLadder(trace, layout, key, words.run)}</div>`,
    printed({ trace, layout, print }, key),
    list(trace, words),
    '</article>',
  ].join('\n');
}

/** Runs of experiments as one page that needs nothing else, side by side where their pictures have room. */
export function experimentsHtml(runs: readonly (Trace | DeadRun)[], words: ReportWords = english): string {
  const all = runs.map((run, number): Drawn | DeadRun => {
    if ('failure' in run) return run;
    const layout = layoutOf(run, words.run);
    return { trace: run, layout, print: printOf(layout, abovePicture(run, number === 0)) };
  });
  const drawn = all.filter((run) => 'layout' in run);
  const widest = Math.max(0, ...drawn.map(({ layout }) => Math.min(layout.width, usualWidth))) + aroundPicture;
  const [first] = drawn;
  const links = runs.map(
    (run, number) => `<li><a href="#experiment-${number + 1}">${escapeXml(headingOf(run))}</a></li>`,
  );
  return [
    `<!doctype html><html lang="${words.language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${words.experimentsTitle}</title><style>${style}${experimentStyle}</style></head><body>`,
    `<header class="${first?.print.paper ?? ''}"><h1>${words.onTheWire}</h1>`,
    `<p class="soft">${words.onTheWireIntro}</p></header>`,
    runs.length > 1 ? `<nav aria-label="${words.experiments}"><ul>${links.join('')}</ul></nav>` : '',
    `<main class="experiments" style="--widest: ${widest}px">${all.map((run, number) => experiment(run, number, words)).join('\n')}</main></body></html>\n`,
  ].join('\n');
}
