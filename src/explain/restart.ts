import { thisMachine } from './machine.js';
import { socketsOn } from './held.js';
import { predictBind } from './predict.js';

/** What a server that is started again would meet, once the process that holds the socket has ended. */
export interface Restart {
  /** Whether bind(2) and listen(2) work then, with SO_REUSEADDR on the new socket; absent where that cannot be told. */
  readonly works?: boolean;
  /** Connections on the port that lack SO_REUSEADDR, and would be in the way. */
  readonly without: number;
}

/** Predicts the restart of the TCP server that listens on a port with the socket of this inode. */
export function restartAfter(inode: number, address: string, port: number): Restart {
  // The listener goes with its process; each of its connections leaves TIME_WAIT, in the worst case.
  const left = socketsOn('tcp', port)
    .sockets.filter((held) => held.inode !== inode)
    .map((held) => (held.remotePort === 0 ? held : { ...held, state: 'TIME_WAIT' as const, minisocket: true }));
  const request = { protocol: 'tcp', address, port, listen: true, options: { SO_REUSEADDR: true } } as const;
  const { works } = predictBind(
    left,
    { ...request, canBindPrivileged: true },
    thisMachine(address.includes(':') ? 'IPv6' : 'IPv4'),
  );
  const without = left.filter(({ state, options }) => state === 'TIME_WAIT' && options?.SO_REUSEADDR === false).length;
  return { ...(works !== undefined && { works }), without };
}
