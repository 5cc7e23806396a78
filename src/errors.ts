import { constants as os } from 'node:os';
import { getSystemErrorMap } from 'node:util';

let ofAddon: Readonly<Record<string, number>> = {};
// Made at the first error: to load the package should be cheap.
let named: Map<number, string> | undefined;
let ofNode: ReturnType<typeof getSystemErrorMap> | undefined;
let systemText: ((errno: number) => string) | undefined;

/** Takes the names that Node lacks, and strerror(3) for its missing texts, from the addon: this file loads without one. */
export function learnErrors(errnos: Readonly<Record<string, number>>, strerror: (errno: number) => string): void {
  ofAddon = errnos;
  named = undefined;
  systemText = strerror;
}

/** By number. */
function names(): Map<number, string> {
  if (named !== undefined) return named;
  named = new Map(Object.entries(os.errno).map(([name, number]) => [number, name]));
  // Node calls EOPNOTSUPP by its other name, ENOTSUP.
  named.set(os.errno.EOPNOTSUPP, 'EOPNOTSUPP').set(os.errno.EAGAIN, 'EAGAIN');
  for (const [name, number] of Object.entries(ofAddon)) if (!named.has(number)) named.set(number, name);
  return named;
}

/** Names and texts, by the negative number. A call makes a new map. */
function systemErrors(): ReturnType<typeof getSystemErrorMap> {
  return (ofNode ??= getSystemErrorMap());
}

/** The usual name of a negative errno, as `E524` where it has none. */
export function errorName(errno: number): string {
  return names().get(-errno) ?? systemErrors().get(errno)?.[0] ?? `E${-errno}`;
}

/** What an errno means: in Node's words, or in those of strerror(3), which begin in upper case, where Node has none. */
function errorText(errno: number): string {
  const known = systemErrors().get(errno)?.[1];
  if (known !== undefined) return known;
  if (systemText === undefined || !names().has(-errno)) return 'unknown error';
  return systemText(-errno).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** What was being worked on when a system call failed: each field is set only where the caller knows it. */
export interface ErrorContext {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /** C name of the socket option, for `getsockopt` and `setsockopt`. */
  readonly option?: string | undefined;
  /** For a call that sets several options: how many had been set. */
  readonly applied?: number | undefined;
  /** What else there is to say, for the text alone. */
  readonly note?: string | undefined;
}

/** Text that only an IPv6 address can be: `vsock:2` and paths have colons too. */
const ipv6Text = /^[\da-f]*:[\da-f:.]*(%.*)?$/i;

function where({ address, port, option }: ErrorContext): string {
  if (option !== undefined) return ` ${option}`;
  if (address === undefined) return '';
  if (port === undefined) return ` ${address}`;
  return ipv6Text.test(address) ? ` [${address}]:${port}` : ` ${address}:${port}`;
}

/**
 * A system call that failed, in the shape of Node's own errors.
 *
 * `syscall` is the call that returned the error, also where Node names another: Node reports a failed bind(2) as `listen`.
 */
export class SystemCallError extends Error {
  /** Name of the errno, as `EADDRINUSE`. */
  readonly code: string;
  /** Negative errno, as in Node. */
  readonly errno: number;
  /** The call that failed, as `bind`. */
  readonly syscall: string;
  /** The address the call was about, where there was one. */
  declare readonly address?: string;
  /** The port the call was about; absent for 0. */
  declare readonly port?: number;
  /** The C name of the option, of setsockopt(2) and getsockopt(2). */
  declare readonly option?: string;
  /** Of several options to set, how many were. */
  declare readonly applied?: number;

  constructor(errno: number, syscall: string, context: ErrorContext = {}) {
    const code = errorName(errno);
    super(
      `${syscall} ${code}: ${errorText(errno)}${where(context)}${context.note === undefined ? '' : ` (${context.note})`}`,
    );
    this.name = 'SystemCallError';
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    // Own properties only where known, so that printing the error shows no empty fields.
    if (context.address !== undefined) this.address = context.address;
    if (context.port !== undefined) this.port = context.port;
    if (context.option !== undefined) this.option = context.option;
    if (context.applied !== undefined) this.applied = context.applied;
  }
}

/** Lasting codes of {@link UsageError}: texts may change, codes do not. */
export type UsageErrorCode =
  /** An address, prefix or path that is none, or of another family than the socket; a host name without an address. */
  | 'ERR_ADDRESS_INVALID'
  /** A value of the wrong type, an unknown key of an object of settings, or two settings that cannot be combined. */
  | 'ERR_ARGUMENT_INVALID'
  /** A call on a network namespace after its `close()`. */
  | 'ERR_NAMESPACE_CLOSED'
  /** The addon cannot be loaded: none is built for this system, or it is out of date. The message names the command that builds it. */
  | 'ERR_NATIVE_LOAD'
  /** A handle of Node that has no descriptor yet, or no longer; or a descriptor that another process was to pass and did not. */
  | 'ERR_NO_DESCRIPTOR'
  /** This system, kernel, runtime or thread lacks what was asked for. */
  | 'ERR_NOT_SUPPORTED'
  /** An option that can only be set was read, or one that can only be read was set. */
  | 'ERR_OPTION_ACCESS'
  /** A name that is not in the catalogue of options; `{ level, optname, bytes }` reaches any option by number. */
  | 'ERR_OPTION_UNKNOWN'
  /** An option or a level of the catalogue that the system this runs on does not have, such as a Linux one on macOS. */
  | 'ERR_OPTION_UNSUPPORTED'
  /** A number that is no integer, or out of the range of its field. */
  | 'ERR_OUT_OF_RANGE'
  /** Already in use: a server that listens, a datagram socket that is bound, a descriptor with another owner, a hand-over that is going on. */
  | 'ERR_SOCKET_BUSY'
  /** A call on a closed socket, or the socket, server or hand-over was closed while the call waited. */
  | 'ERR_SOCKET_CLOSED';

/** A mistake of the caller, found before the kernel was asked. */
export class UsageError extends Error {
  /** For a `switch`: names the mistake. */
  readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
    this.code = code;
  }
}

/** A wait that ran out of its `timeoutMs`. The kernel was not involved: its own ETIMEDOUT is a {@link SystemCallError}. */
export class TimeoutError extends Error {
  /** For a `switch`: names the error. */
  readonly code = 'ERR_TIMED_OUT';
  /** The call that was waited for. */
  readonly syscall: string;

  constructor(syscall: string, timeoutMs: number) {
    super(`${syscall}: timed out after ${timeoutMs} ms`);
    this.name = 'TimeoutError';
    this.syscall = syscall;
  }
}

/** `EADDRINUSE`, `ERR_TIMED_OUT`: the code of an error, or its text where it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return messageOf(error);
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The only place that throws for a failed call: `result` is what the native layer returned, below zero is `-errno`. */
export function check(result: number, syscall: string, context?: ErrorContext): number {
  if (result < 0) throw new SystemCallError(result, syscall, context);
  return result;
}

/** Of the class, as far as it has one: an object may be anything, also one that throws when it is looked at. */
function nameOf(value: object): string {
  try {
    const { name }: { name?: unknown } = value.constructor;
    return typeof name === 'string' ? name : 'Object';
  } catch {
    return 'Object';
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null) return `an instance of ${nameOf(value)}`;
  return String(value);
}

/** The error for an argument of the wrong type: what it is called, what was expected, what was got. */
export function invalidArgument(name: string, expected: string, got: unknown): UsageError {
  return new UsageError('ERR_ARGUMENT_INVALID', `${name}: expected ${expected}, got ${show(got)}`);
}

/** The lowest and the highest number of the kernel's `int`, and the highest of its `unsigned int`. */
export const int32Min = -(2 ** 31);
export const int32Max = 2 ** 31 - 1;
export const uint32Max = 2 ** 32 - 1;

/** Returns `value` if it is an integer from `low` to `high`, throws `ERR_ARGUMENT_INVALID` or `ERR_OUT_OF_RANGE` otherwise. */
export function integer(value: unknown, name: string, low: number, high: number): number {
  if (typeof value !== 'number') throw invalidArgument(name, 'an integer', value);
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new UsageError('ERR_OUT_OF_RANGE', `${name}: expected an integer from ${low} to ${high}, got ${value}`);
  }
  return value;
}

/** Returns what `table` has under `value`, throws `ERR_ARGUMENT_INVALID` if that is none of its keys. */
export function oneOf<T extends object>(table: T, value: unknown, name: string): T[keyof T] {
  if (typeof value !== 'string' || !Object.hasOwn(table, value)) {
    throw invalidArgument(name, `one of ${Object.keys(table).join(', ')}`, value);
  }
  return table[value as keyof T];
}

/** Throws for a key that means nothing: a misspelt setting must not be passed over in silence. */
export function knownKeys(given: object, name: string, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw invalidArgument(name, 'an object', given);
  for (const key in given) {
    if (!known.includes(key)) {
      throw new UsageError(
        'ERR_ARGUMENT_INVALID',
        `${name}: unknown ${JSON.stringify(key)}, known are ${known.join(', ')}`,
      );
    }
  }
}
