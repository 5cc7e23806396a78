import { formatIPv4, formatIPv6 } from '../../address.js';
import type { Way } from '../network/numbering.js';
import { Protocol } from '../network/peer/frame.js';
import { isIcmpError, tellsMtu } from '../network/peer/icmp.js';
import type { IpPacket } from '../network/peer/ip.js';
import type { QuotedPacket, TracePacket } from '../record/trace.js';

/** What a packet says by itself, wherever it is on its way. */
type Carried = Omit<TracePacket, 'sentMs' | 'receivedMs' | 'from' | 'to'>;

/** Where a sequence number on the wire stands in its connection, if that is known. */
type Relative = (way: Way, seq: number) => number | undefined;

/** Of UDP, RFC 768, and of every message of ICMP and ICMPv6, RFC 792 and RFC 4443 section 2.1. */
const headerSize = 8;
const ipv4Size = 20;
const ipv6Size = 40;
/** Bytes of a TCP header up to its data offset. */
const offsetEnd = 13;

/** The names of what carries ports, or a message; others have but a number. */
const names: Readonly<Record<number, string>> = {
  [Protocol.ICMP]: 'ICMP',
  [Protocol.TCP]: 'TCP',
  [Protocol.UDP]: 'UDP',
  [Protocol.ICMPv6]: 'ICMPv6',
};

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x10000 + u16(bytes, at + 2);
}

/** ICMPv6 types of what is to IPv6 as ARP is to IPv4: neighbour discovery (RFC 4861) and listener reports (RFC 3810). */
const neighbourTypes: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 137, 143]);

/** Whether a message of ICMPv6 only finds out who has which address. */
export function isNeighbourType(type: number | undefined): boolean {
  return type !== undefined && neighbourTypes.has(type);
}

/** A quoted packet as far as its IP header: what follows is that of its protocol, cut where the quote ends. */
interface Quote {
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly rest: Uint8Array;
  /** How long the rest was before it was cut. */
  readonly size: number;
  /** What follows is a later fragment, which has no header of its protocol. */
  readonly isFragment: boolean;
}

function quoteOf(bytes: Uint8Array, isV6: boolean): Quote | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  if (isV6) {
    if (version !== 6 || bytes.length < ipv6Size) return undefined;
    return {
      protocol: bytes[6] ?? 0,
      source: formatIPv6(bytes, 8),
      destination: formatIPv6(bytes, 24),
      rest: bytes.subarray(ipv6Size),
      size: u16(bytes, 4),
      isFragment: false,
    };
  }
  const begin = ((bytes[0] ?? 0) & 15) * 4;
  if (version !== 4 || begin < ipv4Size || bytes.length < begin) return undefined;
  return {
    protocol: bytes[9] ?? 0,
    source: formatIPv4(bytes, 12),
    destination: formatIPv4(bytes, 16),
    rest: bytes.subarray(begin),
    size: u16(bytes, 2) - begin,
    isFragment: (u16(bytes, 6) & 0x1fff) !== 0,
  };
}

/** How long the header of the quoted packet's protocol is, if the quote tells. */
function headerOf({ protocol, rest }: Quote): number | undefined {
  if (protocol === Protocol.TCP) return rest.length < offsetEnd ? undefined : ((rest[12] ?? 0) >> 4) * 4;
  return names[protocol] === undefined ? undefined : headerSize;
}

function aboutOf(bytes: Uint8Array, isV6: boolean, relative: Relative): QuotedPacket | undefined {
  const quote = quoteOf(bytes, isV6);
  if (quote === undefined) return undefined;
  const { protocol, source, destination, rest, size, isFragment } = quote;
  const said = { protocol: names[protocol] ?? `IP protocol ${protocol}` };
  const hasPorts = (protocol === Protocol.TCP || protocol === Protocol.UDP) && !isFragment && rest.length >= 4;
  const header = isFragment ? undefined : headerOf(quote);
  const length = header === undefined || header > size ? undefined : size - header;
  if (!hasPorts) {
    const ends = { source: { address: source }, destination: { address: destination } };
    return { ...said, ...ends, ...(length !== undefined && { length }) };
  }
  const [sourcePort, destinationPort] = [u16(rest, 0), u16(rest, 2)];
  const ends = {
    source: { address: source, port: sourcePort },
    destination: { address: destination, port: destinationPort },
  };
  const hasSeq = protocol === Protocol.TCP && rest.length >= 8;
  const seq = hasSeq ? relative({ source, sourcePort, destination, destinationPort }, u32(rest, 4)) : undefined;
  return { ...said, ...ends, ...(seq !== undefined && { seq }), ...(length !== undefined && { length }) };
}

/** What the second word of a message means, by its type and code. */
type Word = (bytes: Uint8Array) => Pick<Carried, 'mtu' | 'pointer' | 'gateway' | 'echo'>;

const echo: Word = (bytes) => ({ echo: { id: u16(bytes, 4), seq: u16(bytes, 6) } });

/** Of the types whose second word says something. */
const icmpWords: Readonly<Record<number, Word>> = {
  0: echo,
  // A router from before RFC 1191 leaves the MTU 0, which says nothing.
  3: (bytes) => (tellsMtu(false, [3, bytes[1] ?? 0]) && u16(bytes, 6) > 0 ? { mtu: u16(bytes, 6) } : {}),
  5: (bytes) => ({ gateway: formatIPv4(bytes, 4) }),
  8: echo,
  12: (bytes) => (bytes[1] === 0 ? { pointer: bytes[4] ?? 0 } : {}),
};
const icmpv6Words: typeof icmpWords = {
  2: (bytes) => ({ mtu: u32(bytes, 4) }),
  4: (bytes) => ({ pointer: u32(bytes, 4) }),
  128: echo,
  129: echo,
};

function icmpIn({ source, destination, payload }: IpPacket, isV6: boolean, relative: Relative): Carried | undefined {
  const [type = 0, code = 0] = payload;
  if (payload.length < headerSize || (isV6 && isNeighbourType(type))) return undefined;
  const word = (isV6 ? icmpv6Words : icmpWords)[type];
  const isError = isIcmpError(isV6, [type, code]);
  const about = isError ? aboutOf(payload.subarray(headerSize), isV6, relative) : undefined;
  return {
    protocol: isV6 ? 'ICMPv6' : 'ICMP',
    source: { address: source },
    destination: { address: destination },
    type,
    code,
    length: payload.length - headerSize,
    ...word?.(payload),
    ...(about !== undefined && { about }),
  };
}

function udpIn({ source, destination, payload }: IpPacket): Carried | undefined {
  const length = u16(payload, 4);
  if (payload.length < headerSize || length < headerSize || length > payload.length) return undefined;
  return {
    protocol: 'UDP',
    source: { address: source, port: u16(payload, 0) },
    destination: { address: destination, port: u16(payload, 2) },
    length: length - headerSize,
  };
}

/** UDP, ICMP or ICMPv6 as a trace has it; `undefined` for anything else, for what cannot be read, and for neighbour discovery. */
export function packetIn(packet: IpPacket, relative: Relative = () => undefined): Carried | undefined {
  switch (packet.protocol) {
    case Protocol.UDP:
      return udpIn(packet);
    case Protocol.ICMP:
      return packet.source.includes(':') ? undefined : icmpIn(packet, false, relative);
    case Protocol.ICMPv6:
      return packet.source.includes(':') ? icmpIn(packet, true, relative) : undefined;
    default:
      return undefined;
  }
}

/** So much of a packet tells it from the others on their way. */
const identifying = 64;
/** Where the checksum of UDP stands. */
const checksumAt = 6;

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/**
 * What two copies of a packet have in common, as at its sender's interface and at its receiver's. The checksum of UDP is not among it:
 * the kernel leaves it half done between two ends of a veth, and a relay completes it.
 */
export function packetIdentity({ source, destination, protocol, payload }: IpPacket): string {
  const begin = payload.subarray(0, protocol === Protocol.UDP ? checksumAt : headerSize);
  return `${source},${destination},${protocol},${payload.length},${latin1(begin)},${latin1(payload.subarray(headerSize, identifying))}`;
}
