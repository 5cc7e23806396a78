import cluster from 'node:cluster';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';

/**
 * What this package knows of Node's insides, all of it: where objects keep their handle, and how a server listens on a
 * descriptor. Each fact is tested on every supported version by `test/handles/node-versions.test.ts`.
 */

/** The `fd` of a libuv handle: below zero while it has none, `undefined` for the stand-in of a cluster worker. */
export interface Handle {
  readonly fd?: number;
}

/** The handle of a net.Server or net.Socket: `null` before there is one and after close. */
export function streamHandle(target: object): Handle | null | undefined {
  return (target as { readonly _handle?: Handle | null })._handle;
}

/**
 * The handle of a dgram.Socket. `_handle` warns (DEP0112) and went away in Node 25; the property behind the "state
 * symbol" is what it read.
 */
export function datagramHandle(target: DatagramSocket): Handle | null | undefined {
  const symbol = Object.getOwnPropertySymbols(target).find(({ description }) => description === 'state symbol');
  if (symbol === undefined) return undefined;
  return (target as unknown as Record<symbol, { readonly handle?: Handle | null } | undefined>)[symbol]?.handle;
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
  if (cluster.isPrimary) {
    server.listen({ fd }, backlog);
  } else {
    if (typeof inside._listen2 !== 'function') return false;
    inside._listen2(null, null, null, backlog, fd);
  }
  // server.address() of a pipe is the path listen() was given.
  if (path !== undefined) inside._pipeName = path;
  return true;
}
