import { check, int32Max, integer, SystemCallError, UsageError } from '../errors.js';
import { native } from '../native/load.js';

function refusal(error: unknown, pid: number, fd: number): unknown {
  if (!(error instanceof SystemCallError)) return error;
  const what = `descriptor ${fd} of process ${pid}`;
  switch (error.code) {
    case 'ENOSYS':
      return new UsageError('ERR_NOT_SUPPORTED', `${what}: needs Linux 5.6, for pidfd_getfd(2)`, { cause: error });
    case 'ESRCH':
      return new UsageError('ERR_ARGUMENT_INVALID', `pid: there is no process ${pid}`, { cause: error });
    case 'EBADF':
      return new UsageError('ERR_ARGUMENT_INVALID', `fd: process ${pid} has no descriptor ${fd}`, { cause: error });
    default:
      return error;
  }
}

/** Whether an error of {@link withDescriptorOf} says that the process has ended, or closed the descriptor. */
export function isGone(error: unknown): boolean {
  const { cause } = error instanceof UsageError ? error : {};
  return cause instanceof SystemCallError && (cause.code === 'ESRCH' || cause.code === 'EBADF');
}

/**
 * `pidfd_open(2)`, `pidfd_getfd(2)` - calls `use` with a duplicate of a descriptor of another process, and closes it again.
 * `use` must be synchronous. The open file is the same: an option set here is set there. While the duplicate is open a
 * close(2) in the other process is not the last one.
 *
 * @throws {SystemCallError} `EPERM` - not allowed to trace the process, ptrace(2): it is another user's, or a security module
 * forbids it. {@link UsageError} `ERR_ARGUMENT_INVALID` - no such process or descriptor; `ERR_NOT_SUPPORTED` - before Linux 5.6.
 */
export function withDescriptorOf<T>(pid: number, fd: number, use: (duplicate: number) => T): T {
  integer(pid, 'pid', 1, int32Max);
  integer(fd, 'fd', 0, int32Max);
  let duplicate: number;
  try {
    duplicate = take(pid, fd);
  } catch (error) {
    throw refusal(error, pid, fd);
  }
  try {
    return use(duplicate);
  } finally {
    native.close(duplicate);
  }
}

function take(pid: number, fd: number): number {
  const process = check(native.pidfdOpen(pid), 'pidfd_open');
  try {
    return check(native.pidfdGetfd(process, fd), 'pidfd_getfd');
  } finally {
    native.close(process);
  }
}
