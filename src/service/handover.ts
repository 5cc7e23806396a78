import * as net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { formatAddress } from '../address.js';
import { codeOf, int32Max, integer, invalidArgument, knownKeys, TimeoutError, UsageError } from '../errors.js';
import { fdOf } from '../handles/fd-of.js';
import { checkServer, listen, serve, type ServerListenOptions } from '../handles/listen.js';
import { Socket } from '../socket/socket.js';
import { activatedSockets } from './activation.js';
import { Channel as AnyChannel, type Delivery as AnyDelivery } from './channel.js';
import { type Message, messageKinds, protocolVersions } from './handover-messages.js';
import { stopAccepting, track } from './connections.js';
import { checkName, leave, meet, meetingPath, removeStale } from './rendezvous.js';

/** Under which name two processes meet, and how long one waits for the other. */
export interface HandoverSettings {
  /** Of the service: a process hands over to the next one that opens the same name. Letters, digits, `_`, `-`, `.`. */
  readonly name: string;
  /** Where they meet. Default: `NAME.sock` in `$XDG_RUNTIME_DIR/sockwise`, or in a folder of this user in the one for temporary files. */
  readonly path?: string | undefined;
  /** How long a successor may take from taking the sockets to `ready()`. 1 to 2147483647, default 60000. */
  readonly readyWithinMs?: number | undefined;
}

/** Where to listen, if no process hands a socket over. */
export type HandoverListenOptions = ServerListenOptions & {
  /** Finds the socket again where the address does not, as with port 0. Also a name of `LISTEN_FDNAMES`. */
  readonly name?: string | undefined;
};

/** What is called when a successor serves. The hand-over waits for it before `finished` resolves. */
export type Drain = () => unknown;

interface Passed {
  readonly name: string;
  readonly fd: number;
}

interface Inherited extends Passed {
  readonly place: string;
}

type Channel = AnyChannel<Message>;
type Delivery = AnyDelivery<Message>;

function channelOn(socket: Socket<'unix'>): Channel {
  return new AnyChannel<Message>(socket, messageKinds);
}

/** How long the other process may take for a message that needs no work. */
const answerWithinMs = 10_000;
const acceptAgainMs = 100;
/** So many predecessors may die, one after the other, while they pass their sockets. */
const mostMeetings = 3;

/** As `stream 0.0.0.0:8080`: what makes two sockets of two processes the same service. */
function placeOfSocket(socket: Socket): string {
  return `${socket.getOption('SO_TYPE')} ${formatAddress(socket.getsockname())}`;
}

/** The places that `listen()` may mean: without an address it takes `0.0.0.0` where there is no IPv6. */
function placesWanted({ address, port = 0, path }: ServerListenOptions): string[] {
  const stream = 1;
  if (path !== undefined) return [`${stream} ${formatAddress({ family: 'unix', path })}`];
  if (port === 0) return [];
  return (address === undefined ? ['::', '0.0.0.0'] : [address]).map((one) => {
    const family = net.isIPv6(one) ? 'IPv6' : 'IPv4';
    return `${stream} ${formatAddress({ family, address: one, port })}`;
  });
}

/** Sockets taken over and not used yet. */
class Inheritance {
  readonly #left: Inherited[] = [];

  add(one: Passed): void {
    this.#left.push({ ...one, place: placeOf(one) });
  }

  /** The socket of this name, or else at one of these places. It is the caller's then. */
  take(name: string | undefined, places: readonly string[]): Socket | undefined {
    for (const isIt of [(one: Inherited) => one.name === name, (one: Inherited) => places.includes(one.place)]) {
      const index = this.#left.findIndex(isIt);
      const [found] = index < 0 ? [] : this.#left.splice(index, 1);
      if (found !== undefined) return Socket.adopt(found.fd);
    }
    return undefined;
  }

  /** Closes what nobody wanted, and returns the names. */
  drop(): string[] {
    return this.#left.splice(0).map(({ name, fd }) => {
      Socket.adopt(fd).close();
      return name;
    });
  }
}

function placeOf({ fd }: Passed): string {
  const socket = Socket.adopt(fd);
  try {
    return placeOfSocket(socket);
  } finally {
    socket.detach();
  }
}

async function expectNext(channel: Channel, timeoutMs: number, signal?: AbortSignal): Promise<Delivery> {
  const next = await channel.receive({ timeoutMs, signal });
  if (next === undefined)
    throw new UsageError('ERR_SOCKET_CLOSED', 'hand-over: the other process ended the conversation');
  if (next.message.kind === 'refused')
    throw new UsageError('ERR_SOCKET_BUSY', `hand-over: the serving process refused: ${next.message.reason}`);
  return next;
}

/** The sockets of a service, passed from each process to its successor. See {@link openHandover}. */
export class Handover {
  /** The name under which the processes meet. */
  readonly name: string;
  /** Whether there was a process to take over from. */
  readonly takenOver: boolean;
  readonly #readyWithinMs: number;
  readonly #inheritance: Inheritance;
  readonly #predecessor: Channel | undefined;
  readonly #control: Socket<'unix'>;
  readonly #shared = new Map<string, net.Server | Socket>();
  readonly #drains: Drain[] = [];
  readonly #ending = new AbortController();
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #isServing = false;
  #isBusy = false;

  /** @internal */
  constructor(
    name: string,
    readyWithinMs: number,
    control: Socket<'unix'>,
    inheritance: Inheritance,
    predecessor?: Channel,
  ) {
    this.name = name;
    this.#readyWithinMs = readyWithinMs;
    this.#control = control;
    this.#inheritance = inheritance;
    this.#predecessor = predecessor;
    this.takenOver = predecessor !== undefined;
    this.#finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    // Whoever waits for `finished` hears of it; nobody has to.
    this.#finished.catch(() => {});
  }

  /** Resolves when a successor serves and every drain has ended, or after {@link close}; rejects if a drain throws. */
  get finished(): Promise<void> {
    return this.#finished;
  }

  /**
   * Makes `server` listen: on the socket that the predecessor or the service manager passed for this name or place, or, where
   * there is none, on a new one, as `listen()` does. An inherited socket keeps the options it was bound with; `options` and
   * `backlog` are set on it again. A unix path that nobody listens on any more is replaced.
   *
   * @throws {SystemCallError} `EADDRINUSE` and others of `listen()`, where the socket is new.
   */
  async listen<S extends net.Server>(server: S, settings: HandoverListenOptions = {}): Promise<S> {
    this.#mustGoOn();
    const { name, ...rest } = settings;
    checkServer(server, rest);
    if (name !== undefined) checkName(name);
    const socket = this.#inheritance.take(name, placesWanted(rest));
    if (socket === undefined && rest.path !== undefined) await removeStale(rest.path);
    if (socket === undefined) await listen(server, rest);
    else await serveOn(socket, server, rest);
    track(server);
    this.#share(name, server);
    return server;
  }

  /**
   * A socket of another kind, as UDP or seqpacket: the one that was passed under `name`, or what `open` returns. It stays
   * yours to close.
   */
  socket(name: string, open: () => Socket): Socket {
    this.#mustGoOn();
    checkName(name);
    if (typeof open !== 'function') throw invalidArgument('open', 'a function that opens the socket', open);
    const socket = this.#inheritance.take(name, []) ?? open();
    this.#share(name, socket);
    return socket;
  }

  /** `drain` is called when a successor serves: no server of this hand-over accepts any more by then. */
  onSuccessor(drain: Drain): void {
    if (typeof drain !== 'function') throw invalidArgument('drain', 'a function', drain);
    this.#drains.push(drain);
  }

  /**
   * This process serves: the predecessor stops to accept, and successors are waited for. Returns the names of sockets that
   * were passed and not used; they are closed. A predecessor that has died meanwhile is no failure: its sockets are here.
   */
  async ready(): Promise<string[]> {
    this.#mustGoOn();
    if (this.#isServing) return [];
    if (this.#predecessor !== undefined) await takeFrom(this.#predecessor);
    this.#isServing = true;
    void this.#waitForSuccessors();
    return this.#inheritance.drop();
  }

  /** Ends the hand-over without a successor: sockets not used are closed, servers go on, and the path is free again. */
  close(): void {
    if (this.#ending.signal.aborted) return;
    if (this.#isServing || this.#predecessor === undefined) leave(this.#control);
    this.#end();
    this.#finish();
  }

  #end(): void {
    this.#ending.abort(new UsageError('ERR_SOCKET_CLOSED', `hand-over ${this.name}: closed`));
    this.#inheritance.drop();
    this.#predecessor?.close();
    this.#control.close();
  }

  #mustGoOn(): void {
    this.#ending.signal.throwIfAborted();
  }

  #share(name: string | undefined, shared: net.Server | Socket): void {
    const key = name ?? `${this.#shared.size}`;
    this.#shared.set(key, shared);
    if (shared instanceof net.Server) shared.once('close', () => this.#shared.delete(key));
  }

  async #waitForSuccessors(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      let peer: Socket<'unix'>;
      try {
        peer = await this.#control.accept({ signal });
      } catch {
        if (signal.aborted) return;
        // Out of descriptors (EMFILE): the successor waits in the queue of the control socket, which stays readable.
        await setTimeout(acceptAgainMs, undefined, { signal }).catch(() => {});
        continue;
      }
      const channel = channelOn(peer);
      void this.#talk(channel)
        // What goes wrong with a successor is its own loss: this process serves on.
        .catch(() => {})
        .finally(() => channel.close());
    }
  }

  /** One successor, from its hello until it serves or is gone. */
  async #talk(channel: Channel): Promise<void> {
    const { signal } = this.#ending;
    // Read before it is refused: a socket closed with unread data resets the other end, which then reads no refusal.
    const { message } = await expectNext(channel, answerWithinMs, signal);
    const refusal = this.#refusalOf(channel);
    if (refusal !== undefined) return await channel.send({ kind: 'refused', reason: refusal });
    this.#isBusy = true;
    try {
      if (message.kind !== 'hello' || !message.versions.some((version) => protocolVersions.includes(version)))
        return await channel.send({
          kind: 'refused',
          reason: `it speaks versions ${protocolVersions.join(', ')} only`,
        });
      for (const [name, shared] of this.#shared) {
        if (shared instanceof Socket && shared.closed) continue;
        await channel.send({ kind: 'socket', name }, fdOf(shared));
      }
      await channel.send({ kind: 'control' }, this.#control.fd);
      const answer = await expectNext(channel, this.#readyWithinMs, signal);
      if (answer.message.kind !== 'ready') return;
      for (const shared of this.#shared.values()) if (shared instanceof net.Server) stopAccepting(shared);
      await channel.send({ kind: 'taken' }).catch(() => {});
      this.#end();
      await Promise.all(this.#drains.map(async (drain) => await drain())).then(
        () => this.#finish(),
        (error: unknown) => this.#fail(error),
      );
    } finally {
      this.#isBusy = false;
    }
  }

  #refusalOf(channel: Channel): string | undefined {
    const [own, theirs] = [process.getuid?.() ?? 0, channel.peerUid];
    if (theirs !== own && theirs !== 0) return `it runs as user ${own}, not ${theirs}`;
    return this.#isBusy ? 'another successor has its sockets and is not ready yet' : undefined;
  }
}

async function serveOn(socket: Socket, server: net.Server, { options, ...rest }: ServerListenOptions): Promise<void> {
  try {
    if (options !== undefined) socket.setOptions(options);
  } catch (error) {
    socket.close();
    throw error;
  }
  await serve(socket, server, rest);
}

/** Tells the predecessor that this process serves, and waits until it accepts no more. */
async function takeFrom(predecessor: Channel): Promise<void> {
  try {
    await predecessor.send({ kind: 'ready' });
    await predecessor.receive({ timeoutMs: answerWithinMs });
  } catch (error) {
    // It has died, or hangs: the sockets are shared, and this process serves on them already.
    if (!(error instanceof Error) || !(error instanceof TimeoutError || 'errno' in error)) throw error;
  } finally {
    predecessor.close();
  }
}

async function inherit(channel: Channel, inheritance: Inheritance, timeoutMs: number): Promise<Socket<'unix'>> {
  await channel.send({ kind: 'hello', versions: protocolVersions });
  for (;;) {
    const { message, fd } = await expectNext(channel, timeoutMs);
    if (message.kind !== 'socket' && message.kind !== 'control')
      throw new UsageError('ERR_NOT_SUPPORTED', `hand-over: unexpected ${message.kind}`);
    // recvmsg(2) then sets MSG_CTRUNC and drops the descriptor, without an error.
    if (fd === undefined)
      throw new UsageError(
        'ERR_NO_DESCRIPTOR',
        'hand-over: a socket could not be received; this process may have too few descriptors (ulimit -n)',
      );
    if (message.kind === 'control') return Socket.adopt(fd, { family: 'unix' });
    inheritance.add({ name: message.name, fd });
  }
}

/** Whether the predecessor died: then the path is free, or another process's. */
function hasEnded(error: unknown): boolean {
  return error instanceof Error && ['ERR_SOCKET_CLOSED', 'EPIPE', 'ECONNRESET'].includes(codeOf(error));
}

/**
 * Meets the process that serves under this name, and takes its sockets over by SCM_RIGHTS (unix(7)): they are the very
 * sockets, so connections that wait in the accept queue wait on, and none is refused or reset. Where no process serves, this
 * one is the first, with the sockets that systemd passed to it if any.
 *
 * The predecessor serves until {@link Handover.ready} is called here. If this process dies before, or is not ready within
 * `readyWithinMs` of the predecessor's, the predecessor serves on as if nothing had been. Only a process of the same user, or
 * root's, is served.
 *
 * @throws {UsageError} `ERR_SOCKET_BUSY` - another successor is taking over, or the process that serves is another user's.
 * @throws {SystemCallError} the path cannot be bound or reached.
 */
export async function openHandover(settings: HandoverSettings): Promise<Handover> {
  knownKeys(settings, 'openHandover', ['name', 'path', 'readyWithinMs']);
  const { path, readyWithinMs = 60_000 } = settings;
  const name = checkName(settings.name);
  if (path !== undefined && (typeof path !== 'string' || path === '')) throw invalidArgument('path', 'a path', path);
  integer(readyWithinMs, 'readyWithinMs', 1, int32Max);
  const inheritance = new Inheritance();
  const at = path ?? meetingPath(name);
  for (let attempt = 1; ; attempt++) {
    const meeting = await meet(at);
    if ('control' in meeting) {
      for (const passed of activatedSockets()) inheritance.add(passed);
      return new Handover(name, readyWithinMs, meeting.control, inheritance);
    }
    const channel = channelOn(meeting.predecessor);
    try {
      const control = await inherit(channel, inheritance, Math.min(answerWithinMs, readyWithinMs));
      return new Handover(name, readyWithinMs, control, inheritance, channel);
    } catch (error) {
      channel.close();
      // What it had passed before it died is kept: connections wait there.
      if (hasEnded(error) && attempt < mostMeetings) continue;
      inheritance.drop();
      throw error;
    }
  }
}
