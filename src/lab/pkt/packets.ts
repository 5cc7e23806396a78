import { type Difference, ipDifferences, ipOfPeer } from '../network/peer/as-written.js';
import { encodeDatagram } from '../network/peer/datagram.js';
import { encodeIcmp, icmpNumbers, icmpWords, isIcmpError, quoted } from '../network/peer/icmp.js';
import { packetOf } from '../network/peer/icmp-error.js';
import { isIPv6, type PacketToSend } from '../network/peer/ip.js';
import type { ArrivedPacket } from '../network/peer/segment-passed.js';
import { packetIn } from '../wire/packets.js';
import type { Flow } from './flow.js';
import { type About, asPacket, bracketText, packetText } from '../network/peer/packet-notation.js';
import type { DatagramLine, IcmpLine, PacketLine } from './script.js';
import type { PktNetwork } from './settings.js';
import type { UdpEnd } from './udp-end.js';

type CarriedPacket = NonNullable<ReturnType<typeof packetIn>>;

/** Whose packets a script's lines may be. */
export interface PacketEnds {
  readonly network: PktNetwork;
  /** Of the UDP socket that was opened last. */
  readonly udp: UdpEnd | undefined;
  /** Of the connection. */
  readonly flow: Flow | undefined;
}

/** A packet of the peer, or why there can be none. */
type Made = PacketToSend | { readonly cannot: string };

const noPort = 'the socket has no port yet: bind it, send with it, or write the ports';
/** RFC 792: an error has so much of what it is about behind the IP header. packetdrill quotes no more. */
const quotedBytes = 8;
const headerSize = 8;
/** What an error is about where a line does not say it. */
const noSegment: About = { protocol: 'TCP', seq: 0, length: 0 };

function datagramToSend(line: DatagramLine, { network, udp }: PacketEnds): Made {
  const { length, ports, addresses, ip } = line;
  const local = udp?.local ?? { address: network.local, port: 0 };
  const remote = udp?.remote ?? { address: network.remote, port: network.connectPort };
  // A 0 is none.
  const sourcePort = ports?.source || remote.port;
  const destinationPort = ports?.destination || local.port;
  if (destinationPort === 0) return { cannot: noPort };
  return encodeDatagram({
    source: remote.address,
    destination: local.address,
    ...addresses,
    sourcePort,
    destinationPort,
    payload: new Uint8Array(length),
    ip: ipOfPeer(ip),
  });
}

/** What the peer has got, and quotes. */
function aboutDatagram(length: number, { udp }: PacketEnds): PacketToSend | undefined {
  const local = udp?.local;
  if (udp === undefined || local === undefined || local.port === 0) return undefined;
  return encodeDatagram({
    source: local.address,
    destination: udp.remote.address,
    sourcePort: local.port,
    destinationPort: udp.remote.port,
    payload: new Uint8Array(length),
  });
}

function aboutSegment(seq: number, length: number, { flow }: PacketEnds): PacketToSend | undefined {
  if (flow === undefined) return undefined;
  const { local, remote } = flow.tuple;
  return packetOf({
    source: local.address,
    destination: remote.address,
    sourcePort: local.port,
    destinationPort: remote.port,
    seq: (seq + (flow.localInitial ?? 0)) >>> 0,
    payload: new Uint8Array(length),
  });
}

/** IP and UDP; an echo of which a script says nothing has as much, since packetdrill leaves there what an error would quote. */
function usualHeaders(isV6: boolean): number {
  return (isV6 ? 40 : 20) + headerSize;
}

/** What a message has behind its header: a quote, and of which packet, or so many zeros. */
type Body = { readonly bytes: Uint8Array; readonly quotes?: PacketToSend } | { readonly cannot: string };

function bodyOf(about: About | undefined, isV6: boolean, ends: PacketEnds): Body {
  if (about === undefined) return { bytes: new Uint8Array(usualHeaders(isV6)) };
  if (about.protocol === 'raw') return { bytes: new Uint8Array(about.length - headerSize) };
  if (about.protocol === 'TCP') {
    const quotes = aboutSegment(about.seq, about.length, ends);
    if (quotes === undefined) return { cannot: 'there is no connection this message could be about' };
    return { bytes: quoted(quotes), quotes };
  }
  const quotes = aboutDatagram(about.length, ends);
  if (quotes === undefined) return { cannot: 'there is no UDP socket with a port that this message could be about' };
  return { bytes: quoted(quotes, quotedBytes), quotes };
}

function icmpToSend(line: IcmpLine, ends: PacketEnds): Made {
  const { type, code, mtu, id, ip, addresses } = line;
  const isV6 = ends.network.ipVersion === 'ipv6';
  const numbers = icmpNumbers(isV6, type, code);
  if (numbers === undefined) return { cannot: `${packetText(line)}: not a type and code that is known` };
  const usual = isIcmpError(isV6, numbers) ? noSegment : undefined;
  const body = bodyOf(line.about ?? usual, isV6, ends);
  if ('cannot' in body) return body;
  const { bytes, quotes } = body;
  const source = quotes?.destination ?? ends.udp?.remote.address ?? ends.network.remote;
  const destination = quotes?.source ?? ends.udp?.local.address ?? ends.network.local;
  return encodeIcmp({ source, destination, ...addresses, numbers, mtu, id, body: bytes, ip: ipOfPeer(ip) });
}

/** The packet that a line of the peer stands for. */
export function packetToSend(line: PacketLine, ends: PacketEnds): Made {
  return line.kind === 'udp' ? datagramToSend(line, ends) : icmpToSend(line, ends);
}

/** UDP or ICMP of the host, read. */
export interface HostPacket {
  readonly packet: ArrivedPacket;
  readonly carried: CarriedPacket;
}

/** Reads a packet of the host; `undefined` for what no line can say, as neighbour discovery. */
export function readPacket(packet: ArrivedPacket, { flow }: PacketEnds): HostPacket | undefined {
  const carried = packetIn(packet, (way, seq) => flow?.relativeOfRemote(way, seq));
  return carried && { packet, carried };
}

/** Whether a packet is of the kind that a line says, between whomever. */
export function isOfKind({ kind }: PacketLine, { carried }: HostPacket): boolean {
  return (kind === 'udp') === (carried.protocol === 'UDP');
}

/** Whether a packet is the line's: between its addresses and ports, or those of the socket. */
export function isOfLine(line: PacketLine, read: HostPacket, { udp }: PacketEnds): boolean {
  if (!isOfKind(line, read)) return false;
  const { source, destination } = read.carried;
  const { addresses } = line;
  if (addresses !== undefined && (source.address !== addresses.source || destination.address !== addresses.destination))
    return false;
  if (line.kind === 'icmp') return true;
  const { ports } = line;
  if (ports !== undefined)
    return [0, source.port].includes(ports.source) && [0, destination.port].includes(ports.destination);
  if (addresses !== undefined || udp === undefined) return true;
  const { local, remote } = udp;
  if (local.port !== 0) return source.port === local.port;
  return destination.address === remote.address && destination.port === remote.port;
}

type Compare = (field: string, expected: number | string, got: number | string | undefined) => void;

function compareDatagram({ ports, length }: DatagramLine, { carried }: HostPacket, compare: Compare): void {
  compare('length', length, carried.length);
  if (ports === undefined) return;
  if (ports.source !== 0) compare('source port', ports.source, carried.source.port);
  if (ports.destination !== 0) compare('destination port', ports.destination, carried.destination.port);
}

/** As `unreachable port_unreachable`. */
function wordsText(isV6: boolean, numbers: readonly [type: number, code: number]): string {
  const { type, code } = icmpWords(isV6, numbers);
  return code === undefined ? type : `${type} ${code}`;
}

/** What is not written may be anything, except how long an echo is. */
function compareIcmp(line: IcmpLine, { packet, carried }: HostPacket, compare: Compare): void {
  const isV6 = isIPv6(packet.source);
  const { type = 0, code = 0, mtu, echo, length } = carried;
  const numbers = icmpNumbers(isV6, line.type, line.code) ?? [0, 0];
  compare('type and code', wordsText(isV6, numbers), wordsText(isV6, [type, code]));
  if (line.mtu !== undefined) compare('mtu', line.mtu, mtu);
  if (line.id !== undefined && line.id !== 0) compare('id', line.id, echo?.id);
  if (line.about?.protocol === 'raw') compare('length', line.about.length, length + headerSize);
  else if (line.about !== undefined) {
    const got = asPacket(carried);
    compare('about', bracketText(line.about) ?? '', got.kind === 'icmp' ? bracketText(got.about) : undefined);
  } else if (!isIcmpError(isV6, numbers)) compare('length', usualHeaders(isV6) + headerSize, length + headerSize);
}

/** The fields in which a packet of the host is not as a line has it. */
export function packetDifferences(line: PacketLine, read: HostPacket): Difference[] {
  const found: Difference[] = [];
  const compare: Compare = (field, expected, got = 'none') => {
    if (expected !== got) found.push({ field, expected: String(expected), got: String(got) });
  };
  if (line.kind === 'udp') compareDatagram(line, read, compare);
  else compareIcmp(line, read, compare);
  return [...found, ...ipDifferences(line.ip, read.packet)];
}

/** Why a packet may not be seen to come. */
export function hintAt(line: PacketLine, { mtu, ipVersion }: PktNetwork): string {
  if (line.kind !== 'udp' || line.length + usualHeaders(ipVersion === 'ipv6') <= mtu) return '';
  return ` (the MTU is ${mtu}: what is longer comes in fragments, which are not put together)`;
}
