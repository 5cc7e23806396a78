import { SystemCallError, UsageError } from '../errors.js';
import type { SocketRow, SocketTimer } from '../netlink/inet-diag.js';
import { listSockets } from '../netlink/sock-diag.js';
import { readOption } from '../options/access.js';
import { withDescriptorOf } from '../proc/borrow.js';
import { findOwners, type SocketOwner, type UnseenOwner } from '../proc/owner.js';
import type { ExistingSocket, SharingOptions } from './conflict.js';
import type { Deadline } from './deadline.js';
import { type ProcNetRow, readProcNet } from './proc-net.js';
import { findUnlisted, isAmong, listsBound, type Ports } from './unlisted.js';

/** A socket that has a port, and whose it is. */
export interface HeldSocket extends ExistingSocket {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly timer: SocketTimer | undefined;
  readonly uid: number;
  readonly inode: number;
  readonly interfaceIndex: number;
  /** The processes that hold it. None where no process does, or none can be seen. */
  readonly owners: readonly SocketOwner[];
  /** Absent where /proc/net was read. */
  readonly cookie?: bigint;
}

/** What could not be seen. */
export type Unseen =
  | UnseenOwner
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

// Enough to decide by: a busy listener has many connections of one kind.
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

/** What may be read of a socket through a duplicate of its descriptor. */
function optionsOf(fd: number): SharingOptions {
  return { SO_REUSEADDR: readOption(fd, 'SO_REUSEADDR'), SO_REUSEPORT: readOption(fd, 'SO_REUSEPORT') };
}

/** Reads options of sockets that a process holds, as far as this process may. */
class OptionReader {
  #read = 0;
  #missed = 0;
  #reason = '';
  readonly #deadline: Deadline | undefined;

  constructor(deadline: Deadline | undefined) {
    this.#deadline = deadline;
  }

  read(owners: readonly SocketOwner[]): SharingOptions | undefined {
    const [owner] = owners;
    const [fd] = owner?.fds ?? [];
    if (owner === undefined || fd === undefined) return undefined;
    if (this.#read === mostOptionsRead) return this.#miss(`only those of the first ${mostOptionsRead} were read`);
    if (this.#deadline?.isOver === true) return this.#miss('there was no time for it');
    try {
      this.#read++;
      return withDescriptorOf(owner.pid, fd, optionsOf);
    } catch (error) {
      return this.#miss(error instanceof Error ? error.message : String(error));
    }
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

/**
 * The sockets that have a port, or one of a range, in the network namespace this thread is in, and the processes that hold them. Their options
 * are read through duplicates of the descriptors (pidfd_getfd(2)), where that is allowed. A socket that is closed meanwhile is
 * shown as it was when the table was read. What is not looked at by the deadline counts as not seen.
 */
export function socketsOn(
  protocol: Protocol,
  ports: Ports,
  { list = listedBySockDiag, deadline }: Look = {},
): HeldSockets {
  const [listed, noTable] = tableOf(protocol, ports, list);
  const isComplete = protocol === 'udp' || (noTable.length === 0 && listsBound());
  const hasTime = (): boolean => deadline?.isOver !== true;
  const unlisted = isComplete ? [] : findUnlisted(protocol, ports, new Set(listed.map(({ inode }) => inode)), hasTime);
  const rows = [...listed, ...unlisted].sort(byWeight);
  const { owners, unseen } = findOwners(
    rows.map(({ inode }) => inode),
    hasTime,
  );
  const reader = new OptionReader(deadline);
  const sockets = rows.map((row): HeldSocket => {
    const holders = owners.get(row.inode) ?? [];
    const options = reader.read(holders);
    return { ...row, protocol, state: row.state, owners: holders, ...(options && { options }) };
  });
  return { sockets, unseen: [...noTable, ...unseen, ...reader.unseen] };
}
