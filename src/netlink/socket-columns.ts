import { compileFilter, type SocketFilter } from './filter.js';
import { at, formatRowAddress, type InetProtocol, requireInetMessage, rowState, timerKind, type TimerKind } from './inet-diag.js';
import type { ReceiveBuffer } from './message.js';
import { dumpInet, openSockDiag } from './sock-diag.js';
import type { SocketState } from './state.js';

function allocate(rows: number) {
  return {
    families: new Uint8Array(rows),
    states: new Uint8Array(rows),
    timers: new Uint8Array(rows),
    retransmits: new Uint8Array(rows),
    localPorts: new Uint16Array(rows),
    remotePorts: new Uint16Array(rows),
    // As words: bytes would have to be moved one by one.
    localAddresses: new Uint32Array(4 * rows),
    remoteAddresses: new Uint32Array(4 * rows),
    interfaceIndexes: new Uint32Array(rows),
    cookies: new Uint32Array(2 * rows),
    remainingMs: new Uint32Array(rows),
    receiveQueues: new Uint32Array(rows),
    sendQueues: new Uint32Array(rows),
    uids: new Uint32Array(rows),
    inodes: new Uint32Array(rows),
  };
}

type Columns = ReturnType<typeof allocate>;

function copied(from: Columns, rows: number): Columns {
  const to = allocate(rows);
  for (const name of Object.keys(from) as (keyof Columns)[]) to[name].set(from[name]);
  return to;
}

/** Fills columns row by row, in place of the kernel's `struct inet_diag_msg`. */
class ColumnBuilder {
  length = 0;
  #capacity = 1024;
  #columns = allocate(this.#capacity);

  get columns(): Columns {
    return this.#columns;
  }

  append({ bytes, words, view }: ReceiveBuffer, start: number, end: number): void {
    requireInetMessage(start, end);
    if (this.length === this.#capacity) {
      this.#capacity *= 2;
      this.#columns = copied(this.#columns, this.#capacity);
    }
    const columns = this.#columns;
    const row = this.length;
    // Messages are padded to four bytes, so a payload begins at a whole word.
    const word = start >> 2;
    const wordAt = (offset: number): number => words[word + (offset >> 2)] ?? 0;
    columns.families[row] = bytes[start + at.family] ?? 0;
    columns.states[row] = bytes[start + at.state] ?? 0;
    columns.timers[row] = bytes[start + at.timer] ?? 0;
    columns.retransmits[row] = bytes[start + at.retransmits] ?? 0;
    columns.localPorts[row] = view.getUint16(start + at.localPort);
    columns.remotePorts[row] = view.getUint16(start + at.remotePort);
    for (let part = 0; part < 4; part += 1) {
      columns.localAddresses[4 * row + part] = wordAt(at.localAddress + 4 * part);
      columns.remoteAddresses[4 * row + part] = wordAt(at.remoteAddress + 4 * part);
    }
    columns.interfaceIndexes[row] = wordAt(at.interfaceIndex);
    columns.cookies[2 * row] = wordAt(at.cookie);
    columns.cookies[2 * row + 1] = wordAt(at.cookie + 4);
    columns.remainingMs[row] = wordAt(at.expires);
    columns.receiveQueues[row] = wordAt(at.receiveQueue);
    columns.sendQueues[row] = wordAt(at.sendQueue);
    columns.uids[row] = wordAt(at.uid);
    columns.inodes[row] = wordAt(at.inode);
    this.length = row + 1;
  }
}

/**
 * The sockets of a dump: a typed array for each field, an element for each socket. Numbers are the kernel's, and the
 * methods translate those of one row; the fields mean what they mean in `SocketRow`.
 */
export class SocketColumns {
  readonly protocol: InetProtocol;
  readonly length: number;
  /** AF_INET (2) or AF_INET6 (10). */
  readonly families: Uint8Array;
  /** TCP_*; see {@link stateOf}. */
  readonly states: Uint8Array;
  /** `idiag_timer`, 0 for none; see {@link timerOf}. */
  readonly timers: Uint8Array;
  readonly retransmits: Uint8Array;
  /** Until the timer fires. */
  readonly remainingMs: Uint32Array;
  readonly localPorts: Uint16Array;
  readonly remotePorts: Uint16Array;
  /** 16 bytes a socket, in network order; IPv4 has the first four. */
  readonly localAddresses: Uint8Array;
  /** 16 bytes a socket, in network order; IPv4 has the first four. */
  readonly remoteAddresses: Uint8Array;
  readonly interfaceIndexes: Uint32Array;
  readonly cookies: BigUint64Array;
  readonly receiveQueues: Uint32Array;
  readonly sendQueues: Uint32Array;
  readonly uids: Uint32Array;
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
    this.localAddresses = new Uint8Array(columns.localAddresses.buffer, 0, 16 * length);
    this.remoteAddresses = new Uint8Array(columns.remoteAddresses.buffer, 0, 16 * length);
    this.interfaceIndexes = columns.interfaceIndexes.subarray(0, length);
    this.cookies = new BigUint64Array(columns.cookies.buffer, 0, length);
    this.receiveQueues = columns.receiveQueues.subarray(0, length);
    this.sendQueues = columns.sendQueues.subarray(0, length);
    this.uids = columns.uids.subarray(0, length);
    this.inodes = columns.inodes.subarray(0, length);
  }

  stateOf(row: number): SocketState {
    return rowState(this.protocol, this.states[row] ?? 0);
  }

  timerOf(row: number): TimerKind | undefined {
    return timerKind(this.timers[row] ?? 0);
  }

  localAddressOf(row: number): string {
    return formatRowAddress(this.families[row] ?? 0, this.localAddresses, 16 * row);
  }

  remoteAddressOf(row: number): string {
    return formatRowAddress(this.families[row] ?? 0, this.remoteAddresses, 16 * row);
  }
}

/**
 * `listSockets` without an object for each socket, for tables of many thousands. It leaves out what the kernel adds on
 * request.
 */
export function listSocketColumns(query: SocketFilter = {}): SocketColumns {
  const filter = compileFilter(query);
  const builder = new ColumnBuilder();
  const starts = new Map<number, number>();
  using exchange = openSockDiag();
  dumpInet(exchange, filter, {}, (family) => {
    // A dump that is made again begins where its family began.
    builder.length = starts.get(family) ?? builder.length;
    starts.set(family, builder.length);
    return (buffer, start, end) => builder.append(buffer, start, end);
  });
  return new SocketColumns(filter.protocol, builder.columns, builder.length);
}
