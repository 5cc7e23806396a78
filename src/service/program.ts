import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { compiled } from '../package.js';
import type { Order, Done } from './restart-messages.js';
import { restartVariable } from './restart-messages.js';

/** How a process has ended; `error` where there was none, as with a command that is not found. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: string;
}

/** One process of the program that listens, or works for a cluster that does. */
export interface Process {
  order(order: Order): void;
}

const preload = pathToFileURL(compiled('service/supervised.js')).href;

function environment(address: string, generation: number): NodeJS.ProcessEnv {
  // The program is not the service: what it told the service manager would be told of the supervisor.
  const { NOTIFY_SOCKET: _, NODE_OPTIONS: options, ...rest } = process.env;
  return {
    ...rest,
    NODE_OPTIONS: `${options ?? ''} --import=${preload}`.trim(),
    [restartVariable]: `${address} ${generation}`,
  };
}

/** One start of the program: a process, those that it starts, and what they have said. */
export class Program {
  readonly generation: number;
  readonly exited: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #processes = new Set<Process>();
  readonly #done: [process: Process, what: Done][] = [];
  readonly #waiting = new Set<() => void>();
  ended: Ending | undefined;
  /** Where it listens, or did. */
  readonly places = new Set<string>();

  constructor([command = '', ...args]: readonly string[], address: string, generation: number) {
    this.generation = generation;
    this.#child = spawn(command, args, {
      // A process group of its own: Ctrl+C is for the supervisor, which drains.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: environment(address, generation),
    });
    this.exited = new Promise((resolve) => {
      const end = (ending: Ending): void => {
        this.ended ??= ending;
        this.changed();
        resolve(this.ended);
      };
      this.#child.once('exit', (code, signal) => end({ code, signal }));
      this.#child.once('error', ({ message }) => end({ code: null, signal: null, error: message }));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isListening(): boolean {
    return this.places.size > 0;
  }

  join(process: Process): void {
    this.#processes.add(process);
  }

  leave(process: Process): void {
    this.#processes.delete(process);
    this.changed();
  }

  did(process: Process, what: Done): void {
    this.#done.push([process, what]);
    this.changed();
  }

  /** Looks again whether what is waited for has come. */
  changed(): void {
    for (const look of this.#waiting) look();
  }

  /** Resolves with true when `holds`, with false when the program has ended or the time is over. */
  async until(holds: () => boolean, timeoutMs: number): Promise<boolean> {
    const over = new AbortController();
    let look = (): void => {};
    const held = new Promise<boolean>((resolve) => {
      look = () => {
        if (holds()) resolve(true);
        else if (this.ended !== undefined) resolve(false);
      };
    });
    this.#waiting.add(look);
    look();
    const late = setTimeout(timeoutMs, false, { signal: over.signal }).catch(() => false);
    try {
      return await Promise.race([held, late]);
    } finally {
      this.#waiting.delete(look);
      over.abort();
    }
  }

  hasDone(what: Done): boolean {
    return this.#done.some(([, done]) => done === what);
  }

  /** Gives an order to every process, and waits until each has done it or is gone. */
  async order(order: Order, what: Done, timeoutMs: number): Promise<boolean> {
    const ordered = [...this.#processes];
    for (const process of ordered) process.order(order);
    const isDone = (process: Process): boolean =>
      !this.#processes.has(process) || this.#done.some(([by, done]) => by === process && done === what);
    return await this.until(() => ordered.every(isDone), timeoutMs);
  }

  /** Without waiting for an answer. */
  tell(order: Order): void {
    for (const process of this.#processes) process.order(order);
  }

  /** kill(2) of the whole process group. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
