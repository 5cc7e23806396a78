import ora from 'ora';

/** A line on standard error that tells how far a long command is; nothing where that is no terminal. */
export class Progress {
  // ora asks for FORCE_COLOR, but not for NO_COLOR (no-color.org).
  readonly #spinner = ora({ discardStdin: false, color: process.env['NO_COLOR'] ? false : 'cyan' });
  readonly #running = new Set<string>();
  readonly #total: number;
  readonly #things: string;
  #done = 0;

  constructor(total: number, things: string) {
    this.#total = total;
    this.#things = things;
    // A terminal that does not know its size has 0 columns, in which ora would count lines without end.
    if (process.stderr.isTTY && process.stderr.columns > 0) this.#spinner.start();
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
