import { type NetworkNamespace, type PacketAddress, Socket } from '../../index.js';
import { EtherType } from '../peer/frame.js';
import { codeOf } from '../host/step.js';
import { isStamp } from './clock.js';
import type { FrameStore } from './frame-store.js';

// packet(7): every protocol, or what the host sends is not shown.
const ETH_P_ALL = 0x0003;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const PACKET_OTHERHOST = 3;
const PACKET_OUTGOING = 4;
// The links of the lab take no longer frame, since none has an MTU above 1500.
const LONGEST_FRAME = 2048;
/** Bytes the kernel keeps for a reader that is busy; a script may send megabytes without a pause. */
const RECEIVE_BUFFER = 64 << 20;
// More at a time would keep the script waiting.
const turn = 512;

/** As far as allowed: past net.core.rmem_max goes only who has CAP_NET_ADMIN on the machine, not in a user namespace (socket(7)). */
export function growReceiveBuffer(socket: Socket, bytes: number): void {
  try {
    socket.setOption('SO_RCVBUFFORCE', bytes);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    socket.setOption('SO_RCVBUF', bytes);
  }
}

/** Listens on one interface with a packet socket of its own, packet(7), and stores each frame with the kernel's timestamp. */
export class WireTap {
  readonly #socket: Socket;
  readonly #interface: number;
  readonly #store: FrameStore;
  readonly #onFrames: () => void;

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
    // The protocol is given at bind: until then nothing comes in, so not what another link brings either.
    this.#socket = namespace.run(() => Socket.open({ family: 'packet', type: 'raw', protocol: 0 }));
    try {
      growReceiveBuffer(this.#socket, RECEIVE_BUFFER);
      this.#socket.setOption('SO_TIMESTAMPNS', true);
      const { index: interfaceIndex } = namespace.getLink(link);
      this.#socket.bind({ family: 'packet', protocol: ETH_P_ALL, interfaceIndex });
    } catch (error) {
      this.#socket.close();
      throw error;
    }
    this.#listen().catch(onError);
  }

  /** How many frames the kernel had no room for; the kernel forgets them then. */
  drops(): number {
    // struct tpacket_stats: packets and drops.
    return this.#socket.getOption({ level: SOL_PACKET, optname: PACKET_STATISTICS, length: 8 }).readUInt32LE(4);
  }

  /** Stores what is there now. */
  drain(limit = Number.POSITIVE_INFINITY): void {
    for (let count = 0; count < limit; count++) {
      const message = this.#socket.tryRecvmsg({ size: LONGEST_FRAME, controlSize: 64 });
      if (message === undefined) return;
      this.#keep(message.data, message.address as PacketAddress, message.control.find(isStamp)?.nanoseconds ?? 0n);
    }
  }

  close(): void {
    this.#socket.close();
  }

  #keep(data: Uint8Array, { packetType, protocol }: PacketAddress, atNs: bigint): void {
    if (protocol !== EtherType.IPv4 && protocol !== EtherType.ARP) return;
    const outgoing = packetType === PACKET_OUTGOING;
    // Copied, since the reader's memory is larger than most frames.
    const bytes = Uint8Array.from(data);
    this.#store.add({ interface: this.#interface, atNs, outgoing, forOthers: packetType === PACKET_OTHERHOST, bytes });
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        await this.#socket.recv({ size: 1, flags: ['MSG_PEEK', 'MSG_TRUNC'] });
        this.drain(turn);
        this.#onFrames();
        // Lets the script run between two turns of a long burst.
        await new Promise(setImmediate);
      }
    } catch (error) {
      if (codeOf(error) !== 'ERR_SOCKET_CLOSED') throw error;
    }
  }
}
