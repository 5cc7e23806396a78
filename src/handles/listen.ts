import { fstatSync } from 'node:fs';
import type * as net from 'node:net';
import { int32Max, integer, invalidArgument, knownKeys, UsageError } from '../errors.js';
import type { OptionValues } from '../options/types.js';
import type { Socket } from '../socket/socket.js';
import { type BindPlace, openBound } from './bound.js';
import { listenOn, streamHandle } from './node-internals.js';
import { needsDescriptors, serverOfBun } from './runtime.js';
import { late } from './late.js';

/** Where a server listens, and the options its socket has before bind(2). */
export interface ServeOptions {
  /** Connections that may wait for accept; Linux admits one more, and cuts it to `net.core.somaxconn`,
   * which a negative one means too. Default 511. */
  readonly backlog?: number | undefined;
  /** Closes the server when aborted, also after it listens, as in Node. */
  readonly signal?: AbortSignal | undefined;
}

/** Where a server listens, and the options its socket has before bind(2). */
export type ServerListenOptions = BindPlace &
  ServeOptions & {
    /** Set before bind(2). Nothing is set beyond them: Node's own listen() would set `SO_REUSEADDR`. */
    readonly options?: OptionValues | undefined;
  };

/** Throws unless `server` can begin to listen with `options`. */
export function checkServer(server: net.Server, { backlog = 511, signal }: ServeOptions): void {
  needsDescriptors('listen', 'listen');
  if (serverOfBun(server) && !(server instanceof late.net.Server))
    throw new UsageError('ERR_NOT_SUPPORTED', "listen: not on Bun's http servers, only on those of node:net");
  if (!(server instanceof late.net.Server))
    throw invalidArgument('server', 'a net.Server, or one of http, https, http2, tls', server);
  integer(backlog, 'backlog', -(2 ** 31), int32Max);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', 'an AbortSignal', signal);
  signal?.throwIfAborted();
  if (server.listening || streamHandle(server)) {
    throw new UsageError('ERR_SOCKET_BUSY', 'server: already listening; close it first or create another');
  }
}

/** True while `fd` is still the file it was when `inode` was read. */
function isStill(fd: number, inode: number): boolean {
  try {
    return fstatSync(fd).ino === inode;
  } catch {
    return false;
  }
}

/**
 * Gives `socket` to `server`. It is the server's as soon as that has a handle for it. Where there is none afterwards,
 * Node either could not open one, and the descriptor is still ours, or has closed it: then only the number is left.
 */
function handOver(socket: Socket, server: net.Server, backlog: number, path: string | undefined): void {
  const { fd } = socket;
  const inode = fstatSync(fd).ino;
  let done = false;
  try {
    done = listenOn(server, fd, backlog, path);
    // Node takes a backlog of 0 or below for none given, and listens with 511.
    if (done && backlog <= 0 && streamHandle(server)) socket.listen({ backlog });
  } finally {
    if (streamHandle(server) || !isStill(fd, inode)) socket.detach();
    else socket.close();
  }
  if (!done) {
    throw new UsageError(
      'ERR_NOT_SUPPORTED',
      `Node ${process.versions.node} cannot listen on a descriptor in a cluster worker`,
    );
  }
}

/** Resolves with `server` when it listens. */
function started<S extends net.Server>(server: S, begin: () => void, signal: AbortSignal | undefined): Promise<S> {
  return new Promise<S>((resolve, reject) => {
    const leave = (): void => {
      server.off('listening', onListening).off('error', onError).off('close', onClose);
    };
    const onListening = (): void => {
      leave();
      resolve(server);
    };
    const onError = (error: Error): void => {
      leave();
      reject(error);
    };
    // Closed before it was told that it listens; the signal is the only cause known here.
    const onClose = (): void =>
      onError(signal?.reason ?? new UsageError('ERR_SOCKET_CLOSED', 'server: closed before it listened'));
    server.on('listening', onListening).on('error', onError).on('close', onClose);
    try {
      begin();
    } catch (error) {
      leave();
      reject(error);
    }
  });
}

function closeOnAbort(server: net.Server, signal: AbortSignal): void {
  const onAbort = (): void => void server.close();
  signal.addEventListener('abort', onAbort, { once: true });
  server.once('close', () => signal.removeEventListener('abort', onAbort));
}

/** Makes `server` listen on a bound socket, which is the server's or closed afterwards. */
export async function serve<S extends net.Server>(
  socket: Socket,
  server: S,
  { backlog = 511, signal }: ServeOptions,
): Promise<S> {
  const begin = (): void => {
    let path: string | undefined;
    try {
      socket.listen({ backlog });
      const name = socket.getsockname();
      path = name.family === 'unix' ? name.path : undefined;
    } catch (error) {
      socket.close();
      throw error;
    }
    handOver(socket, server, backlog, path);
    if (signal !== undefined) closeOnAbort(server, signal);
  };
  return await started(server, begin, signal);
}

/**
 * `socket(2)`, the options, `bind(2)`, `listen(2)` - makes a server of Node's listen on a socket of our making, so that
 * any option can be set before it is bound. Works with servers of net, http, https, http2 and tls.
 *
 * Node's listen() always sets `SO_REUSEADDR`; this sets only what `options` says. To start again while connections are in
 * TIME_WAIT, give `{ SO_REUSEADDR: true }`. An IPv6 wildcard also takes IPv4 unless `IPV6_V6ONLY` is set here or by the
 * `bindv6only` sysctl. In a cluster worker the socket is the worker's own, not shared through the primary. A Unix path
 * stays in the file system when the server is closed: unlink it, as after bind(2).
 *
 * @throws {SystemCallError} `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` and others, with the address and the call that
 * failed: `bind`, or `listen` where another socket came first; {@link UsageError} `ERR_SOCKET_BUSY` - the server is
 * listening already.
 */
export async function listen<S extends net.Server>(server: S, settings: ServerListenOptions = {}): Promise<S> {
  knownKeys(settings, 'listen', ['address', 'port', 'path', 'options', 'backlog', 'signal']);
  checkServer(server, settings);
  return await serve(openBound(settings, settings.options), server, settings);
}
