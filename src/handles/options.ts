import { readOption, writeOption, writeOptions } from '../options/access.js';
import { snapshot, type SnapshotOptions } from '../options/snapshot.js';
import type {
  OptionInput,
  OptionSnapshot,
  OptionValue,
  OptionValues,
  RawOption,
  RawRead,
  ReadableOption,
  SettableOption,
} from '../options/types.js';
import { fdOf, type OptionTarget } from './fd-of.js';

/**
 * `getsockopt(2)` - reads one option by its C name, or `{ level, optname, length }` as bytes.
 *
 * @throws {SystemCallError} `ENOPROTOOPT`, `EOPNOTSUPP` - not an option of this socket or this kernel; {@link UsageError}
 * `ERR_NO_DESCRIPTOR` - the target has no descriptor now.
 */
export function getOption<N extends ReadableOption>(target: OptionTarget, name: N): OptionValue<N>;
/** The same by level and number, as bytes: at most `length`. */
export function getOption(target: OptionTarget, raw: RawRead): Buffer;
export function getOption(target: OptionTarget, name: ReadableOption | RawRead): unknown {
  return readOption(fdOf(target), name as ReadableOption);
}

/**
 * `setsockopt(2)` - sets one option by its C name, or `{ level, optname, bytes }`.
 *
 * @throws {SystemCallError} what the kernel says, with the option's name; {@link UsageError} `ERR_NO_DESCRIPTOR` - the
 * target has no descriptor now; `ERR_OUT_OF_RANGE`, `ERR_ARGUMENT_INVALID` - a value that does not fit.
 */
export function setOption<N extends SettableOption>(target: OptionTarget, name: N, value: OptionInput<N>): void;
/** The same by level and number, from bytes. */
export function setOption(target: OptionTarget, raw: RawOption): void;
export function setOption(target: OptionTarget, name: SettableOption | RawOption, value?: unknown): void {
  writeOption(fdOf(target), name as SettableOption, value as never);
}

/** {@link setOption} for each of `values`, in their order and in one crossing. Throws at the first failure: those before it stay set. */
export function setOptions(target: OptionTarget, values: OptionValues): void {
  writeOptions(fdOf(target), values);
}

/**
 * `getsockopt(2)` for each option of the catalogue - what the target has, by C name. Left out: what this kernel or this kind
 * of socket lacks, what reading would clear (SO_ERROR; `clear` reads it all the same) or open (SO_PEERPIDFD).
 *
 * @throws {SystemCallError} `EBADF`, `ENOTSOCK` - not a socket; {@link UsageError} `ERR_NO_DESCRIPTOR`,
 * `ERR_ARGUMENT_INVALID` - a misspelt option of this call.
 */
export function getOptions(target: OptionTarget, options?: SnapshotOptions): OptionSnapshot {
  return snapshot(fdOf(target), options);
}
