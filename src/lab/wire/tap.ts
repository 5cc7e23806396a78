import type { NetworkNamespace, PacketAddress } from '../../index.js';
import { packetNumbers } from '../../raw/raw.js';
import { isStamp, type LinkSocket, openOnLink, tryFrame, whenReadable } from '../network/peer/link-socket.js';
import type { FrameStore } from './frame-store.js';

// A script may raise gsoMaxSegments, and then a frame of the sender holds many segments: up to GSO_LEGACY_MAX_SIZE, 64 KiB.
const longestFrame = 65_536;
/** Bytes the kernel keeps for a reader that is busy; a script may send megabytes without a pause. */
const receiveBufferSize = 64 << 20;
// More at a time would keep the script waiting.
const turn = 512;
/** More frames than the buffer holds, of which each takes 768 bytes at least: a host that never stops sends on meanwhile. */
const mostAtOnce = 100_000;

/** Listens on one interface with a packet socket of its own, packet(7), and stores each frame with the kernel's timestamp. */
export class WireTap {
  readonly #wire: LinkSocket;
  readonly #interface: number;
  readonly #store: FrameStore;
  readonly #onFrames: () => void;
  #closed: Promise<void> | undefined;

  /** `onError` is told why it had to stop, as that there is no room for the frames. */
  constructor(
    namespace: NetworkNamespace,
    link: string,
    index: number,
    store: FrameStore,
    onFrames: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#interface = index;
    this.#store = store;
    this.#onFrames = onFrames;
    this.#wire = openOnLink(namespace, link, {
      receiveBuffer: receiveBufferSize,
      options: { SO_TIMESTAMPNS: true },
    });
    const take = (): void => {
      this.drain(turn);
      this.#onFrames();
    };
    whenReadable(this.#wire, take).catch(onError);
  }

  /** How many frames the kernel had no room for; the kernel forgets them then. */
  drops(): number {
    return this.#wire.socket.getOption('PACKET_STATISTICS').drops;
  }

  /** Stores what is there now. */
  drain(limit = mostAtOnce): void {
    for (let count = 0; count < limit; count++) {
      const message = tryFrame(this.#wire, { size: longestFrame, controlSize: 64 });
      if (message === undefined) return;
      this.#keep(message.data, message.address as PacketAddress, message.control.find(isStamp)?.nanoseconds ?? 0n);
    }
  }

  /** Listens no more at once; resolves when its socket is gone. */
  async close(): Promise<void> {
    this.#closed ??= this.#wire.socket.closeAsync();
    await this.#closed;
  }

  #keep(data: Uint8Array, { packetType }: PacketAddress, atNs: bigint): void {
    const outgoing = packetType === packetNumbers.PACKET_OUTGOING;
    // Copied, since the reader's memory is larger than most frames.
    const bytes = Uint8Array.from(data);
    this.#store.add({
      interface: this.#interface,
      atNs,
      outgoing,
      forOthers: packetType === packetNumbers.PACKET_OTHERHOST,
      bytes,
    });
  }
}
