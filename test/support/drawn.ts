import { type Layout, layoutOf } from '../../src/lab/draw/ladder/layout.js';
import { ladderSvg } from '../../src/lab/draw/ladder/svg.js';
import type { Trace } from '../../src/lab/record/trace.js';

/** `draw`, called once for each run: a long one takes a second, and several tests look at it. */
function once<Drawing>(draw: (trace: Trace) => Drawing): (trace: Trace) => Drawing {
  const drawings = new Map<Trace, Drawing>();
  return (trace) => {
    const drawing = drawings.get(trace) ?? draw(trace);
    drawings.set(trace, drawing);
    return drawing;
  };
}

export const laidOut: (trace: Trace) => Layout = once((trace) => layoutOf(trace));
export const pictured: (trace: Trace) => string = once((trace) => ladderSvg(trace));
