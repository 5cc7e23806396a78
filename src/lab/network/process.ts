import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { invalidArgument } from '../../errors.js';
import { Lines } from './lines.js';
import type { Moment, ProcessEvent } from '../record/event.js';
import type { Recorder } from '../record/recorder.js';
import { until } from '../record/until.js';

/** What is run, and how. */
export interface ProcessSettings {
  /** A file, or a name to be found in PATH. */
  readonly command: string;
  /** Its arguments; none if absent. */
  readonly args?: readonly string[] | undefined;
  /** What the record calls it; the command if absent. */
  readonly name?: string | undefined;
  /** Runs as this user and group; only root may. */
  readonly uid?: number | undefined;
  /** Descriptors it inherits, as 3, 4 and so on. */
  readonly fds?: readonly number[] | undefined;
  /** Its environment; that of this process if absent. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Kept of what it prints, in characters; the oldest goes first. */
const mostOutput = 1 << 20;
/** Lines that are recorded, and characters of each. */
const mostLines = 1000;
const mostOfLine = 1000;
/** What it started may hold its pipes open for ever. */
const afterExitMs = 1000;

/** Cut to half of what it may be at most, so that it is not cut with each line. */
function latest(text: string): string {
  return text.length > 2 * mostOutput ? text.slice(-mostOutput) : text;
}

/** A process on a host. Each line it prints becomes an event of the run, and it ends with the run at the latest. */
export class HostProcess {
  /** What the record calls it. */
  readonly name: string;
  /** What it has printed so far, on standard output and on standard error: at least the last megabyte. */
  output = '';
  /** The same of standard error. */
  errors = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown[]>;
  protected readonly host: string;
  readonly #recorder: Recorder;
  #hasEnded = false;
  #lines = 0;

  constructor(settings: ProcessSettings, host: string, recorder: Recorder) {
    const { command, name = command, args = [], uid, fds = [], env = process.env } = settings;
    if (typeof command !== 'string' || command === '') throw invalidArgument('command', 'a file or a name', command);
    if (typeof name !== 'string') throw invalidArgument('name', 'a text', name);
    if (!Array.isArray(args) || !args.every((word) => typeof word === 'string'))
      throw invalidArgument('args', 'an array of texts', args);
    this.name = name;
    this.host = host;
    this.#recorder = recorder;
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe', ...fds],
      env,
      ...(uid !== undefined && { uid, gid: uid }),
    });
    this.#exit = this.#end();
    const ended = (): boolean => (this.#hasEnded = true);
    // A command that is not there is told to whoever waits for it.
    this.#exit.then(ended, (error: unknown) => {
      this.errors += String(error);
      ended();
    });
    const lines = new Lines((line) => this.#take(line));
    this.#child.stdout?.setEncoding('utf8');
    this.#child.stdout?.on('data', (text: string) => lines.add(text)).on('end', () => lines.end());
    this.#child.stderr?.setEncoding('utf8');
    this.#child.stderr?.on('data', (text: string) => (this.errors = latest(this.errors + text)));
    // Written to a program that has gone: its exit is what will be reported.
    this.#child.stdin?.on('error', () => {});
  }

  /** -1 where it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Notes that the program runs, or could not be started. */
  started(): void {
    this.note('starts', this.pid !== -1);
  }

  /** Writes a line to its standard input. */
  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Waits until `pattern` is in what it has printed; rejects if it ends before. */
  async printed(pattern: string | RegExp, deadlineMs?: number): Promise<void> {
    if (typeof pattern !== 'string' && !(pattern instanceof RegExp))
      throw invalidArgument('pattern', 'a text or a RegExp', pattern);
    const isThere = (): boolean =>
      typeof pattern === 'string' ? this.output.includes(pattern) : pattern.test(this.output);
    const look = (): true | undefined => {
      if (isThere()) return true;
      if (this.#hasEnded) throw new Error(`${this.name} ended before it printed ${String(pattern)}. ${this.errors}`);
      return undefined;
    };
    await this.seen(look, `to print ${String(pattern)}`, deadlineMs);
  }

  /** kill(2), and waits for the end of the process. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!Object.hasOwn(constants.signals, signal)) throw invalidArgument('signal', 'the name of a signal', signal);
    this.add({ kind: 'call', host: this.host, name: 'kill', args: [this.name, signal], outcome: { ok: true } });
    this.#child.kill(signal);
    await this.exited();
  }

  /** How the process ended: its status, or the signal. */
  async exited(): Promise<string> {
    const [code, signal] = await this.#exit;
    const how = typeof signal === 'string' ? signal : `status ${String(code)}`;
    this.note('ends', true, how);
    return how;
  }

  /** Ends it at once, if it has not. */
  end(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
  }

  protected note(change: ProcessEvent['change'], ok = true, text?: string): void {
    this.add({ kind: 'process', host: this.host, actor: this.name, change, ok, ...(text !== undefined && { text }) });
  }

  protected add(moment: Moment): void {
    this.#recorder.add(moment);
  }

  protected heard(line: string): void {
    if (++this.#lines > mostLines) return;
    const text = line.length > mostOfLine ? `${line.slice(0, mostOfLine)} …` : line;
    this.note('prints', true, text);
    if (this.#lines === mostLines) this.note('prints', true, 'more, which is not recorded');
  }

  protected async seen<T>(look: () => T | undefined, what: string, deadlineMs?: number): Promise<T> {
    return await until(look, `${this.name}: ${what}`, { deadlineMs });
  }

  async #end(): Promise<unknown[]> {
    const closed = once(this.#child, 'close');
    closed.catch(() => {});
    const how: unknown[] = await once(this.#child, 'exit');
    await Promise.race([closed, delay(afterExitMs, undefined, { ref: false })]);
    return how;
  }

  #take(line: string): void {
    this.output = latest(`${this.output}${line}\n`);
    this.heard(line);
  }
}
