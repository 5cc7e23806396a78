import ora from 'ora';

/** How far a command is, in words. */
export type Sentence = (done: number, total: number, running: string) => string;

/** A line on standard error that tells how far a long command is; nothing where that is no terminal. */
export class Progress {
  // ora asks for FORCE_COLOR, but not for NO_COLOR (no-color.org).
  readonly #spinner = ora({ discardStdin: false, color: process.env['NO_COLOR'] ? false : 'cyan' });
  /** What runs, and what it waits for where that takes long. */
  readonly #running = new Map<string, string | undefined>();
  readonly #total: number;
  readonly #sentence: Sentence;
  #done = 0;

  constructor(total: number, sentence: Sentence) {
    this.#total = total;
    this.#sentence = sentence;
    // A terminal that does not know its size has 0 columns, in which ora would count lines without end.
    if (process.stderr.isTTY && process.stderr.columns > 0) this.#spinner.start();
  }

  /** `waitsFor` says what takes long. */
  started(name: string, waitsFor?: string): void {
    this.#running.set(name, waitsFor);
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

  /** Once nothing else runs: what for. */
  #waiting(): string {
    const waits = new Set(this.#running.values());
    return waits.size === 0 || waits.has(undefined) ? '' : `: ${[...waits].join(', ')}`;
  }

  #show(): void {
    const running = [...this.#running.keys()].join(' ');
    this.#spinner.text = `${this.#sentence(this.#done, this.#total, running)}${this.#waiting()}`;
  }
}
