import { constants as os, release } from 'node:os';
import { SystemCallError } from '../errors.js';
import type { OptionSpec } from './spec.js';

/** Whether a kernel is of this version, as 6.14, or a later one. */
export function isSince(version: string, running = release()): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = running.split('.').map(Number.parseFloat);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** Errnos of a level, or of an option, that there is none. */
const noSuchOption = [-os.errno.ENOPROTOOPT, -os.errno.EOPNOTSUPP];

/** The error of getsockopt(2) or setsockopt(2), which says so if the kernel is too old to have the option. */
export function optionError(
  result: number,
  syscall: 'getsockopt' | 'setsockopt',
  { name, spec: { since } }: { readonly name: string; readonly spec: OptionSpec },
  { applied, running = release() }: { readonly applied?: number; readonly running?: string } = {},
): SystemCallError {
  const tooOld =
    process.platform === 'linux' && since !== undefined && noSuchOption.includes(result) && !isSince(since, running);
  const note = tooOld ? `Linux has it from ${since} on, this is ${running}` : undefined;
  return new SystemCallError(result, syscall, { option: name, applied, note });
}
