import { escapeXml } from './escape.js';
import { experimentsScript } from './experiments-script.js';
import { experimentsStyle } from './experiments-style.js';
import { style } from './style.js';
import { english, type ReportWords } from '../report-words.js';
import type { DeadRun, Trace } from '../../record/trace.js';
import { pictureClass, rulesOf } from '../ladder/palette.js';
import { mostWidth } from '../ladder/room.js';
import { type Drawn, drawn, runSection } from './run-section.js';

/** Padding and border of an experiment, to either side. */
const aroundPicture = 2 * (16 + 1);

/** Runs of one experiment: its variants, or one. */
type Group = readonly [Drawn | DeadRun, ...(Drawn | DeadRun)[]];

function traceIn(run: Drawn | DeadRun): Trace | DeadRun {
  return 'failure' in run ? run : run.trace;
}

/** Variants of an experiment follow each other; the same one twice is a run of another file of that name. */
function grouped(runs: readonly (Drawn | DeadRun)[]): Group[] {
  const groups: Group[] = [];
  for (const run of runs) {
    const { name, title, variant } = traceIn(run);
    const last = groups.at(-1);
    const isSame =
      variant !== undefined &&
      last?.every((other) => {
        const { name: itsName, title: itsTitle, variant: itsVariant } = traceIn(other);
        return itsName === name && itsTitle === title && itsVariant !== undefined && itsVariant !== variant;
      }) === true;
    if (last !== undefined && isSame) groups[groups.length - 1] = [...last, run];
    else groups.push([run]);
  }
  return groups;
}

/** The other way goes the page of the matrix, which names the experiments of a case. */
function casesOf(cases: readonly string[], words: ReportWords): string {
  if (cases.length === 0) return '';
  const items = cases.map((id) => words.named(escapeXml(id), `<code>sockwise case ${escapeXml(id)}</code>`));
  return `<p>${words.ofCases(cases.length, items.join(words.comma))}</p>`;
}

/** Of a single run its variant stands beside the title; of several each has a name of its own. */
function titleOf([first, ...others]: Group): string {
  const { title, variant } = traceIn(first);
  const beside = variant === undefined || others.length > 0 ? '' : ` <span class="soft">${escapeXml(variant)}</span>`;
  return `${escapeXml(title)}${beside}`;
}

function experiment(group: Group, index: number, words: ReportWords): string {
  const number = index + 1;
  const id = `experiment-${number}`;
  const traces = group.flatMap((run) => ('failure' in run ? [] : [run.trace]));
  const { about, rule, cases = [] } = traces[0] ?? {};
  const several = group.length > 1;
  // Another paper is another page, and what is said of the experiment stands below its last run.
  const [last] = group.slice(-1);
  const paper = last === undefined || 'failure' in last ? '' : ` ${last.print.paper}`;
  return [
    `<article class="experiment${several ? ' several' : ''}${paper}" id="${id}" aria-labelledby="${id}-title">`,
    `<h2 id="${id}-title">${titleOf(group)}</h2>`,
    several ? `<div class="tabs" role="tablist" aria-label="${words.steps.variants}" hidden></div>` : '',
    `<div class="runs">${group.map((run, place) => runSection(run, `${number}-${place + 1}`, several, words)).join('\n')}</div>`,
    about === undefined ? '' : `<p class="about">${escapeXml(about)}</p>`,
    rule === undefined ? '' : `<p>${escapeXml(rule)}</p>`,
    casesOf(cases, words),
    '</article>',
  ].join('\n');
}

function sideList(groups: readonly Group[], words: ReportWords): string {
  const { steps: said } = words;
  const links = groups.map((group, index) => {
    const { name } = traceIn(group[0]);
    const isBad = group.some((run) => 'failure' in run || run.trace.error !== undefined);
    const bad = isBad ? ` <span class="verdict refuted">${words.wasAborted}</span>` : '';
    return `<li><a href="#experiment-${index + 1}">${titleOf(group)}${bad} <span class="name soft">${escapeXml(name)}</span></a></li>`;
  });
  return [
    `<nav class="side" aria-label="${words.experiments}">`,
    `<button type="button" class="toggle" aria-expanded="true" hidden>${said.listOf(groups.length)}</button>`,
    `<div class="inside"><input type="search" placeholder="TIME_WAIT RST" aria-label="${said.search}">`,
    `<span class="count soft" role="status"></span><ul>${links.join('')}</ul></div></nav>`,
  ].join('\n');
}

/** What a run gets to be stepped through, by the script alone. */
function stepper({ steps: said, run }: ReportWords): string {
  const heads = said.socketHead.map((name) => `<th scope="col">${name}</th>`).join('');
  const button = (text: string, more = ''): string => `<button type="button"${more}>${text}</button>`;
  return [
    '<template id="stepper"><div class="stepper" role="group">',
    `<div class="bar">${button('«', ` aria-label="${said.first}"`)}${button(said.back)}${button(said.next)}`,
    `${button('»', ` aria-label="${said.last}"`)}<span class="count soft"></span>${button(said.leave, ' hidden')}`,
    `<span class="keys soft">${said.keys}</span></div>`,
    '<p class="said" role="status" hidden></p>',
    `<div class="moment" tabindex="0" role="group" aria-label="${said.thisStep}" hidden><dl></dl>`,
    `<div><table><caption>${said.sockets}</caption><thead><tr>${heads}</tr></thead><tbody></tbody></table>`,
    `<p class="empty soft">${said.noSockets}</p><p class="implied soft">${run.impliedMark}</p></div></div>`,
    '</div></template>',
  ].join('');
}

/** Runs of experiments as one page that needs nothing else, side by side where their pictures have room. */
export function experimentsHtml(runs: readonly (Trace | DeadRun)[], words: ReportWords = english): string {
  const groups = grouped(runs.map((run) => ('failure' in run ? run : drawn(run, words))));
  const widths = groups.flat().flatMap((run) => ('failure' in run ? [] : [Math.min(run.layout.width, mostWidth)]));
  const several = groups.length > 1;
  const { noneFound, showAll } = words.steps;
  return [
    `<!doctype html><html lang="${words.language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${words.experimentsTitle}</title><style>${style}${experimentsStyle}${rulesOf(pictureClass)}</style></head><body>`,
    `<header><h1>${words.onTheWire}</h1>`,
    `<p class="soft">${words.onTheWireIntro}</p></header>`,
    `<div class="shell${several ? ' listed' : ''}">${several ? sideList(groups, words) : ''}`,
    `<main class="experiments" style="--widest: ${Math.max(0, ...widths) + aroundPicture}px">`,
    ...groups.map((group, index) => experiment(group, index, words)),
    `<p id="none" hidden>${noneFound} <button type="button">${showAll}</button></p>`,
    `</main></div>${stepper(words)}<script>${experimentsScript(words.steps)}</script></body></html>\n`,
  ].join('\n');
}
