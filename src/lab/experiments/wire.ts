import type { TraceSegment } from '../trace.js';

/** How a host ended its connections, in order, as `FIN, RST`; `nothing` if it did not. */
export function endingsOf(segments: readonly TraceSegment[], host: string): string {
  const flags = segments.filter(({ from }) => from === host).flatMap((segment) => segment.flags);
  return flags.filter((flag) => flag === 'FIN' || flag === 'RST').join(', ') || 'nothing';
}

/** A segment by its flags, as `SYN ACK`. PSH is left out: the kernel sets it as it sees fit. */
export function flagsOf({ flags }: Pick<TraceSegment, 'flags'>): string {
  return flags.filter((flag) => flag !== 'PSH').join(' ');
}
