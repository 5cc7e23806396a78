import { type Across, loopWidth, lostPart, sizes } from './across.js';
import { acrossHeight, type Down, down, gapLabel, type Instant, instantsOf } from './down.js';
import {
  bottomOf,
  cross,
  type Line,
  overlap,
  pointOn,
  readingAngle,
  rectangle,
  type Shape,
  topOf,
} from './geometry.js';
import { boxOf, type Label, textWidth, type Tone } from './label.js';
import { isSegment, type LadderRow, type Packet } from './row.js';
import type { Arrow, Placed } from './shapes.js';

/** Where labels may stand on the part of an arrow that has room for them, the best place first. */
const fromMiddle = [0.5, 0, 1, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875];
const fromSender = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];

const crossReach = 7;
/** No label stands further above or below its arrow, and no mark on it. */
const mostAway = 40;
/** Between an arrow and the baseline of its label. */
const lift = 5;
const liftOverCross = 10;
const step = 6;
/** Rounds in which a line may not cross a label either. */
const strictRounds = 250;
const mostRounds = 1000;
/** A line may cross a label where no room can part them: an arrow that takes as long as ten others. */
const mostPushes = 6;
/** What an instant goes down in all before a label may stand on a line. */
const mostRoom = 90;
/** How often an arrow that crosses another goes down to have its label at its sender. */
const insistence = 4;

export function toneOf(packet: Packet): Tone {
  if (!isSegment(packet)) return packet.protocol === 'UDP' ? 'data' : 'icmp';
  const { flags } = packet;
  if (flags.includes('RST')) return 'rst';
  if (flags.includes('SYN')) return 'syn';
  if (flags.includes('FIN')) return 'fin';
  return 'data';
}

/** An arrow to be drawn: between which instants, and what of it is the same at any height. */
interface Flight {
  readonly depart: number;
  /** Where it has no instant of its own, it falls as arrows do. */
  readonly arrive: number | undefined;
  readonly fall: number;
  readonly fromX: number;
  readonly toX: number;
  readonly turn: number | undefined;
  readonly label: string;
  readonly width: number;
  readonly facts: Pick<Arrow, 'packet' | 'tone' | 'again'>;
}

/** An arrow with where it stands among the instants. */
interface Drawn {
  readonly flight: Flight;
  readonly arrow: Arrow;
  readonly label: string;
  readonly depart: number;
  readonly line: Obstacle;
  /** What marks the end of a lost packet, with some air. */
  readonly cross: Obstacle | undefined;
  /** Nothing that concerns its label is below. */
  readonly reach: number;
}

interface Obstacle {
  readonly shape: Shape;
  readonly top: number;
  readonly bottom: number;
  readonly at: number;
  readonly solid: boolean;
  readonly arrow?: Arrow;
}

function obstacle(shape: Shape, at: number, rest: Pick<Obstacle, 'solid' | 'arrow'>): Obstacle {
  return { shape, top: topOf(shape), bottom: bottomOf(shape), at, ...rest };
}

/** Where a label may stand. */
interface Spot {
  readonly label: Label;
  readonly box: Shape;
}

function spot(label: Label): Spot {
  return { label, box: boxOf(label) };
}

function flightsOf(instants: readonly Instant[], place: Across): Flight[] {
  const { hosts, labels, said } = place;
  const arrives = new Map<LadderRow, number>();
  for (const [index, { kind, row }] of instants.entries())
    if (kind === 'arrive' || kind === 'missed') arrives.set(row, index);
  return instants.flatMap(({ kind, row, fall }, depart): Flight[] => {
    if (kind !== 'packet' || row.kind !== 'packet') return [];
    const { packet } = row;
    const source = hosts.findIndex(({ name }) => name === packet.from);
    const target = hosts.findIndex(({ name }) => name === packet.to);
    const [here, there] = [hosts[source], hosts[target]];
    if (here === undefined || there === undefined) return [];
    const rightwards = target > source || (target === source && source === 0);
    const fromX = rightwards ? here.right : here.left;
    const isLoop = source === target;
    const label = labels.get(row) ?? '';
    return [
      {
        depart,
        arrive: arrives.get(row),
        fall,
        fromX,
        toX: isLoop ? fromX : rightwards ? there.left : there.right,
        turn: isLoop ? fromX + (rightwards ? loopWidth : -loopWidth) : undefined,
        label,
        width: textWidth(label, sizes.label),
        facts: { packet, tone: toneOf(packet), again: said.isAgain(packet) },
      },
    ];
  });
}

function drawnAt(flight: Flight, ys: readonly number[]): Drawn {
  const { depart, arrive, fall, fromX, toX, turn, facts, label, width } = flight;
  const from = { x: fromX, y: ys[depart] ?? 0 };
  const end = { x: toX, y: (arrive === undefined ? undefined : ys[arrive]) ?? from.y + fall };
  const lost = facts.packet.receivedMs === undefined && turn === undefined;
  const to = lost ? pointOn({ from, to: end }, lostPart) : end;
  const arrow: Arrow = { ...facts, from, to, ...(turn !== undefined && { turn }) };
  const shape = turn === undefined ? stripe(arrow) : loopShape(arrow);
  const cross = lost ? rectangle(to.x - crossReach, to.y - crossReach, 2 * crossReach, 2 * crossReach) : undefined;
  return {
    flight,
    arrow,
    label,
    depart,
    line: obstacle(shape, depart, { solid: false, arrow }),
    cross: cross && obstacle(cross, depart, { solid: false, arrow }),
    // A label that is longer than its arrow hangs over the end of it.
    reach: Math.max(from.y, to.y) + mostAway + (turn === undefined ? width / 2 : 0),
  };
}

/** The part of an arrow between its sender and the first neighbour: labels do not stand on a host in the middle. */
function firstPart({ from, to }: Line, { hosts }: Across): Line {
  const edges = hosts.flatMap(({ left, right }) => [left, right]);
  const between = edges.filter((x) => x > Math.min(from.x, to.x) + 1 && x < Math.max(from.x, to.x) - 1);
  const sorted = between.sort((a, b) => Math.abs(a - from.x) - Math.abs(b - from.x));
  const x = sorted[0];
  return x === undefined ? { from, to } : { from, to: pointOn({ from, to }, (x - from.x) / (to.x - from.x)) };
}

function labelAt(line: Line, text: string, tone: Tone, part: number, below: boolean, above = lift): Label {
  const degrees = readingAngle(line);
  const radians = (degrees * Math.PI) / 180;
  const away = below ? -(sizes.label * 0.93 + 3) : above;
  const { x, y } = pointOn(line, part);
  return {
    kind: 'packet',
    parts: [{ text, tone }],
    x: x + Math.sin(radians) * away,
    y: y - Math.cos(radians) * away,
    anchor: 'middle',
    size: sizes.label,
    degrees,
  };
}

/** Places for an arrow's label, the best one first. Of crossing arrows each has its label at its sender. */
function* places({ arrow, label, flight }: Drawn, crossed: boolean, place: Across): Generator<Spot, void, undefined> {
  const { from, to, turn, tone } = arrow;
  if (turn !== undefined) {
    const rightwards = turn > from.x;
    const x = turn + (rightwards ? 8 : -8);
    const anchor = rightwards ? 'start' : 'end';
    const y = (from.y + to.y) / 2 + 4;
    yield spot({ kind: 'packet', parts: [{ text: label, tone }], x, y, anchor, size: sizes.label });
    return;
  }
  const whole = firstPart({ from, to }, place);
  const length = Math.hypot(whole.to.x - whole.from.x, whole.to.y - whole.from.y);
  const half = (flight.width / 2 + 14) / Math.max(1, length);
  const lost = arrow.packet.receivedMs === undefined;
  if (half >= 0.5) {
    yield spot(labelAt(whole, label, tone, lost ? half : 0.5, false, lost ? liftOverCross : lift));
    return;
  }
  const outside: Spot[] = [];
  let any = false;
  for (const below of [false, true]) {
    for (const part of crossed || lost ? fromSender : fromMiddle) {
      const one = spot(labelAt(whole, label, tone, half + part * (1 - 2 * half), below));
      if (isWithin(one.box, whole)) {
        any = true;
        yield one;
      } else outside.push(one);
    }
  }
  if (!any) yield* outside;
}

/** Whether the shape stands between the ends of the line, so that it does not lie on a lifeline. */
function isWithin(shape: Shape, { from, to }: Line): boolean {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  return shape.every(({ x }) => x > left && x < right);
}

/** A line with some air, as a shape. */
function stripe({ from, to }: Line): Shape {
  const length = Math.max(1, Math.hypot(to.x - from.x, to.y - from.y));
  const [nx, ny] = [((from.y - to.y) / length) * 1.5, ((to.x - from.x) / length) * 1.5];
  return [
    { x: from.x + nx, y: from.y + ny },
    { x: to.x + nx, y: to.y + ny },
    { x: to.x - nx, y: to.y - ny },
    { x: from.x - nx, y: from.y - ny },
  ];
}

function loopShape({ from, to, turn }: Arrow): Shape {
  const x = Math.min(from.x, turn ?? from.x);
  return rectangle(x, from.y, Math.abs((turn ?? from.x) - from.x), Math.max(1, to.y - from.y));
}

function ribbonShapes({ instants, ys }: Down, place: Across): Obstacle[] {
  const { width, hosts } = place;
  return instants.flatMap((instant, at) => {
    const { kind } = instant;
    if (kind !== 'mark' && kind !== 'error' && kind !== 'fold' && kind !== 'gap') return [];
    const height = acrossHeight(instant);
    const y = ys[at] ?? 0;
    const first = hosts[0]?.right ?? 0;
    const shape = kind === 'gap' ? boxOf(gapLabel(instant, y, place)) : rectangle(first, y, width - first, height);
    return [obstacle(shape, at, { solid: true })];
  });
}

interface Push {
  readonly index: number;
  readonly ends: readonly [number, number];
  readonly key: string;
  readonly solid: boolean;
}

/** Of two instants the later one can give way. */
function pushOf(a: number, b: number, solid = false): Push {
  return { index: Math.max(a, b), ends: [a, b], key: `${Math.min(a, b)} ${Math.max(a, b)}`, solid };
}

/** A place for a label: what is in its way and must not be, and how much it covers in all. */
interface Tried {
  readonly candidate: Spot;
  readonly hit: Obstacle | undefined;
  readonly covered: number;
}

/** The first place where nothing is in the way, else the one that covers least of what may be covered, else `first`. */
function clearest(first: Tried, rest: Iterable<Spot>, tried: (candidate: Spot) => Tried): Tried {
  let best = first;
  if (best.hit === undefined && best.covered === 0) return best;
  for (const candidate of rest) {
    const next = tried(candidate);
    if (next.hit === undefined && (best.hit !== undefined || next.covered < best.covered)) best = next;
    if (best.hit === undefined && best.covered === 0) break;
  }
  return best;
}

/** Labels of arrows, each with what it leaves no room for. */
interface Labelled {
  readonly labels: Label[];
  readonly taken: Obstacle[];
}

/**
 * Labels the arrows that have none yet where the labels are least in the way. Returns the first instant that must go down for one, if
 * any.
 */
function label(
  drawn: readonly Drawn[],
  fixed: readonly Obstacle[],
  place: Across,
  pushes: ReadonlyMap<string, number>,
  patience: number,
  { labels, taken }: Labelled,
): Push | undefined {
  const lines = drawn.map(({ line }) => line);
  const crosses = drawn.flatMap(({ cross: end }) => end ?? []);
  for (const one of drawn.slice(labels.length)) {
    const crossed = drawn.some(({ arrow }) => cross(arrow, one.arrow));
    const pushed = (at: number): number => pushes.get(pushOf(at, one.depart).key) ?? 0;
    const tried = (candidate: Spot): Tried => {
      const { box } = candidate;
      const [top, bottom] = [topOf(box), bottomOf(box)];
      let hit: Obstacle | undefined;
      let covered = 0;
      for (const others of [fixed, taken, lines, crosses]) {
        for (const other of others) {
          // Of a long picture little is near.
          if (other.top >= bottom || top >= other.bottom) continue;
          if (other === one.line || !(overlap(box, other.shape) > 0)) continue;
          covered++;
          // The cross at the end of its own arrow goes down with it.
          if (hit === undefined && other !== one.cross && (other.solid || pushed(other.at) < patience)) hit = other;
        }
      }
      return { candidate, hit, covered };
    };
    const spots = places(one, crossed, place);
    const preferred = spots.next().value;
    if (preferred === undefined) continue;
    const first = tried(preferred);
    // A label at the sender is worth room, unless the arrow in its way is the one that it crosses.
    const insists =
      crossed &&
      first.hit?.arrow !== undefined &&
      !cross(first.hit.arrow, one.arrow) &&
      pushed(first.hit.at) < Math.min(insistence, patience);
    const best = insists ? first : clearest(first, spots, tried);
    if (best.hit !== undefined && patience >= 0) return pushOf(best.hit.at, one.depart, best.hit.solid);
    labels.push(best.candidate.label);
    taken.push(obstacle(best.candidate.box, one.depart, { solid: true }));
  }
  return undefined;
}

/** Heights for all instants, with labels at the arrows: what a label hits goes down until nothing is in the way. */
export function arrange(rows: readonly LadderRow[], place: Across): Placed {
  const instants: readonly Instant[] = instantsOf(rows, place);
  const flights = flightsOf(instants, place);
  const extra = new Map<number, number>();
  const pushes = new Map<string, number>();
  let heights = down(place, instants, extra);
  let drawn = flights.map((flight) => drawnAt(flight, heights.ys));
  let ribbons = ribbonShapes(heights, place);
  const labelled: Labelled = { labels: [], taken: [] };
  for (let round = 0; ; round++) {
    const patience = round < strictRounds ? mostPushes : round < mostRounds ? 0 : -1;
    if (round === strictRounds || round === mostRounds) keep(labelled, 0);
    const push = label(drawn, ribbons, place, pushes, patience, labelled);
    if (push === undefined || round === mostRounds) {
      return { ...heights, arrows: drawn.map(({ arrow }) => arrow), labels: labelled.labels };
    }
    const times = pushes.get(push.key) ?? 0;
    const room = extra.get(push.index) ?? 0;
    const isEnough = !push.solid && room >= mostRoom;
    pushes.set(push.key, isEnough ? mostPushes : times + 1);
    if (isEnough) {
      keep(labelled, unconcerned(drawn, push, Infinity));
      continue;
    }
    extra.set(push.index, room + step * (1 + Math.floor(times / 2)));
    const from = push.index;
    const before = heights.ys[from] ?? 0;
    heights = down(place, instants, extra);
    const moved = drawn.filter(({ flight: { depart, arrive = depart } }) => Math.max(depart, arrive) >= from);
    const top = Math.min(before, ...moved.map(({ arrow }) => Math.min(arrow.from.y, arrow.to.y)));
    keep(labelled, unconcerned(drawn, push, top));
    drawn = drawn.map((one) => {
      const { depart, arrive = depart } = one.flight;
      return Math.max(depart, arrive) >= from ? drawnAt(one.flight, heights.ys) : one;
    });
    ribbons = ribbonShapes(heights, place);
  }
}

function keep({ labels, taken }: Labelled, count: number): void {
  labels.length = Math.min(labels.length, count);
  taken.length = Math.min(taken.length, count);
}

/** How many arrows have the same labels as before, where all that has moved is below `top`. */
function unconcerned(drawn: readonly Drawn[], { ends }: Push, top: number): number {
  const first = drawn.findIndex(({ depart, reach }) => reach >= top - mostAway || ends.includes(depart));
  return first < 0 ? drawn.length : first;
}
