import { check, int32Max, integer, invalidArgument, SystemCallError } from '../errors.js';
import { native } from '../native/load.js';

/**
 * `if_nametoindex(3)` - the index of an interface of the network namespace the calling thread is in. Needs no right.
 *
 * @throws {SystemCallError} `ENODEV` - there is none of this name; `EMFILE` - no descriptor is left to ask with.
 */
export function ifNameToIndex(name: string): number {
  // The name ends at a NUL in C: `lo\0x` would be `lo`.
  if (typeof name !== 'string' || name.includes('\0')) throw invalidArgument('name', 'the name of an interface', name);
  return check(native.if_nametoindex(name), 'if_nametoindex', { address: name });
}

/**
 * `if_indextoname(3)` - the name of an interface of the network namespace the calling thread is in. Needs no right.
 *
 * @throws {SystemCallError} `ENXIO` - there is none of this index; `EMFILE` - no descriptor is left to ask with.
 */
export function ifIndexToName(index: number): string {
  const name = native.if_indextoname(integer(index, 'index', 0, int32Max));
  if (typeof name === 'number') throw new SystemCallError(name, 'if_indextoname', { address: String(index) });
  return name;
}
