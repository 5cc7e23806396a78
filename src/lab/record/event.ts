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

/** A system call, or a sysctl that is written. */
export interface CallEvent extends Happening {
  /** `call`. */
  readonly kind: 'call';
  /** As `bind`, `setsockopt`; `sysctl` where a kernel parameter is written. */
  readonly name: string;
  /** As they were given; of data its length. */
  readonly args: readonly Json[];
  /** Made again and again until it gave no more: `value` is the sum, and `errno` what the last one failed with. */
  readonly repeated?: true;
  /** Absent where it had not returned when the run ended. */
  readonly outcome?: Outcome;
}

/** A socket of the kernel's table. */
export interface TableRow {
  /** `tcp`, `udp`, `raw`, `mptcp` or `unix`. */
  readonly protocol: string;
  /** As the kernel names it. */
  readonly state: string;
  /** Where it is bound. */
  readonly local: Endpoint;
  /** Port 0 where it is not connected. */
  readonly remote: Endpoint;
  /** Bytes not read; of a listener, connections not accepted. */
  readonly receiveQueue: number;
  /** Bytes not acknowledged; of a listener, its backlog. */
  readonly sendQueue: number;
  /** Absent where no timer runs. */
  readonly timer?: { readonly kind: string; readonly remainingMs: number };
  /** False for a socket no process holds. */
  readonly held: boolean;
}

/** A look at a host's socket table. */
export interface LookEvent extends Happening {
  /** `look`. */
  readonly kind: 'look';
  /** Why the script looks, as `the client closed first`. */
  readonly about: string;
  /** The sockets it asked for. */
  readonly rows: readonly TableRow[];
}

/** A remark of the script, across all hosts. */
export interface MarkEvent extends Happening {
  /** `mark`. */
  readonly kind: 'mark';
  /** At most 2,000 characters. */
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

/** A change to a link. */
export interface LinkEvent extends Happening {
  /** `link`. */
  readonly kind: 'link';
  /** What was done. */
  readonly change: LinkChange;
  /** The host's end, as `eth0`, where the change is one of it alone. */
  readonly link?: string;
  /** Who is at the other end, where that is known. */
  readonly to?: string;
  /** Of `delays` and `delays some`: milliseconds each way. */
  readonly delayMs?: number;
  /** Of `loses` and its like: how many segments, all of them if absent; and from which host, either if absent. */
  readonly times?: number;
  /** The host whose segments it is about; either if absent. */
  readonly from?: string;
  /** Of the segment that is injected. */
  readonly flags?: readonly Flag[];
  /** What it came to. */
  readonly outcome: Outcome;
}

/** What a program does besides its calls. */
export interface ProcessEvent extends Happening {
  /** `process`. */
  readonly kind: 'process';
  /** Name of the program. */
  readonly actor: string;
  /** What it does. */
  readonly change: 'starts' | 'prints' | 'takes its socket' | 'ends';
  /** The line it prints; how it ends, as `status 0` or `SIGINT`. */
  readonly text?: string;
  /** False where it fails. */
  readonly ok: boolean;
}

/** A segment a script sent or got, or one of an experiment that a case is made of. */
export interface SegmentEvent extends Happening {
  /** `segment`. */
  readonly kind: 'segment';
  /** Seen from the script. */
  readonly way: 'sends' | 'gets';
  /** Those that are set. */
  readonly flags: readonly Flag[];
  /** Relative to the initial number of its sender. */
  readonly seq: number;
  /** Relative to the host's, or the peer's, initial number; absent without ACK. */
  readonly ack?: number;
  /** As in the header, not scaled. */
  readonly window: number;
  /** SACK blocks relative as `ack` is. */
  readonly options: TcpOptions;
  /** Bytes of data. */
  readonly length: number;
  /** It did not come to the other end. */
  readonly lost?: true;
}

/** What a script did or saw that is none of the other kinds. */
export interface RemarkEvent extends Happening {
  /** `remark`. */
  readonly kind: 'remark';
  /** What was done or looked at. */
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
