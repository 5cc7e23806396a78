import { escapeXml } from '../../lab/draw/page/escape.js';
import { style } from '../../lab/draw/page/style.js';
import { rules } from '../../index.js';
import type { GridPair, GridResult, GridTable } from './run.js';
import { differs, failedCall, fateOf, isOpen, tallyOf } from './tally.js';

const gridStyle = `
body { max-width: none; }
table.pairs { font-size: .72rem; }
table.pairs th, table.pairs td { padding: 0; border: 1px solid var(--card); text-align: center; }
table.pairs thead th { writing-mode: vertical-rl; transform: rotate(180deg); padding: .2rem 0; font-weight: 400; white-space: nowrap; text-align: left; }
table.pairs tbody th { text-align: right; padding: 0 .4rem; font-weight: 400; white-space: nowrap; }
table.pairs td { min-width: 1.15rem; height: 1.15rem; font-weight: 650; }
.ok { color: var(--confirmed); background: var(--confirmed-back); }
.bind { color: var(--refuted); background: var(--refuted-back); }
.listen { color: var(--qualified); background: var(--qualified-back); }
.open { outline: 2px dotted var(--soft); outline-offset: -2px; }
.differs { outline: 3px solid var(--accent); outline-offset: -3px; }
`;

/** Colour is never alone: a letter says the same. */
const letters = {
  ok: ['·', 'ok', 'both have the port'],
  bind: ['B', 'bind', 'bind() of the second fails'],
  listen: ['L', 'listen', 'listen() of the second fails'],
  first: ['F', 'listen', 'listen() of the first fails'],
} as const;

function cell(pair: GridPair): string {
  const failed = failedCall(pair);
  const [letter, className] = letters[failed === undefined ? 'ok' : failed.socket === 'first' ? 'first' : failed.call];
  const decisive = failed ?? pair.calls.at(-1);
  const marks = [pair.calls.some(differs) ? ' differs' : '', pair.calls.some(isOpen) ? ' open' : ''].join('');
  return `<td class="${className}${marks}" title="${escapeXml(`${fateOf(pair)}: ${decisive?.rule ?? ''}`)}">${letter}</td>`;
}

function tableOf({ name, firsts, seconds, pairs }: GridTable): string {
  const width = seconds.length;
  const head = seconds.map((second) => `<th scope="col">${escapeXml(second.name)}</th>`);
  const lines = firsts.map((first, index) => {
    const cells = pairs.slice(index * width, (index + 1) * width).map(cell);
    return `<tr><th scope="row">${escapeXml(first.name)}</th>${cells.join('')}</tr>`;
  });
  return [
    `<section><h2>${escapeXml(name)}</h2><div class="scroll" tabindex="0"><table class="pairs">`,
    `<thead><tr><th></th>${head.join('')}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div></section>`,
  ].join('');
}

function legend(): string {
  const items = Object.values(letters).map(
    ([letter, className, meaning]) => `<span class="verdict ${className}">${letter}</span> ${meaning}`,
  );
  const marks = [
    '<span class="verdict open">&nbsp;</span> the model does not predict it',
    '<span class="verdict differs">&nbsp;</span> the model says something else',
  ];
  return `<p>${[...items, ...marks].join(' &ensp; ')}</p>`;
}

function rulesUsed({ tables }: GridResult): string {
  const used = new Set(tables.flatMap(({ pairs }) => pairs.flatMap(({ calls }) => calls.map(({ rule }) => rule))));
  const items = [...used].toSorted().map((id) => `<dt><code>${id}</code></dt><dd>${escapeXml(rules[id].text)}</dd>`);
  return `<section><h2>Rules</h2><dl>${items.join('')}</dl></section>`;
}

/** One page that needs nothing else: a coloured table for each kind of first socket. */
export function gridHtml(result: GridResult): string {
  const { pairs, calls, differences } = tallyOf(result.tables);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Every pair of sockets on one port</title><style>${style}${gridStyle}</style></head><body><main>`,
    '<h1>Every pair of sockets on one port</h1>',
    `<p>Linux ${escapeXml(result.kernel)}: ${pairs} pairs, ${calls} calls, of which ${differences} differ from what the model says.`,
    ' A line is the socket that is there first, a column the one that comes second: it calls bind(), and where it is TCP listen().',
    ' Each has its address, then its options. The title of a cell names the rule that decides.</p>',
    legend(),
    ...result.tables.map(tableOf),
    rulesUsed(result),
    '</main></body></html>',
  ].join('\n');
}
