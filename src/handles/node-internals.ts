import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket as NetSocket } from 'node:net';
import { late } from './late.js';

/**
 * What this package knows of Node's insides, all of it: where objects keep their handle, how a server listens on a
 * descriptor, and which methods of its handle a net.Socket connects with. Each fact is tested on every supported version
 * by `test/handles/node-versions.test.ts`.
 */

/** The `fd` of a libuv handle: below zero while it has none, `undefined` for the stand-in of a cluster worker. */
export interface Handle {
  readonly fd?: number;
  /** Of a stream: bytes that write(2) has not taken yet. */
  readonly writeQueueSize?: number;
}

/** The handle of a net.Server or net.Socket: `null` before there is one and after close. */
export function streamHandle(target: object): Handle | null | undefined {
  return (target as { readonly _handle?: Handle | null })._handle;
}

/** What is asked of a handle that connects; `oncomplete` emits `'connect'` and `'ready'`, or destroys the socket. */
export interface ConnectRequest {
  oncomplete(status: number, handle: object, request: ConnectRequest, readable: boolean, writable: boolean): void;
}

/** Where a handle gets its descriptor: the calls that open one if there is none, uv_tcp_bind and uv_tcp_connect. */
const opening = ['bind', 'bind6', 'connect', 'connect6'] as const;
type OpeningCall = (typeof opening)[number];

/** What clients set on a connected socket through its handle. Before Node 26 there is no `setTypeOfService`. */
type SettingCall = 'setKeepAlive' | 'setNoDelay' | 'setTypeOfService';

/** A TCP or Pipe handle. Its methods return 0 or a negative errno. */
type Method = (...args: unknown[]) => unknown;
export type ConnectingHandle = Handle & {
  /** uv_tcp_open, uv_pipe_open: the descriptor is the handle's if it returns 0. */
  open(fd: number): number;
  close(): void;
} & { [name in OpeningCall | SettingCall]?: Method };

/** The handle a socket's descriptor is in: beneath the TLSWrap of a TLSSocket, which passes the calls on to it. */
export function bottomHandle(target: object): ConnectingHandle | undefined {
  const handle = streamHandle(target) as
    | (ConnectingHandle & { readonly _parent?: ConnectingHandle })
    | null
    | undefined;
  return handle?._parent ?? handle ?? undefined;
}

/**
 * Calls `seen` for each handle `socket` gets from now on, which is before Node makes a call with it: connect() makes one,
 * and where a name has several addresses each attempt but the first has another. Ends when what is returned is called.
 */
export function onEachHandle(socket: NetSocket, seen: (handle: ConnectingHandle) => void): () => void {
  const inherited = handleAccessor(socket);
  Object.defineProperty(socket, '_handle', {
    configurable: true,
    get: () => inherited.get?.call(socket),
    set: (next: Handle | null) => {
      inherited.set?.call(socket, next);
      const handle = bottomHandle(socket);
      if (handle !== undefined) seen(handle);
    },
  });
  return () => void delete (socket as { _handle?: unknown })._handle;
}

/** `_handle` is an accessor of a prototype's: the value is behind a symbol. */
function handleAccessor(socket: NetSocket): PropertyDescriptor {
  for (let at: unknown = socket; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, '_handle');
    if (found !== undefined) return found;
  }
  return {};
}

/** Replaces the calls of `handle` that would open a descriptor, until what is returned is called. */
export function onOpening(
  handle: ConnectingHandle,
  instead: (name: OpeningCall, args: unknown[]) => number,
): () => void {
  // Own properties: those of the prototype come back when they are deleted.
  for (const name of opening) if (handle[name] !== undefined) handle[name] = (...args) => instead(name, args);
  return () => {
    for (const name of opening) delete handle[name];
  };
}

/** Calls `after` behind each call of `name`. */
export function afterEach(handle: ConnectingHandle, name: SettingCall, after: () => void): void {
  const method = handle[name];
  if (method === undefined) return;
  handle[name] = function (...args) {
    const result = method.apply(this, args);
    after();
    return result;
  };
}

/** Takes the handle away from a socket that is still connecting, so that its next connect() makes another. */
export function dropHandle(socket: NetSocket): void {
  (streamHandle(socket) as ConnectingHandle | null | undefined)?.close();
  (socket as unknown as { _handle: null })._handle = null;
}

/** What dgram.createSocket() was told, and the handle. */
interface DatagramState {
  readonly handle?: Handle | null;
  readonly reuseAddr?: boolean;
  readonly reusePort?: boolean;
  readonly ipv6Only?: boolean;
  /** 0 before bind(), 1 while it looks an address up. */
  readonly bindState?: number;
}

/**
 * What a dgram.Socket keeps. `_handle` warns (DEP0112) and went away in Node 25; the property behind the "state symbol" is
 * what it read.
 */
export function datagramState(target: DatagramSocket): DatagramState {
  const symbol = Object.getOwnPropertySymbols(target).find(({ description }) => description === 'state symbol');
  if (symbol === undefined) return {};
  return (target as unknown as Record<symbol, DatagramState | undefined>)[symbol] ?? {};
}

interface ListensItself {
  _listen2?: (address: null, port: null, addressType: null, backlog: number, fd: number) => void;
  _pipeName?: string;
}

/**
 * Makes `server` accept on the listening descriptor `fd`, which is the server's from then on if {@link streamHandle}
 * has one afterwards. Returns false where this Node cannot.
 *
 * The backlog counts as an argument only: next to `fd` in the options it is passed over, as `exclusive` is (Node 20 to
 * 26). So in a cluster worker `listen({ fd })` always means a descriptor of the primary, and there the step behind it is
 * taken, which every way of listening ends in.
 */
export function listenOn(server: Server, fd: number, backlog: number, path: string | undefined): boolean {
  const inside = server as unknown as ListensItself;
  if (late.cluster.isPrimary) {
    server.listen({ fd }, backlog);
  } else {
    if (typeof inside._listen2 !== 'function') return false;
    inside._listen2(null, null, null, backlog, fd);
  }
  // server.address() of a pipe is the path listen() was given.
  if (path !== undefined) inside._pipeName = path;
  return true;
}

/** What a dgram.Socket was created for; its declaration leaves it out. */
export function datagramType(target: DatagramSocket): 'udp4' | 'udp6' {
  return (target as unknown as { readonly type: 'udp4' | 'udp6' }).type;
}
