import { readFileSync, writeFileSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { invalidArgument, SystemCallError, UsageError } from '../errors.js';

/**
 * File of a sysctl, as `net.ipv4.tcp_fin_timeout`. With a slash in it the name is taken as a path, as sysctl(8) does, so that
 * `net/ipv4/conf/eth0.1/forwarding` can name an interface that has a dot.
 */
function fileOf(name: unknown): string {
  if (typeof name !== 'string') throw invalidArgument('name', 'the name of a sysctl', name);
  const parts = name.split(name.includes('/') ? '/' : '.');
  const isPlain = parts.every((part) => /^[\w@:.-]+$/.test(part) && !/^\.+$/.test(part));
  // Only these belong to a network namespace: any other would be read from, or written to, the whole machine.
  if (!isPlain || parts.length < 2 || parts[0] !== 'net') {
    throw new UsageError('ERR_ARGUMENT_INVALID', `name: ${JSON.stringify(name)} is not a sysctl below net.`);
  }
  return `/proc/sys/${parts.join('/')}`;
}

function asSystemCallError(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || !('errno' in error) || !('syscall' in error)) return error;
  const { errno, syscall } = error;
  if (typeof errno !== 'number' || typeof syscall !== 'string' || !getSystemErrorMap().has(errno)) return error;
  return new SystemCallError(errno, syscall, { option: name });
}

/**
 * Reads a sysctl of the namespace the calling thread is in.
 *
 * @throws {SystemCallError} `ENOENT` - this kernel, or this kind of namespace, has none of this name.
 */
export function readSysctl(name: string): string {
  const file = fileOf(name);
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw asSystemCallError(error, name);
  }
}

/**
 * Sets a sysctl of the namespace the calling thread is in.
 *
 * @throws {SystemCallError} `EACCES` - not allowed. `EINVAL` - not a value it takes. `ENOENT` - there is none.
 */
export function writeSysctl(name: string, value: string | number): void {
  const file = fileOf(name);
  if (typeof value !== 'string' && !Number.isSafeInteger(value))
    throw invalidArgument('value', 'a string or an integer', value);
  try {
    writeFileSync(file, `${value}\n`, { flag: 'r+' });
  } catch (error) {
    throw asSystemCallError(error, name);
  }
}
