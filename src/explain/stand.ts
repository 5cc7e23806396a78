import type { NetworkNamespace } from '../netns/namespace.js';
import { Copies, kindOf, kindsOf, type Stand } from './copies.js';
import { Destination } from './destination.js';
import type { Devices } from './devices.js';
import type { HeldSocket } from './held.js';
import type { BindRequest } from './predict.js';

/** A request and the sockets it meets. */
export interface Situation {
  /** Of each kind of socket in the way one. */
  readonly existing: readonly HeldSocket[];
  readonly request: BindRequest;
  /** Whether its address is one of this machine. */
  readonly isLocal: boolean;
  /** Whether no port of the range is left; otherwise it is one port that is taken. */
  readonly isRangeUsedUp: boolean;
  /** Whether connections have timestamps, so that connect() may take over their TIME_WAIT. */
  readonly timestamps: boolean;
  readonly unprivilegedPortStart?: number | undefined;
}

/** Few enough ports to use them all up. */
const fewPorts = { low: 47_998, high: 47_999 } as const;
const ports = [fewPorts.low, fewPorts.high];

/** The kind of socket that has most ports of a range. */
export function commonest(sockets: readonly HeldSocket[]): HeldSocket[] {
  const counts = new Map<string, { readonly socket: HeldSocket; count: number }>();
  for (const socket of sockets) {
    const kind = kindOf({ ...socket, state: 'BOUND' });
    const known = counts.get(kind);
    if (known === undefined) counts.set(kind, { socket, count: 1 });
    else known.count++;
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, 1)
    .map(({ socket }) => socket);
}

/** One of this kind on each port of the range. */
function fillers(existing: readonly HeldSocket[]): HeldSocket[] {
  return existing.flatMap((socket) => {
    const state = socket.protocol === 'tcp' ? 'BOUND' : 'CLOSE';
    return ports.map((localPort) => ({ ...socket, state, localPort, remotePort: 0 }) as const);
  });
}

/**
 * Makes copies of what is in the way of a request: of the sockets on its port, of those that use up the range of ports, or of
 * the connections to its destination.
 */
export function standFor(situation: Situation, namespace: NetworkNamespace, devices: Devices): Stand {
  const { existing, request, isLocal, isRangeUsedUp, timestamps, unprivilegedPortStart } = situation;
  const { address, connect, interfaceIndex } = request;
  if (isLocal && address !== undefined) devices.addLocal(address, interfaceIndex);
  if (connect !== undefined) devices.addLocal(connect.address);
  if (isRangeUsedUp) namespace.setSysctl('net.ipv4.ip_local_port_range', `${fewPorts.low} ${fewPorts.high}`);
  if (unprivilegedPortStart !== undefined)
    namespace.setSysctl('net.ipv4.ip_unprivileged_port_start', unprivilegedPortStart);
  if (connect === undefined || request.protocol === 'udp')
    return new Copies(namespace, devices, isRangeUsedUp ? fillers(existing) : kindsOf(existing));
  if (!timestamps) namespace.setSysctl('net.ipv4.tcp_timestamps', 0);
  const destination = new Destination(namespace, connect);
  try {
    for (const { localAddress } of isRangeUsedUp ? [] : existing) devices.addLocal(localAddress);
    if (isRangeUsedUp) destination.connect(ports.length);
    else for (const original of existing) destination.copy(original);
    return destination;
  } catch (error) {
    destination.close();
    throw error;
  }
}
