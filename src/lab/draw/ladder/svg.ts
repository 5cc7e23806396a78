import { createHash } from 'node:crypto';
import { escapeXml } from '../page/escape.js';
import type { Trace } from '../../record/trace.js';
import type { HostPlace } from './across.js';
import { bandKind, rulesOf } from './palette.js';
import { runEnglish } from '../run-words.js';
import { describe } from './describe.js';
import type { Point } from './geometry.js';
import { boxOf, type Label, textOf } from './label.js';
import { dotRadius, type Layout, layoutOf } from './layout.js';
import type { Arrow, Band, Dot, Ribbon, Wait } from './shapes.js';

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function at({ x, y }: Point): string {
  return `${number(x)} ${number(y)}`;
}

function title(text: string | undefined): string {
  return text === undefined ? '' : `<title>${escapeXml(text)}</title>`;
}

function text(label: Label): string {
  const { kind, parts, x, y, anchor, size, degrees = 0 } = label;
  const turn = Math.abs(degrees) < 0.01 ? '' : ` transform="rotate(${number(degrees)} ${at({ x, y })})"`;
  const names = kind === 'packet' || kind === 'call' ? `f${size} halo` : `f${size}`;
  const spans = parts.map((part) => `<tspan class="t-${part.tone}">${escapeXml(part.text)}</tspan>`).join('');
  return `<text class="${names}" x="${number(x)}" y="${number(y)}" text-anchor="${anchor}"${turn}>${title(label.title)}${spans}</text>`;
}

/** A triangle at `tip`, pointing away from `back`. */
function head(back: Point, tip: Point): string {
  const length = Math.max(0.01, Math.hypot(tip.x - back.x, tip.y - back.y));
  const [dx, dy] = [(tip.x - back.x) / length, (tip.y - back.y) / length];
  const base = { x: tip.x - dx * 9, y: tip.y - dy * 9 };
  const corners = [tip, { x: base.x - dy * 4, y: base.y + dx * 4 }, { x: base.x + dy * 4, y: base.y - dx * 4 }];
  return `<path class="head" d="M${corners.map(at).join('L')}Z"/>`;
}

function crossAt({ x, y }: Point): string {
  return `<path class="cross" d="M${at({ x: x - 5, y: y - 5 })}L${at({ x: x + 5, y: y + 5 })}M${at({ x: x - 5, y: y + 5 })}L${at({ x: x + 5, y: y - 5 })}"/>`;
}

function arrow({ from, to, turn, packet, tone, again }: Arrow): string {
  const lost = packet.receivedMs === undefined;
  const back = turn === undefined ? from : { x: turn, y: to.y };
  const way = turn === undefined ? [from, to] : [from, { x: turn, y: from.y }, { x: turn, y: to.y }, to];
  const end = lost ? crossAt(to) : head(back, to);
  const names = `a-${tone}${again ? ' again' : ''}${lost ? ' lost' : ''}`;
  return `<g class="${names}"><path class="arrow" d="M${way.map(at).join('L')}"/>${end}</g>`;
}

function hatches({ x, width, top, bottom }: Band): string {
  const lines: string[] = [];
  const height = bottom - top;
  for (let offset = 6; offset < width + height; offset += 7) {
    const from = { x: x + Math.max(0, offset - height), y: top + Math.min(offset, height) };
    const to = { x: x + Math.min(offset, width), y: top + Math.max(0, offset - width) };
    lines.push(`M${at(from)}L${at(to)}`);
  }
  return lines.length === 0 ? '' : `<path class="hatch" d="${lines.join('')}"/>`;
}

function band(one: Band): string {
  const { x, width, top, bottom, state, implied } = one;
  const height = Math.max(1, bottom - top);
  const box = `<rect class="b-${bandKind(state)}" x="${number(x)}" y="${number(top)}" width="${number(width)}" height="${number(height)}"/>`;
  return `<g>${title(one.title)}${box}${implied ? hatches(one) : ''}</g>`;
}

function wait({ x, top, bottom, failed }: Wait): string {
  const names = failed ? 'wait failed' : 'wait';
  return `<path class="${names}" d="M${at({ x: x - 3, y: top })}H${number(x + 3)}M${at({ x, y: top })}V${number(bottom)}M${at({ x: x - 3, y: bottom })}H${number(x + 3)}"/>`;
}

function dot({ x, y, failed, title: said }: Dot): string {
  return `<circle class="${failed ? 'dot failed' : 'dot'}" cx="${number(x)}" cy="${number(y)}" r="${dotRadius}">${title(said)}</circle>`;
}

function life({ name, left, right }: HostPlace, { top, bottom }: Layout): string {
  const line = (x: number): string =>
    `<line class="life" x1="${number(x)}" y1="${top}" x2="${number(x)}" y2="${number(bottom)}"/>`;
  if (left === right) return `<g>${title(name)}${line(left)}</g>`;
  const strip = `<rect class="strip" x="${number(left)}" y="${top}" width="${number(right - left)}" height="${number(bottom - top)}"/>`;
  return `<g>${title(name)}${strip}${line(left)}${line(right)}</g>`;
}

/** A gap hides a bit of the lifelines and bands: a break in the axis of time. */
function gap({ y, height }: Ribbon, { hosts }: Layout): string {
  const middle = y + height / 2;
  return hosts
    .map(({ left, right, bands }) => {
      const xs = [left, right, ...bands.flatMap(({ x, width }) => [x, x + width])];
      const [first, last] = [Math.min(...xs) - 4, Math.max(...xs) + 4];
      const wave = (by: number): string =>
        `M${at({ x: first, y: middle + by + 2.5 })}L${at({ x: last, y: middle + by - 2.5 })}`;
      return `<path class="cut" d="${wave(-3)}L${at({ x: last, y: middle + 0.5 })}L${at({ x: first, y: middle + 5.5 })}Z"/><path class="wait" d="${wave(-3)}${wave(3)}"/>`;
    })
    .join('');
}

function ribbon(one: Ribbon, layout: Layout): string {
  const { kind, x, y, width, height } = one;
  if (kind === 'gap') return gap(one, layout);
  return `<rect class="r-${kind}" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${height}" rx="4"/>`;
}

function keys({ keys: entries }: Layout): string {
  return entries
    .map(({ x, y, state, dot: isDot }) => {
      if (isDot === true) return dot({ x: x + 7, y: y + 7, failed: false, title: '' });
      const shown = state ?? 'LISTEN';
      return band({ x, width: 14, top: y, bottom: y + 14, state: shown, implied: state === undefined, title: shown });
    })
    .join('');
}

/** Behind the texts that stand on lines. */
function behind(label: Label): string {
  if (label.kind !== 'gap') return '';
  const [corner, , opposite] = boxOf(label);
  if (corner === undefined || opposite === undefined) return '';
  return `<rect class="page" x="${number(corner.x - 5)}" y="${number(corner.y - 1)}" width="${number(opposite.x - corner.x + 10)}" height="${number(opposite.y - corner.y + 2)}" rx="4"/>`;
}

/**
 * As `ladderSvg`, with an id that no other picture of the page has. It has its own rules, of a class that is its id, unless `sharedClass`
 * is one that the page has rules for.
 */
export function drawLadder(
  trace: Trace,
  layout: Layout,
  key: string,
  words = runEnglish,
  sharedClass?: string,
): string {
  const { width, height } = layout;
  const marks = layout.ribbons.filter(({ kind }) => kind === 'mark' || kind === 'error');
  const rest = layout.ribbons.filter(({ kind }) => kind !== 'mark' && kind !== 'error');
  const labels = layout.labels.filter((label) => textOf(label) !== '');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" id="${key}" class="${sharedClass ?? key}" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-labelledby="${key}-title ${key}-desc">`,
    `<title id="${key}-title">${escapeXml(headingOf(trace))}</title>`,
    `<desc id="${key}-desc">${escapeXml(describe(trace, layout.rows, words))}</desc>`,
    sharedClass === undefined ? `<style>${rulesOf(key)}</style>` : '',
    `<rect class="page" width="${width}" height="${height}" rx="6"/>`,
    ...layout.hosts.map((host) => life(host, layout)),
    ...layout.bands.map(band),
    ...rest.map((one) => ribbon(one, layout)),
    ...layout.waits.map(wait),
    ...layout.dots.map(dot),
    ...layout.arrows.map(arrow),
    ...marks.map((one) => ribbon(one, layout)),
    keys(layout),
    ...labels.map((label) => `${behind(label)}${text(label)}`),
    '</svg>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

export function headingOf({ title: heading, variant }: Pick<Trace, 'title' | 'variant'>): string {
  return variant === undefined ? heading : `${heading} (${variant})`;
}

/**
 * The run as a ladder diagram: hosts are vertical lines, time runs downwards, packets are arrows. A file of its own. No other
 * picture of a page may have its `key`, a name of letters, digits and `-`; one made of the run if absent.
 */
export function ladderSvg(trace: Trace, key = keyOfRun(trace), words = runEnglish): string {
  return `${drawLadder(trace, layoutOf(trace, words), key, words)}\n`;
}

function keyOfRun({ name, variant = '', beginNs }: Trace): string {
  const hash = createHash('sha256').update(`${name}\0${variant}\0${beginNs}`).digest('hex');
  return `ladder-${hash.slice(0, 8)}`;
}
