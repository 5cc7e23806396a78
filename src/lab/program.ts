import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Recorder } from './step.js';
import { until } from './until.js';

/** Programs are run compiled, also where this file is not. */
const programs = fileURLToPath(new URL('../../dist/lab/programs/', import.meta.url));

export interface ProgramSettings {
  /** File in `lab/programs`, without its ending. */
  readonly program: string;
  readonly name?: string;
  readonly args?: readonly string[];
  /** Runs as this user and group; only root may. */
  readonly uid?: number;
  /** Descriptors the program inherits, as 3, 4 and so on. */
  readonly fds?: readonly number[];
}

/** A line the programs print: a call they made and what came of it. */
export interface Report {
  readonly call: string;
  readonly result: string;
  /** What an agent program was asked to pass. */
  readonly args?: readonly (string | number)[];
  readonly [detail: string]: unknown;
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'call' in value && 'result' in value;
}

/** A real process of the lab. What it reports becomes a step of the run. */
export class Program {
  readonly name: string;
  readonly reports: Report[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown[]>;
  readonly #host: string;
  readonly #recorder: Recorder;
  readonly #errors: string[] = [];
  #started = false;

  constructor(
    { program, name = program, args = [], uid, fds = [] }: ProgramSettings,
    host: string,
    recorder: Recorder,
  ) {
    this.name = name;
    this.#host = host;
    this.#recorder = recorder;
    this.#child = spawn(process.execPath, [`${programs}${program}.js`, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', ...fds],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    this.#exit = once(this.#child, 'close');
    if (this.#child.stdout) createInterface(this.#child.stdout).on('line', (line) => this.#heard(line));
    this.#child.stderr?.on('data', (text: Buffer) => this.#errors.push(text.toString()));
    // Written to a program that has gone: its exit is what will be reported.
    this.#child.stdin?.on('error', () => {});
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Resolves when the program has loaded, before its first call. */
  async ready(): Promise<void> {
    await this.#until(() => (this.#started ? true : undefined), 'start');
    this.#recorder.add(this.#host, `start ${this.name}`, 'ok');
  }

  /** Waits for a report of `call`, after the first `seen` of them. */
  report(call: string, seen = 0): Promise<Report> {
    return this.#until(() => this.reports.filter((report) => report.call === call)[seen], call);
  }

  /** Writes a line to the program's standard input. */
  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Asks an agent program for a call, and waits for its result. */
  async ask(call: string, ...args: readonly (string | number)[]): Promise<Report> {
    const seen = this.reports.filter((report) => report.call === call).length;
    this.write(JSON.stringify([call, ...args]));
    return await this.report(call, seen);
  }

  /** kill(2), and waits for the end of the process. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#recorder.add(this.#host, `kill(${this.name}, ${signal})`, 'ok');
    this.#child.kill(signal);
    await this.exited();
  }

  /** How the process ended: its status, or the signal. */
  async exited(): Promise<string> {
    const [code, signal] = await this.#exit;
    const how = typeof signal === 'string' ? signal : `status ${String(code)}`;
    this.#recorder.add(this.#host, `${this.name} ended`, how);
    return how;
  }

  /** Ends it at once, if it has not. */
  end(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
  }

  #heard(line: string): void {
    const report: unknown = JSON.parse(line);
    if (!isReport(report)) return;
    if (report.call === 'start') {
      this.#started = true;
      return;
    }
    this.reports.push(report);
    const args = report.args === undefined ? '' : `(${report.args.join(', ')})`;
    this.#recorder.add(this.#host, `${this.name}: ${report.call}${args}`, report.result);
  }

  async #until<T>(look: () => T | undefined, what: string): Promise<T> {
    return await until(() => {
      const seen = look();
      if (seen === undefined && this.#errors.length > 0) throw new Error(`${this.name}: ${this.#errors.join('')}`);
      return seen;
    }, `${this.name}: ${what}`);
  }
}
