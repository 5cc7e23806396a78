import type { Json } from '../../record/json.js';
import { escapeXml } from './escape.js';
import { shown } from './value.js';
import { labelOf } from './words.js';
import { withPosition } from '../../record/position.js';
import type { DeadRun, Trace } from '../../record/trace.js';
import { type Layout, layoutOf } from '../ladder/layout.js';
import { type Print, printOf } from '../ladder/paper.js';
import { phone } from '../ladder/room.js';
import { roomyLayout } from '../ladder/roomy.js';
import { type Deed, deedsOf, isSegment, marksOf, type Packet } from '../ladder/row.js';
import type { ReportWords } from '../report-words.js';
import { pictureClass } from '../ladder/palette.js';
import { drawLadder, headingOf } from '../ladder/svg.js';
import { PacketWords } from '../ladder/packet-words.js';
import { stateLines, stepsOf } from './steps.js';
import { timeText } from '../ladder/words.js';

/** Rows of a list: what is left is in the capture file and in the trace's JSON. */
const mostRows = 500;

/** On paper: of a run's heading, of a line of its findings. */
const headingHeight = 75;
const findingHeight = 21;
/**
 * On paper: of what is said of the experiment, below its last run. The pictures of all its runs leave room for it, so that they have one
 * size.
 */
const explainedHeight = 75;

/** Of what a phone shows a picture is not made smaller than this part of its size: its letters would be too small. */
const leastOnPhone = 0.85;

/** A run with its pictures: one for most screens, one for phones, and one for paper and very wide screens where calls are dots in the first. */
export interface Drawn {
  readonly trace: Trace;
  readonly layout: Layout;
  readonly narrow: Layout;
  readonly roomy: Layout | undefined;
  readonly print: Print;
}

export function drawn(trace: Trace, { run }: ReportWords): Drawn {
  const layout = layoutOf(trace, run);
  const roomy = roomyLayout(trace, layout, run);
  return {
    trace,
    layout,
    narrow: layoutOf(trace, run, phone, layout.rows),
    roomy,
    print: printOf(roomy ?? layout, headingHeight + explainedHeight, below(trace)),
  };
}

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

function packetText(packet: Packet, said: PacketWords, words: ReportWords): string {
  const text = said.whole(packet, '→');
  if (isSegment(packet)) return words.ofPorts(text, packet.window, packet.source.port, packet.destination.port);
  const [from, to] = [packet.source.port, packet.destination.port];
  return from === undefined || to === undefined ? text : words.datagramOfPorts(text, from, to);
}

function packetRow(packet: Packet, said: PacketWords, words: ReportWords): ListRow {
  const { sentMs, receivedMs, from, to } = packet;
  const what = packetText(packet, said, words);
  const result = receivedMs === undefined ? words.run.lost : words.receivedAt(timeText(receivedMs));
  return { atMs: sentMs, where: `${from} → ${to}`, what, result, failed: receivedMs === undefined };
}

function listOf(trace: Trace, deeds: readonly Deed[], said: PacketWords, words: ReportWords): ListRow[] {
  const rest = { where: '', result: '', failed: false };
  return [
    ...deeds.map(callRow),
    ...[...trace.segments, ...(trace.packets ?? [])].map((packet) => packetRow(packet, said, words)),
    ...marksOf(trace, words.run).map(({ atMs, text }) => ({ ...rest, atMs, what: text })),
    ...(trace.error === undefined
      ? []
      : [{ ...rest, atMs: trace.error.atMs, what: withPosition(trace.error), failed: true }]),
  ].sort((a, b) => a.atMs - b.atMs);
}

function list(trace: Trace, said: PacketWords, words: ReportWords): string {
  const deeds = deedsOf(trace.events, words.run);
  const rows = listOf(trace, deeds, said, words);
  if (rows.length === 0) return '';
  const { omitted, omittedPackets, omittedEvents, packets = [] } = trace;
  const unrecorded = [omitted, omittedPackets, omittedEvents].reduce((sum, one) => sum + (one?.count ?? 0), 0);
  const left = rows.length - mostRows + unrecorded;
  const lines = rows.slice(0, mostRows).map(({ atMs, where, what, result, failed }) => {
    const cells = [where, what].map((text) => `<td>${escapeXml(text)}</td>`).join('');
    return `<tr><td class="at">${timeText(atMs)}</td>${cells}<td${failed ? ' class="failed"' : ''}>${escapeXml(result)}</td></tr>`;
  });
  const head = words.happenedHead.map((name) => `<th scope="col">${name}</th>`).join('');
  return [
    `<details><summary>${words.callsAndPackets(deeds.length, trace.segments.length, packets.length)}</summary>`,
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
  return `<div class="scroll" tabindex="0"><table class="findings"><tbody>${rows.join('')}</tbody></table></div>`;
}

function linesOf(value: Json): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + linesOf(part), 0);
}

/** About how high on paper is what stands below a picture: findings line by line, and a line of where it ran. */
function below({ findings: value, error }: Trace): number {
  return (linesOf(value) + 2 + (error === undefined ? 0 : 2)) * findingHeight;
}

/** The picture again as paper has room for it: as large as a page can hold it, or in parts that cut no text. */
function printed({ layout, roomy, print }: Drawn, key: string): string {
  const { scale, parts, head } = print;
  const { width } = roomy ?? layout;
  const piece = (top: number, bottom: number): string => {
    const size = `width="${Math.floor(width * scale)}" height="${Math.floor((bottom - top) * scale)}"`;
    const from = roomy === undefined ? key : `${key}-roomy`;
    return `<svg ${size} viewBox="0 ${top} ${width} ${bottom - top}"><use href="#${from}"/></svg>`;
  };
  // A page that goes on begins with the names of the hosts.
  const pieces = parts.map(({ top, bottom }) => {
    const shown = `${top === 0 ? '' : piece(0, head)}${piece(top, bottom)}`;
    return `<div class="part">${shown}</div>`;
  });
  return `<div class="printed" aria-hidden="true">${pieces.join('')}</div>`;
}

/** Of the whole, in hundredths of a part in a hundred, which is less than a pixel. */
function percent(part: number, whole: number): number {
  return Math.round((10_000 * part) / whole) / 100;
}

/** What the page's script needs to step through the run, as JSON. */
function steps({ trace, layout, narrow, roomy }: Drawn, said: PacketWords, words: ReportWords): string {
  const pictures = [layout, narrow, ...(roomy === undefined ? [] : [roomy])];
  const all = stepsOf(trace, layout.rows, said, words).map(({ row, head, fields, states, before }) => {
    const spans = pictures.map(({ spans: places, width, height }) => {
      const { top, bottom, left, right } = places[row] ?? { top: 0, bottom: 0, left: 0, right: 0 };
      return [percent(top, height), percent(bottom, height), percent(left, width), percent(right, width)];
    });
    return { head, fields, count: states, before, spans };
  });
  const bottoms = pictures.map(({ bottom, height }) => percent(bottom, height));
  const json = JSON.stringify({ name: headingOf(trace), steps: all, states: stateLines(trace), bottoms }).replaceAll(
    '<',
    '\\u003c',
  );
  return `<script type="application/json" class="steps">${json}</script>`;
}

function pictures({ trace, layout, narrow, roomy }: Drawn, key: string, { run, ladderOf }: ReportWords): string {
  const least = Math.floor(narrow.width * leastOnPhone);
  return [
    `<div class="picture${roomy === undefined ? '' : ' roomed'}" tabindex="0" role="group" aria-label="${escapeXml(ladderOf(headingOf(trace)))}">`,
    `<div class="stage wide">${drawLadder(trace, layout, key, run, pictureClass)}</div>`,
    `<div class="stage narrow" style="--least: ${least}px">${drawLadder(trace, narrow, `${key}-narrow`, run, pictureClass)}</div>`,
    roomy === undefined
      ? ''
      : `<div class="stage roomy">${drawLadder(trace, roomy, `${key}-roomy`, run, pictureClass)}</div>`,
    '</div>',
  ].join('');
}

function opening(
  id: string,
  { title, variant }: Trace | DeadRun,
  classes: readonly string[],
  isOneOf: boolean,
  { named }: ReportWords,
): string {
  const names = ['run', ...classes].join(' ');
  if (!isOneOf || variant === undefined) return `<section class="${names}" id="${id}">`;
  const name = escapeXml(variant);
  return [
    `<section class="${names}" id="${id}" data-variant="${name}" aria-labelledby="${id}-name">`,
    `<h3 id="${id}-name"><span class="whose">${named(escapeXml(title), '')}</span>${name}</h3>`,
  ].join('');
}

/** One run; of several variants with the name of its own. `number` tells it from the others of the page, as `3-2`. */
export function runSection(run: Drawn | DeadRun, number: string, isOneOf: boolean, words: ReportWords): string {
  const id = `run-${number}`;
  if ('failure' in run)
    return [
      opening(id, run, [], isOneOf, words),
      `<p class="soft">${escapeXml(run.name)}</p>`,
      `<p><span class="verdict refuted">${words.notRecorded}</span> ${escapeXml(run.failure)}</p>`,
      '</section>',
    ].join('\n');
  const { trace, print } = run;
  const { name, kernel, node, durationMs, error } = trace;
  const key = `ladder-${number}`;
  const said = new PacketWords(trace, words.run);
  return [
    opening(id, trace, [print.paper, ...(print.parts.length > 1 ? ['in-parts'] : [])], isOneOf, words),
    error === undefined
      ? ''
      : `<p class="aborted"><span class="verdict refuted">${words.wasAborted}</span> ${escapeXml(withPosition(error))}</p>`,
    `<div class="scene">${pictures(run, key, words)}${steps(run, said, words)}`,
    printed(run, key),
    // The script puts the steps first in it.
    '<div class="beside">',
    findings(trace, words),
    `<p class="soft">${escapeXml([name, words.where(kernel, node, timeText(durationMs).replace(' ', '\u00a0'))].join(words.comma))}</p>`,
    list(trace, said, words),
    '</div></div></section>',
  ].join('\n');
}
