import type { TracePacket } from '../../record/trace.js';
import { icmpWords } from './icmp.js';

/** Ports of a packet. */
export interface WrittenPorts {
  readonly source: number;
  readonly destination: number;
}

/** UDP as packetdrill writes it: `udp 8080 > 53 (10)`. */
export interface WrittenDatagram {
  readonly kind: 'udp';
  /** A 0 is none. */
  readonly ports?: WrittenPorts;
  /** Bytes of data. */
  readonly length: number;
}

/** What a message of ICMP is about; `raw` says how long the message is. */
export type About =
  | { readonly protocol: 'TCP'; readonly seq: number; readonly length: number }
  | { readonly protocol: 'UDP' | 'raw'; readonly length: number };

/** ICMP as packetdrill writes it: `icmp unreachable frag_needed mtu 1200 [udp (1472)]`. */
export interface WrittenIcmp {
  readonly kind: 'icmp';
  readonly type: string;
  readonly code?: string;
  readonly mtu?: number;
  /** Of an echo. */
  readonly id?: number;
  readonly about?: About;
}

/** A packet that carries no segment. */
export type WrittenPacket = WrittenDatagram | WrittenIcmp;

/** Of UDP, and of ICMP. */
const headerSize = 8;

function aboutText(about: About): string {
  if (about.protocol !== 'TCP') return `${about.protocol.toLowerCase()} (${about.length})`;
  const { seq, length } = about;
  return `${seq}:${(seq + length) % 2 ** 32}(${length})`;
}

/** What a message is about, or how long it is, in brackets. */
export function bracketText(about: About | undefined): string | undefined {
  return about && `[${aboutText(about)}]`;
}

/** A packet as it is written. */
export function packetText(packet: WrittenPacket): string {
  if (packet.kind === 'udp') {
    const { ports, length } = packet;
    return `udp ${ports === undefined ? '' : `${ports.source} > ${ports.destination} `}(${length})`;
  }
  const { type, code, mtu, id, about } = packet;
  return [
    'icmp',
    type,
    code,
    mtu === undefined ? undefined : `mtu ${mtu}`,
    id === undefined ? undefined : `id ${id}`,
    bracketText(about),
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** What a message is about, or how long one is that is about nothing; `undefined` where its quote does not say it. */
function aboutOf({ about, length }: Pick<TracePacket, 'about' | 'length'>): About | undefined {
  if (about === undefined) return { protocol: 'raw', length: length + headerSize };
  if (about.length === undefined) return undefined;
  if (about.protocol === 'UDP') return { protocol: 'UDP', length: about.length };
  if (about.protocol !== 'TCP' || about.seq === undefined) return undefined;
  return { protocol: 'TCP', seq: about.seq, length: about.length };
}

/** A packet that has been on the link, as it would be written. */
export function asPacket(packet: Omit<TracePacket, 'sentMs' | 'receivedMs' | 'from' | 'to'>): WrittenPacket {
  const { protocol, source, destination, type = 0, code = 0, mtu, echo, length } = packet;
  if (protocol === 'UDP')
    return { kind: 'udp', ports: { source: source.port ?? 0, destination: destination.port ?? 0 }, length };
  const about = aboutOf(packet);
  return {
    kind: 'icmp',
    ...icmpWords(protocol === 'ICMPv6', [type, code]),
    ...(mtu !== undefined && { mtu }),
    ...(echo !== undefined && { id: echo.id }),
    ...(about !== undefined && { about }),
  };
}
