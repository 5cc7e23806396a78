import { littleEndian } from '../options/memory.js';
import { compileFilter, type SocketFilter } from './filter.js';
import { at, formatRowAddress, type InetProtocol, rowState, timerKind, type TimerKind } from './inet-diag.js';
import type { ReceiveBuffer } from './message.js';
import { dumpInet, takeSockDiag } from './sock-diag.js';
import type { SocketState } from './state.js';

// Bytes a row, cookies first so that every column is aligned to its elements.
const rowSize = 8 + 2 * 16 + 6 * 4 + 2 * 2 + 4;

/** Columns for so many rows, all in one piece of memory: the kernel hands out and takes back one large piece much faster than many. */
function allocate(rows: number) {
  const buffer = new ArrayBuffer(rowSize * rows);
  let offset = 0;
  const next = (bytesPerRow: number): number => {
    const start = offset;
    offset += bytesPerRow * rows;
    return start;
  };
  return {
    cookies: new Uint32Array(buffer, next(8), 2 * rows),
    // As words: bytes would have to be moved one by one.
    localAddresses: new Uint32Array(buffer, next(16), 4 * rows),
    remoteAddresses: new Uint32Array(buffer, next(16), 4 * rows),
    interfaceIndexes: new Uint32Array(buffer, next(4), rows),
    remainingMs: new Uint32Array(buffer, next(4), rows),
    receiveQueues: new Uint32Array(buffer, next(4), rows),
    sendQueues: new Uint32Array(buffer, next(4), rows),
    uids: new Uint32Array(buffer, next(4), rows),
    inodes: new Uint32Array(buffer, next(4), rows),
    localPorts: new Uint16Array(buffer, next(2), rows),
    remotePorts: new Uint16Array(buffer, next(2), rows),
    families: new Uint8Array(buffer, next(1), rows),
    states: new Uint8Array(buffer, next(1), rows),
    timers: new Uint8Array(buffer, next(1), rows),
    retransmits: new Uint8Array(buffer, next(1), rows),
  };
}

type Columns = ReturnType<typeof allocate>;

function copied(from: Columns, rows: number): Columns {
  const to = allocate(rows);
  for (const name of Object.keys(from) as (keyof Columns)[]) to[name].set(from[name]);
  return to;
}

/** Where the lower half of a BigUint64Array's element is; the kernel sends it first on every machine (cookie.ts). */
const lowerHalf = littleEndian ? 0 : 1;

const leastRows = 1024;
// A table is about as long as it was last time: growing in steps would copy all of it several times.
let expectedRows = leastRows;

/** Fills columns row by row, instead of the kernel's `struct inet_diag_msg`. */
class ColumnBuilder {
  length = 0;
  #capacity = expectedRows;
  #columns = allocate(this.#capacity);

  get columns(): Columns {
    return this.#columns;
  }

  append({ bytes, words, view }: ReceiveBuffer, start: number): void {
    if (this.length === this.#capacity) {
      this.#capacity *= 2;
      this.#columns = copied(this.#columns, this.#capacity);
    }
    const columns = this.#columns;
    const row = this.length;
    // Messages are padded to four bytes, so a payload begins at a whole word.
    const word = start >> 2;
    columns.families[row] = bytes[start + at.family] as number;
    columns.states[row] = bytes[start + at.state] as number;
    columns.timers[row] = bytes[start + at.timer] as number;
    columns.retransmits[row] = bytes[start + at.retransmits] as number;
    columns.localPorts[row] = view.getUint16(start + at.localPort);
    columns.remotePorts[row] = view.getUint16(start + at.remotePort);
    const { localAddresses, remoteAddresses, cookies } = columns;
    localAddresses[4 * row] = words[word + 2] as number;
    localAddresses[4 * row + 1] = words[word + 3] as number;
    localAddresses[4 * row + 2] = words[word + 4] as number;
    localAddresses[4 * row + 3] = words[word + 5] as number;
    remoteAddresses[4 * row] = words[word + 6] as number;
    remoteAddresses[4 * row + 1] = words[word + 7] as number;
    remoteAddresses[4 * row + 2] = words[word + 8] as number;
    remoteAddresses[4 * row + 3] = words[word + 9] as number;
    columns.interfaceIndexes[row] = words[word + 10] as number;
    cookies[2 * row + lowerHalf] = words[word + 11] as number;
    cookies[2 * row + 1 - lowerHalf] = words[word + 12] as number;
    columns.remainingMs[row] = words[word + 13] as number;
    columns.receiveQueues[row] = words[word + 14] as number;
    columns.sendQueues[row] = words[word + 15] as number;
    columns.uids[row] = words[word + 16] as number;
    columns.inodes[row] = words[word + 17] as number;
    this.length = row + 1;
  }
}

function bytesOf({ buffer, byteOffset }: Uint32Array, length: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

/**
 * The sockets of a dump: a typed array for each field, an element for each socket. Numbers are the kernel's, and the
 * methods translate those of one row; the fields mean what they mean in `SocketRow`.
 */
export class SocketColumns {
  /** Whose sockets these are. */
  readonly protocol: InetProtocol;
  /** How many rows there are. */
  readonly length: number;
  /** AF_INET (2) or AF_INET6 (10). */
  readonly families: Uint8Array;
  /** TCP_*; see {@link stateOf}. */
  readonly states: Uint8Array;
  /** `idiag_timer`, 0 for none; see {@link timerOf}. */
  readonly timers: Uint8Array;
  /** How often the first unacknowledged segment, or a probe, was sent again. */
  readonly retransmits: Uint8Array;
  /** Until the timer fires. */
  readonly remainingMs: Uint32Array;
  /** 0 to 65535. */
  readonly localPorts: Uint16Array;
  /** 0 to 65535; 0 where the socket is not connected. */
  readonly remotePorts: Uint16Array;
  /** 16 bytes a socket, in network order; IPv4 has the first four. */
  readonly localAddresses: Uint8Array;
  /** 16 bytes a socket, in network order; IPv4 has the first four. */
  readonly remoteAddresses: Uint8Array;
  /** SO_BINDTOIFINDEX; 0 for none. */
  readonly interfaceIndexes: Uint32Array;
  /** SO_COOKIE. */
  readonly cookies: BigUint64Array;
  /** Bytes that wait to be read; of a listener connections that wait for accept(2). */
  readonly receiveQueues: Uint32Array;
  /** Bytes that wait to be acknowledged; of a listener its backlog. */
  readonly sendQueues: Uint32Array;
  /** The user who made the socket. */
  readonly uids: Uint32Array;
  /** As in /proc/net/tcp; 0 for a socket that nobody holds. */
  readonly inodes: Uint32Array;

  /** Takes the first `length` rows of the columns. */
  constructor(protocol: InetProtocol, columns: Columns, length: number) {
    this.protocol = protocol;
    this.length = length;
    this.families = columns.families.subarray(0, length);
    this.states = columns.states.subarray(0, length);
    this.timers = columns.timers.subarray(0, length);
    this.retransmits = columns.retransmits.subarray(0, length);
    this.remainingMs = columns.remainingMs.subarray(0, length);
    this.localPorts = columns.localPorts.subarray(0, length);
    this.remotePorts = columns.remotePorts.subarray(0, length);
    this.localAddresses = bytesOf(columns.localAddresses, 16 * length);
    this.remoteAddresses = bytesOf(columns.remoteAddresses, 16 * length);
    this.interfaceIndexes = columns.interfaceIndexes.subarray(0, length);
    this.cookies = new BigUint64Array(columns.cookies.buffer, columns.cookies.byteOffset, length);
    this.receiveQueues = columns.receiveQueues.subarray(0, length);
    this.sendQueues = columns.sendQueues.subarray(0, length);
    this.uids = columns.uids.subarray(0, length);
    this.inodes = columns.inodes.subarray(0, length);
  }

  /** The state of a row, in the spelling of Linux. */
  stateOf(row: number): SocketState {
    return rowState(this.protocol, this.states[row] ?? 0);
  }

  /** The timer that runs on a row, `undefined` for none. */
  timerOf(row: number): TimerKind | undefined {
    return timerKind(this.timers[row] ?? 0);
  }

  /** The local address of a row, as text. */
  localAddressOf(row: number): string {
    return formatRowAddress(this.families[row] ?? 0, this.localAddresses, 16 * row);
  }

  /** The remote address of a row, as text; the wildcard where the socket is not connected. */
  remoteAddressOf(row: number): string {
    return formatRowAddress(this.families[row] ?? 0, this.remoteAddresses, 16 * row);
  }
}

/**
 * `listSockets` without an object for each socket, for tables of many thousands: one array a field. It leaves out what the kernel adds on
 * request.
 *
 * @throws what `listSockets` throws.
 */
export function listSocketColumns(query: SocketFilter = {}): SocketColumns {
  const filter = compileFilter(query);
  const builder = new ColumnBuilder();
  const starts = new Map<number, number>();
  using exchange = takeSockDiag();
  dumpInet(exchange, filter, {}, (family) => {
    // A dump that is made again begins where its family began.
    builder.length = starts.get(family) ?? builder.length;
    starts.set(family, builder.length);
    return (buffer, start) => builder.append(buffer, start);
  });
  expectedRows = Math.max(leastRows, builder.length + (builder.length >> 3));
  return new SocketColumns(filter.protocol, builder.columns, builder.length);
}
