import type { TraceSegment } from '../trace.js';

/** How a host ended its connections, in order, as `FIN, RST`; `nothing` if it did not. */
export function endingsOf(segments: readonly TraceSegment[], host: string): string {
  const flags = segments.filter(({ from }) => from === host).flatMap((segment) => segment.flags);
  return flags.filter((flag) => flag === 'FIN' || flag === 'RST').join(', ') || 'nothing';
}
