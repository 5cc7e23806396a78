import * as http from 'node:http';
import type { Http2Session } from 'node:http2';
import * as https from 'node:https';
import type * as net from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { SystemCallError, UsageError } from '../errors.js';
import { streamHandle } from '../handles/node-internals.js';
import { getOption, setOption } from '../handles/options.js';
import { listSockets } from '../netlink/sock-diag.js';
import { Socket } from '../socket/socket.js';

/** The connections of a server that are open, and whether each is waited for. */
export interface Connections {
  readonly sockets: ReadonlySet<net.Socket>;
  /** HTTP/2: each session with its open streams. */
  readonly sessions: ReadonlyMap<Http2Session, ReadonlySet<Duplex>>;
  /** Responses that have not been ended. */
  readonly responses: ReadonlySet<http.ServerResponse>;
}

interface Tracked extends Connections {
  readonly sockets: Set<net.Socket>;
  readonly sessions: Map<Http2Session, Set<Duplex>>;
  readonly responses: Set<http.ServerResponse>;
}

const tracked = new WeakMap<net.Server, Tracked>();

function keep<T>(set: Set<T>, one: T, closed: { once(event: 'close', listener: () => void): unknown }): void {
  set.add(one);
  closed.once('close', () => set.delete(one));
}

/** Notes every connection of `server` from now on. A second call changes nothing. */
export function track(server: net.Server): void {
  if (tracked.has(server)) return;
  const found: Tracked = { sockets: new Set(), sessions: new Map(), responses: new Set() };
  tracked.set(server, found);
  // TLS servers emit `connection` for the raw socket beneath, which lives as long.
  server.on('connection', (socket: net.Socket) => keep(found.sockets, socket, socket));
  server.on('session', (session: Http2Session) => {
    const streams = new Set<Duplex>();
    found.sessions.set(session, streams);
    session.once('close', () => found.sessions.delete(session));
    session.on('stream', (stream: Duplex) => keep(streams, stream, stream));
  });
  if (server instanceof http.Server || server instanceof https.Server)
    // First of all: a handler may send the headers at once.
    server.prependListener('request', (_: http.IncomingMessage, response: http.ServerResponse) =>
      keep(found.responses, response, response),
    );
}

/** The connections of a server that {@link track} has seen. */
export function connectionsOf(server: net.Server): Connections {
  const found = tracked.get(server);
  if (found !== undefined) return found;
  throw new UsageError(
    'ERR_ARGUMENT_INVALID',
    'server: its connections were not tracked; let handover.listen() or track() have it before it listens',
  );
}

/** tcp(7): the segment begins at its header here (tcp_filter()); byte 13 has the flags. Without ACK it is a SYN: none of it is kept. */
const dropSyn = [
  { code: 0x30, jt: 0, jf: 0, k: 13 },
  { code: 0x45, jt: 0, jf: 1, k: 0x10 },
  { code: 0x06, jt: 0, jf: 0, k: 0xffffffff },
  { code: 0x06, jt: 0, jf: 0, k: 0 },
];
/** A handshake whose last ACK is on its way is waited for so long. */
const handshakeMs = 1000;
const lookAgainMs = 5;
const afUnix = 1;

/** Connections that wait for accept(2): of a listener tcpi_unacked is the length of its queue (tcp_diag_get_info(), tcp_get_info()). */
function waiting(fd: number): number {
  return getOption(fd, 'TCP_INFO').unacked;
}

/** Handshakes with a port that have begun: as REMOTE:PORT. */
function handshakes(fd: number): Set<string> {
  const socket = Socket.adopt(fd);
  try {
    const at = socket.getsockname();
    const rows = 'port' in at ? listSockets({ state: 'SYN_RECV', localPort: at.port }) : [];
    return new Set(rows.map(({ remoteAddress, remotePort }) => `${remoteAddress} ${remotePort}`));
  } finally {
    socket.detach();
  }
}

/**
 * Waits until the queue of a TCP listener has been accepted by this process, which close(2) would reset, and the handshakes under way
 * have ended. New SYNs are dropped meanwhile, so that no connection comes after the last look: their clients send them again, and
 * are refused. As an ordinary user the kernel does not allow that (EPERM on TCP sockets), and a connection of the last
 * microseconds is reset. `isLast` is false where another listener gets the new ones.
 */
export async function emptyQueue(fd: number, isOpen: () => boolean, isLast = true): Promise<void> {
  if (!isOpen()) return;
  // A unix socket has no such filter and no TCP_INFO.
  if (getOption(fd, 'SO_DOMAIN') === afUnix) return await setImmediate();
  const isFiltered = isLast && dropSyns(fd);
  const until = performance.now() + handshakeMs;
  const begun = handshakes(fd);
  const isUnderWay = (): boolean => begun.size > 0 && [...handshakes(fd)].some((one) => begun.has(one));
  // Node accepts in the event loop: each turn of it takes all that is there.
  do await (begun.size > 0 ? setTimeout(lookAgainMs) : setImmediate());
  while (isOpen() && (isUnderWay() || waiting(fd) > 0) && performance.now() < until);
  // The socket may be another process's too.
  if (isFiltered && isOpen()) setOption(fd, 'SO_DETACH_FILTER', 0);
}

/** Lets the server accept what waits in the queue of its listener, and closes the listener. */
export async function acceptTheLast(server: net.Server): Promise<void> {
  // A worker of a cluster has none: the socket is its primary's.
  const fd = server.listening ? streamHandle(server)?.fd : undefined;
  if (fd === undefined || fd < 0) await setImmediate();
  else await emptyQueue(fd, () => server.listening);
  stopAccepting(server);
}

function isReadable(socket: net.Socket): boolean {
  const fd = streamHandle(socket)?.fd ?? -1;
  if (fd < 0) return false;
  const adopted = Socket.adopt(fd);
  try {
    return adopted.tryPoll(['POLLIN']).size > 0;
  } finally {
    adopted.detach();
  }
}

/**
 * HTTP/1: at the end of its `keepAliveTimeout` an idle connection is closed only if nothing has come. After a pause of the event
 * loop its timers run before its sockets are read, and Node would reset a request that waits there.
 */
export function keepUnread(server: net.Server): void {
  const isHttp = server instanceof http.Server || server instanceof https.Server;
  // A listener of the program sees to it, as for Node.
  if (!isHttp || server.listenerCount('timeout') > 0) return;
  server.on('timeout', (socket: net.Socket) => {
    if (!isReadable(socket)) socket.destroy();
  });
}

function dropSyns(fd: number): boolean {
  try {
    setOption(fd, 'SO_ATTACH_FILTER', dropSyn);
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'EPERM') return false;
    throw error;
  }
}

/**
 * Closes the listener alone. Connections stay, idle ones too: http.Server.close() would end those (closeIdleConnections()), and
 * with them requests that are on their way.
 */
export function stopAccepting(server: net.Server): void {
  if (!server.listening) return;
  if (!('closeIdleConnections' in server)) {
    server.close();
    return;
  }
  Object.defineProperty(server, 'closeIdleConnections', { configurable: true, value: () => {} });
  try {
    server.close();
  } finally {
    Reflect.deleteProperty(server, 'closeIdleConnections');
  }
}
