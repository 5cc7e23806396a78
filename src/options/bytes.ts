import { isUint8Array } from 'node:util/types';
import { invalidArgument, UsageError } from '../errors.js';

/** `ArrayBuffer.prototype.detached` is younger than Node 20. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    void new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** The value if it is bytes to copy from. Not by instanceof: a Uint8Array of another realm is one as well. */
export function bytesOf(value: unknown, name: string, expected = 'a Uint8Array'): Uint8Array {
  if (!isUint8Array(value)) throw invalidArgument(name, expected, value);
  if (value.length === 0 && isDetached(value.buffer))
    throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: its memory was transferred away`);
  return value;
}
