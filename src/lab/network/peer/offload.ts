import { type NetworkNamespace, Socket } from '../../../index.js';
import { EtherType } from './frame.js';

// linux/virtio_net.h.
const VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
const gsoTypes: Readonly<Record<number, number>> = { [EtherType.IPv4]: 1, [EtherType.IPv6]: 4 };
const ethernetSize = 14;
const tcpChecksumOffset = 16;
/** Of each piece, were it cut: the kernel only keeps the number (skb_shinfo()->gso_size). */
const pieceSize = 1000;

function tcpOffset(frame: Uint8Array, etherType: number): number {
  return ethernetSize + (etherType === EtherType.IPv6 ? 40 : ((frame[ethernetSize] ?? 0) & 15) * 4);
}

/**
 * Sends TCP segments that are longer than the MTU, as a card hands them over that has put several together: with a
 * virtio_net_hdr in front, PACKET_VNET_HDR in packet(7). A veth carries them whole.
 */
export class OffloadSocket {
  readonly #socket: Socket;
  readonly #interfaceIndex: number;

  constructor(namespace: NetworkNamespace, link: string) {
    this.#interfaceIndex = namespace.getLink(link).index;
    // Protocol 0: nothing comes in.
    this.#socket = namespace.run(() => Socket.open({ family: 'packet', type: 'raw', protocol: 0 }));
    try {
      this.#socket.setOption('PACKET_VNET_HDR', true);
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  send(frame: Uint8Array, etherType: number): void {
    const tcp = tcpOffset(frame, etherType);
    const headerLength = tcp + ((frame[tcp + 12] ?? 0) >> 4) * 4;
    const header = Buffer.alloc(10);
    header.set([VIRTIO_NET_HDR_F_NEEDS_CSUM, gsoTypes[etherType] ?? 0]);
    header.writeUInt16LE(headerLength, 2);
    header.writeUInt16LE(pieceSize, 4);
    header.writeUInt16LE(tcp, 6);
    header.writeUInt16LE(tcpChecksumOffset, 8);
    const address = { family: 'packet', interfaceIndex: this.#interfaceIndex } as const;
    this.#socket.trySend(Buffer.concat([header, frame]), { address });
  }

  async close(): Promise<void> {
    await this.#socket.closeAsync();
  }
}
