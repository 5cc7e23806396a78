import type { Ora } from 'ora';

/** How far a command is, in words. */
export type Sentence = (done: number, total: number, running: string) => string;

/** ora asks for FORCE_COLOR, but not for NO_COLOR (no-color.org). It takes longer to load than most runs take. */
async function spinner(): Promise<Ora> {
  const { default: ora } = await import('ora');
  return ora({ discardStdin: false, color: process.env['NO_COLOR'] ? false : 'cyan' });
}

/** A line on standard error that tells how far a long command is; nothing where that is no terminal. */
export class Progress {
  readonly #spinner: Ora | undefined;
  /** What runs, and what it waits for where that takes long. */
  readonly #running = new Map<string, string | undefined>();
  readonly #total: number;
  readonly #sentence: Sentence;
  #done = 0;

  private constructor(total: number, sentence: Sentence, spinner: Ora | undefined) {
    this.#total = total;
    this.#sentence = sentence;
    this.#spinner = spinner?.start();
  }

  static async start(total: number, sentence: Sentence): Promise<Progress> {
    // A terminal that does not know its size has 0 columns, in which ora would count lines without end.
    const isShown = process.stderr.isTTY && process.stderr.columns > 0;
    return new Progress(total, sentence, isShown ? await spinner() : undefined);
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
    this.#spinner?.stop();
  }

  /** Once nothing else runs: what for. */
  #waiting(): string {
    const waits = new Set(this.#running.values());
    return waits.size === 0 || waits.has(undefined) ? '' : `: ${[...waits].join(', ')}`;
  }

  #show(): void {
    if (this.#spinner === undefined) return;
    const running = [...this.#running.keys()].join(' ');
    this.#spinner.text = `${this.#sentence(this.#done, this.#total, running)}${this.#waiting()}`;
  }
}
