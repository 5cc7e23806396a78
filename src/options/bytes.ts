import { isUint8Array } from 'node:util/types';
import { invalidArgument, UsageError } from '../errors.js';

/**
 * The getter that JavaScript began with. A property of the caller's object may be another one, which lies, or which changes
 * memory between a check and the use of what was checked.
 */
function intrinsic<T extends object, V>(prototype: T, name: PropertyKey): (of: T) => V {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  return Function.prototype.call.bind(get as never) as (of: T) => V;
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
/** The length in bytes, 0 if the memory was transferred away or resized under it. */
export const byteLengthOf = intrinsic<Uint8Array, number>(typedArray, 'byteLength');
export const byteOffsetOf = intrinsic<Uint8Array, number>(typedArray, 'byteOffset');
export const bufferOf = intrinsic<Uint8Array, ArrayBufferLike>(typedArray, 'buffer');
const elementAt = Function.prototype.call.bind(Uint8Array.prototype.at as never) as (of: Uint8Array, index: 0) => void;
const arrayBufferLength = intrinsic<ArrayBuffer, number>(ArrayBuffer.prototype, 'byteLength');

/** Whether its memory is gone. Every method of a typed array but the getters throws then: ValidateTypedArray of ECMA-262. */
function isOutOfBounds(bytes: Uint8Array): boolean {
  try {
    elementAt(bytes, 0);
    return false;
  } catch {
    return true;
  }
}

/** Whether other threads can change the memory. Not by its prototype, which anybody can set: the getter knows its own. */
export function isShared(buffer: ArrayBufferLike): boolean {
  try {
    arrayBufferLength(buffer as ArrayBuffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * The value if it is bytes to copy from. Not by instanceof: a Uint8Array of another realm is one as well. Ask
 * {@link byteLengthOf} for its length.
 */
export function bytesOf(value: unknown, name: string, expected = 'a Uint8Array'): Uint8Array {
  if (!isUint8Array(value)) throw invalidArgument(name, expected, value);
  if (byteLengthOf(value) === 0 && isOutOfBounds(value)) {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `${name}: its memory was transferred away, or its ArrayBuffer has become too short for it`,
    );
  }
  return value;
}

/** A copy that nobody else has. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(byteLengthOf(bytes));
  copy.set(bytes);
  return copy;
}
