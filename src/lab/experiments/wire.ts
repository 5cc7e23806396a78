import type { SocketFilter } from '../../index.js';
import type { Host } from '../host/host.js';
import type { TraceSegment } from '../trace.js';
import { until } from '../host/until.js';

/** How a host ended its connections, in order, as `FIN, RST`; `nothing` if it did not. */
export function endingsOf(segments: readonly TraceSegment[], host: string): string {
  const flags = segments.filter(({ from }) => from === host).flatMap((segment) => segment.flags);
  return flags.filter((flag) => flag === 'FIN' || flag === 'RST').join(', ') || 'nothing';
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
