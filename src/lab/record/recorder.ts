import type { SocketRow } from '../../index.js';
import { rememberPlace } from './place.js';
import type { TraceCall, TraceMark } from './trace.js';

/** One thing done or seen in a run: a call with its result, a signal, a look at the socket table. */
export interface Step {
  /** Since the row began. */
  readonly atMs: number;
  readonly host: string;
  /** As `listener.bind(0.0.0.0:8080)`. */
  readonly what: string;
  /** As `ok`, `EADDRINUSE`, `5 bytes`. */
  readonly result: string;
  /** What the kernel listed, where the step was a look. */
  readonly table?: readonly TableRow[];
}

/** A line of the socket table, as netstat(8) prints it. */
export interface TableRow {
  readonly protocol: string;
  readonly state: string;
  readonly local: string;
  readonly remote: string;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  /** As `timewait 59.9 s`; absent where no timer runs. */
  readonly timer?: string;
  /** False for a socket no process holds. */
  readonly held: boolean;
}

function endpoint(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port === 0 ? '*' : port}`;
}

export function tableRow(row: SocketRow): TableRow {
  return {
    protocol: row.protocol,
    state: row.state,
    local: endpoint(row.localAddress, row.localPort),
    remote: endpoint(row.remoteAddress, row.remotePort),
    receiveQueue: row.receiveQueue,
    sendQueue: row.sendQueue,
    ...(row.timer !== undefined && { timer: `${row.timer.kind} ${(row.timer.remainingMs / 1000).toFixed(1)} s` }),
    held: row.inode !== 0,
  };
}

/** Who makes a call. */
export interface Actor {
  readonly host: string;
  /** Name of the socket; absent for what is done to the host itself. */
  readonly socket?: string;
}

interface OpenCall extends Actor {
  readonly atMs: number;
  readonly call: string;
}

/** Collects what is done and seen in a run: as steps, and, with begin and end, as the calls of a trace. */
export class Recorder {
  readonly steps: Step[] = [];
  readonly marks: TraceMark[] = [];
  /** performance.now() when the run began. */
  readonly beginMs = performance.now();
  /** Called after each call. */
  onCall: () => void = () => {};
  readonly #calls: TraceCall[] = [];
  readonly #open = new Set<OpenCall>();

  /** Since the run began. */
  get elapsedMs(): number {
    return Math.round((performance.now() - this.beginMs) * 1000) / 1000;
  }

  /** The calls in the order they were made; those that have not returned end now. */
  get calls(): TraceCall[] {
    const endMs = this.elapsedMs;
    const waiting = [...this.#open].map((call) => ({ ...call, endMs, result: 'has not returned', failed: true }));
    return [...this.#calls, ...waiting].sort((a, b) => a.atMs - b.atMs);
  }

  /** Something done to a host, or seen there. A look at the socket table is a step, but no call. */
  add(host: string, what: string, result: string, table?: readonly TableRow[]): void {
    const atMs = this.elapsedMs;
    this.#step(atMs, { host }, what, result, table);
    if (table !== undefined) return;
    this.#calls.push({ atMs, endMs: atMs, host, call: what, result, failed: false });
    this.onCall();
  }

  /** A remark on what is seen on the wire anyway: a step, but no call. */
  remark(host: string, what: string, result: string): void {
    this.#step(this.elapsedMs, { host }, what, result);
  }

  mark(text: string): void {
    const atMs = this.elapsedMs;
    this.marks.push({ atMs, text });
    this.#step(atMs, { host: '' }, text, 'mark');
  }

  /** Makes a call and records what came of it; a failure is recorded and thrown on. */
  call<T>(actor: Actor, call: string, make: () => T, describe: (value: T) => string = () => 'ok'): T {
    const open = this.#begin(actor, call);
    try {
      const value = make();
      this.#ended(open, describe(value), false);
      return value;
    } catch (error) {
      this.#ended(open, codeOf(error), true);
      throw error;
    }
  }

  /** The same for a call that waits: its step is where it is done. */
  async wait<T>(
    actor: Actor,
    call: string,
    make: () => Promise<T>,
    describe: (value: T) => string = () => 'ok',
  ): Promise<T> {
    const open = this.#begin(actor, call);
    try {
      const value = await make();
      this.#ended(open, describe(value), false);
      return value;
    } catch (error) {
      rememberPlace(error);
      this.#ended(open, codeOf(error), true);
      throw error;
    }
  }

  #begin(actor: Actor, call: string): OpenCall {
    const open = { ...actor, call, atMs: this.elapsedMs };
    this.#open.add(open);
    return open;
  }

  #ended(open: OpenCall, result: string, failed: boolean): void {
    const endMs = this.elapsedMs;
    this.#open.delete(open);
    this.#calls.push({ ...open, endMs, result, failed });
    this.#step(endMs, open, open.call, result);
    this.onCall();
  }

  #step(elapsedMs: number, actor: Actor, what: string, result: string, table?: readonly TableRow[]): void {
    const atMs = Math.round(elapsedMs * 100) / 100;
    const named = actor.socket === undefined ? what : `${actor.socket}.${what}`;
    this.steps.push({ atMs, host: actor.host, what: named, result, ...(table !== undefined && { table }) });
  }
}

/** `EADDRINUSE`, `ERR_TIMED_OUT`: the code of an error, or its text where it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

/** `ok`, or the errno a call failed with. A mistake of the script (a UsageError) is thrown on. */
export function outcome(call: () => unknown): string {
  try {
    call();
    return 'ok';
  } catch (error) {
    return failure(error);
  }
}

/** The same for a call that waits; running out of time is `ERR_TIMED_OUT`. */
export async function outcomeAsync(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'ok';
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'SystemCallError' || name === 'TimeoutError') return codeOf(error);
  throw error;
}
