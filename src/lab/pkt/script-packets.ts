import type { ScriptedPeer } from '../network/peer/peer.js';
import type { Flow } from './flow.js';
import type { SocketDescriptor } from './machine.js';
import { type HostPacket, isOfKind, isOfLine, type PacketEnds, packetToSend, readPacket } from './packets.js';
import type { PacketLine } from './script.js';
import type { PktNetwork } from './settings.js';
import { UdpEnd } from './udp-end.js';

/** UDP and ICMP of a script: its UDP sockets, and what goes between them and the peer. */
export class ScriptPackets {
  readonly #peer: Pick<ScriptedPeer, 'sendPacket' | 'takePacket'>;
  readonly #network: PktNetwork;
  readonly #ends = new Map<SocketDescriptor, UdpEnd>();
  /** Whose packets a line's are: the socket that was opened last, as with packetdrill. */
  #last: UdpEnd | undefined;

  constructor(peer: Pick<ScriptedPeer, 'sendPacket' | 'takePacket'>, network: PktNetwork) {
    this.#peer = peer;
    this.#network = network;
  }

  opened(descriptor: SocketDescriptor): void {
    if (descriptor.carries !== 'UDP') return;
    this.#last = new UdpEnd(descriptor.socket, this.#network);
    this.#ends.set(descriptor, this.#last);
  }

  /** connect(2) or sendto(2) of a socket to this address. */
  sendsTo(descriptor: SocketDescriptor, target: { readonly address: string; readonly port: number }): void {
    this.#ends.get(descriptor)?.sendsTo(target);
  }

  /** Sends the packet of a line of the peer. Why it cannot, if so. */
  send(line: PacketLine, flow: Flow | undefined): string | undefined {
    const made = packetToSend(line, this.#of(flow));
    if ('cannot' in made) return made.cannot;
    this.#peer.sendPacket(made);
    return undefined;
  }

  /** The oldest packet of the host that is a line's. */
  take(line: PacketLine, flow: Flow | undefined): HostPacket | undefined {
    const ends = this.#of(flow);
    return this.#take(ends, (read) => isOfLine(line, read, ends));
  }

  /** The oldest one that is of the same kind, between whomever. */
  takeOther(line: PacketLine, flow: Flow | undefined): HostPacket | undefined {
    return this.#take(this.#of(flow), (read) => isOfKind(line, read));
  }

  #of(flow: Flow | undefined): PacketEnds {
    return { network: this.#network, udp: this.#last, flow };
  }

  #take(ends: PacketEnds, match: (read: HostPacket) => boolean): HostPacket | undefined {
    const taken = this.#peer.takePacket((packet) => {
      const read = readPacket(packet, ends);
      return read !== undefined && match(read);
    });
    return taken && readPacket(taken, ends);
  }
}
