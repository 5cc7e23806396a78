import type { SocketRow } from '../index.js';

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

/** Collects the steps of one row. */
export class Recorder {
  readonly steps: Step[] = [];
  readonly #begin = performance.now();

  add(host: string, what: string, result: string, table?: readonly TableRow[]): void {
    const atMs = Math.round((performance.now() - this.#begin) * 100) / 100;
    this.steps.push({ atMs, host, what, result, ...(table !== undefined && { table }) });
  }

  /** Makes a call and records what came of it; a failure is recorded and thrown on. */
  call<T>(host: string, what: string, make: () => T, describe: (value: T) => string = () => 'ok'): T {
    try {
      const value = make();
      this.add(host, what, describe(value));
      return value;
    } catch (error) {
      this.add(host, what, codeOf(error));
      throw error;
    }
  }

  /** The same for a call that waits: recorded when it is done. */
  async wait<T>(
    host: string,
    what: string,
    make: () => Promise<T>,
    describe: (value: T) => string = () => 'ok',
  ): Promise<T> {
    try {
      const value = await make();
      this.add(host, what, describe(value));
      return value;
    } catch (error) {
      this.add(host, what, codeOf(error));
      throw error;
    }
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
