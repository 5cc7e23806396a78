import ora from 'ora';

/** A line on standard error that tells how far a long command is; nothing where that is no terminal. */
export class Progress {
  readonly #spinner = ora({ discardStdin: false });
  readonly #running = new Set<string>();
  readonly #total: number;
  readonly #things: string;
  #done = 0;

  constructor(total: number, things: string) {
    this.#total = total;
    this.#things = things;
    if (process.stderr.isTTY) this.#spinner.start();
  }

  started(name: string): void {
    this.#running.add(name);
    this.#show();
  }

  finished(name: string): void {
    this.#running.delete(name);
    this.#done++;
    this.#show();
  }

  stop(): void {
    this.#spinner.stop();
  }

  #show(): void {
    this.#spinner.text = `${this.#done} of ${this.#total} ${this.#things} done, running ${[...this.#running].join(' ')}`;
  }
}
