import { copyOf } from '../options/bytes.js';

/** A sockaddr, made once by `encodeAddress` for many sends: what it holds does not change. */
export class EncodedAddress {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  /** Takes `bytes` over. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /** The sockaddr as the kernel gets it, a copy. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return copyOf(this.#bytes);
  }

  /** The bytes themselves, to read only; `undefined` for anything but an encoded address. */
  static bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
    return typeof value === 'object' && value !== null && #bytes in value ? value.#bytes : undefined;
  }
}
