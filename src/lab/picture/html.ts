import type { Json } from '../json.js';
import { escapeXml } from '../report/escape.js';
import { style } from '../report/html/style.js';
import { shown } from '../report/html/value.js';
import { withPlace } from '../place.js';
import type { DeadRun, Trace, TraceCall, TraceSegment } from '../trace.js';
import { drawLadder, headingOf } from './svg.js';
import { SegmentWords } from './segment-words.js';
import { timeText } from './words.js';

/** Rows of a list: what is left is in the capture file and in the trace's JSON. */
const mostRows = 500;

const experimentStyle = `
body { max-width: 150rem; }
.experiments { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 46rem), 1fr)); gap: 1.25rem; align-items: start; }
.experiment { min-width: 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); padding: .9rem 1rem 1rem; }
.experiment h2 { margin: 0; font-size: 1.15rem; }
.experiment .variant { font-weight: 400; color: var(--soft); }
.experiment .picture { margin: .8rem 0; overflow-x: auto; }
.experiment .picture svg { display: block; margin: 0 auto; max-width: 100%; min-width: min(100%, 44rem); height: auto; }
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
  .experiment .picture svg { max-width: 50rem; }
}
@media print {
  nav { display: none; }
  .experiments { display: block; }
  .experiment { break-inside: avoid; border: 0; padding: 0; margin-bottom: 2rem; }
  .experiment .picture svg { min-width: 0; }
  .scroll, .picture { overflow: visible; }
}
`;

interface ListRow {
  readonly atMs: number;
  readonly where: string;
  readonly what: string;
  readonly result: string;
  readonly failed: boolean;
}

function callRow({ atMs, host, socket, call, result, failed }: TraceCall): ListRow {
  return { atMs, where: socket === undefined ? host : `${host} ${socket}`, what: call, result, failed };
}

function segmentRow(segment: TraceSegment, words: SegmentWords): ListRow {
  const { sentMs, receivedMs, from, to, source, destination, window } = segment;
  const what = `${words.of(segment)} win=${window}, port ${source.port} to ${destination.port}`;
  const result = receivedMs === undefined ? 'lost' : `received ${timeText(receivedMs)}`;
  return { atMs: sentMs, where: `${from} → ${to}`, what, result, failed: receivedMs === undefined };
}

function listOf(trace: Trace): ListRow[] {
  const words = new SegmentWords(trace);
  const rest = { where: '', result: '', failed: false };
  return [
    ...trace.calls.map(callRow),
    ...trace.segments.map((segment) => segmentRow(segment, words)),
    ...trace.marks.map(({ atMs, text }) => ({ ...rest, atMs, what: text })),
    ...(trace.error === undefined
      ? []
      : [{ ...rest, atMs: trace.error.atMs, what: withPlace(trace.error), failed: true }]),
  ].sort((a, b) => a.atMs - b.atMs);
}

function list(trace: Trace): string {
  const rows = listOf(trace);
  if (rows.length === 0) return '';
  const left = rows.length - mostRows + (trace.omitted?.count ?? 0);
  const lines = rows.slice(0, mostRows).map(({ atMs, where, what, result, failed }) => {
    const cells = [where, what].map((text) => `<td>${escapeXml(text)}</td>`).join('');
    return `<tr><td class="at">${timeText(atMs)}</td>${cells}<td${failed ? ' class="failed"' : ''}>${escapeXml(result)}</td></tr>`;
  });
  const head = ['Time', 'Host', 'Call or segment', 'Result'].map((name) => `<th scope="col">${name}</th>`).join('');
  return [
    `<details><summary>${trace.calls.length} calls, ${trace.segments.length} segments</summary>`,
    `<div class="scroll" tabindex="0"><table class="list"><thead><tr>${head}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`,
    left > 0 ? `<p class="soft">${left.toLocaleString('en-US')} more are not listed.</p>` : '',
    '</details>',
  ].join('');
}

function findings(value: Json): string {
  if (value === null) return '';
  if (typeof value !== 'object' || Array.isArray(value)) return `<p>${shown(value)}</p>`;
  const rows = Object.entries(value).map(
    ([key, part]) => `<tr><th scope="row">${escapeXml(key)}</th><td>${shown(part)}</td></tr>`,
  );
  if (rows.length === 0) return '';
  return `<div class="scroll"><table class="findings"><tbody>${rows.join('')}</tbody></table></div>`;
}

function dead({ name, title, variant, failure }: DeadRun, id: string): string {
  return [
    `<article class="experiment" aria-labelledby="${id}">`,
    heading(id, title, variant),
    `<p class="soft">${escapeXml(name)}</p>`,
    `<p><span class="verdict refuted">not recorded</span> ${escapeXml(failure)}</p>`,
    '</article>',
  ].join('\n');
}

function heading(id: string, title: string, variant: string | undefined): string {
  return `<h2 id="${id}">${escapeXml(title)}${variant === undefined ? '' : ` <span class="variant">${escapeXml(variant)}</span>`}</h2>`;
}

function experiment(trace: Trace | DeadRun, number: number): string {
  if ('failure' in trace) return dead(trace, `experiment-${number + 1}`);
  const { name, title, variant, kernel, node, durationMs, error } = trace;
  const id = `experiment-${number + 1}`;
  return [
    `<article class="experiment" aria-labelledby="${id}">`,
    heading(id, title, variant),
    ...[trace.about, trace.rule].map((text) => (text === undefined ? '' : `<p>${escapeXml(text)}</p>`)),
    `<p class="soft">${escapeXml(`${name}, Linux ${kernel}, Node ${node}, ${timeText(durationMs)}`)}</p>`,
    error === undefined ? '' : `<p><span class="verdict refuted">broke off</span> ${escapeXml(withPlace(error))}</p>`,
    findings(trace.findings),
    `<div class="picture" tabindex="0" role="group" aria-label="Ladder diagram">${drawLadder(trace, `ladder-${number + 1}`)}</div>`,
    list(trace),
    '</article>',
  ].join('\n');
}

/** Runs of experiments side by side, as one page that needs nothing else. */
export function experimentsHtml(traces: readonly (Trace | DeadRun)[]): string {
  const links = traces.map(
    (trace, number) => `<li><a href="#experiment-${number + 1}">${escapeXml(headingOf(trace))}</a></li>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>sockwise experiments</title><style>${style}${experimentStyle}</style></head><body>`,
    '<h1>What was on the wire</h1>',
    '<p class="soft">Each picture is one run on real kernels: calls beside their host, segments as arrows, states of TCP as bands. ',
    'Time runs downwards and is not to scale.</p>',
    traces.length > 1 ? `<nav aria-label="Experiments"><ul>${links.join('')}</ul></nav>` : '',
    `<main class="experiments">${traces.map(experiment).join('\n')}</main></body></html>\n`,
  ].join('\n');
}
