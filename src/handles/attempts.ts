import type { InternetAddress, UnixAddress } from '../address.js';
import { SystemCallError } from '../errors.js';
import type { OptionValues } from '../options/types.js';
import { Socket } from '../socket/socket.js';
import type { Hold } from './hold.js';

/** Every address was tried, none answered. */
export class ConnectError extends AggregateError {
  /** The failure of each address, in the order they were tried. */
  declare readonly errors: SystemCallError[];
  /** Code of the first error, as in Node. */
  readonly code: string;

  constructor(errors: readonly SystemCallError[]) {
    super(errors, `connect: none of ${errors.length} addresses: ${errors.map(({ message }) => message).join('; ')}`);
    this.name = 'ConnectError';
    this.code = errors[0]?.code ?? '';
  }
}

export type Destination = InternetAddress | UnixAddress;

export interface AttemptSettings {
  readonly options: OptionValues | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** When the next address is tried beside one that has not answered; `undefined`: not before it has failed. */
  readonly attemptDelayMs: number | undefined;
  /** Hears of each attempt, with its place in the order. */
  readonly observer?: AttemptObserver | undefined;
  /** Says whether they keep the event loop alive; they do if absent. */
  readonly hold?: Hold | undefined;
}

export interface AttemptObserver {
  started(to: Destination, index: number): void;
  failed(to: Destination, error: SystemCallError): void;
}

/**
 * The order of RFC 8305 section 4: families by turns, beginning with that of the first address; within one the order
 * that was given.
 */
export function interleave<T extends { readonly family: string }>(addresses: readonly T[]): T[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const ordered: T[] = [];
  for (let i = 0; i < Math.max(first.length, second.length); i++)
    ordered.push(...first.slice(i, i + 1), ...second.slice(i, i + 1));
  return ordered;
}

/** One attempt, with a socket of its own that has every option and the local address. */
async function attempt(to: Destination, settings: AttemptSettings, signal: AbortSignal): Promise<Socket> {
  const { options, localAddress, localPort, hold } = settings;
  const socket = Socket.open({ family: to.family, options });
  try {
    if (localAddress !== undefined || localPort !== undefined) socket.bind({ address: localAddress, port: localPort });
    const connected = socket.connect(to, { signal });
    return await (hold?.around(connected) ?? connected);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/**
 * Tries `destinations` in order until one answers, the next one as soon as one has failed or `attemptDelayMs` after it
 * was begun. Resolves with the winner, when the sockets of all others are closed.
 *
 * @throws {SystemCallError} the only failure, {@link ConnectError} several; what `signal` was aborted with.
 */
export async function firstToAnswer(
  destinations: readonly Destination[],
  settings: AttemptSettings,
  signal: AbortSignal,
): Promise<Socket> {
  const race = new Race(destinations, settings, signal);
  return await race.run();
}

class Race {
  readonly #destinations: readonly Destination[];
  readonly #settings: AttemptSettings;
  readonly #signal: AbortSignal;
  readonly #losers = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #errors: SystemCallError[] = [];
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #winner: Socket | undefined;
  #broken: { readonly error: unknown } | undefined;

  constructor(destinations: readonly Destination[], settings: AttemptSettings, signal: AbortSignal) {
    this.#destinations = destinations;
    this.#settings = settings;
    this.#signal = signal;
  }

  async run(): Promise<Socket> {
    const onAbort = (): void => this.#end({ error: this.#signal.reason });
    this.#signal.addEventListener('abort', onAbort);
    this.#start();
    while (this.#running.size > 0) await Promise.race(this.#running);
    this.#signal.removeEventListener('abort', onAbort);
    if (this.#broken === undefined && this.#winner !== undefined) return this.#winner;
    this.#winner?.close();
    if (this.#broken !== undefined) throw this.#broken.error;
    throw this.#errors.length === 1 ? this.#errors[0] : new ConnectError(this.#errors);
  }

  #start(): void {
    clearTimeout(this.#timer);
    const index = this.#next++;
    const to = this.#destinations[index];
    if (to === undefined) return;
    this.#settings.observer?.started(to, index);
    const running: Promise<void> = this.#try(to).finally(() => this.#running.delete(running));
    this.#running.add(running);
    const { attemptDelayMs } = this.#settings;
    if (attemptDelayMs !== undefined && this.#next < this.#destinations.length) {
      // An attempt goes on until then, and keeps the event loop alive if it is to be kept.
      this.#timer = setTimeout(() => this.#start(), attemptDelayMs).unref();
    }
  }

  async #try(to: Destination): Promise<void> {
    try {
      const socket = await attempt(to, this.#settings, this.#losers.signal);
      if (this.#losers.signal.aborted) return socket.close();
      this.#winner = socket;
      this.#end();
    } catch (error) {
      if (this.#losers.signal.aborted) return;
      // A mistake of the caller's is the same for every address.
      if (!(error instanceof SystemCallError)) return this.#end({ error });
      this.#errors.push(error);
      this.#settings.observer?.failed(to, error);
      this.#start();
    }
  }

  /** No further attempt; those under way are closed. */
  #end(broken?: { readonly error: unknown }): void {
    clearTimeout(this.#timer);
    this.#broken ??= broken;
    this.#losers.abort();
  }
}
