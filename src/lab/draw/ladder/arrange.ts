import type { TraceSegment } from '../../record/trace.js';
import { type Across, loopWidth, lostPart, sizes } from './across.js';
import { acrossHeight, type Down, down, fallOf, gapLabel, type Instant, instantsOf } from './down.js';
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
import type { LadderRow } from './row.js';
import type { Arrow, Placed } from './shapes.js';

/** Where labels may stand on the part of an arrow that has room for them, the best place first. */
const fromMiddle = [0.5, 0, 1, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875];
const fromSender = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];

const crossReach = 7;
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

export function toneOf({ flags }: TraceSegment): Tone {
  if (flags.includes('RST')) return 'rst';
  if (flags.includes('SYN')) return 'syn';
  if (flags.includes('FIN')) return 'fin';
  return 'data';
}

/** An arrow with where it stands among the instants. */
interface Drawn {
  readonly arrow: Arrow;
  readonly label: string;
  readonly depart: number;
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

function arrowsOf({ instants, ys }: Down, place: Across): Drawn[] {
  const { hosts, labels, said } = place;
  const arrives = new Map<LadderRow, number>();
  for (const [index, { kind, row }] of instants.entries())
    if (kind === 'arrive' || kind === 'missed') arrives.set(row, ys[index] ?? 0);
  return instants.flatMap(({ kind, row }, depart): Drawn[] => {
    if (kind !== 'segment' || row.kind !== 'segment') return [];
    const { segment } = row;
    const source = hosts.findIndex(({ name }) => name === segment.from);
    const target = hosts.findIndex(({ name }) => name === segment.to);
    const [here, there] = [hosts[source], hosts[target]];
    if (here === undefined || there === undefined) return [];
    const rightwards = target > source || (target === source && source === 0);
    const from = { x: rightwards ? here.right : here.left, y: ys[depart] ?? 0 };
    const y = arrives.get(row) ?? from.y + fallOf(segment, place);
    const label = labels.get(row) ?? '';
    const common = { segment, tone: toneOf(segment), again: said.isAgain(segment) };
    if (source === target) {
      const turn = from.x + (rightwards ? loopWidth : -loopWidth);
      const to = { x: from.x, y };
      return [{ arrow: { ...common, from, to, turn }, label, depart }];
    }
    const end = { x: rightwards ? there.left : there.right, y };
    const to = segment.receivedMs === undefined ? pointOn({ from, to: end }, lostPart) : end;
    return [{ arrow: { ...common, from, to }, label, depart }];
  });
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
    kind: 'segment',
    parts: [{ text, tone }],
    x: x + Math.sin(radians) * away,
    y: y - Math.cos(radians) * away,
    anchor: 'middle',
    size: sizes.label,
    degrees,
  };
}

/** Places for an arrow's label, the best one first. Of crossing arrows each has its label at its sender. */
function places({ arrow, label }: Drawn, crossed: boolean, place: Across): Spot[] {
  const { from, to, turn, tone } = arrow;
  if (turn !== undefined) {
    const rightwards = turn > from.x;
    const x = turn + (rightwards ? 8 : -8);
    const anchor = rightwards ? 'start' : 'end';
    const y = (from.y + to.y) / 2 + 4;
    return [spot({ kind: 'segment', parts: [{ text: label, tone }], x, y, anchor, size: sizes.label })];
  }
  const whole = firstPart({ from, to }, place);
  const length = Math.hypot(whole.to.x - whole.from.x, whole.to.y - whole.from.y);
  const half = (textWidth(label, sizes.label) / 2 + 14) / Math.max(1, length);
  const lost = arrow.segment.receivedMs === undefined;
  if (half >= 0.5) return [spot(labelAt(whole, label, tone, lost ? half : 0.5, false, lost ? liftOverCross : lift))];
  const parts = (crossed || lost ? fromSender : fromMiddle).map((part) => half + part * (1 - 2 * half));
  const all = [false, true].flatMap((below) => parts.map((part) => spot(labelAt(whole, label, tone, part, below))));
  const between = all.filter(({ box }) => isWithin(box, whole));
  return between.length === 0 ? all : between;
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

/** What marks the end of a lost segment, with some air. */
function crossShapes(drawn: readonly Drawn[]): Obstacle[] {
  return drawn.flatMap(({ arrow, depart }) => {
    if (arrow.segment.receivedMs !== undefined || arrow.turn !== undefined) return [];
    const { x, y } = arrow.to;
    const shape = rectangle(x - crossReach, y - crossReach, 2 * crossReach, 2 * crossReach);
    return [obstacle(shape, depart, { solid: false, arrow })];
  });
}

interface Push {
  readonly index: number;
  readonly key: string;
  readonly solid: boolean;
}

/** Of two instants the later one can give way. */
function pushOf(a: number, b: number, solid = false): Push {
  return { index: Math.max(a, b), key: `${Math.min(a, b)} ${Math.max(a, b)}`, solid };
}

/** A place for a label: what is in its way and must not be, and how much it covers in all. */
interface Tried {
  readonly candidate: Spot;
  readonly hit: Obstacle | undefined;
  readonly covered: number;
}

/** Whether something may be in the way of a label at one of the places: of a long picture little is. */
function nearTo(spots: readonly Spot[]): (other: Obstacle) => boolean {
  const highest = Math.min(...spots.map(({ box }) => topOf(box)));
  const lowest = Math.max(...spots.map(({ box }) => bottomOf(box)));
  return ({ top, bottom }) => top < lowest && highest < bottom;
}

/** The first place where nothing is in the way, else the one that covers least of what may be covered, else `first`. */
function clearest(first: Tried, rest: readonly Spot[], tried: (candidate: Spot) => Tried): Tried {
  let best = first;
  for (const candidate of rest) {
    if (best.hit === undefined && best.covered === 0) break;
    const next = tried(candidate);
    if (next.hit === undefined && (best.hit !== undefined || next.covered < best.covered)) best = next;
  }
  return best;
}

/** Labels for the arrows where they are least in the way, and the first instant that must go down for one, if any. */
function label(
  drawn: readonly Drawn[],
  fixed: readonly Obstacle[],
  place: Across,
  pushes: ReadonlyMap<string, number>,
  patience: number,
): { labels: Label[]; push?: Push } {
  const lines = drawn.map(({ arrow, depart }): Obstacle => {
    return obstacle(arrow.turn === undefined ? stripe(arrow) : loopShape(arrow), depart, { solid: false, arrow });
  });
  const crosses = crossShapes(drawn);
  const labels: Label[] = [];
  const taken: Obstacle[] = [...fixed];
  for (const one of drawn) {
    const crossed = drawn.some(({ arrow }) => cross(arrow, one.arrow));
    const spots = places(one, crossed, place);
    const [preferred, ...rest] = spots;
    if (preferred === undefined) continue;
    const isNear = nearTo(spots);
    const near = [
      ...taken.filter(isNear),
      ...lines.filter((other) => other.arrow !== one.arrow && isNear(other)),
      ...crosses.filter(isNear),
    ];
    const pushed = (at: number): number => pushes.get(pushOf(at, one.depart).key) ?? 0;
    const tried = (candidate: Spot): Tried => {
      const covered = near.filter(({ shape }) => overlap(candidate.box, shape) > 0);
      return {
        candidate,
        hit: covered.find(({ at, solid }) => solid || pushed(at) < patience),
        covered: covered.length,
      };
    };
    const first = tried(preferred);
    // A label at the sender is worth room, unless the arrow in its way is the one that it crosses.
    const insists =
      crossed &&
      first.hit?.arrow !== undefined &&
      !cross(first.hit.arrow, one.arrow) &&
      pushed(first.hit.at) < Math.min(insistence, patience);
    const best = insists ? first : clearest(first, rest, tried);
    if (best.hit !== undefined && patience >= 0)
      return { labels, push: pushOf(best.hit.at, one.depart, best.hit.solid) };
    labels.push(best.candidate.label);
    taken.push(obstacle(best.candidate.box, one.depart, { solid: true }));
  }
  return { labels };
}

/** Heights for all instants, with labels at the arrows: what a label hits goes down until nothing is in the way. */
export function arrange(rows: readonly LadderRow[], place: Across): Placed {
  const instants: readonly Instant[] = instantsOf(rows, place);
  const extra = new Map<number, number>();
  const pushes = new Map<string, number>();
  for (let round = 0; ; round++) {
    const heights = down(place, instants, extra);
    const drawn = arrowsOf(heights, place);
    const patience = round < strictRounds ? mostPushes : round < mostRounds ? 0 : -1;
    const { labels, push } = label(drawn, ribbonShapes(heights, place), place, pushes, patience);
    if (push === undefined || round === mostRounds) {
      return { ...heights, arrows: drawn.map(({ arrow }) => arrow), labels };
    }
    const times = pushes.get(push.key) ?? 0;
    const room = extra.get(push.index) ?? 0;
    const isEnough = !push.solid && room >= mostRoom;
    pushes.set(push.key, isEnough ? mostPushes : times + 1);
    if (!isEnough) extra.set(push.index, room + step * (1 + Math.floor(times / 2)));
  }
}
