/** A program that prints no line end would fill the memory otherwise. */
const longestLine = 1 << 16;

/** Cuts what a program prints into lines. What is longer than a line may be goes on in the next one. */
export class Lines {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    for (; this.#rest.length > longestLine; this.#rest = this.#rest.slice(longestLine))
      this.#onLine(this.#rest.slice(0, longestLine));
  }

  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }
}
