import { type Across, lineHeight, sizes } from './across.js';
import { type Part, wrapped } from './label.js';
import { connectionKey, type Row } from './rows.js';
import { foldText, spanText } from './words.js';

/** An instant of a row: an arrow has two, and they need not be neighbours. */
export interface Instant {
  readonly kind: Row['kind'] | 'arrive' | 'gap';
  readonly atMs: number;
  readonly row: Row;
  /** Lines of a text across the picture. */
  readonly lines: readonly (readonly Part[])[];
  /** Beside one another in one host the names of states need room; this says which column it is. */
  readonly lane: string;
  /** How long nothing happened, of a gap. */
  readonly spanMs: number;
}

export interface Down {
  readonly instants: readonly Instant[];
  /** For each instant; of a text across the picture, where it begins. */
  readonly ys: readonly number[];
  readonly bottom: number;
}

/** A gap of at least this is drawn as a break. */
const breakMs = 200;
export const headerHeight = 58;
export const breakHeight = 24;
/** How far an arrow falls from a host to the next. */
const slant = 26;
/** Room above an arrow for its label. */
const labelRoom = 18;
const stateHeight = 16;
const ribbonPadding = 5;
/** Above the middle of a text's first line. */
export const textAbove = 9;
/** Between where an arrow ends and where the next one begins. */
const arrowSpace = 8;
/** Between instants at different hosts, so that one sees which was first. */
const aStep = 3;
/** Of the way to its receiver, where a segment is lost. */
export const lostPart = 0.55;

export function acrossHeight({ kind, lines }: Instant): number {
  return kind === 'gap' ? breakHeight : lines.length * lineHeight + 2 * ribbonPadding;
}

function isAcross({ kind }: Instant): boolean {
  return kind === 'mark' || kind === 'error' || kind === 'fold' || kind === 'gap';
}

function linesAcross(row: Row, { hosts, width, timeX }: Across): Part[][] {
  const first = hosts[0]?.right ?? timeX;
  const last = hosts.at(-1)?.left ?? width;
  const room = row.kind === 'fold' && last > first ? last - first - 40 : width - timeX - 60;
  const most = Math.max(20, Math.floor(room / (sizes.label * 0.62)));
  const words: Part =
    row.kind === 'mark'
      ? { text: row.mark.text, tone: 'strong' }
      : row.kind === 'error'
        ? { text: `broke off: ${row.message}`, tone: 'bad' }
        : { text: row.kind === 'fold' ? foldText(row) : '', tone: 'soft' };
  const lines = wrapped([words], most);
  return lines.length <= 4 ? lines : [...lines.slice(0, 3), [{ text: '…', tone: words.tone }]];
}

function laneOf(row: Row, { hosts }: Across): string {
  if (row.kind !== 'state') return '';
  const key = connectionKey(row.state);
  const place = hosts.find(({ name }) => name === row.state.host);
  const column = place?.bands.findIndex(({ ends }) => ends.some((end) => end.key === key)) ?? -1;
  return column < 0 ? '' : `${row.state.host} ${column}`;
}

function inOrder(a: Instant, b: Instant): number {
  return a.atMs - b.atMs;
}

/** All instants in order of time, with the gaps between them. */
export function instantsOf(rows: readonly Row[], place: Across): Instant[] {
  const folds = rows.flatMap((row) => (row.kind === 'fold' ? [row.atMs] : []));
  const instants = rows.flatMap((row): Instant[] => {
    const begin = { atMs: row.atMs, row, lines: linesAcross(row, place), lane: laneOf(row, place), spanMs: 0 };
    const one: Instant = { ...begin, kind: row.kind };
    if (row.kind !== 'segment') return [one];
    const { sentMs, receivedMs = sentMs } = row.segment;
    const fold = folds.find((atMs) => atMs >= sentMs) ?? Infinity;
    const atMs = Math.max(sentMs, Math.min(receivedMs, fold));
    return [one, { ...begin, kind: 'arrive', atMs }];
  });
  instants.sort(inOrder);
  const result: Instant[] = [];
  let endMs = instants[0]?.atMs ?? 0;
  for (const instant of instants) {
    const spanMs = instant.atMs - endMs;
    if (spanMs >= breakMs) result.push({ ...instant, kind: 'gap', lines: [], lane: '', spanMs });
    result.push(instant);
    endMs = Math.max(endMs, instant.kind === 'fold' && instant.row.kind === 'fold' ? instant.row.endMs : instant.atMs);
  }
  return result;
}

export function gapText({ spanMs }: Instant): string {
  return spanText(spanMs);
}

/** Room for time that passes where nothing happens, far from to scale. */
function pause(ms: number): number {
  return ms < 2 ? 0 : Math.min(12, 4 * Math.log10(ms));
}

/** Bottoms of what stands at a place already. */
class Lanes {
  readonly #bottoms = new Map<string, number>();

  of(lane: string): number {
    return this.#bottoms.get(lane) ?? 0;
  }

  fill(lane: string, bottom: number): void {
    this.#bottoms.set(lane, Math.max(this.of(lane), bottom));
  }
}

function spanned(row: Row, { hosts }: Across): number {
  if (row.kind !== 'segment') return 1;
  const index = (host: string): number => hosts.findIndex(({ name }) => name === host);
  return Math.max(1, Math.abs(index(row.segment.from) - index(row.segment.to)));
}

/** The state that follows in the column of a band needs to be below the name of the one before. */
function nameHeight(row: Row, place: Across): number {
  if (row.kind !== 'state') return 0;
  const band = place.hosts
    .find(({ name }) => name === row.state.host)
    ?.bands.find(({ ends }) => ends.some(({ key }) => key === connectionKey(row.state)));
  if (band === undefined) return 0;
  if (!band.named) return 5;
  return band.withPort ? 2 * stateHeight - 2 : stateHeight;
}

/**
 * Gives every instant a height: never above one before it, and where something would be in the way, below that.
 * `extra` is more room above an instant.
 */
export function down(place: Across, instants: readonly Instant[], extra: ReadonlyMap<number, number>): Down {
  const lanes = new Lanes();
  const ys: number[] = [];
  const departs = new Map<Row, number>();
  let y = headerHeight + 24;
  let before: Instant | undefined;
  lanes.fill('across', headerHeight);

  const departFloor = (host: string): number =>
    Math.max(
      lanes.of('across') + labelRoom,
      lanes.of(`departed ${host}`) + labelRoom,
      lanes.of(`arrived ${host}`) + arrowSpace,
    );

  const textFloor = (host: string): number => Math.max(lanes.of(`texts ${host}`), lanes.of('ribbons')) + textAbove;

  function floorOf(instant: Instant, next: Instant | undefined): number {
    const { row, kind, lane } = instant;
    switch (kind) {
      case 'gap':
        return Math.max(y, lanes.of('lines')) + 10;
      case 'mark':
      case 'error':
        return Math.max(y + 10, lanes.of('lines') + 10, lanes.of('texts') + 4);
      case 'fold':
        return Math.max(y, lanes.of('lines')) + 10;
      case 'call': {
        if (row.kind !== 'call') return y;
        const { host } = row.call;
        const sends = next?.row.kind === 'segment' && next.kind === 'segment' && next.row.segment.from === host;
        return Math.max(y, textFloor(host), sends ? departFloor(host) : 0);
      }
      case 'return':
        return row.kind === 'return' ? Math.max(y, textFloor(row.call.host)) : y;
      case 'state':
        return lane === '' ? y : Math.max(y, lanes.of(lane), lanes.of('ribbons'));
      case 'segment':
        return row.kind === 'segment' ? Math.max(y, departFloor(row.segment.from)) : y;
      case 'arrive': {
        if (row.kind !== 'segment') return y;
        const { to, receivedMs } = row.segment;
        const fall = slant * spanned(row, place) * (receivedMs === undefined ? lostPart : 1);
        const taken = receivedMs === undefined ? 0 : lanes.of(`arrived ${to}`) + arrowSpace;
        return Math.max(y, (departs.get(row) ?? y) + fall, taken);
      }
    }
  }

  function take(instant: Instant, at: number): void {
    const { row, kind, lane } = instant;
    if (isAcross(instant)) {
      const bottom = at + acrossHeight(instant);
      lanes.fill('across', bottom);
      if (kind === 'mark' || kind === 'error') lanes.fill('ribbons', bottom + 2);
      y = bottom + 6;
      return;
    }
    y = at;
    if (kind === 'state' && lane !== '') lanes.fill(lane, at + nameHeight(row, place));
    if (row.kind === 'call' || row.kind === 'return') {
      const bottom = at - textAbove + (place.texts.get(row)?.lines.length ?? 1) * lineHeight;
      lanes.fill(`texts ${row.call.host}`, bottom);
      lanes.fill('texts', bottom);
    }
    if (row.kind !== 'segment') return;
    lanes.fill('lines', at);
    if (kind === 'segment') {
      departs.set(row, at);
      lanes.fill(`departed ${row.segment.from}`, at);
    } else if (row.segment.receivedMs !== undefined) lanes.fill(`arrived ${row.segment.to}`, at);
  }

  for (const [index, instant] of instants.entries()) {
    const passed = before === undefined || before.kind === 'gap' ? 0 : pause(instant.atMs - before.atMs);
    const aside =
      before !== undefined && instant.kind === 'segment' && before.row !== instant.row && before.kind !== 'call';
    y += passed + (aside ? aStep : 0);
    const at = floorOf(instant, instants[index + 1]) + (extra.get(index) ?? 0);
    ys.push(at);
    take(instant, at);
    before = instant;
  }
  const names = instants.map(({ lane }) => lanes.of(lane));
  return { instants, ys, bottom: Math.max(y, lanes.of('texts'), ...names) + 18 };
}
