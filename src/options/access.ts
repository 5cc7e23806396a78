import { check, int32Max, integer, invalidArgument, knownKeys, SystemCallError, UsageError } from '../errors.js';
import { batchOffset, batchSize, valueOffset, Frame, scratchSize } from '../native/binding.js';
import { frame, native } from '../native/load.js';
import { byteLengthOf, bytesOf } from './bytes.js';
import { optionError } from './kernel-version.js';
import { littleEndian } from './memory.js';
import { levelNumber, type Resolved, resolve } from './resolve.js';
import { scratch } from './scratch.js';
import type { Level } from './spec.js';
import type {
  OptionInput,
  OptionValue,
  OptionValues,
  RawOption,
  RawRead,
  ReadableOption,
  SettableOption,
} from './types.js';

const ints = new Int32Array(native.scratch, valueOffset);
const room = scratchSize - valueOffset;

/** Where the records of {@link writeOptions} begin, in the memory of the codecs. */
const batch = batchOffset - valueOffset;
/**
 * Where those written so far end. A value may be read by a getter, which may set several options in its turn: its records go
 * behind those that wait.
 */
let batchEnd = batch;
const recordHeader = 16;
const { AF_INET6 } = native.constants;

function isRaw(option: unknown): option is RawOption | RawRead {
  return typeof option === 'object' && option !== null;
}

function rawFrame(fd: number, level: Level | number, optname: number): string {
  frame[Frame.fd] = fd;
  frame[Frame.level] = levelNumber(level);
  frame[Frame.optname] = integer(optname, 'optname', 0, int32Max);
  return `{ level: ${level}, optname: ${optname} }`;
}

function noAccess({ name }: Resolved, how: string): UsageError {
  return new UsageError('ERR_OPTION_ACCESS', `${name}: can only be ${how}`);
}

/**
 * getsockopt(2).
 *
 * @throws {SystemCallError} `ENOPROTOOPT`, `EOPNOTSUPP` - not an option of this socket, or of this kernel; `ENOTSOCK`, `EBADF`.
 */
export function readOption<N extends ReadableOption>(fd: number, name: N): OptionValue<N>;
export function readOption(fd: number, raw: RawRead): Buffer;
export function readOption(fd: number, option: ReadableOption | RawRead): unknown {
  if (isRaw(option)) return readRaw(fd, option);
  const row = resolve(option);
  const result = ask(fd, row);
  if (result < 0) throw optionError(result, 'getsockopt', row);
  return answer(row);
}

/** getsockopt(2): 0, with the value left in the scratch memory for {@link answer}, or `-errno`. */
export function ask(fd: number, row: Resolved): number {
  if (!row.readable) throw noAccess(row, 'set');
  if (row.ask !== undefined) row.ask(scratch);
  frame[Frame.fd] = fd;
  frame[Frame.level] = row.level;
  frame[Frame.optname] = row.optname;
  frame[Frame.length] = row.capacity;
  return native.getsockopt();
}

/** The value that {@link ask} left. */
export function answer(row: Resolved): unknown {
  const length = frame[Frame.length] ?? 0;
  if (length === 4) {
    if (row.kind === 'int') return ints[0];
    if (row.kind === 'bool') return ints[0] !== 0;
  }
  const { name, capacity, shortest } = row;
  if (length < shortest || length > capacity) {
    throw new UsageError(
      'ERR_NOT_SUPPORTED',
      `${name}: expected ${shortest} to ${capacity} bytes, the kernel returned ${length}`,
    );
  }
  return row.decode?.(scratch, 0, length, row);
}

function readRaw(fd: number, raw: RawRead): Buffer {
  knownKeys(raw, 'option', ['level', 'optname', 'length']);
  const { level, optname, length } = raw;
  integer(length, 'length', 0, room);
  const option = rawFrame(fd, level, optname);
  // Some options read the buffer before they answer, and take pointers from it: no leftover may look like one.
  scratch.bytes.fill(0, 0, length);
  frame[Frame.length] = length;
  check(native.getsockopt(), 'getsockopt', { option });
  return Buffer.from(scratch.bytes.subarray(0, frame[Frame.length]));
}

/** Writes the value at `at`, and returns its length. */
function encode(row: Resolved, value: unknown, at: number): number {
  if (!row.settable) throw noAccess(row, 'read');
  if (row.kind === 'bool' && typeof value === 'boolean') {
    ints[at >> 2] = value ? 1 : 0;
    return 4;
  }
  if (
    row.kind === 'int' &&
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= row.low &&
    value <= row.high
  ) {
    ints[at >> 2] = value;
    return 4;
  }
  if (row.encode === undefined) throw noAccess(row, 'read');
  return row.encode(value, scratch, at, row);
}

/** The level of the value of `length` bytes at `at`: structures with a group have its family behind the interface, RFC 3678. */
function levelOf(row: Resolved, at: number, length: number): number {
  if (length < 10 || row.level6 === undefined) return row.level;
  return scratch.view.getUint16(at + 8, littleEndian) === AF_INET6 ? row.level6 : row.level;
}

/**
 * setsockopt(2).
 *
 * @throws {SystemCallError} what the kernel says. {@link UsageError} for a value that does not fit: nothing is rounded.
 */
export function writeOption<N extends SettableOption>(fd: number, name: N, value: OptionInput<N>): void;
export function writeOption(fd: number, raw: RawOption): void;
export function writeOption(fd: number, option: SettableOption | RawOption, value?: unknown): void {
  if (isRaw(option)) {
    writeRaw(fd, option);
    return;
  }
  const row = resolve(option);
  const length = encode(row, value, 0);
  frame[Frame.fd] = fd;
  frame[Frame.level] = levelOf(row, 0, length);
  frame[Frame.optname] = row.optname;
  frame[Frame.length] = length;
  const result = native.setsockopt();
  if (result < 0) throw optionError(result, 'setsockopt', row);
}

function writeRaw(fd: number, raw: RawOption): void {
  knownKeys(raw, 'option', ['level', 'optname', 'bytes']);
  const { level, optname, bytes: given } = raw;
  const bytes = bytesOf(given, 'bytes');
  const length = integer(byteLengthOf(bytes), 'bytes: length', 0, room);
  const option = rawFrame(fd, level, optname);
  frame[Frame.length] = length;
  scratch.bytes.set(bytes);
  check(native.setsockopt(), 'setsockopt', { option });
}

/**
 * setsockopt(2) for each value, in the order of the keys and in one crossing. Ends at the first failure.
 *
 * @throws {SystemCallError} what the kernel says: `option` names the one that failed, `applied` is how many were set before it.
 * {@link UsageError} for a value that does not fit, before anything is set.
 */
export function writeOptions(fd: number, values: OptionValues): void {
  if (typeof values !== 'object' || values === null)
    throw invalidArgument('options', 'an object of values by C name', values);
  const start = batchEnd;
  let at = start;
  let count = 0;
  let name: SettableOption;
  try {
    // Not Object.keys(), which makes an array.
    for (name in values) {
      const row = resolve(name);
      // The longest single value must still fit behind what is there.
      if (at > batch + batchSize / 2 - recordHeader)
        throw new UsageError('ERR_OUT_OF_RANGE', 'options: too many for one call');
      const length = encode(row, values[name], at + recordHeader);
      const header = at >> 2;
      ints[header] = levelOf(row, at + recordHeader, length);
      ints[header + 1] = row.optname;
      ints[header + 2] = length;
      at += recordHeader + ((length + 7) & ~7);
      batchEnd = at;
      count++;
    }
    if (count === 0) return;
    frame[Frame.fd] = fd;
    frame[Frame.level] = start - batch;
    frame[Frame.length] = count;
    const result = native.setsockopts();
    if (result < 0) {
      const applied = frame[Frame.length] ?? 0;
      const name = nameAt(values, applied);
      if (name === undefined) throw new SystemCallError(result, 'setsockopt', { applied });
      throw optionError(result, 'setsockopt', resolve(name), { applied });
    }
  } finally {
    batchEnd = start;
  }
}

function nameAt(values: OptionValues, index: number): string | undefined {
  const names: string[] = [];
  for (const name in values) names.push(name);
  return names[index];
}
