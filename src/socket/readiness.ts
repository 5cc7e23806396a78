import { integer, invalidArgument, SystemCallError, TimeoutError, UsageError } from '../errors.js';
import { READABLE, WRITABLE } from '../native/binding.js';
import { native } from '../native/load.js';

/** How long a call may wait. Without either it waits for ever. */
export interface WaitOptions {
  /** Rejects with {@link TimeoutError} after this many milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Rejects with the signal's reason when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

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
 * POLLERR cannot be masked: while an error queue (MSG_ERRQUEUE) is not empty, a waiter that is not reading it would be
 * woken without end. After an error event that helped nobody the next look is put off by this much.
 */
const errorPauseMs = 10;

const watchers = new Map<number, Readiness>();
let started = false;

/** Bun exports uv_poll_init as a stub that aborts, so there a thread with poll(2) does the same work. */
const threaded = 'bun' in process.versions || process.env['SOCKWISE_READINESS'] === 'thread';

function start(): void {
  started = true;
  const result = native.startReadiness((fd, events) => watchers.get(fd)?.ready(events), threaded);
  if (result < 0) throw new SystemCallError(result, 'uv_poll');
}

/** The callers that wait for one descriptor, in the order they came. */
export class Readiness {
  readonly #fd: number;
  readonly #readers: Waiter[] = [];
  readonly #writers: Waiter[] = [];
  #watched = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Makes the call now, or, where it would block, as soon as the descriptor is ready and earlier callers are served. */
  async call<T>(
    direction: 'read' | 'write',
    syscall: string,
    attempt: () => T | undefined,
    { timeoutMs, signal }: WaitOptions = {},
  ): Promise<T> {
    if (timeoutMs !== undefined) integer(timeoutMs, 'timeoutMs', 0, longestTimeoutMs);
    if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidArgument('signal', 'an AbortSignal', signal);
    signal?.throwIfAborted();
    const queue = direction === 'read' ? this.#readers : this.#writers;
    if (queue.length === 0) {
      const result = attempt();
      if (result !== undefined) return result;
    }
    return await this.#wait(queue, syscall, attempt, timeoutMs, signal);
  }

  /** Ends every wait with `error`. The descriptor may be closed afterwards. */
  stop(error: Error): void {
    const waiting = [...this.#readers.splice(0), ...this.#writers.splice(0)];
    this.#update();
    for (const waiter of waiting) waiter.fail(error);
  }

  /** The one event of a watch. */
  ready(events: number): void {
    this.#watched = 0;
    const errored = events < 0;
    let served = 0;
    if (errored || (events & READABLE) !== 0) served += this.#serve(this.#readers);
    if (errored || (events & WRITABLE) !== 0) served += this.#serve(this.#writers);
    if (errored && served === 0) this.#pauseWatch();
    else this.#update();
  }

  #wait<T>(
    queue: Waiter[],
    syscall: string,
    attempt: () => T | undefined,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
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
        queue.splice(queue.indexOf(waiter), 1);
        this.#update();
        waiter.fail(error);
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => giveUp(new TimeoutError(syscall, timeoutMs)), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      queue.push(waiter);
      try {
        this.#update();
      } catch (error) {
        queue.pop();
        waiter.fail(error);
      }
    });
  }

  /** Serves waiters in order until one would block. Returns how many were. */
  #serve(queue: Waiter[]): number {
    let served = 0;
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      try {
        if (!head.attempt()) return served;
        queue.shift();
      } catch (error) {
        queue.shift();
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
    }, errorPauseMs);
  }

  #update(): void {
    const wanted = (this.#readers.length > 0 ? READABLE : 0) | (this.#writers.length > 0 ? WRITABLE : 0);
    if (wanted === 0) {
      clearTimeout(this.#pause);
      this.#pause = undefined;
      if (watchers.delete(this.#fd)) native.watch(this.#fd, 0);
      this.#watched = 0;
      return;
    }
    if (wanted === this.#watched || this.#pause !== undefined) return;
    if (!started) start();
    watchers.set(this.#fd, this);
    const result = native.watch(this.#fd, wanted);
    if (result < 0) {
      watchers.delete(this.#fd);
      throw watchError(result, this.#fd);
    }
    this.#watched = wanted;
  }
}

function watchError(result: number, fd: number): Error {
  const error = new SystemCallError(result, 'uv_poll');
  if (error.code !== 'EEXIST') return error;
  return new UsageError(
    'ERR_SOCKET_BUSY',
    `descriptor ${fd}: the event loop already watches it for another object, so it cannot be waited for here`,
  );
}
