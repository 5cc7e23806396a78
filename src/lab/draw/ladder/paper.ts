import { boxOf } from './label.js';
import type { Layout } from './layout.js';

/** What a page of A4 and of Letter both have room for in CSS pixels, with margins of 12 mm. */
const papers = { upright: { width: 700, height: 960 }, across: { width: 960, height: 700 } } as const;

export type Paper = keyof typeof papers;

/** What stands below a picture may take so much from its page; more goes to the next one. */
const mostBelow = 200;
/** With less than this of its size a picture is printed in parts: its letters would have less than 5 points. */
const leastScale = 0.55;

export interface Part {
  readonly top: number;
  readonly bottom: number;
}

export interface Print {
  readonly paper: Paper;
  readonly scale: number;
  /** From top to bottom; one if the picture fits. */
  readonly parts: readonly Part[];
  /** The height of the names of the hosts, with which every part but the first begins once more. */
  readonly head: number;
}

/** The lowest height from `least` to `most` where no text is cut, and as few arrows as can be. */
function cutBetween({ labels, arrows }: Layout, least: number, most: number): number {
  const boxes = labels.map((label) => boxOf(label).map(({ y }) => y));
  let best = { y: most, arrows: Infinity };
  for (let y = Math.floor(most); y >= least; y--) {
    if (boxes.some((ys) => Math.min(...ys) < y && Math.max(...ys) > y)) continue;
    const cut = arrows.filter(({ from, to }) => from.y < y && to.y > y).length;
    if (cut < best.arrows) best = { y, arrows: cut };
    if (cut === 0) break;
  }
  return best.y;
}

/** The first page has less room than those after it. */
function partsOf(layout: Layout, first: number, rest: number): Part[] {
  const parts: Part[] = [];
  let top = 0;
  for (let room = first; layout.height - top > room; room = rest) {
    const bottom = cutBetween(layout, top + room * 0.6, top + room);
    parts.push({ top, bottom });
    top = bottom;
  }
  return [...parts, { top, bottom: layout.height }];
}

/**
 * On which paper the picture is largest between what stands above and below it; what would be too small even so goes over several
 * pages.
 */
export function printOf(layout: Layout, above: number, below: number): Print {
  const taken = above + (below > mostBelow ? 0 : below);
  const whole = Object.entries(papers).map(([name, { width, height }]): Print => {
    const paper: Paper = name === 'upright' ? 'upright' : 'across';
    const scale = Math.min(1, width / layout.width, (height - taken) / layout.height);
    return { paper, scale, parts: [{ top: 0, bottom: layout.height }], head: layout.top };
  });
  const [best] = whole.sort((a, b) => b.scale - a.scale);
  const paper = papers.upright.width / layout.width < leastScale ? 'across' : 'upright';
  const { width, height } = papers[paper];
  const scale = Math.min(1, width / layout.width);
  if (best !== undefined && (best.scale >= leastScale || scale < best.scale * 1.2)) return best;
  const parts = partsOf(layout, (height - above) / scale, height / scale - layout.top);
  return { paper, scale, parts, head: layout.top };
}
