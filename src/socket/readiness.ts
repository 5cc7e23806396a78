import { invalidArgument } from '../errors.js';
import { Poll } from '../native/binding.js';
import { native } from '../native/load.js';
import { type PollEvent, pollNames } from './poll.js';
import { checkWait, type Quitter, type Waiter, WaitingCall, type WaitOptions, WaitQueue } from './wait-queue.js';
import { count, unwatch, watch, type Watcher } from './watch.js';

const ended = Poll.ERR | Poll.HUP;

/** What can be waited for, in the order in which an event serves it: see {@link wakes}. */
export const Wait = { poll: 0, write: 1, error: 2, urgent: 3, read: 4 } as const;

export type WaitKind = (typeof Wait)[keyof typeof Wait];

/**
 * The events after which each kind of wait is served, in a queue of its own. The error queue (MSG_ERRQUEUE) and urgent data
 * (MSG_OOB) are queues of the kernel's own: a call that waits for one must not hold up a call that waits for another.
 *
 * Who only looks comes first, before anything is taken. Writers come before readers: where both wait for a connection that
 * fails, the error is connect's to tell.
 *
 * By number, here and in {@link Wait}: names would cost each wait several look-ups of a property that V8 cannot foresee.
 */
const wakes: readonly number[] = [
  ~0,
  Poll.OUT | ended,
  Poll.ERR,
  Poll.PRI | Poll.IN | Poll.RDHUP | ended,
  Poll.IN | Poll.PRI | Poll.RDHUP | ended,
];

/**
 * send(2) may block where poll(2) calls the socket writable, and then no event comes: on a Unix datagram socket that is not
 * connected, while the receiver is full. Then it is tried again after this time.
 */
const retryMs = 10;

/** So many changes that nobody waited for, and they are no longer told: until the next wait. */
const mostUnheard = 16;

/** Who is told of each change, and takes what came. */
interface Listener {
  readonly sum: number;
  readonly call: (events: readonly PollEvent[]) => void;
  isOver: boolean;
}

/** The callers that wait for one descriptor, in the order they came. */
export class Readiness implements Watcher, Quitter {
  readonly #fd: number;
  readonly #queues: (WaitQueue | undefined)[] = [];
  /** Not changed but replaced: one may come or go while they are called. */
  #listeners: readonly Listener[] = [];
  #isWatched = false;
  /** Whether it is told that the descriptor can be written to. */
  #isToldOfWrites = false;
  #unheard = 0;
  #unheardWrites = 0;
  #retry: NodeJS.Timeout | undefined;
  #stopped: { readonly error: unknown } | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Makes the call now, or, where it would block (`attempt` returns `undefined`), as soon as the descriptor is ready and
   * earlier callers are served: inside the event, so that no later caller can take what an earlier one waits for.
   */
  call<T, W extends WaitOptions>(
    waitsFor: WaitKind | ((wait: W) => WaitKind),
    syscall: string,
    attempt: () => T | undefined,
    wait: W,
  ): Promise<T> {
    try {
      if (typeof wait !== 'object' || wait === null) throw invalidArgument(syscall, 'an object', wait);
      checkWait(wait);
      const kind = typeof waitsFor === 'function' ? waitsFor(wait) : waitsFor;
      const queue = (this.#queues[kind] ??= new WaitQueue());
      if (queue.head === undefined || kind === Wait.poll) {
        const result = attempt();
        if (result !== undefined) return Promise.resolve(result);
      }
      // The attempt may have run the caller's getters.
      if (this.#stopped !== undefined) throw this.#stopped.error;
      this.#beTold(kind);
      return new Promise((resolve, reject) => {
        const waiter = new WaitingCall(attempt, resolve, reject);
        queue.push(waiter);
        waiter.limit(wait, syscall, this);
        if (kind === Wait.write) this.#retryUnlessTold();
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Calls `call` with those events of `sum`, and of the ones that end a connection, that hold, and again after each change, until
   * the function it returns is called, or {@link stop}.
   */
  listen(sum: number, call: Listener['call']): () => void {
    if (typeof call !== 'function') throw invalidArgument('listener', 'a function', call);
    if (this.#stopped !== undefined) throw this.#stopped.error;
    // Also if it is watched already: then the set tells once more what it is ready for.
    this.#watch(this.#isToldOfWrites || (sum & Poll.OUT) !== 0);
    const listener = { sum: sum | ended, call, isOver: false };
    this.#listeners = [...this.#listeners, listener];
    count(1);
    return () => {
      if (!listener.isOver) this.#end([listener]);
    };
  }

  /** Ends every wait with `error`. The descriptor may be closed or given away afterwards: the addon does not watch it then. */
  stop(error: unknown): void {
    this.#stopped = { error };
    this.#beToldNothing();
    clearTimeout(this.#retry);
    this.#retry = undefined;
    for (const queue of this.#queues) queue?.fail(error);
    this.#end(this.#listeners);
  }

  ready(events: number): void {
    let anybody = this.#listeners.length > 0;
    let heard = anybody && this.#tell(events);
    for (let kind = 0; kind < this.#queues.length; kind++) {
      const queue = this.#queues[kind];
      if (queue?.head === undefined) continue;
      anybody = true;
      if ((events & (wakes[kind] ?? 0)) === 0) continue;
      heard = true;
      if (kind === Wait.poll) queue.serveEach();
      else if (kind !== Wait.write) queue.serve();
      else if (!this.#isEcho(events)) {
        queue.serve();
        this.#retryUnlessTold();
      }
    }
    if (!heard) this.#hearLess(anybody);
  }

  /** One last attempt: what is waited for may have come while the thread was busy, and it is the earliest waiter's. */
  giveUp(waiter: Waiter, error: unknown): void {
    if (waiter.queue === this.#queues[Wait.poll]) waiter.serve();
    else waiter.queue?.serve();
    if (waiter.queue !== undefined) waiter.fail(error);
  }

  #beTold(kind: WaitKind): void {
    const writes = ((wakes[kind] ?? 0) & Poll.OUT) !== 0;
    this.#unheard = 0;
    if (writes) this.#unheardWrites = 0;
    if (!this.#isWatched || (writes && !this.#isToldOfWrites)) this.#watch(writes);
  }

  #watch(writes: boolean): void {
    watch(this.#fd, this, writes);
    this.#isWatched = true;
    this.#isToldOfWrites = writes;
  }

  #end(listeners: readonly Listener[]): void {
    for (const listener of listeners) listener.isOver = true;
    this.#listeners = this.#listeners.filter(({ isOver }) => !isOver);
    count(-listeners.length);
  }

  /** Returns whether any listener was called. */
  #tell(events: number): boolean {
    let told = false;
    for (const listener of this.#listeners) {
      const ready = events & listener.sum;
      if (ready === 0 || listener.isOver) continue;
      told = true;
      try {
        listener.call(pollNames(ready));
      } catch (error) {
        // Others are still to be told.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    return told;
  }

  #beToldNothing(): void {
    if (this.#isWatched) unwatch(this.#fd, this);
    this.#isWatched = false;
    this.#isToldOfWrites = false;
  }

  /** After an event that nobody waited for, though `anybody` may wait for another. */
  #hearLess(anybody: boolean): void {
    if (!anybody && ++this.#unheard === mostUnheard) return this.#beToldNothing();
    if (!anybody || !this.#isToldOfWrites || ++this.#unheardWrites < mostUnheard) return;
    if (!this.#listeners.some(({ sum }) => (sum & Poll.OUT) !== 0)) this.#watch(false);
  }

  /**
   * A send that fails gives back the memory it took, which makes the socket writable once more: tried again at each such
   * event it would spin.
   */
  #isEcho(events: number): boolean {
    return this.#retry !== undefined && (events & ended) === 0;
  }

  /** Tries again later to write where no event will tell when. Asked, poll(2) also makes a full receiver wake its sender. */
  #retryUnlessTold(): void {
    if (this.#queues[Wait.write]?.head === undefined || this.#retry !== undefined) return;
    if ((native.poll(this.#fd, Poll.OUT) & Poll.OUT) === 0) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#queues[Wait.write]?.serve();
      this.#retryUnlessTold();
    }, retryMs);
  }
}
