import { type PacketAddress, UsageError } from '../../index.js';
import type { Endpoint, Host } from '../host/host.js';
import { type Flag, segmentOf } from '../peer/segment.js';

/** A TCP segment over IPv4, as it was on the wire. */
export interface Segment {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly flags: readonly Flag[];
  /** Bytes of data. */
  readonly length: number;
}

// packet(7): every protocol, or the packets this host sends are not shown.
const ETH_P_ALL = 0x0003;
const PACKET_OUTGOING = 4;

/** The segment in a packet that begins with its IP header; `undefined` for anything but TCP over IPv4 (RFC 791, RFC 9293). */
export function decodeSegment(packet: Uint8Array): Segment | undefined {
  const segment = segmentOf(packet);
  if (segment === undefined) return undefined;
  const { source, sourcePort, destination, destinationPort, flags, payload } = segment;
  return {
    from: { address: source, port: sourcePort },
    to: { address: destination, port: destinationPort },
    flags,
    length: payload.length,
  };
}

/** What goes over a link of a host from now on. Needs a network namespace. */
export class Capture {
  readonly #take: () => { data: Buffer; address?: unknown } | undefined;
  readonly #segments: Segment[] = [];
  readonly #link: string;

  constructor(host: Host, link = 'lo') {
    if (host.namespace === undefined) throw new UsageError('ERR_NOT_SUPPORTED', `${host.name} has no link of its own`);
    this.#link = link;
    const { index } = host.namespace.getLink(link);
    const { socket } = host.open({ name: `capture of ${link}`, family: 'packet', type: 'dgram', protocol: ETH_P_ALL });
    socket.bind({ family: 'packet', protocol: ETH_P_ALL, interfaceIndex: index });
    this.#take = () => socket.tryRecvmsg({ size: 65_536 });
  }

  /** Everything so far, in order. */
  segments(): readonly Segment[] {
    for (let got = this.#take(); got !== undefined; got = this.#take()) {
      // What the loopback device sends comes back to it at once: each packet is seen twice.
      const { packetType } = got.address as PacketAddress;
      const segment = this.#link === 'lo' && packetType === PACKET_OUTGOING ? undefined : decodeSegment(got.data);
      if (segment !== undefined) this.#segments.push(segment);
    }
    return this.#segments;
  }
}

/** How a port has ended its connections, as `FIN, RST`. */
export function endingsSent(capture: Capture, port: number): string {
  const flags = capture
    .segments()
    .filter(({ from }) => from.port === port)
    .flatMap((segment) => segment.flags);
  return flags.filter((flag) => flag === 'FIN' || flag === 'RST').join(', ') || 'nothing';
}
