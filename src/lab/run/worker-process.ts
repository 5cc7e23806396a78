import { codeOf } from '../../errors.js';
import { type ChildProcess, fork } from 'node:child_process';

/** A process that is sent one order at a time and answers each: so that what hangs in it can be killed. */
export class WorkerProcess {
  readonly #file: string;
  #child: ChildProcess | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Rejects with the reason if the process ends, or is killed since there was no answer in time. The next order gets a new one. */
  ask(order: object, limitMs: number): Promise<unknown> {
    const child = this.#started();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        child.removeAllListeners('message').removeAllListeners('exit');
      };
      const fail = (why: string): void => {
        this.end();
        settle();
        reject(new Error(why));
      };
      const timer = setTimeout(() => fail(`it did not end within ${limitMs / 1000} s and was killed`), limitMs);
      child.on('message', (answer) => {
        settle();
        resolve(answer);
      });
      child.on('exit', (code, signal) => fail(`its process ended with ${signal ?? `status ${code}`}`));
      // Where it has just ended, the exit says how.
      child.send(order, () => {});
    });
  }

  /** Sends what is no order of its own: the answer stays that of the order before. */
  tell(message: object): void {
    if (this.#child?.connected === true) this.#child.send(message, () => {});
  }

  /** With all that is in its process group: its programs. The kernel takes down its namespaces. */
  end(): void {
    const { pid } = this.#child ?? {};
    this.#child = undefined;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // All of them are gone.
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }

  #started(): ChildProcess {
    // One that has ended between two orders takes no more.
    if (this.#child?.connected === false) this.end();
    // What a script prints is not what this process has to say: both go to standard error.
    this.#child ??= fork(this.#file, { stdio: ['ignore', 2, 2, 'ipc'], detached: true });
    return this.#child;
  }
}
