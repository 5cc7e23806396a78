import type { Server, Socket } from 'node:net';
import { getOption } from '../../src/handles/options.js';

/** The TCP port a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return address.port;
}

/** The byte of IP_TOS in the SYN that made `accepted`; its listener has TCP_SAVE_SYN. IPv4 only. */
export function tosOfSyn(accepted: Socket): number | undefined {
  return getOption(accepted, 'TCP_SAVED_SYN')[1];
}
