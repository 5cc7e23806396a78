/** Memory that values are written to for the kernel, in the views the codecs want. All begin at the same byte. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly words: Uint32Array;
}

/** The memory behind `buffer` from `offset` on, which must be a multiple of 8. */
export function memoryOf(buffer: ArrayBufferLike, offset = 0): Memory {
  return {
    bytes: new Uint8Array(buffer, offset),
    view: new DataView(buffer, offset),
    words: new Uint32Array(buffer, offset),
  };
}

/**
 * Kernel structures are in the machine's byte order, except ports and addresses, which are in the network's. Every codec takes the order
 * from here, so that a test can run them in the other one. Typed arrays and C++ have the machine's own: what they copy is read by neither
 * as a number, or was written on the same machine.
 */
export const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
