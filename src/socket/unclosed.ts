import { setImmediate } from 'node:timers';
import { UsageError } from '../errors.js';
import { native } from '../native/load.js';
import type { Readiness } from './readiness.js';

type Opener = (...args: never[]) => unknown;

/**
 * Opens whose place is recorded in any case. Recording one takes longer than socket(2), bind(2), listen(2) and close(2)
 * together, and a program that forgets no socket gains nothing from it: after these it is done only once a socket was
 * found unclosed, from then on for each.
 */
const alwaysRecorded = 1000;
const notRecorded = '    a place that was not recorded; from now on each is';
const notTold = '    a place that Error.prepareStackTrace could not tell';
let opened = 0;
let anyUnclosed = false;

/** What is known of a Socket without it, and left of it when it was collected: its descriptor, and who opened it. */
export class Origin {
  fd = -1;
  /** The descriptor was closed by somebody else: its number is another Socket's now. */
  isLost = false;
  /** Who waits for the descriptor, if anybody ever did. */
  waits: Readiness | undefined;
  /** The socket, until the registry watches it. */
  owner: object | undefined;
  isWatched = false;
  #stack: { stack?: unknown } | undefined;
  #frames = notRecorded;

  /** Keeps the callers of `opener`. */
  constructor(opener: Opener) {
    if (opened >= alwaysRecorded && !anyUnclosed) return;
    opened++;
    const { stackTraceLimit } = Error;
    // Not an assignment: under --frozen-intrinsics that throws, and then the limit stays as it is.
    Reflect.set(Error, 'stackTraceLimit', framesKept);
    Error.captureStackTrace((this.#stack = {}), opener);
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    recent.add(this);
    if (settling) return;
    settling = true;
    setImmediate(settle).unref();
  }

  /** As text. Made of the recorded stack once, since that holds each frame's `this`: see {@link recent}. */
  get frames(): string {
    if (this.#stack !== undefined) {
      this.#frames = framesOf(this.#stack);
      this.#stack = undefined;
    }
    return this.#frames;
  }
}

/** The text is made by Error.prepareStackTrace where a program has set it, and that may throw or return anything. */
function framesOf(recorded: { stack?: unknown }): string {
  try {
    return String(recorded.stack)
      .split('\n')
      .slice(1, 1 + framesKept)
      .join('\n');
  } catch {
    return notTold;
  }
}

/**
 * Opened in this turn of the event loop and not closed yet. At its end their stacks become text (3 us for two frames),
 * because an object that opens a socket and keeps it would never be collected; a socket closed by then is spared that.
 */
const recent = new Set<Origin>();
let settling = false;

function settle(): void {
  for (const origin of recent) void origin.frames;
  recent.clear();
  settling = false;
}

const framesKept = 2;

/** The callers of `owner[method]`, as they are now. */
export function originAt<M extends string>(owner: Readonly<Record<M, Opener>>, method: M): Origin {
  return new Origin(owner[method]);
}

/** Who owns each descriptor: the one whose close() closes it. */
const owners: (Origin | undefined)[] = [];

/** Where the owner of a descriptor was opened, `undefined` if there is none in this thread. */
export function placeOfOwner(fd: number): string | undefined {
  return owners[fd]?.frames;
}

export function closedError(): UsageError {
  return new UsageError('ERR_SOCKET_CLOSED', 'the socket is closed');
}

export function lostError(fd: number): UsageError {
  return new UsageError(
    'ERR_SOCKET_CLOSED',
    `descriptor ${fd} was closed without this Socket; the number is another Socket's now`,
  );
}

/** socket(2) gave a number whose owner here still believes in it: its close() would close what is another's. */
function dispossess(former: Origin, { fd, frames }: Origin): void {
  former.isLost = true;
  former.waits?.stop(lostError(fd));
  anyUnclosed = true;
  process.emitWarning(
    `descriptor ${fd} has two owners: it was closed without the Socket opened at\n${former.frames}\n` +
      `and is now that of the Socket opened at\n${frames}`,
    { type: 'SockwiseWarning', code: 'SOCKWISE_TWO_OWNERS' },
  );
}

const registry = new FinalizationRegistry<Origin>(({ fd, frames, isLost }) => {
  // Not owned any more: the environment closed it while it was torn down.
  if (isLost || native.close(fd) < 0) return;
  owners[fd] = undefined;
  anyUnclosed = true;
  process.emitWarning(`a Socket (descriptor ${fd}) was collected without close(); it was opened at\n${frames}`, {
    type: 'SockwiseWarning',
    code: 'SOCKWISE_UNCLOSED',
  });
});

/**
 * Opened since the microtasks ran, and not watched yet: a socket closed before then is spared the registry, which takes a tenth as
 * long as its socket(2), bind(2), listen(2) and close(2) together.
 */
let unwatched: Origin[] = [];
const mostUnwatched = 1000;
const soon = Promise.resolve();

function watch(): void {
  const origins = unwatched;
  unwatched = [];
  for (const origin of origins) {
    const { owner } = origin;
    if (owner === undefined) continue;
    registry.register(owner, origin, origin);
    origin.isWatched = true;
    origin.owner = undefined;
  }
}

/** Closes the descriptor with a warning if `socket` is collected before {@link forget}. */
export function watchOver(socket: object, fd: number, origin: Origin): void {
  const former = owners[fd];
  owners[fd] = origin;
  origin.fd = fd;
  if (former !== undefined) dispossess(former, origin);
  origin.owner = socket;
  if (unwatched.push(origin) === 1) void soon.then(watch);
  else if (unwatched.length === mostUnwatched) watch();
}

export function forget(origin: Origin): void {
  if (owners[origin.fd] === origin) owners[origin.fd] = undefined;
  recent.delete(origin);
  origin.owner = undefined;
  if (origin.isWatched) registry.unregister(origin);
}
