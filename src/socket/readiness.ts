import { invalidArgument } from '../errors.js';
import { Poll } from '../native/binding.js';
import { native } from '../native/load.js';
import { checkWait, type Quitter, type Waiter, WaitingCall, type WaitOptions, WaitQueue } from './wait-queue.js';
import { unwatch, watch, type Watcher } from './watch.js';

const ended = Poll.ERR | Poll.HUP;

/**
 * What can be waited for, each in a queue of its own, and the events after which a queue is served. The error queue
 * (MSG_ERRQUEUE) and urgent data (MSG_OOB) are queues of the kernel's own: a call that waits for one must not hold up a call
 * that waits for another.
 *
 * In the order in which an event serves them. Who only looks comes first, before anything is taken. Writers come before
 * readers: where both wait for a connection that fails, the error is connect's to tell.
 */
const wakes = {
  poll: ~0,
  write: Poll.OUT | ended,
  error: Poll.ERR,
  urgent: Poll.PRI | Poll.IN | Poll.RDHUP | ended,
  read: Poll.IN | Poll.PRI | Poll.RDHUP | ended,
} as const;

export type WaitKind = keyof typeof wakes;

const kinds = Object.keys(wakes) as readonly WaitKind[];

/**
 * send(2) may block where poll(2) calls the socket writable, and then no event comes: on a Unix datagram socket that is not
 * connected, while the receiver is full. Then it is tried again after this time.
 */
const retryMs = 10;

/** So many changes that nobody waited for, and the descriptor is no longer watched: until the next wait. */
const mostUnheard = 16;

/** The callers that wait for one descriptor, in the order they came. */
export class Readiness implements Watcher, Quitter {
  readonly #fd: number;
  readonly #queues: Partial<Record<WaitKind, WaitQueue>> = {};
  #isWatched = false;
  #unheard = 0;
  #retry: NodeJS.Timeout | undefined;
  #stopped: { readonly error: unknown } | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Makes the call now, or, where it would block (`attempt` returns `undefined`), as soon as the descriptor is ready and
   * earlier callers are served: inside the event, so that no later caller can take what an earlier one waits for.
   */
  call<T>(
    waitsFor: WaitKind | (() => WaitKind),
    syscall: string,
    attempt: () => T | undefined,
    wait: WaitOptions = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (typeof wait !== 'object' || wait === null) throw invalidArgument(syscall, 'an object', wait);
      checkWait(wait);
      const kind = typeof waitsFor === 'function' ? waitsFor() : waitsFor;
      const queue = (this.#queues[kind] ??= new WaitQueue());
      if (queue.head === undefined || kind === 'poll') {
        const result = attempt();
        if (result !== undefined) return resolve(result);
      }
      // The attempt may have run the caller's getters.
      if (this.#stopped !== undefined) throw this.#stopped.error;
      this.#unheard = 0;
      if (!this.#isWatched) {
        watch(this.#fd, this);
        this.#isWatched = true;
      }
      const waiter = new WaitingCall(attempt, resolve, reject);
      queue.push(waiter);
      waiter.limit(wait, syscall, this);
      if (kind === 'write') this.#retryUnlessTold();
    });
  }

  /** Ends every wait with `error`. The descriptor may be closed or given away afterwards: the addon does not watch it then. */
  stop(error: unknown): void {
    this.#stopped = { error };
    if (this.#isWatched) unwatch(this.#fd, this);
    this.#isWatched = false;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    for (const kind of kinds) this.#queues[kind]?.fail(error);
  }

  ready(events: number): void {
    let anybody = false;
    for (const kind of kinds) {
      const queue = this.#queues[kind];
      if (queue?.head === undefined) continue;
      anybody = true;
      if ((events & wakes[kind]) === 0 || (kind === 'write' && this.#isEcho(events))) continue;
      if (kind === 'poll') queue.serveEach();
      else queue.serve();
      if (kind === 'write') this.#retryUnlessTold();
    }
    if (anybody || ++this.#unheard < mostUnheard) return;
    unwatch(this.#fd, this);
    this.#isWatched = false;
  }

  /** One last attempt: what is waited for may have come while the thread was busy, and it is the earliest waiter's. */
  giveUp(waiter: Waiter, error: unknown): void {
    if (waiter.queue === this.#queues.poll) waiter.serve();
    else waiter.queue?.serve();
    if (waiter.queue !== undefined) waiter.fail(error);
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
    if (this.#queues.write?.head === undefined || this.#retry !== undefined) return;
    if ((native.poll(this.#fd, Poll.OUT) & Poll.OUT) === 0) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#queues.write?.serve();
      this.#retryUnlessTold();
    }, retryMs);
  }
}
