import { constants } from 'node:os';
import { exitCodes } from './exit.js';

/** Ctrl+C and SIGTERM, while it lives: the first one aborts the run, so that what there was can be printed. */
export class Interrupt {
  readonly #controller = new AbortController();
  #exitCode: number = exitCodes.interrupted;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        this.#exitCode = 128 + constants.signals[signal];
        // The second time at once: the processes of the run end when this one is gone.
        if (this.signal.aborted) process.exit(this.#exitCode);
        this.#controller.abort();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the program ends with once it was interrupted: 128 and the signal's number, as a shell has it. */
  get exitCode(): number {
    return this.#exitCode;
  }
}
