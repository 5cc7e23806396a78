import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { check, invalidArgument, SystemCallError, UsageError } from '../errors.js';
import { native } from '../native/load.js';
import { NetworkNamespace, unreachable } from './namespace.js';

// Set in the process that was started inside a user namespace, so that it is done once.
const variable = 'SOCKWISE_IN_USER_NAMESPACE';

/** How this process may get network namespaces. */
export type NamespaceAccess =
  /** It can make them itself. */
  | { readonly how: 'root' }
  /** After {@link reexecInUserNamespace}. */
  | { readonly how: 'user-namespace' }
  | { readonly how: 'none'; readonly reason: string };

interface Switch {
  readonly file: string;
  readonly off: string;
  readonly reason: string;
}

// What may forbid user namespaces, and how to see it. The files exist where the kernel has the switch.
const switches: readonly Switch[] = [
  { file: '/proc/sys/user/max_user_namespaces', off: '0', reason: 'the sysctl user.max_user_namespaces is 0' },
  { file: '/proc/sys/user/max_net_namespaces', off: '0', reason: 'the sysctl user.max_net_namespaces is 0' },
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    off: '0',
    reason: 'the sysctl kernel.unprivileged_userns_clone is 0',
  },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    off: '1',
    reason: 'the sysctl kernel.apparmor_restrict_unprivileged_userns is 1',
  },
];

function contents(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function errnoName(errno: number): string {
  return getSystemErrorMap().get(errno)?.[0] ?? `errno ${-errno}`;
}

function canUnshare(): boolean {
  try {
    NetworkNamespace.create().close();
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && ['unshare', 'setns'].includes(error.syscall)) return false;
    throw error;
  }
}

/**
 * How this process may get network namespaces. It tries, rather than guess from the user and the sysctls: a container may
 * forbid what both allow. `none` says what forbids it.
 */
export function namespacesAvailable(): NamespaceAccess {
  const reason = unreachable();
  if (reason !== undefined) return { how: 'none', reason };
  if (canUnshare()) return { how: 'root' };
  if (process.env[variable] !== undefined)
    return { how: 'none', reason: 'unshare(2) is not allowed in this user namespace' };
  // execve(2) comes last, so a missing file means that all before it went well. The child is reaped already.
  const result = native.spawnInUserNamespace('/proc/self/no-such-file', ['probe'], []);
  if (result === -constants.errno.ENOENT) return { how: 'user-namespace' };
  const found = switches.find(({ file, off }) => contents(file) === off);
  const why = found?.reason ?? 'no sysctl says why: a seccomp filter or a security module does';
  return { how: 'none', reason: `a user namespace is refused with ${errnoName(result)}; ${why}` };
}

// SIGKILL and SIGSTOP cannot be caught; the terminal sends SIGINT and SIGQUIT to the child itself.
const forwarded = ['SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const;

function forwardSignals(pid: number): () => void {
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It ended in the meantime.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  const ignore = (): void => {};
  const atTerminal = process.getBuiltinModule('node:tty').isatty(0) ? ignore : send;
  for (const signal of forwarded) process.on(signal, send);
  for (const signal of fromTerminal) process.on(signal, atTerminal);
  return () => {
    for (const signal of forwarded) process.off(signal, send);
    for (const signal of fromTerminal) process.off(signal, atTerminal);
  };
}

// The shell's way to say it in one number: 128 and the signal.
function exitCode(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}

/**
 * Runs this program again as root of a user namespace and a network namespace of its own, user_namespaces(7): `argv` is what
 * follows the name of the Node binary. Signals are passed on. Resolves with its exit code, 128 + n if signal n ended it. It is
 * killed when the calling thread ends: PR_SET_PDEATHSIG, prctl(2).
 *
 * @throws {UsageError} `ERR_NOT_SUPPORTED` - this process is the one that was started so.
 * @throws {SystemCallError} `EPERM`, `ENOSPC` - user namespaces are not allowed: see {@link namespacesAvailable}.
 */
export async function reexecInUserNamespace(
  argv: readonly string[] = [...process.execArgv, ...process.argv.slice(1)],
): Promise<number> {
  if (!Array.isArray(argv)) throw invalidArgument('argv', 'an array of strings', argv);
  const own = [...argv].map((word: unknown) => {
    if (typeof word !== 'string') throw invalidArgument('argv', 'an array of strings', argv);
    // execve(2) would take what stands before it for the whole word.
    if (word.includes('\0')) throw invalidArgument('argv', 'strings without a NUL byte', word);
    return word;
  });
  if (process.env[variable] !== undefined) {
    throw new UsageError('ERR_NOT_SUPPORTED', 'this process was started in a user namespace already');
  }
  const variables = Object.entries({ ...process.env, [variable]: '1' }).map(
    ([name, value]) => `${name}=${value ?? ''}`,
  );
  const pid = check(native.spawnInUserNamespace(process.execPath, [process.execPath, ...own], variables), 'unshare');
  const stop = forwardSignals(pid);
  try {
    return exitCode(check(await native.waitpid(pid), 'waitpid'));
  } finally {
    stop();
  }
}
