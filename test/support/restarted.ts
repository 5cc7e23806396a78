import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SupervisorEvent } from '../../src/service/index.js';
import { program } from './matrix.js';

export type EventOf<Name extends SupervisorEvent['event']> = Extract<SupervisorEvent, { event: Name }>;

const folder = mkdtempSync(join(tmpdir(), 'sockwise-restart-'));
const running = new Set<Restarted>();

/** A program of the tests: what it says may be changed between two starts. */
export function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** `sockwise restart --json`, and the events that it has printed. */
export class Restarted {
  readonly child: ChildProcess;
  readonly events: SupervisorEvent[] = [];
  readonly exited: Promise<number | null>;
  #other = '';
  readonly #waiting: (() => void)[] = [];

  constructor(command: readonly string[], flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [program, 'restart', '--json', ...flags, '--', ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    if (this.child.stderr === null) throw new Error('no output');
    createInterface(this.child.stderr).on('line', (line) => {
      if (line.startsWith('{"event"')) this.events.push(JSON.parse(line) as SupervisorEvent);
      else this.#other += `${line}\n`;
      for (const hear of this.#waiting.splice(0)) hear();
    });
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    void this.exited.then(() => this.#waiting.splice(0).forEach((hear) => hear()));
    running.add(this);
  }

  /** The first event of this name, of this start if one is given. */
  async until<Name extends SupervisorEvent['event']>(name: Name, generation?: number): Promise<EventOf<Name>> {
    for (;;) {
      const found = this.events.find(
        (one): one is EventOf<Name> =>
          one.event === name && (generation === undefined || !('generation' in one) || one.generation === generation),
      );
      if (found !== undefined) return found;
      if (this.child.exitCode !== null) throw new Error(`no ${name}: ${JSON.stringify(this.events)} ${this.#other}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The events without what differs from run to run. */
  get names(): string[] {
    return this.events.map((one) => ('generation' in one ? `${one.event} ${one.generation}` : one.event));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The process of a start. */
  pid(generation: number): number {
    const started = this.events.find((one) => one.event === 'started' && one.generation === generation);
    if (started?.event !== 'started' || started.pid === undefined) throw new Error(`no start ${generation}`);
    return started.pid;
  }

  async port(generation = 1): Promise<number> {
    const { address } = await this.until('listening', generation);
    return Number(address.slice(address.lastIndexOf(':') + 1));
  }
}

/** Ends what a test has left. */
export async function endRestarted(): Promise<void> {
  for (const one of running) {
    one.signal('SIGKILL');
    await one.exited;
    for (const event of one.events)
      if (event.event === 'started' && event.pid !== undefined) {
        try {
          process.kill(-event.pid, 'SIGKILL');
        } catch {
          // It has ended.
        }
      }
  }
  running.clear();
}

export function removeWritten(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A request on a connection of its own; what was answered. */
export function ask(port: number, agent: http.Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
