import { parse } from 'node:path';
import { HostProcess } from './process.js';
import type { Json } from '../record/json.js';
import type { Recorder } from '../record/recorder.js';

export interface ProgramSettings {
  /** Path of its file, which Node runs. */
  readonly program: string;
  readonly name?: string;
  readonly args?: readonly string[];
  /** Runs as this user and group; only root may. */
  readonly uid?: number;
  /** Descriptors the program inherits, as 3, 4 and so on. */
  readonly fds?: readonly number[];
  /** The Node that runs it; this one if absent. */
  readonly node?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A line the programs print: a call they made and what came of it. */
export interface Report {
  readonly call: string;
  readonly result: string;
  /** What was passed, as far as it is told. */
  readonly args?: readonly Json[];
  readonly [detail: string]: unknown;
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'call' in value && 'result' in value;
}

/** A program that reports its calls, a line of JSON each. What it reports becomes an event of the run. */
export class Program extends HostProcess {
  readonly reports: Report[] = [];
  #started = false;

  constructor(
    {
      program,
      name = parse(program).name.replaceAll('-', ' '),
      args = [],
      uid,
      fds = [],
      env: added = {},
      node = process.execPath,
    }: ProgramSettings,
    host: string,
    recorder: Recorder,
  ) {
    // Node reads these certificates whenever it starts: 90 ms of CPU time for a usual file of them, and no program speaks TLS.
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    super({ name, command: node, args: [program, ...args], uid, fds, env: { ...env, ...added } }, host, recorder);
  }

  /** Resolves when the program has loaded, before its first call. */
  async ready(): Promise<void> {
    await this.until(() => (this.#started ? true : undefined), 'start');
  }

  /** Waits for a report of `call`, after the first `seen` of them. */
  report(call: string, seen = 0): Promise<Report> {
    return this.until(() => this.reports.filter((report) => report.call === call)[seen], call);
  }

  /** Asks an agent program for a call, and waits for its result. */
  async ask(call: string, ...args: readonly Json[]): Promise<Report> {
    const seen = this.reports.filter((report) => report.call === call).length;
    this.write(JSON.stringify([call, ...args]));
    return await this.report(call, seen);
  }

  protected override heard(line: string): void {
    const report: unknown = JSON.parse(line);
    if (!isReport(report)) return;
    if (report.call === 'start') {
      this.#started = true;
      this.started();
      return;
    }
    this.reports.push(report);
    // A program that is given its socket makes no call for that.
    if (report.call === 'adopt') this.note('takes its socket', report.result === 'ok');
    else {
      const outcome = report.result === 'ok' ? { ok: true } : { ok: false, errno: report.result };
      const args = report.args ?? [];
      this.add({ kind: 'call', host: this.host, actor: this.name, name: report.call, args, outcome });
    }
  }

  /** Our programs say nothing on standard error unless they break. */
  protected async until<T>(look: () => T | undefined, what: string): Promise<T> {
    return await this.seen(() => {
      const found = look();
      if (found === undefined && this.errors !== '') throw new Error(`${this.name}: ${this.errors}`);
      return found;
    }, what);
  }
}
