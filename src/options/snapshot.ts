import { isDeepStrictEqual } from 'node:util';
import { SystemCallError, UsageError } from '../errors.js';
import { catalog } from './catalog.js';
import { readOption } from './access.js';
import { optionNames } from './resolve.js';
import type { OptionSpec } from './spec.js';
import type { OptionSnapshot, ReadableOption } from './types.js';

function isReadable(name: string): name is ReadableOption {
  const spec: OptionSpec = catalog[name as ReadableOption];
  return spec.access !== 'set' && spec.sideEffect !== true;
}

const names = optionNames.filter(isReadable);

/** Codes of a socket that is none: the fault of the caller, not of an option. */
const fatal = ['EBADF', 'ENOTSOCK'];

/**
 * Every option this socket has, by C name. What is left out: what this kernel or this kind of socket lacks, and what reading would
 * change (SO_ERROR) or open (SO_PEERPIDFD).
 */
export function snapshot(fd: number): OptionSnapshot {
  const entries: [string, unknown][] = [];
  for (const name of names) {
    try {
      entries.push([name, readOption(fd, name)]);
    } catch (error) {
      const absent = error instanceof UsageError || (error instanceof SystemCallError && !fatal.includes(error.code));
      if (!absent) throw error;
    }
  }
  return Object.fromEntries(entries);
}

const settings = names.filter((name) => !('moves' in catalog[name]));

/** What differs between two snapshots. `undefined` stands for an option that one of them lacks. */
export type SnapshotDiff = { readonly [N in keyof OptionSnapshot]?: { readonly before: OptionSnapshot[N]; readonly after: OptionSnapshot[N] } };

/** The settings that differ; measurements, as TCP_INFO, always do and are not compared. */
export function diffSnapshots(before: OptionSnapshot, after: OptionSnapshot): SnapshotDiff {
  const changed = settings.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return Object.fromEntries(changed.map((name) => [name, { before: before[name], after: after[name] }]));
}
