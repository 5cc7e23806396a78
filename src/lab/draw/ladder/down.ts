import { type Across, besideText, columnWidth, leastColumns, lineHeight, lostPart, sizes } from './across.js';
import { type Label, type Part, wrapped } from './label.js';
import { quietMs } from './fold.js';
import { connectionKey, type FoldRow, type LadderRow, type Packet } from './row.js';
import { foldText, spanText, timeText } from './words.js';

/** An instant of a row: an arrow has two, and they need not be neighbours. */
export interface Instant {
  /** Of a lost packet that others overtook or followed closely: when it would have arrived, as they did. */
  readonly kind: LadderRow['kind'] | 'arrive' | 'missed' | 'gap';
  readonly atMs: number;
  readonly row: LadderRow;
  /** Lines of a text across the picture. */
  readonly lines: readonly (readonly Part[])[];
  /** Beside one another in one host the names of states need room; this says which column it is. */
  readonly lane: string;
  /** How long nothing happened, of a gap. */
  readonly spanMs: number;
  /** What the arrow of a packet falls at least. */
  readonly fall: number;
  /** Room for the name of a state. */
  readonly nameHeight: number;
}

export interface Down {
  readonly instants: readonly Instant[];
  /** For each instant; of a text across the picture, where it begins. */
  readonly ys: readonly number[];
  readonly bottom: number;
}

/** What is less apart looks simultaneous. */
const togetherMs = 0.25;
/** A gap of at least this is drawn as a break. */
const breakMs = 200;
export const headerHeight = 58;
export const breakHeight = 24;
const besideBreak = 12;
/** How far an arrow falls from a host to the next. */
const slant = 26;
/** To one that is further away it falls no deeper than over so many hosts. */
const mostFalls = 2;
/** Room above an arrow for its label. */
const labelRoom = 18;
const stateHeight = 16;
const ribbonPadding = 5;
/** Above the middle of a text's first line. */
export const textAbove = 9;
/** From the middle of a line of text to its baseline. */
export const textDrop = 4;
/** Arrows of the same way stay as far apart as they began, up to this. */
const mostApart = 36;
/** Between where an arrow ends and where the next one begins. */
const arrowSpace = 8;
/** Between instants at different hosts, so that one sees which was first. */
const aStep = 3;
/** Of the usual fall, what an arrow falls at least below where the one that it meets began. */
const meetPart = 2;

export function acrossHeight({ kind, lines }: Instant): number {
  return kind === 'gap' ? breakHeight : lines.length * lineHeight + 2 * ribbonPadding;
}

function isAcross({ kind }: Pick<Instant, 'kind'>): boolean {
  return kind === 'mark' || kind === 'error' || kind === 'fold' || kind === 'gap';
}

function linesAcross(row: LadderRow, { hosts, width, timeX, words }: Across): (readonly Part[])[] {
  const first = hosts[0]?.right ?? timeX;
  const last = hosts.at(-1)?.left ?? width;
  const room = row.kind === 'fold' && last > first ? last - first - 40 : width - timeX - besideText;
  const most = Math.max(leastColumns, Math.floor(room / columnWidth));
  const part: Part =
    row.kind === 'mark'
      ? { text: row.mark.text, tone: 'strong' }
      : row.kind === 'error'
        ? { text: words.aborted(row.message), tone: 'bad' }
        : { text: row.kind === 'fold' ? foldText(row, words).replace(/ …$/, '\u00a0…') : '', tone: 'soft' };
  const lines = wrapped([part], most);
  return lines.length <= 4 ? lines : [...lines.slice(0, 3), [{ text: '…', tone: part.tone }]];
}

function laneOf(row: LadderRow, { hosts }: Across): string {
  if (row.kind !== 'state') return '';
  const key = connectionKey(row.state);
  const place = hosts.find(({ name }) => name === row.state.host);
  const column = place?.bands.findIndex(({ ends }) => ends.some((end) => end.key === key)) ?? -1;
  return column < 0 ? '' : `${row.state.host} ${column}`;
}

function inOrder(a: Instant, b: Instant): number {
  return a.atMs - b.atMs;
}

/**
 * When a lost packet would have arrived, by the one that was on its way with it; so that its arrow goes beside that one's,
 * not across it.
 */
function missedMs({ from, to, sentMs }: Packet, packets: readonly Packet[]): number | undefined {
  const beside = packets.flatMap((other) => {
    const flightMs = (other.receivedMs ?? other.sentMs) - other.sentMs;
    const apart = Math.abs(other.sentMs - sentMs);
    return other.from === from && other.to === to && apart < flightMs ? [{ apart, flightMs }] : [];
  });
  const [nearest] = beside.sort((a, b) => a.apart - b.apart);
  return nearest === undefined ? undefined : sentMs + nearest.flightMs;
}

/** All instants in order of time, with the gaps between them. */
export function instantsOf(rows: readonly LadderRow[], place: Across): Instant[] {
  const folds = rows.flatMap((row): FoldRow[] => (row.kind === 'fold' ? [row] : []));
  const packets = rows.flatMap((row) => (row.kind === 'packet' ? [row.packet] : []));
  const instants = rows.flatMap((row): Instant[] => {
    const begin = {
      atMs: row.atMs,
      row,
      lines: linesAcross(row, place),
      lane: laneOf(row, place),
      spanMs: 0,
      fall: row.kind === 'packet' ? fallOf(row.packet, place) : 0,
      nameHeight: nameHeight(row, place),
    };
    const one: Instant = { ...begin, kind: row.kind };
    if (row.kind !== 'packet') return [one];
    const { sentMs, receivedMs } = row.packet;
    const endMs = receivedMs ?? missedMs(row.packet, packets);
    if (endMs === undefined) return [one];
    const fold = folds.find(({ atMs }) => atMs >= sentMs)?.atMs ?? Infinity;
    const atMs = Math.max(sentMs, Math.min(endMs, fold));
    return [one, { ...begin, kind: receivedMs === undefined ? 'missed' : 'arrive', atMs }];
  });
  instants.sort(inOrder);
  const result: Instant[] = [];
  let endMs = instants[0]?.atMs ?? 0;
  for (const instant of instants) {
    const spanMs = quietMs(folds, endMs, instant.atMs);
    if (spanMs >= breakMs) result.push({ ...instant, kind: 'gap', lines: [], lane: '', spanMs });
    result.push(instant);
    endMs = Math.max(endMs, instant.atMs);
  }
  return result;
}

/** How long a gap is: between the first two hosts, of one host beside its break. */
export function gapLabel({ spanMs }: Instant, y: number, { hosts, timeX }: Across): Label {
  const first = hosts[0]?.right ?? timeX;
  const next = hosts[1]?.left;
  return {
    kind: 'gap',
    parts: [{ text: spanText(spanMs), tone: 'soft' }],
    x: next === undefined ? first + besideBreak : (first + next) / 2,
    y: y + breakHeight / 2 + textDrop,
    anchor: next === undefined ? 'start' : 'middle',
    size: sizes.label,
  };
}

/** Room for time that passes where nothing happens, far from to scale. */
function pause(ms: number): number {
  return ms < 2 ? 0 : Math.min(12, 4 * Math.log10(ms));
}

/** Bottoms of what stands at a place already: 0 where nothing does. */
class Bottoms {
  readonly #hosts = new Map<string, { departed: number; arrived: number; texts: number }>();
  readonly #lanes = new Map<string, number>();
  across = 0;
  ribbons = 0;
  lines = 0;
  names = 0;
  texts = 0;

  of(host: string): { departed: number; arrived: number; texts: number } {
    const known = this.#hosts.get(host) ?? { departed: 0, arrived: 0, texts: 0 };
    this.#hosts.set(host, known);
    return known;
  }

  lane(lane: string): number {
    return this.#lanes.get(lane) ?? 0;
  }

  fillLane(lane: string, bottom: number): void {
    this.#lanes.set(lane, Math.max(this.lane(lane), bottom));
  }
}

/** What an arrow falls at least, from its sender to its receiver. */
function fallOf({ from, to }: Packet, { hosts }: Across): number {
  const index = (host: string): number => hosts.findIndex(({ name }) => name === host);
  return slant * Math.min(mostFalls, Math.max(1, Math.abs(index(from) - index(to))));
}

/** The state that follows in the column of a band needs to be below the name of the one before. */
function nameHeight(row: LadderRow, place: Across): number {
  if (row.kind !== 'state') return 0;
  const band = place.hosts
    .find(({ name }) => name === row.state.host)
    ?.bands.find(({ ends }) => ends.some(({ key }) => key === connectionKey(row.state)));
  if (band === undefined) return 0;
  const states = band.ends.find(({ key }) => key === connectionKey(row.state))?.states ?? [];
  const at = states.indexOf(row.state);
  if (at < 0 || states[at - 1]?.state === row.state.state) return 2;
  if (!band.named) return 5;
  return band.withPort && at === 0 ? 2 * stateHeight - 2 : stateHeight;
}

function hasTime({ kind }: Instant): boolean {
  return kind === 'call' || kind === 'return' || kind === 'packet';
}

/** Whether the second instant needs a time of its own, since it is no work of the first. */
function needsTime(first: Instant, second: Instant): boolean {
  if (!hasTime(second) || (first.kind === 'packet' && second.kind === 'packet')) return false;
  if (second.atMs - first.atMs < togetherMs) return false;
  const sends =
    first.row.kind === 'call' && second.row.kind === 'packet' && first.row.call.host === second.row.packet.from;
  return (!sends || second.atMs - first.atMs >= 1) && timeText(first.atMs) !== timeText(second.atMs);
}

/**
 * Gives every instant a height: never above one before it, and where something would be in the way, below that.
 * `extra` is more room above an instant.
 */
export function down(place: Across, instants: readonly Instant[], extra: ReadonlyMap<number, number>): Down {
  const lanes = new Bottoms();
  const ys: number[] = [];
  const departs = new Map<LadderRow, number>();
  const flying = new Set<LadderRow>();
  const arrived = new Map<string, { readonly departY: number; readonly y: number }>();
  let timed: { readonly instant: Instant; readonly y: number } | undefined;
  let y = headerHeight + 24;
  let before: Instant | undefined;
  lanes.across = headerHeight;

  const departFloor = (host: string): number =>
    Math.max(lanes.across + labelRoom, lanes.of(host).departed + labelRoom, lanes.of(host).arrived + arrowSpace);

  const textFloor = (host: string): number => Math.max(lanes.of(host).texts, lanes.ribbons) + textAbove;

  /** Calls of several hosts at the same moment stand at the same height. */
  function togetherFloor(index: number): number {
    const begin = instants[index]?.atMs ?? 0;
    let floor = 0;
    for (const { kind, row, atMs } of instants.slice(index + 1, index + 8)) {
      if (atMs - begin >= togetherMs || isAcross({ kind })) break;
      if (kind === 'call' && row.kind === 'call') floor = Math.max(floor, textFloor(row.call.host));
    }
    return floor;
  }

  function floorOf(index: number): number {
    const instant = instants[index];
    const next = instants[index + 1];
    if (instant === undefined) return y;
    const { row, kind, lane } = instant;
    switch (kind) {
      case 'gap':
        return Math.max(y, lanes.lines, lanes.names) + 10;
      case 'mark':
      case 'error':
        return Math.max(y + 10, lanes.lines + 10, lanes.texts + 4, lanes.names + 4);
      case 'fold':
        return Math.max(y, lanes.lines) + 10;
      case 'call': {
        if (row.kind !== 'call') return y;
        const { host } = row.call;
        const sends = next?.row.kind === 'packet' && next.kind === 'packet' && next.row.packet.from === host;
        return Math.max(y, textFloor(host), sends ? departFloor(host) : 0, togetherFloor(index));
      }
      case 'return':
        return row.kind === 'return' ? Math.max(y, textFloor(row.call.host)) : y;
      case 'state':
        return lane === '' ? y : Math.max(y, lanes.lane(lane), lanes.ribbons);
      case 'packet':
        return row.kind === 'packet' ? Math.max(y, departFloor(row.packet.from)) : y;
      case 'arrive':
      case 'missed': {
        if (row.kind !== 'packet') return y;
        const { from, to } = row.packet;
        const departY = departs.get(row) ?? y;
        let met = 0;
        for (const other of flying)
          if (other.kind === 'packet' && other.packet.from === to && other.packet.to === from)
            met = Math.max(met, (departs.get(other) ?? 0) + meetPart * slant);
        const last = arrived.get(`${from} ${to}`);
        const parallel = last === undefined ? 0 : last.y + Math.min(mostApart, departY - last.departY);
        return Math.max(y, departY + instant.fall, lanes.of(to).arrived + arrowSpace, parallel, met);
      }
    }
  }

  function take(instant: Instant, at: number): void {
    const { row, kind, lane } = instant;
    if (isAcross(instant)) {
      const bottom = at + acrossHeight(instant);
      lanes.across = Math.max(lanes.across, bottom);
      if (kind === 'mark' || kind === 'error') lanes.ribbons = Math.max(lanes.ribbons, bottom + 2);
      y = bottom + 6;
      return;
    }
    y = at;
    if (kind === 'state' && lane !== '') {
      lanes.fillLane(lane, at + instant.nameHeight);
      lanes.names = Math.max(lanes.names, at + instant.nameHeight);
    }
    if (row.kind === 'call' || row.kind === 'return') {
      const bottom = at - textAbove + (place.texts.get(row)?.lines.length ?? 1) * lineHeight;
      const own = lanes.of(row.call.host);
      own.texts = Math.max(own.texts, bottom);
      lanes.texts = Math.max(lanes.texts, bottom);
    }
    if (row.kind !== 'packet') return;
    lanes.lines = Math.max(lanes.lines, at);
    if (kind === 'packet') {
      departs.set(row, at);
      const { from, to, receivedMs } = row.packet;
      const own = lanes.of(from);
      if (receivedMs === undefined)
        lanes.lines = Math.max(lanes.lines, at + instant.fall * (from === to ? 1 : lostPart));
      else flying.add(row);
      own.departed = Math.max(own.departed, at);
      return;
    }
    flying.delete(row);
    const { from, to } = row.packet;
    const there = lanes.of(to);
    there.arrived = Math.max(there.arrived, at);
    arrived.set(`${from} ${to}`, { departY: departs.get(row) ?? at, y: at });
  }

  for (const [index, instant] of instants.entries()) {
    const passed = before === undefined || before.kind === 'gap' ? 0 : pause(instant.atMs - before.atMs);
    const aside =
      before !== undefined && instant.kind === 'packet' && before.row !== instant.row && before.kind !== 'call';
    y += passed + (aside ? aStep : 0);
    if (timed !== undefined && needsTime(timed.instant, instant)) y = Math.max(y, timed.y + lineHeight);
    const at = floorOf(index) + (extra.get(index) ?? 0);
    if (hasTime(instant)) timed = { instant, y: at };
    ys.push(at);
    take(instant, at);
    before = instant;
  }
  return { instants, ys, bottom: Math.max(y, lanes.lines, lanes.texts, lanes.names) + 18 };
}
