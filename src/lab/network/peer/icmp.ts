import { checksum, Protocol } from './frame.js';
import { encodeIp, isIPv6, type PacketToSend, pseudoHeader } from './ip.js';

/** Types and codes by the names of RFC 792 and RFC 4443, as packetdrill writes them. */
const ipv4: Readonly<Record<string, { readonly type: number; readonly codes: Readonly<Record<string, number>> }>> = {
  unreachable: {
    type: 3,
    codes: {
      net_unreachable: 0,
      host_unreachable: 1,
      protocol_unreachable: 2,
      port_unreachable: 3,
      frag_needed: 4,
      source_route_failed: 5,
      net_prohibited: 9,
      host_prohibited: 10,
      packet_filtered: 13,
    },
  },
  source_quench: { type: 4, codes: {} },
  time_exceeded: { type: 11, codes: { exc_ttl: 0, exc_fragtime: 1 } },
  parameter_problem: { type: 12, codes: {} },
};
const ipv6: typeof ipv4 = {
  unreachable: {
    type: 1,
    codes: {
      noroute: 0,
      admin_prohibited: 1,
      not_neighbour: 2,
      address_unreachable: 3,
      host_unreachable: 3,
      port_unreachable: 4,
    },
  },
  packet_too_big: { type: 2, codes: {} },
  time_exceeded: { type: 3, codes: { exc_hoplimit: 0, exc_fragtime: 1 } },
};

export interface IcmpMessage {
  readonly source: string;
  readonly destination: string;
  readonly type: string;
  readonly code?: string | undefined;
  readonly mtu?: number | undefined;
  /** The segment it is about, from its TCP header on. */
  readonly about: Uint8Array;
}

/** Type and code by number; `undefined` for names that are not known. */
export function icmpNumbers(
  isV6: boolean,
  type: string,
  code: string | undefined,
): readonly [type: number, code: number] | undefined {
  const table = isV6 ? ipv6 : ipv4;
  const known = Object.hasOwn(table, type) ? table[type] : undefined;
  const number = code === undefined ? 0 : known && Object.hasOwn(known.codes, code) ? known.codes[code] : undefined;
  return known === undefined || number === undefined ? undefined : [known.type, number];
}

/** The names of a type and code, as packetdrill writes them; `undefined` for what it has no names for. */
export function icmpName(isV6: boolean, type: number, code: number): string | undefined {
  for (const [name, kind] of Object.entries(isV6 ? ipv6 : ipv4)) {
    if (kind.type !== type) continue;
    const codeName = Object.entries(kind.codes).find(([, number]) => number === code)?.[0];
    if (codeName !== undefined) return `${name} ${codeName}`;
    if (code === 0) return name;
  }
  return undefined;
}

/** A message is at most 576 bytes long, RFC 1812 section 4.3.2.3; of ICMPv6 1280, RFC 4443 section 2.4. */
const mostQuoted = { ipv4: 576 - 20 - 8, ipv6: 1280 - 40 - 8 };

/** An error message of ICMP or ICMPv6 about a segment of its destination; `undefined` for a type or code that is not known. */
export function encodeIcmp({ source, destination, type, code, mtu = 0, about }: IcmpMessage): PacketToSend | undefined {
  const isV6 = isIPv6(source);
  const numbers = icmpNumbers(isV6, type, code);
  if (numbers === undefined) return undefined;
  const whole = encodeIp({ source: destination, destination: source, protocol: Protocol.TCP, payload: about });
  const quoted = whole.subarray(0, isV6 ? mostQuoted.ipv6 : mostQuoted.ipv4);
  const bytes = new Uint8Array(8 + quoted.length);
  bytes.set(numbers);
  // The MTU has the whole second word in ICMPv6, RFC 4443 section 3.2, and its lower half in ICMP, RFC 1191 section 4.
  new DataView(bytes.buffer).setUint32(4, mtu);
  bytes.set(quoted, 8);
  const protocol = isV6 ? Protocol.ICMPv6 : Protocol.ICMP;
  const sum = isV6 ? checksum(pseudoHeader({ source, destination, protocol }, bytes.length), bytes) : checksum(bytes);
  bytes.set([sum >> 8, sum & 255], 2);
  return { source, destination, protocol, payload: bytes };
}
