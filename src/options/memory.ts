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

/** Kernel structures are in the machine's byte order, but for ports and addresses, which are in the network's. */
export const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
