import { constants as os } from 'node:os';
import { integer, invalidArgument, UsageError } from '../errors.js';
import { bufferOf, bytesOf, isShared } from '../options/bytes.js';

/** What can be sent. A string goes as UTF-8. */
export type Payload = Uint8Array | string;

/** Bytes that only this thread can change. */
export function ownBytesOf(value: unknown, name: string, expected?: string): Uint8Array {
  const bytes = bytesOf(value, name, expected);
  if (isShared(bufferOf(bytes)))
    throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: shared memory could change during the call; copy it first`);
  return bytes;
}

/**
 * As {@link ownBytesOf}, for memory that goes to the addon as it is: that refuses what is shared itself, with -EFAULT, and asking
 * for a typed array's buffer here takes as long as a short system call. Not on Bun, whose Node-API takes a SharedArrayBuffer
 * for an ArrayBuffer.
 */
export const bytesForCall = 'bun' in process.versions ? ownBytesOf : bytesOf;

/** What a call returned that was given {@link bytesForCall}, or the error for shared memory. */
export function refusingShared(result: number, memory: Uint8Array | readonly Uint8Array[], name: string): number {
  if (result !== -os.errno.EFAULT) return result;
  for (const bytes of Array.isArray(memory) ? memory : [memory]) ownBytesOf(bytes, name);
  return result;
}

/** The bytes of a {@link Payload}. It runs no code of the caller's: called last, it says what the kernel will find. */
export function payloadBytes(payload: unknown, of = ownBytesOf): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : of(payload, 'data', 'a Uint8Array or a string');
}

/** The elements of an array of the caller's, which may be of a class of theirs, in one of ours. */
export function elementsOf<T>(given: readonly T[], name: string, what: string, low: number, high: number): T[] {
  if (!Array.isArray(given)) throw invalidArgument(name, `an array of ${what}`, given);
  const most = integer(given.length, `${name}: number of ${what}`, low, high);
  const own: T[] = [];
  for (const element of given) {
    if (own.length === most) break;
    own.push(element);
  }
  return own;
}
