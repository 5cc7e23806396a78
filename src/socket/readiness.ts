import { constants as os } from 'node:os';
import { check, integer, invalidArgument, TimeoutError, UsageError } from '../errors.js';
import { READABLE, WRITABLE } from '../native/binding.js';
import { native } from '../native/load.js';

/** How long a call may wait. Without either it waits for ever. */
export interface WaitOptions {
  /** Rejects with {@link TimeoutError} after this many milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Rejects with the signal's reason when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** The keys of {@link WaitOptions}. */
export const waitKeys = ['timeoutMs', 'signal'] as const;

/**
 * A call that would block waits for its turn: `attempt` makes the system call and returns `undefined` while it would
 * still block. It runs inside the readiness event, so that no later caller can take what an earlier one waits for.
 */
interface Waiter {
  attempt(): boolean;
  fail(error: unknown): void;
}

/** setTimeout(3) of Node fires at once for anything longer. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * poll(2) may call a descriptor ready where the call still blocks, and go on calling it ready: POLLERR while an error
 * queue (MSG_ERRQUEUE) is not empty, POLLIN of a datagram socket after shutdown, POLLOUT of a Unix datagram socket whose
 * receiver is full. After so many events in a row that helped nobody the next look is put off.
 */
const fruitlessEvents = 16;
const pauseMs = 10;

const watchers = new Map<number, Readiness>();
/** Bun exports uv_poll_init as a stub that aborts, so there a thread with poll(2) does the same work. */
const threaded = 'bun' in process.versions || process.env['SOCKWISE_READINESS'] === 'thread';

let started = false;

/** Throws where nothing can be watched now. The next call tries again: descriptors and threads may be there by then. */
function start(): void {
  if (started) return;
  const result = native.startReadiness((fd, events) => watchers.get(fd)?.ready(events), threaded);
  // Of the two calls that the thread needs, pthread_create(3) alone fails with EAGAIN.
  check(result, threaded ? (result === -os.errno.EAGAIN ? 'pthread_create' : 'pipe') : 'uv_poll_init');
  started = true;
}

/** Watches `fd` for `events`, or throws. */
function watch(fd: number, events: number): void {
  start();
  const result = native.watch(fd, events);
  if (result === -os.errno.EEXIST) {
    throw new UsageError(
      'ERR_SOCKET_BUSY',
      `descriptor ${fd}: the event loop already watches it for another object, so it cannot be waited for here`,
    );
  }
  check(result, threaded ? 'fcntl' : 'uv_poll_init');
}

/** Throws for a bad timeout or signal, and the signal's reason if it is aborted already. */
export function checkWait({ timeoutMs, signal }: WaitOptions): void {
  if (timeoutMs !== undefined) integer(timeoutMs, 'timeoutMs', 0, longestTimeoutMs);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', 'an AbortSignal', signal);
  signal?.throwIfAborted();
}

/** The callers that wait for one descriptor, in the order they came. */
export class Readiness {
  readonly #fd: number;
  readonly #readers: Waiter[] = [];
  readonly #writers: Waiter[] = [];
  #watched = 0;
  #fruitless = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Makes the call now, or, where it would block, as soon as the descriptor is ready and earlier callers are served. */
  async call<T>(
    direction: 'read' | 'write',
    syscall: string,
    attempt: () => T | undefined,
    wait: WaitOptions = {},
  ): Promise<T> {
    if (typeof wait !== 'object' || wait === null) throw invalidArgument(syscall, 'an object', wait);
    checkWait(wait);
    const queue = direction === 'read' ? this.#readers : this.#writers;
    if (queue.length === 0) {
      const result = attempt();
      if (result !== undefined) return result;
    }
    return await this.#wait(queue, syscall, attempt, wait);
  }

  /** Ends every wait with `error`. The descriptor may be closed afterwards. */
  stop(error: unknown): void {
    const waiting = [...this.#readers.splice(0), ...this.#writers.splice(0)];
    this.#update();
    for (const waiter of waiting) waiter.fail(error);
  }

  /** The one event of a watch. */
  ready(events: number): void {
    this.#watched = 0;
    let served = 0;
    // Writers first: where both wait for a connection that fails, the error is connect's to tell.
    if (events < 0 || (events & WRITABLE) !== 0) served += this.#serve(this.#writers);
    if (events < 0 || (events & READABLE) !== 0) served += this.#serve(this.#readers);
    this.#fruitless = served > 0 ? 0 : this.#fruitless + 1;
    if (this.#fruitless >= fruitlessEvents && this.#wanted() !== 0) this.#pauseWatch();
    else this.#update();
  }

  #wait<T>(
    queue: Waiter[],
    syscall: string,
    attempt: () => T | undefined,
    { timeoutMs, signal }: WaitOptions,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        if (signal !== undefined) unlistenAbort(signal, onAbort);
      };
      const waiter: Waiter = {
        attempt() {
          const result = attempt();
          if (result === undefined) return false;
          leave();
          resolve(result);
          return true;
        },
        fail(error) {
          leave();
          reject(error);
        },
      };
      const giveUp = (error: unknown): void => {
        remove(queue, waiter);
        this.#update();
        waiter.fail(error);
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => giveUp(new TimeoutError(syscall, timeoutMs)), timeoutMs);
      if (signal !== undefined) listenAbort(signal, onAbort);
      queue.push(waiter);
      this.#update();
    });
  }

  /** Serves waiters in order until one would block. Returns how many were. */
  #serve(queue: Waiter[]): number {
    let served = 0;
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      try {
        if (!head.attempt()) return served;
        remove(queue, head);
      } catch (error) {
        remove(queue, head);
        head.fail(error);
      }
      served++;
    }
    return served;
  }

  #pauseWatch(): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#update();
    }, pauseMs);
  }

  #wanted(): number {
    return (this.#readers.length > 0 ? READABLE : 0) | (this.#writers.length > 0 ? WRITABLE : 0);
  }

  /** Watches for what is waited for. A descriptor that cannot be watched ends every wait. */
  #update(): void {
    const wanted = this.#wanted();
    if (wanted === 0) return this.#forget();
    if (wanted === this.#watched || this.#pause !== undefined) return;
    try {
      watch(this.#fd, wanted);
    } catch (error) {
      return this.stop(error);
    }
    watchers.set(this.#fd, this);
    this.#watched = wanted;
  }

  #forget(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#watched = 0;
    // The number may be another's by now.
    if (watchers.get(this.#fd) !== this) return;
    watchers.delete(this.#fd);
    native.watch(this.#fd, 0);
  }
}

/**
 * One listener for all waits on a signal: Node warns of a leak from the eleventh listener on, and removes one by walking
 * through all of them.
 */
const abortCallbacks = new WeakMap<AbortSignal, Set<() => void>>();

function onAbortOf(event: Event): void {
  const signal = event.currentTarget as AbortSignal;
  for (const callback of abortCallbacks.get(signal) ?? []) callback();
}

function listenAbort(signal: AbortSignal, callback: () => void): void {
  let callbacks = abortCallbacks.get(signal);
  if (callbacks === undefined) {
    callbacks = new Set();
    abortCallbacks.set(signal, callbacks);
    signal.addEventListener('abort', onAbortOf);
  }
  callbacks.add(callback);
}

function unlistenAbort(signal: AbortSignal, callback: () => void): void {
  const callbacks = abortCallbacks.get(signal);
  callbacks?.delete(callback);
  if (callbacks?.size !== 0) return;
  abortCallbacks.delete(signal);
  signal.removeEventListener('abort', onAbortOf);
}

/** Removes a waiter that may have left by itself: an attempt can run the caller's getters, and those can do anything. */
function remove(queue: Waiter[], waiter: Waiter): void {
  const index = queue.indexOf(waiter);
  if (index >= 0) queue.splice(index, 1);
}
