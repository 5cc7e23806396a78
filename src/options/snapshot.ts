import { isDeepStrictEqual } from 'node:util';
import { constants as os } from 'node:os';
import { invalidArgument, knownKeys, SystemCallError } from '../errors.js';
import { answer, ask } from './access.js';
import { catalog } from './catalog.js';
import { optionNames, type Resolved, resolveIfHere } from './resolve.js';
import type { OptionSpec } from './spec.js';
import type { OptionName, OptionSnapshot, ReadableOption } from './types.js';

/** Errnos of a descriptor that is not a socket: the fault of the caller, not of an option. */
const fatal = [-os.errno.EBADF, -os.errno.ENOTSOCK];

/** Which options a snapshot reads. */
export interface SnapshotOptions {
  /** Reads what reading clears as well: SO_ERROR, TCP_SAVED_SYN and PACKET_STATISTICS. */
  readonly clear?: boolean;
}

function isRead(name: OptionName, clear: boolean): name is ReadableOption {
  const { access, sideEffect }: OptionSpec = catalog[name];
  return access !== 'set' && (sideEffect === undefined || (clear && sideEffect === 'clears'));
}

const readable = (clear: boolean) => optionNames.filter((name) => isRead(name, clear));

/** The rows that a snapshot reads, looked up at the first that does. */
const rows = new Map<boolean, readonly Resolved[]>();

function rowsToRead(clear: boolean): readonly Resolved[] {
  const known = rows.get(clear) ?? readable(clear).flatMap((name) => resolveIfHere(name) ?? []);
  rows.set(clear, known);
  return known;
}

/**
 * Every option this socket has, by C name. What is left out: what this kernel or this kind of socket lacks, and what reading would
 * clear (SO_ERROR, unless asked for) or open (SO_PEERPIDFD).
 */
export function snapshot(fd: number, options: SnapshotOptions = {}): OptionSnapshot {
  knownKeys(options, 'options', ['clear']);
  const { clear = false } = options;
  if (typeof clear !== 'boolean') throw invalidArgument('clear', 'a boolean', clear);
  const entries: [string, unknown][] = [];
  for (const row of rowsToRead(clear)) {
    const result = ask(fd, row);
    if (result >= 0) entries.push([row.name, answer(row)]);
    else if (fatal.includes(result)) throw new SystemCallError(result, 'getsockopt', { option: row.name });
  }
  return Object.fromEntries(entries);
}

/** What differs between two snapshots. `undefined` stands for an option that one of them lacks. */
export type SnapshotDiff = {
  readonly [N in keyof OptionSnapshot]?: { readonly before: OptionSnapshot[N]; readonly after: OptionSnapshot[N] };
};

/**
 * The settings that differ; measurements, as TCP_INFO, always do and are not compared.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - one is no object.
 */
export function diffSnapshots(before: OptionSnapshot, after: OptionSnapshot): SnapshotDiff {
  for (const [name, given] of Object.entries({ before, after })) {
    if (typeof given !== 'object' || given === null) throw invalidArgument(name, 'a snapshot', given);
  }
  const settings = readable(false).filter((name) => !('moves' in catalog[name]));
  const changed = settings.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return Object.fromEntries(changed.map((name) => [name, { before: before[name], after: after[name] }]));
}
