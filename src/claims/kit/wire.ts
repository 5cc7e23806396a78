import type { SocketFilter } from '../../index.js';
import type { Host } from '../../lab/network/host.js';
import type { TraceSegment } from '../../lab/record/trace.js';
import { until } from '../../lab/record/until.js';

/** The FIN and RST of a host, in order; one that was sent again is no second one. */
export function endingFlags(segments: readonly TraceSegment[], host: string): string[] {
  return segments
    .filter(({ from, retransmission }) => from === host && !retransmission)
    .flatMap(({ flags }) => flags.filter((flag) => flag === 'FIN' || flag === 'RST'));
}

/** How a host ended its connections, as `FIN, RST`; `nothing` if it did not. */
export function endingsOf(segments: readonly TraceSegment[], host: string): string {
  return endingFlags(segments, host).join(', ') || 'nothing';
}

/** A segment by its flags, as `SYN ACK`. PSH is left out: the kernel sets it as it sees fit. */
export function flagsOf({ flags }: Pick<TraceSegment, 'flags'>): string {
  return flags.filter((flag) => flag !== 'PSH').join(' ');
}

/** The state of the first connection the filter finds; CLOSED where there is none. */
export function stateOf(host: Host, filter: SocketFilter): string {
  return host.look('its state', filter)[0]?.state ?? 'CLOSED';
}

/** The next state after this one. */
export async function stateAfter(host: Host, filter: SocketFilter, state: string): Promise<string> {
  const now = (): string => host.sockets(filter)[0]?.state ?? 'CLOSED';
  return await until(() => (now() === state ? undefined : now()), `the state after ${state}`);
}
