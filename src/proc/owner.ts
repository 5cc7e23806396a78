import { int32Max, integer, invalidArgument } from '../errors.js';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { native } from '../native/load.js';
import { type Membership, membershipOf } from './cgroup.js';

/** A process that holds a socket, as /proc shows it. */
export interface SocketOwner extends Membership {
  /** As the PID namespace of /proc numbers it. */
  readonly pid: number;
  /** Its descriptors of the socket. */
  readonly fds: readonly number[];
  /** What `/proc/PID/comm` holds: at most 15 bytes, and whatever the process put there. */
  readonly name: string;
  /** The words of its command line, as long as they are; none where the process has wiped them. Not escaped: escape before printing. */
  readonly argv: readonly string[];
  /** Its effective user; absent where /proc does not say. */
  readonly uid?: number;
}

/** Why an owner may be missing. */
export type UnseenOwner =
  | { readonly kind: 'no-proc' }
  /** The descriptors of so many processes may not be read: they belong to other users. */
  | { readonly kind: 'other-users'; readonly processes: number }
  /** Of so many processes only the first 1024 descriptors were looked at, as every socket had an owner already. */
  | { readonly kind: 'passed-over'; readonly processes: number }
  /** Of so many processes no descriptor was looked at, because the time for it was over. */
  | { readonly kind: 'out-of-time'; readonly processes: number }
  /** /proc is mounted with hidepid, proc(5): other users' processes do not appear at all. */
  | { readonly kind: 'hidepid' }
  /** This process is in a PID namespace of its own, as in a container: processes outside do not appear. */
  | { readonly kind: 'pid-namespace' };

/** Owners by the inode of the socket. */
export interface OwnerSearch {
  /** By the inode of the socket; no entry where no process was found. */
  readonly owners: ReadonlyMap<number, readonly SocketOwner[]>;
  /** Processes whose descriptors could not be read. */
  readonly unseen: readonly UnseenOwner[];
}

// PROC_PID_INIT_INO of include/linux/proc_ns.h: the PID namespace the machine started with.
const initialPidNamespace = 'pid:[4026531836]';
const denied = [-constants.errno.EACCES, -constants.errno.EPERM];

function text(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process has ended, or may not be read.
    return undefined;
  }
}

/** Whether a process is no more, or only waits for its parent to ask for its exit status: it holds nothing. */
function hasEnded(pid: number): boolean {
  const status = text(`/proc/${pid}/status`);
  // With hidepid=1 access(2) fails for its folder too, and stat(2) does not.
  return status === undefined
    ? statSync(`/proc/${pid}`, { throwIfNoEntry: false }) === undefined
    : /^State:\s+[XZ]/m.test(status);
}

/** Words of a command line: each ends with a null byte, but for what setproctitle(3) writes over them. */
function wordsOf(commandLine: string): string[] {
  return commandLine
    .replace(/\0+$/, '')
    .split('\0')
    .filter((word, index) => word !== '' || index > 0);
}

function describe(pid: number, fds: readonly number[]): SocketOwner {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(text(`/proc/${pid}/status`) ?? '')?.[1];
  return {
    pid,
    fds,
    name: (text(`/proc/${pid}/comm`) ?? '').replace(/\n$/, ''),
    argv: wordsOf(text(`/proc/${pid}/cmdline`) ?? ''),
    ...(uid !== undefined && { uid: Number(uid) }),
    ...membershipOf(text(`/proc/${pid}/cgroup`) ?? ''),
  };
}

// Descriptor and inode of each socket of a process, one behind the other. It grows to the process with the most.
let pairs = new Int32Array(2 * 1024);

const allDescriptors = int32Max;

/** Calls `visit` for each socket of a process whose descriptor is less than `below`. Returns `-errno` where its descriptors cannot be read. */
function eachSocket(pid: number, below: number, visit: (fd: number, inode: number) => void): number {
  let found = native.socketDescriptors(pid, below, pairs);
  // It may open more while the memory grows.
  while (found > pairs.length / 2) {
    pairs = new Int32Array(4 * found);
    found = native.socketDescriptors(pid, below, pairs);
  }
  const unsigned = new Uint32Array(pairs.buffer);
  for (let i = 0; i < found; i++) visit(unsigned[2 * i] as number, unsigned[2 * i + 1] as number);
  return found;
}

export function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Every descriptor of a socket in every process whose descriptors may be read. */
export function socketDescriptors(): { readonly pid: number; readonly fd: number; readonly inode: number }[] {
  const found: { pid: number; fd: number; inode: number }[] = [];
  if (!existsSync('/proc/self/fd')) return found;
  for (const pid of processes()) eachSocket(pid, allDescriptors, (fd, inode) => void found.push({ pid, fd, inode }));
  return found;
}

function hidesProcesses(): boolean {
  const mounts = text('/proc/self/mountinfo') ?? '';
  return mounts.split('\n').some((line) => / \/proc .* - proc .*\bhidepid=(?!0|off)/.test(line));
}

function inOwnPidNamespace(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') !== initialPidNamespace;
  } catch {
    return false;
  }
}

function unseenOf(unreadable: readonly number[]): UnseenOwner[] {
  // A kernel thread has no command line, and no descriptors. One that has ended meanwhile holds nothing.
  const others = unreadable.filter((pid) => text(`/proc/${pid}/cmdline`) !== '' && !hasEnded(pid)).length;
  return [
    ...(others > 0 ? [{ kind: 'other-users', processes: others } as const] : []),
    ...(hidesProcesses() ? [{ kind: 'hidepid' } as const] : []),
    ...(inOwnPidNamespace() ? [{ kind: 'pid-namespace' } as const] : []),
  ];
}

// To look at more descriptors of one process takes longer than at all of the other processes. Listeners are opened early, and
// have low numbers.
const manyDescriptors = 1024;

interface Candidate {
  readonly pid: number;
  /** How many descriptors it has, or has room for; 1 where that cannot be seen. */
  readonly descriptors: number;
}

/** How many descriptors a process has: the size of the folder since Linux 6.2, proc_fd_getattr(). */
function descriptorsIn(pid: number | 'self'): number | undefined {
  try {
    return statSync(`/proc/${pid}/fd`, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    // hidepid=1: other users' processes are listed, and nothing of them may be looked at.
    return undefined;
  }
}

function roomForDescriptors(pid: number): number {
  return Number(/^FDSize:\s+(\d+)/m.exec(text(`/proc/${pid}/status`) ?? '')?.[1] ?? 0);
}

/** Processes that may hold a socket, those with the fewest descriptors first. */
function candidates(): Candidate[] {
  const counts = descriptorsIn('self') !== 0;
  return (
    processes()
      .map((pid) => ({ pid, descriptors: counts ? (descriptorsIn(pid) ?? 1) : roomForDescriptors(pid) }))
      // A kernel thread has none.
      .filter(({ descriptors }) => !counts || descriptors > 0)
      .sort((a, b) => a.descriptors - b.descriptors)
  );
}

/** Who holds the sockets of some inodes, as far as it has looked. */
class Search {
  readonly #owners: Map<number, SocketOwner[]>;
  readonly unreadable: number[] = [];
  #missing: number;

  constructor(inodes: Iterable<number>) {
    if (typeof inodes !== 'object' || inodes === null || typeof inodes[Symbol.iterator] !== 'function')
      throw invalidArgument('inodes', 'an iterable of inodes', inodes);
    const given = Array.from(inodes, (inode) => integer(inode, 'inode', 0, Number.MAX_SAFE_INTEGER));
    this.#owners = new Map(given.filter((inode) => inode !== 0).map((inode) => [inode, []]));
    this.#missing = this.#owners.size;
  }

  get size(): number {
    return this.#owners.size;
  }

  get isComplete(): boolean {
    return this.#missing === 0;
  }

  look(pid: number, below = allDescriptors): void {
    const held = new Map<number, number[]>();
    const result = eachSocket(pid, below, (fd, inode) => {
      if (!this.#owners.has(inode)) return;
      const fds = held.get(inode);
      if (fds === undefined) held.set(inode, [fd]);
      else fds.push(fd);
    });
    if (denied.includes(result)) this.unreadable.push(pid);
    if (held.size > 0) this.#add(pid, held);
  }

  #add(pid: number, held: ReadonlyMap<number, readonly number[]>): void {
    const process = describe(pid, []);
    // What it held is closed, or another's.
    if (hasEnded(pid)) return;
    for (const [inode, fds] of held) {
      const owners = this.#owners.get(inode);
      if (owners?.length === 0) this.#missing--;
      owners?.push({ ...process, fds });
    }
  }

  found(): Map<number, readonly SocketOwner[]> {
    const found = [...this.#owners].filter(([, owners]) => owners.length > 0);
    return new Map(found.map(([inode, owners]) => [inode, owners.sort((a, b) => a.pid - b.pid)]));
  }
}

/**
 * Finds the processes that hold sockets, by reading `/proc/PID/fd` of every process once, those with the fewest descriptors first.
 * A socket that none holds is not in the result; nor is one whose holder cannot be seen, and `unseen` says what limits the
 * view. A socket may have several owners: a descriptor is inherited by fork(2), and passed by SCM_RIGHTS. Once every
 * socket has an owner, only the first 1024 descriptors of a process are looked at. No process is looked at once `hasTime` says false.
 */
export function findOwners(inodes: Iterable<number>, hasTime: () => boolean = () => true): OwnerSearch {
  const search = new Search(inodes);
  if (!existsSync('/proc/self/fd')) return { owners: new Map(), unseen: [{ kind: 'no-proc' }] };
  if (search.size === 0) return { owners: new Map(), unseen: [] };
  let [passedOver, outOfTime] = [0, 0];
  for (const { pid, descriptors } of candidates()) {
    if (!hasTime()) {
      outOfTime++;
      continue;
    }
    const inPart = descriptors > manyDescriptors && search.isComplete;
    if (inPart) passedOver++;
    search.look(pid, inPart ? manyDescriptors : allDescriptors);
  }
  const unseen: UnseenOwner[] = unseenOf(search.unreadable);
  if (passedOver > 0) unseen.push({ kind: 'passed-over', processes: passedOver });
  if (outOfTime > 0) unseen.push({ kind: 'out-of-time', processes: outOfTime });
  return { owners: search.found(), unseen };
}
