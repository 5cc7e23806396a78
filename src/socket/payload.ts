import { isSharedArrayBuffer } from 'node:util/types';
import { UsageError } from '../errors.js';
import { bytesOf } from '../options/bytes.js';

/** What can be sent. A string goes as UTF-8. */
export type Payload = Uint8Array | string;

/** Bytes that only this thread can change. */
export function ownBytesOf(value: unknown, name: string, expected?: string): Uint8Array {
  const bytes = bytesOf(value, name, expected);
  if (isSharedArrayBuffer(bytes.buffer))
    throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: shared memory could change during the call; copy it first`);
  return bytes;
}

/** The bytes of a {@link Payload}. */
export function payloadBytes(payload: unknown): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : ownBytesOf(payload, 'data', 'a Uint8Array or a string');
}
