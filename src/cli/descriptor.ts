import { fstatSync } from 'node:fs';
import {
  findOwners,
  type OptionName,
  catalog,
  getOption,
  type SocketOwner,
  SystemCallError,
  UsageError,
  withDescriptorOf,
} from '../index.js';
import { socketsOn } from '../explain/index.js';
import { nearest } from '../nearest.js';

/** A descriptor of a process. */
export interface ProcessDescriptor {
  readonly pid: number;
  readonly fd: number;
  readonly owner?: SocketOwner;
  /** Of the socket that it was a moment ago. */
  readonly inode?: number;
}

/** Reads `PID:FD`. */
export function processDescriptor(text: string): ProcessDescriptor {
  const [, pid, fd] = /^([1-9]\d{0,9}):(\d{1,10})$/.exec(text) ?? [];
  if (pid === undefined || fd === undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', `${JSON.stringify(text)} is not PID:FD, such as 4711:20`);
  return { pid: Number(pid), fd: Number(fd) };
}

/** Reads `PID:FD`, or the port of TCP and UDP sockets of which each is taken. */
export function descriptorsOf(text: string): ProcessDescriptor[] {
  if (text.includes(':')) return [processDescriptor(text)];
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new UsageError('ERR_ARGUMENT_INVALID', `${JSON.stringify(text)} is neither PID:FD nor a port`);
  const held = (['tcp', 'udp'] as const).flatMap((protocol) => socketsOn(protocol, Number(text)).sockets);
  const found = held
    .filter(({ remotePort }) => remotePort === 0)
    .flatMap(({ owners: [owner], inode }) =>
      owner === undefined ? [] : { pid: owner.pid, fd: owner.fds[0] ?? 0, owner, inode },
    );
  if (found.length === 0) {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `no process that can be seen holds a listener or bound socket on port ${text}`,
    );
  }
  return found;
}

/** Calls `use` with a duplicate of the descriptor, which must be a socket. */
export function withSocketOf<T>({ pid, fd, inode }: ProcessDescriptor, use: (duplicate: number) => T): T {
  try {
    return withDescriptorOf(pid, fd, (duplicate) => {
      if (inode !== undefined && fstatSync(duplicate).ino !== inode)
        throw new UsageError('ERR_ARGUMENT_INVALID', `process ${pid} has closed the socket meanwhile`);
      getOption(duplicate, 'SO_TYPE');
      return use(duplicate);
    });
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    if (error.code === 'ENOTSOCK')
      throw new UsageError('ERR_ARGUMENT_INVALID', `descriptor ${fd} of process ${pid} is not a socket`);
    if (error.code === 'EPERM' && error.syscall === 'pidfd_getfd')
      throw new UsageError(
        'ERR_NOT_SUPPORTED',
        `descriptor ${fd} of process ${pid}: not allowed; run it as root, or as its user`,
      );
    throw error;
  }
}

export function optionName(text: string): OptionName {
  if (Object.hasOwn(catalog, text)) return text as OptionName;
  throw new UsageError(
    'ERR_OPTION_UNKNOWN',
    `unknown option ${JSON.stringify(text)}; did you mean ${nearest(text, Object.keys(catalog))}?`,
  );
}

/** The process that has the descriptor, as far as /proc shows it. */
export function ownerOf({ pid, owner }: ProcessDescriptor, inode: number): SocketOwner | undefined {
  return (
    owner ??
    findOwners([inode])
      .owners.get(inode)
      ?.find((one) => one.pid === pid)
  );
}
