import ora from 'ora';
import type { Case, CaseResult } from '../lab/index.js';

/** A line on standard error that tells how far the matrix is; nothing where that is no terminal. */
export class Progress {
  readonly #spinner = ora({ discardStdin: false });
  readonly #running = new Set<string>();
  readonly #total: number;
  #done = 0;

  constructor(total: number) {
    this.#total = total;
    if (process.stderr.isTTY) this.#spinner.start();
  }

  started({ id }: Case): void {
    this.#running.add(id);
    this.#show();
  }

  finished({ id }: CaseResult): void {
    this.#running.delete(id);
    this.#done++;
    this.#show();
  }

  stop(): void {
    this.#spinner.stop();
  }

  #show(): void {
    this.#spinner.text = `${this.#done} of ${this.#total} cases done, running ${[...this.#running].join(' ')}`;
  }
}
