import { type RuleId, rules } from '../../index.js';
import { columns as columnsWide } from '../draw/text/columns.js';
import { escapeXml } from '../draw/page/escape.js';
import { style } from '../draw/page/style.js';
import { printStep } from './scenario.js';
import type { TryCall, TryResult } from './try.js';
import { tryEnglish, type TryWords } from './words.js';

// Pixels. A letter of the font is at most so wide.
const letter = 8;
const margin = 24;
const head = 56;
const rowHeight = 46;
const narrowest = 120;

const colours = { ok: '#1a7f37', fails: '#b3261e', line: '#8a8f98', text: '#1f2328', back: '#ffffff' } as const;

function callText({ step, outcome }: TryCall): string {
  return `${printStep(step)}  ${outcome}`;
}

function noteOf({ rule, sockets = [], agrees, predicted, unpredictable }: TryCall, words: TryWords): string {
  const others = sockets.length === 0 ? '' : ` (${sockets.join(', ')})`;
  const note = `${rule ?? ''}${others}`;
  if (agrees === false) return words.noteModelSays(note, predicted ?? '');
  if (unpredictable !== undefined) return words.noteNotPredicted(note);
  return rule === undefined ? '' : note;
}

interface Column {
  readonly name: string;
  readonly x: number;
  readonly width: number;
}

function columnsOf(calls: readonly TryCall[], words: TryWords): Column[] {
  const columns: Column[] = [];
  let x = margin;
  for (const name of new Set(calls.map(({ socket }) => socket))) {
    const own = calls.filter(({ socket }) => socket === name);
    const longest = Math.max(
      name.length,
      ...own.flatMap((call) => [callText(call).length, columnsWide(noteOf(call, words))]),
    );
    const width = Math.max(narrowest, longest * letter + 2 * margin);
    columns.push({ name, x, width });
    x += width;
  }
  return columns;
}

function lifeline({ name, x }: Column, calls: readonly TryCall[]): string {
  const own = calls.flatMap(({ socket }, index) => (socket === name ? [index] : []));
  const [first = 0, last = 0] = [own[0], own.at(-1)];
  const [top, bottom] = [first, last].map((index) => head + index * rowHeight);
  return [
    `<text x="${x}" y="${margin}" font-weight="700">${escapeXml(name)}</text>`,
    `<line x1="${x}" y1="${top}" x2="${x}" y2="${bottom}" stroke="${colours.line}" stroke-width="2"/>`,
  ].join('');
}

/** A dashed line to each socket that is in the way, or with which the port is shared. */
function linksOf(call: TryCall, x: number, y: number, columns: readonly Column[]): string[] {
  return (call.sockets ?? []).flatMap((name) => {
    const other = columns.find((column) => column.name === name);
    return other === undefined || other.x === x
      ? []
      : `<line x1="${other.x}" y1="${y}" x2="${x}" y2="${y}" stroke="${colours.line}" stroke-dasharray="4 4"/>`;
  });
}

function mark(call: TryCall, index: number, columns: readonly Column[], words: TryWords): string {
  const x = columns.find(({ name }) => name === call.socket)?.x ?? margin;
  const y = head + index * rowHeight;
  const colour = call.outcome === 'ok' ? colours.ok : colours.fails;
  const [said, note] = [printStep(call.step), noteOf(call, words)];
  return [
    ...linksOf(call, x, y, columns),
    `<circle cx="${x}" cy="${y}" r="5" fill="${colour}"/>`,
    `<text x="${x + 14}" y="${y + 5}" stroke="${colours.back}" stroke-width="4" paint-order="stroke">${escapeXml(said)}  <tspan fill="${colour}" font-weight="700">${escapeXml(call.outcome)}</tspan></text>`,
    note === '' ? '' : `<text x="${x + 14}" y="${y + 22}" font-size="11" fill="#57606a">${escapeXml(note)}</text>`,
  ].join('');
}

/** The sockets side by side, and what was done with each from top to bottom: a picture that needs nothing else. */
export function trySvg({ calls, kernel }: TryResult, words = tryEnglish): string {
  const columns = columnsOf(calls, words);
  const last = columns.at(-1);
  const width = (last === undefined ? narrowest : last.x + last.width) + margin;
  const height = head + calls.length * rowHeight + margin;
  const title = words.pictureTitle(kernel, columns.length);
  const steps = calls.map((call) => `${call.socket}: ${callText(call)}`).join('; ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="ui-monospace, monospace" font-size="13" fill="${colours.text}" xml:space="preserve">`,
    `<title>${escapeXml(title)}</title><desc>${escapeXml(steps)}</desc>`,
    `<rect width="100%" height="100%" fill="${colours.back}"/>`,
    ...columns.map((column) => lifeline(column, calls)),
    ...calls.map((call, index) => mark(call, index, columns, words)),
    '</svg>',
  ].join('\n');
}

function modelText({ predicted, unpredictable }: TryCall, words: TryWords): string {
  if (unpredictable !== undefined) return words.notPredicted(words.explanation.unpredictable(unpredictable));
  return predicted ?? '';
}

function line(call: TryCall, words: TryWords): string {
  const cells = [
    call.socket,
    printStep(call.step),
    call.outcome,
    modelText(call, words),
    noteOf({ ...call, agrees: null }, words),
  ];
  return `<tr>${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join('')}</tr>`;
}

function ruleEntry(id: RuleId, { explanation: words }: TryWords): string {
  const { text, kernel, source, cures } = rules[id];
  const helps =
    cures.length === 0
      ? ''
      : `<ol>${cures.map((cure) => `<li>${escapeXml(words.told(cure.text))}</li>`).join('')}</ol>`;
  return `<dt><code>${id}</code></dt><dd>${escapeXml(words.rule(id, text))} <small>${escapeXml(`${kernel}; ${source}`)}</small>${helps}</dd>`;
}

/** One page that needs nothing else: the picture, each call with what the model says, and the rules. */
export function tryHtml(result: TryResult, words = tryEnglish): string {
  const { calls, kernel } = result;
  const used = [...new Set(calls.flatMap(({ rule }) => rule ?? []))];
  const decided = calls.filter(({ agrees }) => agrees === true || agrees === false);
  const agree = decided.filter(({ agrees }) => agrees === true).length;
  return [
    `<!doctype html><html lang="${words.language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeXml(words.heading)}</title><style>${style}</style></head><body><main>`,
    `<h1>${escapeXml(words.heading)}</h1>`,
    `<p>${escapeXml(words.agreeing(kernel, agree, decided.length))}</p>`,
    `<div class="scroll" tabindex="0">${trySvg(result, words)}</div>`,
    `<div class="scroll" tabindex="0"><table><thead><tr>${words.head.map((head) => `<th scope="col">${escapeXml(head)}</th>`).join('')}</tr></thead>`,
    `<tbody>${calls.map((call) => line(call, words)).join('\n')}</tbody></table></div>`,
    ...(used.length === 0
      ? []
      : [`<h2>${escapeXml(words.rules)}</h2><dl>${used.map((id) => ruleEntry(id, words)).join('')}</dl>`]),
    '</main></body></html>',
  ].join('\n');
}
