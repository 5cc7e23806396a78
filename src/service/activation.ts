import { fstatSync } from 'node:fs';
import { integer, invalidArgument, UsageError } from '../errors.js';
import { Socket } from '../socket/socket.js';

/** A socket that the program was started with. */
export interface ActivatedSocket {
  /** As in `FileDescriptorName=`, systemd.socket(5); `unknown` where none was given. */
  readonly name: string;
  /** The descriptor, from 3 on; whoever takes it closes it. */
  readonly fd: number;
}

/** sd_listen_fds(3): the first descriptor that is passed. */
const firstDescriptor = 3;
const mostDescriptors = 1 << 16;

function numberIn(environment: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,10}$/.test(text)) throw invalidArgument(name, 'a number', text);
  return Number(text);
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

/**
 * The sockets that systemd, or whoever else keeps to sd_listen_fds(3), has started this process with: `LISTEN_FDS` of them
 * from descriptor 3 on. They are the caller's to close. The three variables are removed from `environment`, so that neither
 * a second call nor a child takes them for its own. Empty where `LISTEN_PID` names another process, as after a fork(2).
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - a variable is not a number; `ERR_NO_DESCRIPTOR` - a descriptor that was
 * announced is not open, or no socket.
 */
export function activatedSockets(environment: NodeJS.ProcessEnv = process.env): ActivatedSocket[] {
  const pid = numberIn(environment, 'LISTEN_PID');
  const count = numberIn(environment, 'LISTEN_FDS');
  const names = (environment['LISTEN_FDNAMES'] ?? '').split(':');
  for (const name of ['LISTEN_PID', 'LISTEN_PIDFDID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  if (count === undefined || pid !== process.pid) return [];
  integer(count, 'LISTEN_FDS', 0, mostDescriptors);
  return Array.from({ length: count }, (_, index) => {
    const fd = firstDescriptor + index;
    if (!isSocket(fd))
      throw new UsageError('ERR_NO_DESCRIPTOR', `LISTEN_FDS=${count}, but descriptor ${fd} is not an open socket`);
    return { name: names[index] || 'unknown', fd };
  });
}

/** `READY=1` and other assignments of sd_notify(3). */
export type Notification = Readonly<Record<string, string | number>>;

/**
 * `sendmsg(2)` to `NOTIFY_SOCKET`, sd_notify(3) - tells the service manager, as `{ READY: 1 }`, `{ STOPPING: 1 }` or
 * `{ FDSTORE: 1, FDNAME: 'http' }` with `fds` to be kept. Returns false where there is no manager to tell.
 *
 * @throws {SystemCallError} the manager does not take it.
 */
export async function notifyManager(
  notification: Notification,
  fds: readonly number[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  const path = environment['NOTIFY_SOCKET'];
  if (path === undefined || path === '') return false;
  const lines = Object.entries(notification).map(([name, value]) => {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw invalidArgument('notification', 'names as READY', name);
    const text = String(value);
    if (text.includes('\n')) throw invalidArgument(name, 'one line', text);
    return `${name}=${text}`;
  });
  const socket = Socket.open({ family: 'unix', type: 'dgram' });
  try {
    await socket.sendmsg({
      data: lines.join('\n'),
      // systemd.exec(5): a name that begins with @ is an abstract one.
      address: { family: 'unix', path: path.startsWith('@') ? `\0${path.slice(1)}` : path },
      ...(fds.length > 0 && { control: [{ type: 'SCM_RIGHTS', fds }] }),
    });
    return true;
  } finally {
    socket.close();
  }
}
