import { fstatSync } from 'node:fs';
import { messageOf, SystemCallError, UsageError } from '../errors.js';
import type { SocketRow, SocketTimer } from '../netlink/inet-diag.js';
import { listSockets } from '../netlink/sock-diag.js';
import { readOption } from '../options/access.js';
import { isGone, withDescriptorOf } from '../proc/borrow.js';
import { findOwners, type SocketOwner, type UnseenOwner } from '../proc/owner.js';
import type { ExistingSocket, SharingOptions } from './conflict.js';
import type { Deadline } from './deadline.js';
import { type ProcNetRow, readProcNet } from './proc-net.js';
import { unread } from './sayings.js';
import { findUnlisted, isAmong, listsBound, type Ports } from './unlisted.js';

/** A socket that has a port, and whose it is. */
export interface HeldSocket extends ExistingSocket {
  /** The wildcard where it is not connected. */
  readonly remoteAddress: string;
  /** 0 where it is not connected. */
  readonly remotePort: number;
  /** The timer that runs, as that of TIME_WAIT; `undefined` where none does. */
  readonly timer: SocketTimer | undefined;
  /** The socket's own user (`sk_uid`); 0 where no process holds it. */
  readonly uid: number;
  /** As in `/proc/PID/fd`; 0 where no process holds it. */
  readonly inode: number;
  /** Interface it is bound to, 0 for none. */
  readonly interfaceIndex: number;
  /** The processes that hold it. None where no process does, or none can be seen. */
  readonly owners: readonly SocketOwner[];
  /** Absent where /proc/net was read. */
  readonly cookie?: bigint;
}

/** What could not be seen. */
export type Unseen =
  | UnseenOwner
  /** The socket of a path is in another network namespace, in which no process is that can be seen. */
  | { readonly kind: 'network-namespace' }
  /** The kernel did not answer over sock_diag, and /proc/net was read instead. */
  | { readonly kind: 'no-sock-diag'; readonly reason: string }
  /** Options of so many sockets could not be read. */
  | { readonly kind: 'options'; readonly sockets: number; readonly reason: string };

export interface HeldSockets {
  readonly sockets: readonly HeldSocket[];
  readonly unseen: readonly Unseen[];
}

type HeldRow = SocketRow | ProcNetRow;
type Protocol = 'tcp' | 'udp';

// Enough to decide by: a busy listener has many connections of one kind. `unread.tooMany` names the number.
const mostOptionsRead = 256;

function listedBySockDiag(protocol: Protocol, ports: Ports): HeldRow[] {
  return listSockets({ protocol, localPort: ports });
}

function tableOf(protocol: Protocol, ports: Ports, list: typeof listedBySockDiag): [HeldRow[], Unseen[]] {
  try {
    return [list(protocol, ports), []];
  } catch (error) {
    if (process.platform !== 'linux') throw error;
    if (!(error instanceof UsageError || error instanceof SystemCallError)) throw error;
    const rows = readProcNet(protocol).filter(({ localPort }) => isAmong(ports, localPort));
    return [rows, [{ kind: 'no-sock-diag', reason: error.message }]];
  }
}

/** What may be read of a socket through a descriptor of a process; `undefined` where that is not, or no longer, the socket. */
function optionsThrough(pid: number, descriptor: number, inode: number): SharingOptions | undefined {
  try {
    return withDescriptorOf(pid, descriptor, (fd) =>
      fstatSync(fd).ino === inode
        ? { SO_REUSEADDR: readOption(fd, 'SO_REUSEADDR'), SO_REUSEPORT: readOption(fd, 'SO_REUSEPORT') }
        : undefined,
    );
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Reads options of sockets that a process holds, as far as this process may. */
class OptionReader {
  #read = 0;
  #missed = 0;
  #closed = 0;
  #reason = '';
  readonly #deadline: Deadline | undefined;

  constructor(deadline: Deadline | undefined) {
    this.#deadline = deadline;
  }

  /** Through the first holder that has it still. */
  read(inode: number, owners: readonly SocketOwner[]): SharingOptions | undefined {
    if (owners.length === 0) return undefined;
    if (this.#read === mostOptionsRead) return this.#miss(unread.tooMany);
    if (this.#deadline?.isOver === true) return this.#miss(unread.noTime);
    this.#read++;
    try {
      for (const { pid, fds } of owners) {
        for (const fd of fds) {
          const options = optionsThrough(pid, fd, inode);
          if (options !== undefined) return options;
        }
      }
    } catch (error) {
      return this.#miss(messageOf(error));
    }
    this.#closed++;
    return this.#miss(unread.closed);
  }

  /** How many sockets no process had any more when they were looked at. */
  get closed(): number {
    return this.#closed;
  }

  get unseen(): Unseen[] {
    return this.#missed === 0 ? [] : [{ kind: 'options', sockets: this.#missed, reason: this.#reason }];
  }

  #miss(reason: string): undefined {
    this.#missed++;
    this.#reason = reason;
  }
}

/** Listeners and bound sockets first: they decide, and a busy listener has many connections. */
function byWeight(a: HeldRow, b: HeldRow): number {
  return Number(a.remotePort !== 0) - Number(b.remotePort !== 0);
}

interface Look {
  readonly list?: typeof listedBySockDiag;
  readonly deadline?: Deadline | undefined;
}

interface Table {
  readonly rows: readonly HeldRow[];
  readonly unseen: readonly Unseen[];
}

function readTable(protocol: Protocol, ports: Ports, list: typeof listedBySockDiag, hasTime: () => boolean): Table {
  const [listed, unseen] = tableOf(protocol, ports, list);
  const isComplete = protocol === 'udp' || (unseen.length === 0 && listsBound());
  const unlisted = isComplete ? [] : findUnlisted(protocol, ports, new Set(listed.map(({ inode }) => inode)), hasTime);
  return { rows: [...listed, ...unlisted].sort(byWeight), unseen };
}

interface Sight {
  readonly held: HeldSockets;
  /** Whether the holders of a socket had closed it when its options were to be read. */
  readonly anyClosed: boolean;
}

/** Looks for the holders of each socket of a table, and reads its options. */
function lookAt({ rows, unseen }: Table, protocol: Protocol, deadline: Deadline | undefined): Sight {
  const search = findOwners(
    rows.map(({ inode }) => inode),
    () => deadline?.isOver !== true,
  );
  const reader = new OptionReader(deadline);
  const sockets = rows.map((row): HeldSocket => {
    const owners = search.owners.get(row.inode) ?? [];
    const options = reader.read(row.inode, owners);
    return { ...row, protocol, state: row.state, owners, ...(options && { options }) };
  });
  return { held: { sockets, unseen: [...unseen, ...search.unseen, ...reader.unseen] }, anyClosed: reader.closed > 0 };
}

const keyOf = ({ inode, state }: Pick<HeldRow, 'inode' | 'state'>): string => `${inode} ${state}`;

/** Whether each of the sockets is in a table that was read later. */
function areIn({ rows }: Table, sockets: readonly HeldSocket[]): boolean {
  const keys = new Set(rows.map(keyOf));
  return sockets.every((socket) => keys.has(keyOf(socket)));
}

// Sockets come and go all the time; one that is closed in each look is shown as it was.
const mostLooks = 3;

/**
 * The sockets that have a port, or one of a range, in the network namespace this thread is in, and the processes that hold them. Their options
 * are read through duplicates of the descriptors (pidfd_getfd(2)), where that is allowed. Where one was closed meanwhile, all are
 * looked at again: it is gone, or has left a TIME_WAIT. What is not looked at by the deadline counts as not seen.
 */
export function socketsOn(
  protocol: Protocol,
  ports: Ports,
  { list = listedBySockDiag, deadline }: Look = {},
): HeldSockets {
  const hasTime = (): boolean => deadline?.isOver !== true;
  let table = readTable(protocol, ports, list, hasTime);
  for (let looks = 1; ; looks++) {
    const { held, anyClosed } = lookAt(table, protocol, deadline);
    // Closed, or a process has it that cannot be seen.
    const withoutHolder = held.sockets.filter(({ inode, owners }) => inode !== 0 && owners.length === 0);
    if (!(anyClosed || withoutHolder.length > 0) || looks === mostLooks || !hasTime()) return held;
    table = readTable(protocol, ports, list, hasTime);
    if (!anyClosed && areIn(table, withoutHolder)) return held;
  }
}
