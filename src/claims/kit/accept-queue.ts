import type { Host } from '../../lab/network/host.js';
import { until } from '../../lab/record/until.js';

/** Connections that wait for accept(): Recv-Q of the listener (tcp_diag_get_info()). */
export function queued(host: Host, port: number): number {
  return host.sockets({ localPort: port, state: 'LISTEN' }).reduce((sum, { receiveQueue }) => sum + receiveQueue, 0);
}

/** Until so many connections wait: the last ACK of a handshake may come after the client's connect() has returned. */
export async function queueHolds(host: Host, port: number, count: number): Promise<void> {
  await until(() => (queued(host, port) >= count ? true : undefined), `${count} connections in the queue of ${port}`);
}
