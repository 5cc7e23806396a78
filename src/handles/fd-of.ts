import type * as dgram from 'node:dgram';
import type { Http2Session } from 'node:http2';
import type * as net from 'node:net';
import { int32Max, integer, invalidArgument, messageOf, UsageError } from '../errors.js';
import { Socket } from '../socket/socket.js';
import { late } from './late.js';
import { datagramState, type Handle, streamHandle } from './node-internals.js';
import { needsDescriptors } from './runtime.js';

/** `net.BoundSocket`, in Node since 24.19 and 26.4. */
export interface BoundSocket {
  /** The descriptor, until Node has given it away. */
  fd(): number;
}

/**
 * What a socket option can be read from or set on: a descriptor, a {@link Socket}, or what Node has made of one.
 * http.Server, https.Server, tls.Server and http2 servers are net.Server; TLSSocket is net.Socket.
 */
export type OptionTarget = number | Socket | net.Socket | net.Server | dgram.Socket | Http2Session | BoundSocket;

/** Why there is no descriptor, and what to do. */
type Reason = readonly [why: string, cure: string];

function serverReason(handle: Handle | null | undefined): Reason {
  if (!handle) return ['it is not listening', "wait for 'listening'; to set options before bind(2), use listen()"];
  return [
    'the primary of the cluster holds the socket, this worker only gets its connections',
    'listen with exclusive: true, or use listen(), which gives the worker a socket of its own',
  ];
}

function socketReason(socket: net.Socket): Reason {
  if (socket.destroyed) return ['it is destroyed', 'use the socket before it is closed'];
  if (socket.connecting) {
    return ['it is still connecting', "wait for 'connect'; to set options before connect(2), use createConnection()"];
  }
  if (socket instanceof late.tls.TLSSocket) {
    return ['it is TLS over a stream that is not a socket, or whose socket is closed', 'use the socket at the bottom'];
  }
  return [
    'it has not been connected',
    "connect it and wait for 'connect'; to set options before connect(2), use createConnection()",
  ];
}

function datagramReason(handle: Handle | null | undefined): Reason {
  if (handle === null) return ['it is closed', 'use the socket before it is closed'];
  return ['it is not bound', 'bind or connect it first, or use bindDatagram() to set options before bind(2)'];
}

function missing(name: string, [why, cure]: Reason): UsageError {
  return new UsageError('ERR_NO_DESCRIPTOR', `${name} has no descriptor: ${why}; ${cure}`);
}

function named(target: object, fallback: string): string {
  return target.constructor?.name || fallback;
}

function fdOfSession(session: Http2Session): number {
  const socket = session.destroyed ? undefined : session.socket;
  if (socket === undefined) {
    throw missing(named(session, 'Http2Session'), ['it is destroyed', 'use the session before it is closed']);
  }
  return fdOfStream(socket, named(session, 'Http2Session'));
}

/** `name` is the caller's word for it: the socket of a session is a proxy, with no constructor to be named. */
function fdOfStream(socket: net.Socket, name: string): number {
  const fd = streamHandle(socket)?.fd;
  if (fd !== undefined && fd >= 0) return fd;
  throw missing(name, socketReason(socket));
}

function isSession(target: object): target is Http2Session {
  return 'goaway' in target && 'socket' in target;
}

function isBound(target: object): target is BoundSocket {
  return 'fd' in target && typeof target.fd === 'function';
}

function hint(target: object): string {
  if ('socket' in target) return `; pass its .socket`;
  if ('session' in target) return `; pass its .session`;
  return '';
}

function fdOfNode(target: object): number {
  if (target instanceof late.net.Socket) return fdOfStream(target, named(target, 'net.Socket'));
  if (target instanceof late.net.Server) {
    const handle = streamHandle(target);
    if (handle?.fd !== undefined && handle.fd >= 0) return handle.fd;
    throw missing(named(target, 'net.Server'), serverReason(handle));
  }
  if (target instanceof late.dgram.Socket) {
    const handle = datagramState(target).handle;
    if (handle?.fd !== undefined && handle.fd >= 0) return handle.fd;
    throw missing('dgram.Socket', datagramReason(handle));
  }
  if (isSession(target)) return fdOfSession(target);
  if (isBound(target)) return fdOfBound(target);
  throw new UsageError('ERR_ARGUMENT_INVALID', `target: ${named(target, 'an object')} is not a socket${hint(target)}`);
}

function fdOfBound(target: BoundSocket): number {
  let fd: unknown;
  try {
    fd = target.fd();
  } catch (error) {
    throw missing(named(target, 'net.BoundSocket'), [
      `fd() says ${messageOf(error)}`,
      'use the server or socket that adopted it',
    ]);
  }
  if (typeof fd === 'number' && fd >= 0) return fd;
  throw missing(named(target, 'net.BoundSocket'), ['fd() returned none', 'bind it first']);
}

/**
 * The descriptor of `target`, which keeps it: use it for a call, do not close it.
 *
 * @throws {UsageError} `ERR_NO_DESCRIPTOR` - there is none now (not listening yet, connecting, destroyed) or never will
 * be (the shared server of a cluster worker, TLS over a stream that is not a socket); the message says which and what to do.
 */
export function fdOf(target: OptionTarget): number {
  if (typeof target === 'number') {
    const fd = target | 0;
    return fd === target && fd >= 0 ? fd : integer(target, 'target', 0, int32Max);
  }
  if (target instanceof Socket) return target.fd;
  if (typeof target !== 'object' || target === null)
    throw invalidArgument('target', 'a descriptor or a socket', target);
  needsDescriptors('fdOf', 'read');
  return fdOfNode(target);
}
