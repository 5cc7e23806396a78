import { type ChildProcess, fork } from 'node:child_process';
import { codeOf } from '../../errors.js';
import type { Answered, Ordered } from './order.js';

/** The process ended under several orders: it is not known under which of them. */
export class TogetherError extends Error {
  override readonly name = 'TogetherError';
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A child, and what it has not answered yet, by number. */
interface Running {
  readonly child: ChildProcess;
  readonly pending: Map<number, Pending>;
}

const resting = new Set<WorkerProcess>();

function endResting(): void {
  for (const worker of resting) worker.end();
}

/** A process that is sent orders and answers each: so that what hangs in it can be killed. */
export class WorkerProcess {
  readonly #file: string;
  #running: Running | undefined;
  #orders = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Rejects with the reason if the process ends, or is killed since there was no answer in time. The next order gets a new one.
   *
   * @throws {TogetherError} it had other orders too.
   */
  ask(order: object, limitMs: number): Promise<unknown> {
    const { child, pending } = this.#started();
    const id = ++this.#orders;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.end();
        fail(pending, `it did not end within ${limitMs / 1000} s and was killed`);
      }, limitMs);
      pending.set(id, { resolve, reject, timer });
      // Where it has just ended, the exit says how.
      child.send({ id, order } satisfies Ordered, () => {});
    });
  }

  /** Sends what is no order of its own: the answer stays that of the order before. */
  tell(order: object): void {
    const { child } = this.#running ?? {};
    if (child?.connected === true) child.send({ id: 0, order } satisfies Ordered, () => {});
  }

  /** Until the next order this process may end, and it with this one. */
  rest(): void {
    const { child } = this.#running ?? {};
    if (child === undefined) return;
    child.unref();
    child.channel?.unref();
    if (resting.size === 0) process.on('exit', endResting);
    resting.add(this);
  }

  /** With all that is in its process group: its programs. The kernel takes down its namespaces. */
  end(): void {
    const { pid } = this.#running?.child ?? {};
    this.#running = undefined;
    this.#wake();
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // All of them are gone.
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }

  #started(): Running {
    // One that has ended between two orders takes no more.
    if (this.#running?.child.connected === false) this.end();
    this.#running?.child.ref();
    this.#running?.child.channel?.ref();
    this.#wake();
    return (this.#running ??= this.#fork());
  }

  #wake(): void {
    if (resting.delete(this) && resting.size === 0) process.off('exit', endResting);
  }

  #fork(): Running {
    // What a script prints is not what this process has to say: both go to standard error.
    const child = fork(this.#file, { stdio: ['ignore', 2, 2, 'ipc'], detached: true });
    const running: Running = { child, pending: new Map() };
    const { pending } = running;
    child.on('message', ({ id, answer }: Answered) => {
      const asked = pending.get(id);
      pending.delete(id);
      clearTimeout(asked?.timer);
      asked?.resolve(answer);
    });
    child.on('exit', (code, signal) => {
      if (this.#running === running) this.end();
      fail(pending, `its process ended with ${signal ?? `status ${code}`}`);
    });
    return running;
  }
}

function fail(pending: Map<number, Pending>, why: string): void {
  const all = [...pending.values()];
  pending.clear();
  for (const { reject, timer } of all) {
    clearTimeout(timer);
    reject(all.length > 1 ? new TogetherError(why) : new Error(why));
  }
}
