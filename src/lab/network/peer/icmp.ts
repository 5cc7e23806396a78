import { checksum, Protocol } from './frame.js';
import { encodeIp, type IpFields, isIPv6, type PacketToSend, pseudoHeader } from './ip.js';

/** Numbers of types, and of the codes of each. */
type Names = Readonly<Record<string, { readonly type: number; readonly codes: Readonly<Record<string, number>> }>>;

/** Types and codes as packetdrill writes them, and some more: RFC 792, RFC 1812 section 5.2.7. */
const ipv4: Names = {
  echo_reply: { type: 0, codes: {} },
  unreachable: {
    type: 3,
    codes: {
      net_unreachable: 0,
      host_unreachable: 1,
      protocol_unreachable: 2,
      port_unreachable: 3,
      frag_needed: 4,
      source_route_failed: 5,
      net_unknown: 6,
      host_unknown: 7,
      source_host_isolated: 8,
      net_prohibited: 9,
      host_prohibited: 10,
      net_unreachable_for_tos: 11,
      host_unreachable_for_tos: 12,
      packet_filtered: 13,
      precedence_violation: 14,
      precedence_cutoff: 15,
    },
  },
  source_quench: { type: 4, codes: {} },
  redirect: { type: 5, codes: {} },
  echo_request: { type: 8, codes: {} },
  time_exceeded: { type: 11, codes: { exc_ttl: 0, exc_fragtime: 1 } },
  parameter_problem: { type: 12, codes: {} },
  timestamp_request: { type: 13, codes: {} },
  timestamp_reply: { type: 14, codes: {} },
  information_request: { type: 15, codes: {} },
  information_reply: { type: 16, codes: {} },
  address_mask_request: { type: 17, codes: {} },
  address_mask_reply: { type: 18, codes: {} },
};
/** RFC 4443. */
const ipv6: Names = {
  unreachable: {
    type: 1,
    codes: {
      no_route: 0,
      noroute: 0,
      net_unreachable: 0,
      admin_prohibited: 1,
      not_neighbour: 2,
      address_unreachable: 3,
      host_unreachable: 3,
      port_unreachable: 4,
    },
  },
  packet_too_big: { type: 2, codes: {} },
  time_exceeded: {
    type: 3,
    codes: { exceeded_hop_limit: 0, exc_hoplimit: 0, exceeded_frag_time: 1, exc_fragtime: 1 },
  },
  parameter_problem: { type: 4, codes: { header_field: 0, unknown_next_header: 1, unknown_option: 2 } },
  echo_request: { type: 128, codes: {} },
  echo_reply: { type: 129, codes: {} },
};
/** Types that quote the packet they are about: RFC 1122 section 3.2.2; of ICMPv6 those below 128, RFC 4443 section 2.1. */
const errorsOfIPv4: readonly number[] = [3, 4, 5, 11, 12];

type Numbers = readonly [type: number, code: number];

/** `type_40` or `code_3`. */
function numbered(word: string, what: 'type' | 'code'): number | undefined {
  const [, digits] = new RegExp(`^${what}_(\\d{1,3})$`).exec(word) ?? [];
  return digits === undefined || Number(digits) > 255 ? undefined : Number(digits);
}

/** Type and code by number; `undefined` for names that are not known. */
export function icmpNumbers(isV6: boolean, type: string, code: string | undefined): Numbers | undefined {
  const table = isV6 ? ipv6 : ipv4;
  const known = Object.hasOwn(table, type) ? table[type] : undefined;
  const typeNumber = known?.type ?? numbered(type, 'type');
  if (typeNumber === undefined) return undefined;
  if (code === undefined) return [typeNumber, 0];
  const named = known !== undefined && Object.hasOwn(known.codes, code) ? known.codes[code] : undefined;
  const codeNumber = named ?? numbered(code, 'code');
  return codeNumber === undefined ? undefined : [typeNumber, codeNumber];
}

/** Type and code as they are written, by number where they have no names. A code of 0 that has none is left out. */
export function icmpWords(isV6: boolean, [type, code]: Numbers): { readonly type: string; readonly code?: string } {
  const [name, row] = Object.entries(isV6 ? ipv6 : ipv4).find(([, each]) => each.type === type) ?? [`type_${type}`];
  const [codeName] = Object.entries(row?.codes ?? {}).find(([, number]) => number === code) ?? [];
  if (codeName === undefined && code === 0) return { type: name };
  return { type: name, code: codeName ?? `code_${code}` };
}

/** Whether messages of a type are about a packet, whose begin they quote. */
export function isIcmpError(isV6: boolean, [type]: Numbers): boolean {
  return isV6 ? type < 128 : errorsOfIPv4.includes(type);
}

/** Whether it tells an MTU: RFC 1191 section 4, RFC 4443 section 3.2. */
export function tellsMtu(isV6: boolean, [type, code]: Numbers): boolean {
  return isV6 ? type === 2 && code === 0 : type === 3 && code === 4;
}

/** ICMP or ICMPv6, by the family of its addresses. */
export interface IcmpMessage {
  readonly source: string;
  readonly destination: string;
  readonly numbers: Numbers;
  /** Of the next hop, in bytes. */
  readonly mtu?: number | undefined;
  /** Of an echo. */
  readonly id?: number | undefined;
  /** What follows the first two words: data, or a quote. */
  readonly body: Uint8Array;
  readonly ip?: Partial<IpFields>;
}

const headerSize = 8;

export function encodeIcmp(message: IcmpMessage): PacketToSend {
  const { source, destination, numbers, mtu = 0, id = 0, body, ip } = message;
  const isV6 = isIPv6(source);
  const payload = new Uint8Array(headerSize + body.length);
  payload.set(numbers);
  // The MTU has the whole second word in ICMPv6, RFC 4443 section 3.2, and its lower half in ICMP, RFC 1191 section 4; an
  // identifier has the upper half in both.
  new DataView(payload.buffer).setUint32(4, mtu + id * 2 ** 16);
  payload.set(body, headerSize);
  const protocol = isV6 ? Protocol.ICMPv6 : Protocol.ICMP;
  const sum = isV6
    ? checksum(pseudoHeader({ source, destination, protocol }, payload.length), payload)
    : checksum(payload);
  payload.set([sum >> 8, sum & 255], 2);
  return { source, destination, protocol, payload, ...ip };
}

/** A message is at most 576 bytes long, RFC 1812 section 4.3.2.3; of ICMPv6 1280, RFC 4443 section 2.4. */
const mostQuoted = { ipv4: 576 - 20 - headerSize, ipv6: 1280 - 40 - headerSize };

/** What an error quotes of a packet: as much as it may, or its IP header and so many bytes behind it. */
export function quoted(packet: PacketToSend, bytes?: number): Uint8Array {
  const whole = encodeIp(packet);
  const most = isIPv6(packet.source) ? mostQuoted.ipv6 : mostQuoted.ipv4;
  const header = whole.length - packet.payload.length;
  return whole.subarray(0, bytes === undefined ? most : Math.min(most, header + bytes));
}
