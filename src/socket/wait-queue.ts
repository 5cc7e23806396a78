import { int32Max, integer, invalidArgument, TimeoutError } from '../errors.js';
import { count } from './watch.js';

/** How long a call may wait. Without either it waits for ever. */
export interface WaitOptions {
  /** Rejects with {@link TimeoutError} after this many milliseconds, unless a last attempt succeeds. */
  readonly timeoutMs?: number | undefined;
  /** Rejects with the signal's reason when it is aborted, unless a last attempt succeeds. */
  readonly signal?: AbortSignal | undefined;
}

/** The keys of {@link WaitOptions}. */
export const waitKeys = ['timeoutMs', 'signal'] as const;

/** setTimeout(3) of Node fires at once for anything longer. */
const longestTimeoutMs = int32Max;

/** Throws for a bad timeout or signal, and the signal's reason if it is aborted already. */
export function checkWait({ timeoutMs, signal }: WaitOptions): void {
  if (timeoutMs !== undefined) integer(timeoutMs, 'timeoutMs', 0, longestTimeoutMs);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', 'an AbortSignal', signal);
  signal?.throwIfAborted();
}

/** Ends a wait whose time is over or whose signal was aborted. */
export interface Quitter {
  giveUp(waiter: Waiter, error: unknown): void;
}

/** Who waits for its turn. */
export abstract class Waiter {
  previous: Waiter | undefined;
  next: Waiter | undefined;
  /** Where it waits; `undefined` once it has ended. */
  queue: WaitQueue | undefined;
  readonly #reject: (error: unknown) => void;
  #isTrying = false;
  #timer: NodeJS.Timeout | undefined;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;

  constructor(reject: (error: unknown) => void) {
    this.#reject = reject;
  }

  /** Makes the call and hands over what it returned, or returns false where it would still block. */
  protected abstract attempt(): boolean;

  /** Lets `quitter` end this when the time is over or the signal is aborted. */
  limit({ timeoutMs, signal }: WaitOptions, syscall: string, quitter: Quitter): void {
    if (timeoutMs !== undefined)
      this.#timer = setTimeout(() => quitter.giveUp(this, new TimeoutError(syscall, timeoutMs)), timeoutMs);
    if (signal === undefined) return;
    this.#signal = signal;
    this.#onAbort = () => quitter.giveUp(this, signal.reason);
    listenAbort(signal, this.#onAbort);
  }

  /**
   * Returns whether this wait is over. An attempt may run the caller's getters, and those may come back here: a second call
   * would take what only one promise can be given.
   */
  serve(): boolean {
    if (this.#isTrying) return false;
    this.#isTrying = true;
    try {
      return this.attempt();
    } catch (error) {
      this.fail(error);
      return true;
    } finally {
      this.#isTrying = false;
    }
  }

  fail(error: unknown): void {
    this.leave();
    this.#reject(error);
  }

  protected leave(): void {
    this.queue?.remove(this);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#signal === undefined || this.#onAbort === undefined) return;
    unlistenAbort(this.#signal, this.#onAbort);
    this.#signal = undefined;
  }
}

/** A call that would block. */
export class WaitingCall<T> extends Waiter {
  readonly #call: () => T | undefined;
  readonly #resolve: (value: T) => void;

  constructor(call: () => T | undefined, resolve: (value: T) => void, reject: (error: unknown) => void) {
    super(reject);
    this.#call = call;
    this.#resolve = resolve;
  }

  protected attempt(): boolean {
    const result = this.#call();
    if (result === undefined) return false;
    this.leave();
    this.#resolve(result);
    return true;
  }
}

/** Waiters in the order they came: a linked list, so that any of thousands can leave at once. */
export class WaitQueue {
  head: Waiter | undefined;
  #tail: Waiter | undefined;

  push(waiter: Waiter): void {
    waiter.queue = this;
    waiter.previous = this.#tail;
    if (this.#tail === undefined) this.head = waiter;
    else this.#tail.next = waiter;
    this.#tail = waiter;
    count(1);
  }

  remove(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.#tail = previous;
    else next.previous = previous;
    waiter.queue = undefined;
    count(-1);
  }

  /** Serves waiters in order until one would block. */
  serve(): void {
    while (this.head?.serve() === true);
  }

  /** Lets each have a look: for waiters who take nothing, so that none stands in another's way. */
  serveEach(): void {
    for (let waiter = this.head; waiter !== undefined; ) {
      const { next } = waiter;
      waiter.serve();
      waiter = next;
    }
  }

  fail(error: unknown): void {
    while (this.head !== undefined) this.head.fail(error);
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
