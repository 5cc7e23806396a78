import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, relative } from 'node:path';
import { filesOf } from '../lab/index.js';

/** An editor that empties a file and then writes it changes it twice: one that was still for so long is whole. */
const stillMs = 50;

/** What a file is told by; as text, since inodes are larger than numbers. */
function stateOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}

/** Scripts and what they import, watched from before they are loaded on: no change is missed. */
export class ScriptWatch {
  readonly #controller = new AbortController();
  readonly #watchers: FSWatcher[] = [];
  readonly #before: ReadonlyMap<string, string>;
  #timer: NodeJS.Timeout | undefined;
  #changed = '';

  private constructor(files: readonly string[]) {
    this.#before = new Map(files.map((file) => [file, stateOf(file)]));
    // A folder, since an editor may put a new file in the place of the old one; only one that is there can be watched.
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      try {
        this.#watchers.push(watch(folder, () => this.#look()));
      } catch {
        continue;
      }
    }
    this.#look();
  }

  static async of(scripts: readonly string[]): Promise<ScriptWatch> {
    return new ScriptWatch([...new Set((await Promise.all(scripts.map(filesOf))).flat())]);
  }

  /** Aborted once one of the files has changed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The first that has changed, from the working directory. */
  get changed(): string {
    return relative(process.cwd(), this.#changed);
  }

  /** Until one has changed, or `until` is aborted. */
  async wait(until: AbortSignal): Promise<void> {
    const either = AbortSignal.any([this.signal, until]);
    if (either.aborted) return;
    await new Promise<void>((done) => either.addEventListener('abort', () => done(), { once: true }));
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const one of this.#watchers) one.close();
  }

  #look(): void {
    const other = [...this.#before].find(([file, state]) => stateOf(file) !== state);
    if (other === undefined) return;
    this.#changed = other[0];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), stillMs);
  }
}
