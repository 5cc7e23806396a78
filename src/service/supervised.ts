// `node --import .../supervised.js app.js`, by sockwise restart: servers of the program listen on sockets that its supervisor keeps.
import { messageOf } from '../errors.js';
import cluster from 'node:cluster';
import { chmodSync, statSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { formatAddress } from '../address.js';
import { fdOf } from '../handles/fd-of.js';
import { listenOn, streamHandle } from '../handles/node-internals.js';
import { Socket } from '../socket/socket.js';
import { emptyQueue, stopAccepting, track } from './connections.js';
import { drain } from './drain.js';
import { type ListenCall, listenCall } from './listen-call.js';
import { Member } from './member.js';
import { callDrainHooks } from './on-drain.js';
import type { Done, Order } from './restart-messages.js';

type Method = (this: net.Server, ...args: unknown[]) => net.Server;
interface Handle {
  readonly fd?: number;
  close(): void;
}

const listenOfNode = net.Server.prototype.listen as Method;
const closeOfNode = net.Server.prototype.close as Method;

/** The servers that listen, and those whose connections are still open. */
const servers = new Set<net.Server>();
/** The place of each that listens. */
const places = new Map<net.Server, string>();
const starting = new WeakMap<net.Server, () => void>();
/** How often a place was taken, which port 0 is by any number of servers. */
const numbers = new Map<string, number>();
/** The handle of each: the primary of a cluster takes it from its server. */
const handles = new Set<Handle>();
let isDraining = false;
let member: Member | undefined;
let isJoined = false;

function supervisor(): Member | undefined {
  if (isJoined) return member;
  isJoined = true;
  try {
    member = Member.join((order, done) => void obey(order, done));
  } catch (error) {
    // The program must start all the same.
    process.emitWarning(`sockwise restart: ${messageOf(error)}`);
  }
  return member;
}

function numbered({ place, port }: ListenCall): string {
  if (port !== 0) return place;
  const number = (numbers.get(place) ?? 0) + 1;
  numbers.set(place, number);
  return `${place} #${number}`;
}

function isThere(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}

/** A socket for a unix path. Node would remove the path when it closes its server, and the next process would not be found. */
function openPath({ path = '', mode }: ListenCall): number {
  const socket = Socket.open({ family: 'unix' });
  try {
    socket.bind({ family: 'unix', path });
    const bits = (mode.readableAll ? 0o444 : 0) | (mode.writableAll ? 0o222 : 0);
    if (bits !== 0) chmodSync(path, statSync(path).mode | bits);
    return socket.listen().detach();
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** What Node would bind, to be found among sockets that a service manager passed. */
function boundPlace({ host, port = 0, path }: ListenCall): string | undefined {
  if (path !== undefined) return path;
  if (port === 0) return undefined;
  const address = host ?? '::';
  const version = net.isIP(address);
  if (version === 0) return undefined;
  return formatAddress({ family: version === 6 ? 'IPv6' : 'IPv4', address, port });
}

/** The server has a socket at this place; with `isNew` one that the supervisor does not have yet. */
function listening(server: net.Server, place: string, isNew: boolean): void {
  servers.add(server);
  server.once('close', () => servers.delete(server));
  places.set(server, place);
  const handle = streamHandle(server) as Handle | null | undefined;
  if (handle) handles.add(handle);
  const at = server.address();
  const address = typeof at === 'object' && at !== null ? `${at.address}:${at.port}` : String(at);
  supervisor()?.tell({ kind: 'listening', place, address }, isNew ? fdOf(server) : undefined);
}

/** Listens for the program; false where Node shall. */
function listenFor(server: net.Server, call: ListenCall, place: string, args: readonly unknown[]): boolean {
  const isWanted = call.path === undefined || isThere(call.path);
  const inherited = isWanted ? supervisor()?.want(place, boundPlace(call)) : undefined;
  if (inherited === undefined && call.path === undefined) return false;
  let fd: number;
  try {
    fd = inherited ?? openPath(call);
  } catch {
    // Node says it in its own words.
    return false;
  }
  const callback = args.at(-1);
  if (typeof callback === 'function') server.once('listening', callback as () => void);
  listenOn(server, fd, call.backlog, call.path);
  call.signal?.addEventListener('abort', () => void server.close(), { once: true });
  listening(server, place, inherited === undefined);
  return true;
}

/** Calls `heard` before the program hears that the server listens. */
function whenListening(server: net.Server, heard: () => void): void {
  const isKnown = starting.has(server);
  starting.set(server, heard);
  if (isKnown) return;
  server.prependOnceListener('listening', () => {
    starting.get(server)?.();
    starting.delete(server);
  });
}

const listen: Method = function (...args) {
  const call = listenCall(args);
  if (call === undefined || this.listening || streamHandle(this) || call.signal?.aborted)
    return listenOfNode.apply(this, args);
  track(this);
  if (cluster.isWorker) {
    whenListening(this, () => {
      servers.add(this);
      places.set(this, call.place);
      // For its orders: the sockets are the primary's.
      supervisor();
    });
    return listenOfNode.apply(this, args);
  }
  const place = numbered(call);
  if (listenFor(this, call, place, args)) return this;
  whenListening(this, () => listening(this, place, true));
  return listenOfNode.apply(this, args);
};

const close: Method = function (...args) {
  const place = places.get(this);
  places.delete(this);
  if (place !== undefined && !isDraining && !cluster.isWorker) supervisor()?.tell({ kind: 'closed', place });
  return closeOfNode.apply(this, args);
};

/** Nobody else has the sockets: what waits in their queues is accepted first, by the workers of a cluster too. */
async function emptyQueues(): Promise<void> {
  if (cluster.isWorker) return;
  await Promise.all(
    [...handles].map(async (handle) => {
      await emptyQueue(handle.fd ?? -1, () => (handle.fd ?? -1) >= 0);
      if (cluster.isPrimary) handle.close();
    }),
  );
}

function stop(): void {
  isDraining = true;
  for (const server of servers) stopAccepting(server);
  for (const handle of handles) handle.close();
}

async function obey(order: Order, done: (what: Done) => void): Promise<void> {
  switch (order.order) {
    case 'be healthy':
      tryHealth(new URL(order.url), () => done('healthy'));
      return;
    case 'stop':
      if (!cluster.isWorker) stop();
      return done('stopped');
    case 'drain':
      isDraining = true;
      if (order.last) await emptyQueues();
      stop();
      await Promise.all([
        callDrainHooks(),
        ...[...servers].map(async (server) => await drain(server, { deadlineMs: order.deadlineMs })),
      ]);
      return done('drained');
  }
}

const healthAgainMs = 100;

function serverAt(port: number): net.Server | undefined {
  return [...servers].find((server) => {
    const at = server.listening ? server.address() : null;
    return typeof at === 'object' && at?.port === port;
  });
}

/**
 * Asks the own server, on a connection that is made inside: one to the port might be accepted by the predecessor. To a server of
 * http or tls its `'connection'` event may bring any stream.
 */
function askOwn(url: URL, server: net.Server, answered: (status: number) => void): void {
  const [ours, theirs] = Socket.pair().map((end) => new net.Socket({ fd: end.detach() })) as [net.Socket, net.Socket];
  server.emit('connection', theirs);
  theirs.on('error', () => {});
  const isTls = url.protocol === 'https:';
  const createConnection = (): net.Socket => (isTls ? tls.connect({ socket: ours, rejectUnauthorized: false }) : ours);
  const request = (isTls ? https : http).get(url, { createConnection, agent: false, headers: { connection: 'close' } });
  request.on('response', (response) => {
    response.resume();
    answered(response.statusCode ?? 0);
  });
  request.on('error', () => answered(0));
}

function tryHealth(url: URL, healthy: () => void): void {
  const again = (): void => void setTimeout(() => tryHealth(url, healthy), healthAgainMs).unref();
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const server = serverAt(port);
  if (server === undefined) return again();
  askOwn(url, server, (status) => {
    if (status >= 200 && status < 300) healthy();
    else again();
  });
}

net.Server.prototype.listen = listen as typeof net.Server.prototype.listen;
net.Server.prototype.close = close;
