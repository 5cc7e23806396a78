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

/** Whether the heights of two shapes overlap, which is quickly said. */
function mayOverlap(a: Shape, b: Shape): boolean {
  let [lowA, highA, lowB, highB] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { y } of a) [lowA, highA] = [Math.min(lowA, y), Math.max(highA, y)];
  for (const { y } of b) [lowB, highB] = [Math.min(lowB, y), Math.max(highB, y)];
  return lowA < highB && lowB < highA;
}

function reach(shape: Shape, normal: Point): readonly [low: number, high: number] {
  const along = shape.map(({ x, y }) => x * normal.x + y * normal.y);
  return [Math.min(...along), Math.max(...along)];
}

/** How deep two convex shapes are in one another, 0 if they are apart: the separating axis theorem. */
export function overlap(a: Shape, b: Shape): number {
  if (!mayOverlap(a, b)) return 0;
  let depth = Infinity;
  for (const shape of [a, b]) {
    for (const [index, corner] of shape.entries()) {
      const next = shape[(index + 1) % shape.length] ?? corner;
      const length = Math.hypot(next.x - corner.x, next.y - corner.y);
      if (length === 0) continue;
      const normal = { x: (corner.y - next.y) / length, y: (next.x - corner.x) / length };
      const [lowA, highA] = reach(a, normal);
      const [lowB, highB] = reach(b, normal);
      depth = Math.min(depth, Math.min(highA, highB) - Math.max(lowA, lowB));
      if (depth <= 0) return 0;
    }
  }
  return depth;
}

export function pointOn({ from, to }: Line, part: number): Point {
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Of a text along the line, which must not stand on its head. */
export function readingAngle({ from, to }: Line): number {
  const sign = to.x < from.x ? -1 : 1;
  return (Math.atan2((to.y - from.y) * sign, (to.x - from.x) * sign) * 180) / Math.PI;
}

export function cross(a: Line, b: Line): boolean {
  const side = ({ from, to }: Line, { x, y }: Point): number =>
    Math.sign((to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x));
  return side(a, b.from) * side(a, b.to) < 0 && side(b, a.from) * side(b, a.to) < 0;
}
