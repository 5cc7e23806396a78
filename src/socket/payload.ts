import { isSharedArrayBuffer, isUint8Array } from 'node:util/types';
import { invalidArgument, UsageError } from '../errors.js';

/** What can be sent. A string goes as UTF-8. */
export type Payload = Uint8Array | string;

/** `ArrayBuffer.prototype.detached` is younger than Node 20. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    void new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Returns `value` if it is a Uint8Array that only this thread can change. */
export function bytesOf(value: unknown, name: string, expected = 'a Uint8Array'): Uint8Array {
  // Not instanceof: a Buffer of another realm is one as well.
  if (!isUint8Array(value)) throw invalidArgument(name, expected, value);
  if (isSharedArrayBuffer(value.buffer)) {
    throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: shared memory could change during the call; copy it first`);
  }
  if (value.length === 0 && isDetached(value.buffer)) {
    throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: its memory was transferred away`);
  }
  return value;
}

/** The bytes of a {@link Payload}. */
export function payloadBytes(payload: unknown): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : bytesOf(payload, 'data', 'a Uint8Array or a string');
}
