import { once } from 'node:events';
import type * as net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { int32Max, integer, invalidArgument, knownKeys } from '../errors.js';
import { acceptTheLast, type Connections, connectionsOf, keepUnread } from './connections.js';
import { goAway } from './goaway.js';

/** How long connections may take to end, and what is done with those that do not. */
export interface DrainSettings {
  /** What is still open then is destroyed. 0 to 2147483647, default 30000. */
  readonly deadlineMs?: number | undefined;
  /**
   * Called once for each open connection, to tell the other end in the words of its protocol, as with the close frame of a
   * websocket. HTTP needs none: see {@link drain}.
   */
  readonly onConnection?: ((socket: net.Socket) => void) | undefined;
}

/** What became of the connections of a server that was drained. */
export interface Drained {
  /** Connections that ended by themselves. */
  readonly ended: number;
  /** Connections that were destroyed at the deadline. */
  readonly destroyed: number;
}

/** HTTP/1: no response from now on leaves its connection open, RFC 9112 section 9.6. */
function closeAfterResponses(server: net.Server, { responses }: Connections): void {
  for (const response of responses) if (!response.headersSent) response.shouldKeepAlive = false;
  server.prependListener('request', (_, response: { shouldKeepAlive?: boolean }) => {
    response.shouldKeepAlive = false;
  });
}

/**
 * Stops accepting and lets every connection of `server` end by itself: requests are answered, with `Connection: close` where
 * the headers have not been sent; HTTP/2 sessions get GOAWAY. A keep-alive connection without a request stays until its client
 * closes it, sends a request, or `server.keepAliveTimeout` is over, which the client was told: a request that is on its way
 * is answered. `server` must be one of `handover.listen()`, or given to `track()` before it listened.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - its connections were not tracked.
 */
export async function drain(server: net.Server, settings: DrainSettings = {}): Promise<Drained> {
  knownKeys(settings, 'drain', ['deadlineMs', 'onConnection']);
  const { deadlineMs = 30_000, onConnection } = settings;
  integer(deadlineMs, 'deadlineMs', 0, int32Max);
  if (onConnection !== undefined && typeof onConnection !== 'function')
    throw invalidArgument('onConnection', 'a function', onConnection);
  const connections = connectionsOf(server);
  // net.Server emits it when the listener is closed and the last connection has ended.
  const closed = server.listening || connections.sockets.size > 0 ? once(server, 'close') : undefined;
  await acceptTheLast(server);
  const open = new Set(connections.sockets);
  closeAfterResponses(server, connections);
  keepUnread(server);
  for (const [session, streams] of connections.sessions) goAway(session, streams);
  if (onConnection !== undefined) for (const socket of open) onConnection(socket);
  const over = new AbortController();
  const isLate = setTimeout(deadlineMs, true, { signal: over.signal }).catch(() => false);
  const left = (await Promise.race([closed?.then(() => false), isLate])) ? [...connections.sockets] : [];
  over.abort();
  for (const socket of left) socket.destroy();
  await closed;
  return { ended: [...open].filter((socket) => !left.includes(socket)).length, destroyed: left.length };
}
