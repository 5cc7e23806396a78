export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Corners in order around it; convex. */
export type Shape = readonly Point[];

export interface Line {
  readonly from: Point;
  readonly to: Point;
}

export function rectangle(x: number, y: number, width: number, height: number): Shape {
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}

export function turned(shape: Shape, about: Point, degrees: number): Shape {
  const radians = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  return shape.map(({ x, y }) => {
    const [dx, dy] = [x - about.x, y - about.y];
    return { x: about.x + dx * cos - dy * sin, y: about.y + dx * sin + dy * cos };
  });
}

// Many thousands of pairs are compared for one picture, hence no arrays and no objects here.

/** How much of the direction both shapes have, which is not positive if they are apart in it. */
function shared(a: Shape, b: Shape, normalX: number, normalY: number): number {
  let lowA = Infinity;
  let highA = -Infinity;
  let lowB = Infinity;
  let highB = -Infinity;
  for (const { x, y } of a) {
    const along = x * normalX + y * normalY;
    if (along < lowA) lowA = along;
    if (along > highA) highA = along;
  }
  for (const { x, y } of b) {
    const along = x * normalX + y * normalY;
    if (along < lowB) lowB = along;
    if (along > highB) highB = along;
  }
  return Math.min(highA, highB) - Math.max(lowA, lowB);
}

/** The least that both have of the directions across the edges of one of them, 0 if they are apart in one. */
function sharedAcross(edges: Shape, a: Shape, b: Shape): number {
  let depth = Infinity;
  let corner = edges.at(-1);
  for (const next of edges) {
    const dx = next.x - (corner?.x ?? next.x);
    const dy = next.y - (corner?.y ?? next.y);
    corner = next;
    const length = Math.hypot(dx, dy);
    if (length === 0) continue;
    depth = Math.min(depth, shared(a, b, -dy / length, dx / length));
    if (depth <= 0) return 0;
  }
  return depth;
}

/** How deep two convex shapes are in one another, 0 if they are apart: the separating axis theorem. */
export function overlap(a: Shape, b: Shape): number {
  // Most pairs are apart in height or in width, which is quickly said.
  if (!(shared(a, b, 0, 1) > 0 && shared(a, b, 1, 0) > 0)) return 0;
  return Math.min(sharedAcross(a, a, b), sharedAcross(b, a, b));
}

export function topOf(shape: Shape): number {
  let top = Infinity;
  for (const { y } of shape) if (y < top) top = y;
  return top;
}

export function bottomOf(shape: Shape): number {
  let bottom = -Infinity;
  for (const { y } of shape) if (y > bottom) bottom = y;
  return bottom;
}

export function pointOn({ from, to }: Line, part: number): Point {
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Of a text along the line, which must not stand on its head. */
export function readingAngle({ from, to }: Line): number {
  const sign = to.x < from.x ? -1 : 1;
  return (Math.atan2((to.y - from.y) * sign, (to.x - from.x) * sign) * 180) / Math.PI;
}

/** On which side of the line the point is. */
function side({ from, to }: Line, { x, y }: Point): number {
  return Math.sign((to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x));
}

export function cross(a: Line, b: Line): boolean {
  return side(a, b.from) * side(a, b.to) < 0 && side(b, a.from) * side(b, a.to) < 0;
}
