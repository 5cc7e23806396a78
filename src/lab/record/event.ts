import type { SocketRow } from '../../index.js';
import type { Json } from './json.js';
import type { Endpoint, Flag, TcpOptions } from './segment.js';

/** What all that happens in a run has in common. */
interface Happening {
  /** When it began and when it was over, in milliseconds since the run began. */
  readonly atMs: number;
  readonly endMs: number;
  /** Empty for what belongs to no host. */
  readonly host: string;
  /** The socket or program that did it; absent for what is done to the host itself, as a sysctl. */
  readonly actor?: string;
}

/** What a call came to. */
export interface Outcome {
  /** False where it failed. One that goes on in the background (EINPROGRESS), or has nothing to give yet (EAGAIN), has not. */
  readonly ok: boolean;
  /** What it returned, where that says more than `ok`: bytes of a send or recv, the value of an option. */
  readonly value?: Json;
  /** As `EADDRINUSE`; the code of our own errors is one too, as `ERR_TIMED_OUT`. */
  readonly errno?: string;
}

export interface CallEvent extends Happening {
  readonly kind: 'call';
  /** As `bind`, `setsockopt`; `sysctl` where a kernel parameter is written. */
  readonly name: string;
  readonly args: readonly Json[];
  /** Made again and again until it gave no more: `value` is the sum, and `errno` what the last one failed with. */
  readonly repeated?: true;
  /** Absent where it had not returned when the run ended. */
  readonly outcome?: Outcome;
}

/** A socket of the kernel's table. */
export interface TableRow {
  readonly protocol: string;
  readonly state: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  /** Absent where no timer runs. */
  readonly timer?: { readonly kind: string; readonly remainingMs: number };
  /** False for a socket no process holds. */
  readonly held: boolean;
}

/** A look at a host's socket table. */
export interface LookEvent extends Happening {
  readonly kind: 'look';
  /** Why the script looks, as `the client closed first`. */
  readonly about: string;
  readonly rows: readonly TableRow[];
}

/** A remark of the script, across all hosts. */
export interface MarkEvent extends Happening {
  readonly kind: 'mark';
  readonly text: string;
}

/** What happens to a link, seen from `host`. */
export type LinkChange =
  | 'up'
  | 'down'
  /** The host is gone for the others, as a crashed machine is, and back again. */
  | 'vanishes'
  | 'is back'
  /** What the host sends to the other end is lost, or arrives again. */
  | 'muted'
  | 'unmuted'
  | 'delays'
  | 'loses'
  /** Some segments come later than others, twice, or behind the next one. */
  | 'delays some'
  | 'duplicates'
  | 'reorders'
  /** A segment that `from` has not sent goes to the other end. */
  | 'injects'
  | 'loses nothing';

export interface LinkEvent extends Happening {
  readonly kind: 'link';
  readonly change: LinkChange;
  /** The host's end, as `eth0`, where the change is one of it alone. */
  readonly link?: string;
  /** Who is at the other end, where that is known. */
  readonly to?: string;
  readonly delayMs?: number;
  /** Of `loses` and its like: how many segments, all of them if absent; and from which host, either if absent. */
  readonly times?: number;
  readonly from?: string;
  /** Of the segment that is injected. */
  readonly flags?: readonly Flag[];
  readonly outcome: Outcome;
}

/** What a program does besides its calls. */
export interface ProcessEvent extends Happening {
  readonly kind: 'process';
  readonly actor: string;
  readonly change: 'starts' | 'prints' | 'takes its socket' | 'ends';
  /** The line it prints; how it ends, as `status 0` or `SIGINT`. */
  readonly text?: string;
  readonly ok: boolean;
}

/** A segment a script sent or got, or one of an experiment that a case is made of. */
export interface SegmentEvent extends Happening {
  readonly kind: 'segment';
  readonly way: 'sends' | 'gets';
  readonly flags: readonly Flag[];
  readonly seq: number;
  readonly ack?: number;
  readonly window: number;
  readonly options: TcpOptions;
  /** Bytes of data. */
  readonly length: number;
  /** It did not come to the other end. */
  readonly lost?: true;
}

/** What a script did or saw that is none of the other kinds. */
export interface RemarkEvent extends Happening {
  readonly kind: 'remark';
  readonly text: string;
  /** What it found. */
  readonly said?: string;
}

/** One thing done or seen in a run. */
export type Event = CallEvent | LookEvent | MarkEvent | LinkEvent | ProcessEvent | SegmentEvent | RemarkEvent;

type Without<E, Keys extends string> = E extends unknown ? Omit<E, Keys> : never;

/** An event that takes no time, before it is recorded. */
export type Moment = Without<Event, 'atMs' | 'endMs'>;

/** A row of `listSockets` as a run records it. */
export function tableRow(row: SocketRow): TableRow {
  return {
    protocol: row.protocol,
    state: row.state,
    local: { address: row.localAddress, port: row.localPort },
    remote: { address: row.remoteAddress, port: row.remotePort },
    receiveQueue: row.receiveQueue,
    sendQueue: row.sendQueue,
    ...(row.timer !== undefined && { timer: { kind: row.timer.kind, remainingMs: row.timer.remainingMs } }),
    held: row.inode !== 0,
  };
}

/** A value of an option, or another that a call took or gave, as JSON can hold it. */
export function plain(value: unknown): Json {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  return text === undefined ? null : (JSON.parse(text) as Json);
}
