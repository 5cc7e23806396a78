import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { SystemCallError, UsageError } from '../errors.js';
import { listSockets } from '../netlink/sock-diag.js';
import type { UnixSocketRow } from '../netlink/unix-diag.js';
import { findOwners, type SocketOwner } from '../proc/owner.js';
import { unixSocketsElsewhere } from '../proc/unix-elsewhere.js';
import { Socket } from '../socket/socket.js';
import type { Deadline } from './deadline.js';
import type { Unseen } from './held.js';

/** A unix socket that has the name in question, and whose it is. */
export interface HeldUnixSocket extends Omit<UnixSocketRow, 'owners' | 'cookie' | 'receiveQueue' | 'sendQueue'> {
  /** The processes that hold it. None where no process does, or none can be seen. */
  readonly owners: readonly SocketOwner[];
  /** True where it is in a network namespace other than this thread's, and /proc was read. Absent for the others. */
  readonly isElsewhere?: true;
  /** Absent where /proc was read. */
  readonly cookie?: bigint;
}

/** What there is at a path, or at an abstract name. */
export interface UnixPlace {
  readonly kind: 'abstract' | 'nothing' | 'socket' | 'other file' | 'no folder' | 'not a folder' | 'no permission';
  /** Whether a connect() would find a socket behind it; `undefined` where that cannot be seen. */
  readonly isAlive: boolean | undefined;
  readonly sockets: readonly HeldUnixSocket[];
  readonly unseen: readonly Unseen[];
}

export function isAbstract(path: string): boolean {
  return path.startsWith('\0');
}

const byErrno: Readonly<Record<string, UnixPlace['kind']>> = {
  ENOENT: 'no folder',
  ENOTDIR: 'not a folder',
  EACCES: 'no permission',
};

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What kind of file there is, as bind(2) would find it: it does not follow a symbolic link. */
function kindOfFile(path: string): UnixPlace['kind'] {
  try {
    const file = lstatSync(path, { throwIfNoEntry: false });
    if (file !== undefined) return file.isSocket() ? 'socket' : 'other file';
    const folder = dirname(resolve(path));
    if (!statSync(folder).isDirectory()) return 'not a folder';
    accessSync(folder, constants.W_OK | constants.X_OK);
    return 'nothing';
  } catch (error) {
    const kind = byErrno[errnoOf(error)];
    if (kind !== undefined) return kind;
    throw error;
  }
}

/**
 * Whether a socket is behind a name, by a connect(2) that disturbs nobody: one of a datagram socket, which a listener refuses
 * for its type and a datagram socket does not notice.
 */
function answers(path: string): boolean | undefined {
  using probe = Socket.open({ family: 'unix', type: 'dgram' });
  try {
    probe.tryConnect({ path });
    return true;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    // EPERM: it is connected to another.
    if (error.code === 'EPROTOTYPE' || error.code === 'EPERM') return true;
    return error.code === 'ECONNREFUSED' ? false : undefined;
  }
}

/** An abstract name without NUL bytes at its end: Node before 22 fills names up with them, and the kernel counts them. */
export function withoutPadding(name: string): string {
  return name.replace(/\0+$/, '');
}

/** Whether a socket made the file that is there now: one that was bound before another file took its place did not. */
function isOf(row: UnixSocketRow, path: string): boolean {
  if (isAbstract(path)) return row.path !== undefined && withoutPadding(row.path) === withoutPadding(path);
  if (row.path === undefined || row.fileInode === undefined) return row.path === path;
  // The listing has 32 bits of the number.
  const inode = Number(BigInt.asUintN(32, BigInt(lstatSync(path, { throwIfNoEntry: false })?.ino ?? -1)));
  return row.fileInode === inode && basename(row.path) === basename(path);
}

/** Whether connect(2) finds it by its name. An accepted socket has the name of its listener, and is not found. */
function isReachable({ type, state }: UnixSocketRow): boolean {
  return type === 'dgram' || state !== 'ESTABLISHED';
}

function rowsOf(path: string, miss: (missing: Unseen) => void): UnixSocketRow[] {
  try {
    return listSockets({ protocol: 'unix' }).filter((row) => isOf(row, path));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SystemCallError)) throw error;
    miss({ kind: 'no-sock-diag', reason: error.message });
    return [];
  }
}

/** The sockets of a path that are in other network namespaces, as far as a process is in them. */
function rowsElsewhere(path: string, deadline: Deadline): Omit<HeldUnixSocket, 'owners'>[] {
  const whole = resolve(path);
  return unixSocketsElsewhere(() => !deadline.isOver)
    .filter((one) => one.path === path || one.path === whole)
    .map((one) => ({ ...one, protocol: 'unix', isElsewhere: true }));
}

/** Looks at a path, or at an abstract name with its `\0`: the file, the sockets that have it, and whether they answer. */
export function placeAt(path: string, deadline: Deadline): UnixPlace {
  const kind = isAbstract(path) ? 'abstract' : kindOfFile(path);
  if (kind !== 'abstract' && kind !== 'socket') return { kind, isAlive: undefined, sockets: [], unseen: [] };
  const unseen: Unseen[] = [];
  const named = rowsOf(path, (one) => void unseen.push(one));
  const reachable = named.filter(isReachable);
  // The table is of this network namespace; a path leads to sockets of others too. A name is of the namespace.
  const isAlive = reachable.length > 0 || (kind === 'abstract' ? unseen.length > 0 && undefined : answers(path));
  const here = reachable.length > 0 || isAlive === false ? reachable : named;
  const isElsewhere = kind === 'socket' && isAlive === true && here.length === 0;
  const rows = isElsewhere ? rowsElsewhere(path, deadline) : here;
  if (isElsewhere && rows.length === 0) unseen.push({ kind: 'network-namespace' });
  const { owners, unseen: unseenOwners } = findOwners(
    rows.map(({ inode }) => inode),
    () => !deadline.isOver,
  );
  const sockets = rows.map((row) => ({ ...row, owners: owners.get(row.inode) ?? [] }));
  return { kind, isAlive, sockets, unseen: [...unseen, ...unseenOwners] };
}
