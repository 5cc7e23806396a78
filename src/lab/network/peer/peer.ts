import { UsageError } from '../../../errors.js';
import type { NetworkNamespace } from '../../../index.js';
import type { Host } from '../host.js';
import type { ArrivedPacket, ArrivedSegment, PeerSegment } from './segment-passed.js';
import { until } from '../../record/until.js';
import { Arrived } from './arrived.js';
import {
  type ArpMessage,
  broadcast,
  decodeArp,
  decodeFrame,
  EtherType,
  encodeArp,
  encodeFrame,
  Protocol,
  isIp,
} from './frame.js';
import { fragmentsOf } from './fragments.js';
import { decodeIp, encodeIp, etherTypeOf, type IpPacket, type PacketToSend } from './ip.js';
import { isStamp, type LinkSocket, openOnLink, sendFrame, tryFrame } from './link-socket.js';
import { OffloadSocket } from './offload.js';
import { type AddressedSegment, encodeSegment, type Segment, segmentIn } from './segment.js';
import { type ConnectionSettings, ScriptedConnection } from './connection.js';

const noHardwareAddress = '00:00:00:00:00:00';
// Offloading hands over segments far longer than the MTU.
const longestFrame = 65_536 + 14;
/** Bytes the kernel keeps for a script that does not read for a while. */
const receiveBufferSize = 16 << 20;
/** Frames read at once: a host that never stops would let nothing else run. */
const turn = 10_000;

export interface PeerSettings {
  /** What the record calls it. */
  readonly name: string;
  /** The address it plays. Its namespace must not have it, or the kernel there answers too. */
  readonly address: string;
  readonly namespace: NetworkNamespace;
  /** Its end of the link. */
  readonly link: string;
  /** Who is at the other end. */
  readonly host: Host;
  readonly note: (segment: PeerSegment) => void;
}

/**
 * The far end of a link, without a TCP stack: a script reads every segment and sends what it likes, right or wrong.
 * Nothing is acknowledged or repeated by itself; only ARP is answered, whenever the script waits.
 */
export class ScriptedPeer {
  /** What the record calls it. */
  readonly name: string;
  /** The address it plays. */
  readonly address: string;
  /** Who is at the other end. */
  readonly host: Host;
  /** Records a segment. */
  readonly note: (segment: PeerSegment) => void;
  readonly #wire: LinkSocket;
  readonly #hardwareAddress: string;
  /** Where the host is, by ARP. */
  #hostHardwareAddress: string | undefined;
  readonly #isGateway: boolean;
  readonly #arrived: Arrived<ArrivedSegment>;
  readonly #packets: Arrived<ArrivedPacket>;
  /** Tells the fragments of one packet from those of the next. */
  #fragmentId = 0;
  readonly #frame = new Uint8Array(longestFrame);
  #sentNs = 0n;
  #arpReplies = 0;
  readonly #mtu: number;
  readonly #openOffload: () => OffloadSocket;
  /** Opened when it is needed. */
  #offload: OffloadSocket | undefined;

  private constructor(settings: PeerSettings, hostHardwareAddress?: string) {
    this.name = settings.name;
    this.address = settings.address;
    this.host = settings.host;
    this.note = settings.note;
    this.#hostHardwareAddress = hostHardwareAddress;
    this.#isGateway = hostHardwareAddress !== undefined;
    const { hardwareAddress, mtu } = settings.namespace.getLink(settings.link);
    this.#hardwareAddress = hardwareAddress ?? noHardwareAddress;
    this.#mtu = mtu;
    this.#openOffload = () => new OffloadSocket(settings.namespace, settings.link);
    this.#arrived = new Arrived(settings.name, 'segments');
    this.#packets = new Arrived(settings.name, 'packets');
    this.#wire = openOnLink(settings.namespace, settings.link, {
      receiveBuffer: receiveBufferSize,
      options: { SO_TIMESTAMPNS: true },
    });
  }

  /** Ready when each of the two knows the other's hardware address, so that no segment waits for ARP. */
  static async start(settings: PeerSettings): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(settings);
    try {
      await peer.#askArp();
    } catch (error) {
      await peer.close();
      throw error;
    }
    return peer;
  }

  /** One that stands for every address behind `address`, to which the host has a route. Each knows where the other is. */
  static behind({
    hostHardwareAddress,
    ...settings
  }: PeerSettings & { readonly hostHardwareAddress: string }): ScriptedPeer {
    return new ScriptedPeer(settings, hostHardwareAddress);
  }

  /** One end of a connection with the host. */
  connection(settings: ConnectionSettings): ScriptedConnection {
    return new ScriptedConnection(this, settings);
  }

  /** Of its end of the link, as `02:00:00:00:00:01`. */
  get hardwareAddress(): string {
    return this.#hardwareAddress;
  }

  /** Sends a segment to the host. */
  send(segment: Segment): void {
    this.sendSegment({ ...segment, source: this.address, destination: this.host.A });
  }

  /** Sends a segment from any address to any. */
  sendSegment(segment: AddressedSegment): void {
    const { source, destination, ip } = segment;
    const payload = encodeSegment(segment, source, destination);
    this.#send(etherTypeOf(source), encodeIp({ source, destination, protocol: Protocol.TCP, payload, ...ip }));
  }

  /** Sends a packet that carries no segment, in fragments where it is longer than the MTU. */
  sendPacket(packet: PacketToSend): void {
    const etherType = etherTypeOf(packet.source);
    for (const bytes of fragmentsOf(packet, this.#mtu, ++this.#fragmentId)) this.#send(etherType, bytes);
  }

  /** When it sent last: nanoseconds since 1970, by the time of day at the start of this process; 0 where it has not. */
  get sentNs(): bigint {
    return this.#sentNs;
  }

  /** Takes the oldest segment that `match` is true of; those before it stay for others. */
  take(match: (segment: ArrivedSegment) => boolean): ArrivedSegment | undefined {
    this.#read();
    return this.#arrived.take(match);
  }

  /** Takes the oldest packet that carries no segment and that `match` is true of. Only one behind a gateway keeps them. */
  takePacket(match: (packet: ArrivedPacket) => boolean): ArrivedPacket | undefined {
    this.#read();
    return this.#packets.take(match);
  }

  /** Shows each that was read and nobody has taken to `take`, which takes it by returning true. Reads no more. */
  takeEach(take: (segment: ArrivedSegment) => boolean): void {
    this.#arrived.takeEach(take);
  }

  /** Those that came and nobody has taken, in order. */
  waiting(match: (segment: ArrivedSegment) => boolean): ArrivedSegment[] {
    this.#read();
    return this.#arrived.waiting(match);
  }

  /** What the host has received in sequence on a connection, its FIN included; undefined where it has no full socket for it. */
  bytesReceived(localPort: number, remotePort: number): number | undefined {
    const filter = { localPort, remotePort, localAddress: this.host.A, remoteAddress: this.address };
    return this.host.sockets({ ...filter, info: true })[0]?.info?.bytesReceived;
  }

  /**
   * Until the host has dealt with everything sent so far, and its answers are here. A link keeps the order, so an ARP
   * request is answered after what went before it.
   */
  async settle(): Promise<void> {
    await this.#askArp();
  }

  /** Closes its packet sockets; the run does so at its end. It hears nothing any more at once; resolves when they are gone. */
  async close(): Promise<void> {
    await Promise.all([this.#wire.socket.closeAsync(), this.#offload?.close()]);
  }

  async #askArp(): Promise<void> {
    const before = this.#arpReplies;
    this.#sendArp(this.#hostHardwareAddress ?? broadcast, {
      operation: 'request',
      senderHardware: this.#hardwareAddress,
      senderAddress: this.address,
      targetHardware: noHardwareAddress,
      targetAddress: this.host.A,
    });
    const answered = (): true | undefined => {
      this.#read();
      return this.#arpReplies > before ? true : undefined;
    };
    await until(answered, `ARP reply of ${this.host.name}`);
  }

  /** @throws {UsageError} `ERR_OUT_OF_RANGE` - more came than anybody has read. */
  #read(): void {
    for (let count = 0; count < turn; count++) {
      const message = tryFrame(this.#wire, { buffer: this.#frame, controlSize: 64 });
      if (message === undefined) break;
      const frame = decodeFrame(message.data);
      const atNs = message.control.find(isStamp)?.nanoseconds ?? 0n;
      if (frame === undefined || frame.source === this.#hardwareAddress) continue;
      if (frame.etherType === EtherType.ARP) this.#arp(decodeArp(frame.payload));
      if (isIp(frame)) this.#keep(decodeIp(frame.payload), atNs);
    }
    const { drops } = this.#wire.socket.getOption('PACKET_STATISTICS');
    if (drops > 0)
      throw new UsageError(
        'ERR_OUT_OF_RANGE',
        `${this.name}: ${drops.toLocaleString('en-US')} frames came faster than the script read them, and are lost`,
      );
  }

  #keep(packet: IpPacket | undefined, atNs: bigint): void {
    if (packet === undefined || !(this.#isGateway || packet.destination === this.address)) return;
    const segment = segmentIn(packet);
    if (segment !== undefined) this.#arrived.add({ ...segment, atNs });
    else if (this.#isGateway) this.#packets.add({ ...packet, payload: new Uint8Array(packet.payload), atNs });
  }

  #arp(message: ArpMessage | undefined): void {
    if (message === undefined || message.targetAddress !== this.address) return;
    this.#hostHardwareAddress = message.senderHardware;
    if (message.operation === 'reply') {
      this.#arpReplies++;
      return;
    }
    this.#sendArp(message.senderHardware, {
      operation: 'reply',
      senderHardware: this.#hardwareAddress,
      senderAddress: this.address,
      targetHardware: message.senderHardware,
      targetAddress: message.senderAddress,
    });
  }

  #sendArp(destination: string, message: ArpMessage): void {
    this.#send(EtherType.ARP, encodeArp(message), destination);
  }

  #send(etherType: number, payload: Uint8Array, destination = this.#hostHardwareAddress ?? broadcast): void {
    // A packet socket is not shown what it sends itself (skb_loop_sk()).
    this.#sentNs = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
    const frame = encodeFrame({ source: this.#hardwareAddress, destination, etherType, payload });
    if (payload.length <= this.#mtu) sendFrame(this.#wire, frame);
    else {
      this.#offload ??= this.#openOffload();
      this.#offload.send(frame, etherType);
    }
  }
}
