import { codeOf } from '../../errors.js';
import { type CallEvent, type Event, type LinkEvent, type Moment, type Outcome, plain } from './event.js';
import { EndsKept, type Omitted } from './ends-kept.js';
import { rememberPosition } from './position.js';

/** What is known of a call, or of a change to a link, before it is made. */
export type Attempt =
  | Pick<CallEvent, 'kind' | 'host' | 'actor' | 'name' | 'args' | 'repeated'>
  | Omit<LinkEvent, 'atMs' | 'endMs' | 'outcome'>;

/** Kept of a long run: a picture shows far less. */
const keptAtBegin = 20_000;
const keptAtEnd = 5000;

type Begun = Attempt & { readonly atMs: number };

const done: Outcome = { ok: true };

/** Of a call that returned nothing that says more than `ok`. */
export const returnsNothing = (): Outcome => done;

/** Of a call that returned a value worth recording. */
export function returns(value: unknown): Outcome {
  return { ok: true, value: plain(value) };
}

/** Collects what is done and seen in a run. */
export class Recorder {
  /** performance.now() when the run began. */
  readonly beginMs = performance.now();
  /** Called after each event. */
  onEvent: (kind: Event['kind']) => void = () => {};
  readonly #events = new EndsKept<Event>(keptAtBegin, keptAtEnd);
  readonly #open = new Set<Begun>();

  /** Since the run began. */
  get elapsedMs(): number {
    return Math.round((performance.now() - this.beginMs) * 1000) / 1000;
  }

  /** In the order in which they began, of very many those at both ends; calls that have not returned end now. */
  get events(): Event[] {
    const endMs = this.elapsedMs;
    const waiting = [...this.#open].flatMap((call) => (call.kind === 'call' ? [{ ...call, endMs }] : []));
    return [...this.#events.kept, ...waiting].sort((a, b) => a.atMs - b.atMs);
  }

  /** How many are not among `events`, and where they were; undefined where none is missing. */
  get omitted(): Omitted | undefined {
    return this.#events.omitted;
  }

  /** What ended last. */
  get last(): Event | undefined {
    return this.#events.last;
  }

  /** Something that takes no time. */
  add(moment: Moment): void {
    const atMs = this.elapsedMs;
    this.#events.add({ ...moment, atMs, endMs: atMs });
    this.onEvent(moment.kind);
  }

  /** Makes a call and records what came of it; a failure is recorded and thrown on. */
  call<T>(attempt: Attempt, make: () => T, outcomeOf: (value: T) => Outcome = returnsNothing): T {
    const begun = this.#begin(attempt);
    try {
      const value = make();
      this.#ended(begun, outcomeOf(value));
      return value;
    } catch (error) {
      this.#ended(begun, { ok: false, errno: codeOf(error) });
      throw error;
    }
  }

  /** The same for a call that waits. */
  async wait<T>(
    attempt: Attempt,
    make: () => Promise<T>,
    outcomeOf: (value: T) => Outcome = returnsNothing,
  ): Promise<T> {
    const begun = this.#begin(attempt);
    try {
      const value = await make();
      this.#ended(begun, outcomeOf(value));
      return value;
    } catch (error) {
      rememberPosition(error);
      this.#ended(begun, { ok: false, errno: codeOf(error) });
      throw error;
    }
  }

  #begin(attempt: Attempt): Begun {
    const begun = { ...attempt, atMs: this.elapsedMs };
    this.#open.add(begun);
    return begun;
  }

  #ended(begun: Begun, outcome: Outcome): void {
    this.#open.delete(begun);
    this.#events.add({ ...begun, endMs: this.elapsedMs, outcome });
    this.onEvent(begun.kind);
  }
}

/** `ok`, or the errno a call failed with. A mistake of the script (a UsageError) is thrown on. */
export function outcome(call: () => unknown): string {
  try {
    call();
    return 'ok';
  } catch (error) {
    return failure(error);
  }
}

/** The same for a call that waits; running out of time is `ERR_TIMED_OUT`. */
export async function outcomeAsync(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'ok';
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'SystemCallError' || name === 'TimeoutError') return codeOf(error);
  throw error;
}
