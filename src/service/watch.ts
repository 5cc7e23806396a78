import { readFileSync } from 'node:fs';
import { sharedAdvice } from '../explain/advice.js';
import { int32Max, integer, invalidArgument, knownKeys } from '../errors.js';
import { listSocketColumns, type SocketColumns } from '../netlink/socket-columns.js';

/** What one look at the network namespace found. Counters count since the last look; at the first they are 0. */
export interface SocketNumbers {
  /** Connections and SYNs that found an accept queue full (ListenOverflows of /proc/net/netstat). */
  readonly overflows: number;
  /** SYNs and handshakes that a listener dropped for any reason (ListenDrops). */
  readonly drops: number;
  /** Segments of TCP that were sent, those sent again among them. */
  readonly sent: number;
  /** Segments that were sent again (RetransSegs of /proc/net/snmp). */
  readonly retransmitted: number;
  /** TCP connections that are `ESTABLISHED`. */
  readonly connections: number;
  /** Those whose peer has closed and this side has not (`CLOSE_WAIT`). */
  readonly closeWait: number;
  /** Those in `TIME_WAIT`. */
  readonly timeWait: number;
  /** The fullest accept queue of all listeners. */
  readonly queue: { readonly port: number; readonly waiting: number; readonly backlog: number } | undefined;
  /** The destination that most ephemeral ports are used for. */
  readonly ports: { readonly destination: string; readonly used: number; readonly range: number } | undefined;
}

/** What is wrong, with the case of the matrix that shows it, and its advice. */
export interface SocketWarning {
  /** What was seen. */
  readonly kind: 'accept queue overflows' | 'listener drops' | 'CLOSE_WAIT grows' | 'ports run out' | 'retransmission';
  /** Id of the case that shows it, for `sockwise case ID`. */
  readonly case: keyof typeof sharedAdvice;
  /** What to do, in the imperative. */
  readonly advice: string;
  /** What was counted when it was seen. */
  readonly numbers: SocketNumbers;
}

/** How often sockets are looked at, and from which number on there is a warning. */
export interface WatchSettings {
  /** 100 to 2147483647, default 10000. */
  readonly intervalMs?: number | undefined;
  /** Called when a warning begins, not again until it was over. */
  readonly onWarning?: ((warning: SocketWarning) => void) | undefined;
  /** Called with each look. */
  readonly onNumbers?: ((numbers: SocketNumbers) => void) | undefined;
  /** More CLOSE_WAIT at each of three looks, and at least so many: default 20. */
  readonly closeWait?: number | undefined;
  /** The part of the ephemeral ports used for one destination: above 0 to 1, default 0.8. */
  readonly portsUsed?: number | undefined;
  /** The part of the segments sent again, of at least 100: above 0 to 1, default 0.05. */
  readonly retransmitted?: number | undefined;
}

interface Limits {
  readonly closeWait: number;
  readonly portsUsed: number;
  readonly retransmitted: number;
}

const growingLooks = 3;
const fewestSegments = 100;
const states = { timeWait: 6, closeWait: 8, listen: 10 } as const;
const afInet = 2;

/** The counters of a file as /proc/net/netstat: a line of names, and one of numbers, for each protocol. */
function counters(file: string, protocol: string): ReadonlyMap<string, number> {
  const lines = readFileSync(`/proc/thread-self/net/${file}`, 'utf8').split('\n');
  const [names = [], values = []] = lines
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.split(' '));
  return new Map(names.map((name, index) => [name, Number(values[index])]));
}

function portRange(): { readonly low: number; readonly high: number } {
  const [low = 0, high = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
  return { low, high };
}

type Totals = Pick<SocketNumbers, 'overflows' | 'drops' | 'sent' | 'retransmitted'>;

function totals(): Totals {
  const extended = counters('netstat', 'TcpExt');
  const tcp = counters('snmp', 'Tcp');
  const of = (from: ReadonlyMap<string, number>, name: string): number => from.get(name) ?? 0;
  return {
    overflows: of(extended, 'ListenOverflows'),
    drops: of(extended, 'ListenDrops'),
    // OutSegs leaves out those that are sent again, RFC 4022.
    sent: of(tcp, 'OutSegs') + of(tcp, 'RetransSegs'),
    retransmitted: of(tcp, 'RetransSegs'),
  };
}

/** The remote end of a row as a number: two destinations rarely have the same. */
function destinationOf(columns: SocketColumns, row: number): number {
  const bytes = columns.remoteAddresses;
  const length = columns.families[row] === afInet ? 4 : 16;
  let sum = columns.remotePorts[row] ?? 0;
  for (let at = 16 * row; at < 16 * row + length; at++) sum = (Math.imul(sum, 16_777_619) ^ (bytes[at] ?? 0)) >>> 0;
  return sum;
}

function tableNumbers(): Omit<SocketNumbers, keyof Totals> {
  const columns = listSocketColumns();
  const { low, high } = portRange();
  const found = { connections: 0, closeWait: 0, timeWait: 0 };
  let fullest = -1;
  const destinations = new Map<number, { row: number; used: number }>();
  let busiest: { row: number; used: number } | undefined;
  const fill = (row: number): number => (columns.receiveQueues[row] ?? 0) / ((columns.sendQueues[row] ?? 0) + 1);
  for (let row = 0; row < columns.length; row++) {
    const state = columns.states[row];
    if (state === states.listen) {
      if (fullest < 0 || fill(row) > fill(fullest)) fullest = row;
      continue;
    }
    found.connections++;
    if (state === states.closeWait) found.closeWait++;
    else if (state === states.timeWait) found.timeWait++;
    const port = columns.localPorts[row] ?? 0;
    if (port < low || port > high) continue;
    const key = destinationOf(columns, row);
    const destination = destinations.get(key) ?? { row, used: 0 };
    destinations.set(key, destination);
    if (++destination.used > (busiest?.used ?? 0)) busiest = destination;
  }
  return {
    ...found,
    queue:
      fullest < 0
        ? undefined
        : {
            port: columns.localPorts[fullest] ?? 0,
            waiting: columns.receiveQueues[fullest] ?? 0,
            backlog: columns.sendQueues[fullest] ?? 0,
          },
    ports: busiest && {
      destination: `${columns.remoteAddressOf(busiest.row)}:${columns.remotePorts[busiest.row]}`,
      used: busiest.used,
      range: high - low + 1,
    },
  };
}

type Rule = readonly [
  kind: SocketWarning['kind'],
  shownBy: SocketWarning['case'],
  holds: (numbers: SocketNumbers, limits: Limits, earlier: readonly SocketNumbers[]) => boolean,
];

const rules: readonly Rule[] = [
  // sk_acceptq_is_full(): a queue holds one more than its backlog.
  [
    'accept queue overflows',
    'R5',
    ({ overflows, queue }) => overflows > 0 || (queue !== undefined && queue.waiting > queue.backlog),
  ],
  ['listener drops', 'R5', ({ drops, overflows }) => drops > overflows],
  [
    'CLOSE_WAIT grows',
    'G11',
    ({ closeWait }, limits, earlier) =>
      closeWait >= limits.closeWait &&
      earlier.length === growingLooks - 1 &&
      [...earlier.map((one) => one.closeWait), closeWait].every(
        (count, index, all) => index === 0 || count > (all[index - 1] ?? 0),
      ),
  ],
  ['ports run out', 'C14', ({ ports }, { portsUsed }) => ports !== undefined && ports.used >= ports.range * portsUsed],
  [
    'retransmission',
    'R11',
    ({ sent, retransmitted }, limits) => sent >= fewestSegments && retransmitted >= sent * limits.retransmitted,
  ],
];

/** A part of a whole, above 0. */
function part(value: unknown, name: string): number {
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  throw invalidArgument(name, 'a number above 0, at most 1', value);
}

/** Looks at the sockets of this network namespace until it is closed. See {@link watchSockets}. */
export class SocketWatch {
  readonly #settings: WatchSettings;
  readonly #limits: Limits;
  readonly #timer: NodeJS.Timeout;
  readonly #active = new Set<SocketWarning['kind']>();
  #earlier: SocketNumbers[] = [];
  #totals = totals();
  #numbers: SocketNumbers;

  /** @internal */
  constructor(settings: WatchSettings, intervalMs: number, limits: Limits) {
    this.#settings = settings;
    this.#limits = limits;
    this.#numbers = { overflows: 0, drops: 0, sent: 0, retransmitted: 0, ...tableNumbers() };
    this.#timer = setInterval(() => this.look(), intervalMs).unref();
  }

  /** Of the last look. */
  get numbers(): SocketNumbers {
    return this.#numbers;
  }

  /** What is wrong now. */
  get warnings(): ReadonlySet<SocketWarning['kind']> {
    return this.#active;
  }

  /** Looks at once, and tells of what has begun since. */
  look(): SocketNumbers {
    const now = totals();
    const before = this.#totals;
    this.#totals = now;
    this.#earlier = [...this.#earlier, this.#numbers].slice(1 - growingLooks);
    this.#numbers = {
      overflows: now.overflows - before.overflows,
      drops: now.drops - before.drops,
      sent: now.sent - before.sent,
      retransmitted: now.retransmitted - before.retransmitted,
      ...tableNumbers(),
    };
    const begun: SocketWarning[] = [];
    for (const [kind, id, holds] of rules)
      if (!holds(this.#numbers, this.#limits, this.#earlier)) this.#active.delete(kind);
      else if (!this.#active.has(kind)) {
        this.#active.add(kind);
        begun.push({ kind, case: id, advice: sharedAdvice[id], numbers: this.#numbers });
      }
    this.#settings.onNumbers?.(this.#numbers);
    for (const warning of begun) this.#settings.onWarning?.(warning);
    return this.#numbers;
  }

  /** Stops looking. A second call does nothing. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** `close()`, where the block of `using` ends. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Looks at all TCP sockets of this network namespace again and again, by sock_diag(7) and the kernel's counters, and reports what
 * goes wrong, with the advice of the case of the matrix that shows it: accept queues that overflow, listeners that drop,
 * CLOSE_WAIT that grow, ephemeral ports that run out, segments that are sent again. It does not keep the process alive.
 *
 * @throws {UsageError} `ERR_OUT_OF_RANGE`, `ERR_ARGUMENT_INVALID` - a setting that does not fit.
 */
export function watchSockets(settings: WatchSettings = {}): SocketWatch {
  knownKeys(settings, 'watchSockets', [
    'intervalMs',
    'onWarning',
    'onNumbers',
    'closeWait',
    'portsUsed',
    'retransmitted',
  ]);
  const { intervalMs = 10_000, closeWait = 20, portsUsed = 0.8, retransmitted = 0.05 } = settings;
  integer(intervalMs, 'intervalMs', 100, int32Max);
  integer(closeWait, 'closeWait', 1, int32Max);
  for (const name of ['onWarning', 'onNumbers'] as const)
    if (settings[name] !== undefined && typeof settings[name] !== 'function')
      throw invalidArgument(name, 'a function', settings[name]);
  return new SocketWatch(settings, intervalMs, {
    closeWait,
    portsUsed: part(portsUsed, 'portsUsed'),
    retransmitted: part(retransmitted, 'retransmitted'),
  });
}
