import { formatIPv4, formatIPv6 } from '../address.js';
import { littleEndian } from '../options/memory.js';
import { type Attribute, decodeAttributes, encodeAttributes, readText, readU32, text, u32 } from './attribute.js';
import { AF_INET, AF_INET6, type IpPrefix } from './ip-prefix.js';
import type { ReceiveBuffer } from './message.js';
import { NetlinkProtocolError } from './netlink-error.js';

// RTM_*
export const RouteMessage = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  DELNEIGH: 29,
} as const;

// IFF_*
const IFF_UP = 1;
const IFF_LOWER_UP = 0x1_0000;
// IFLA_*, IFLA_INFO_*, VETH_INFO_PEER
const LinkAttribute = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  OPERSTATE: 16,
  LINKINFO: 18,
  AF_SPEC: 26,
  NET_NS_FD: 28,
  EXT_MASK: 29,
  GSO_MAX_SEGS: 40,
} as const;
// IF_OPER_*, by number
const operStates = ['UNKNOWN', 'NOTPRESENT', 'DOWN', 'LOWERLAYERDOWN', 'TESTING', 'DORMANT', 'UP'] as const;
// IFLA_INET6_ADDR_GEN_MODE; IN6_ADDR_GEN_MODE_*, by number, as ip-link(8) names them
const IFLA_INET6_ADDR_GEN_MODE = 8;
export const addrGenModes = ['eui64', 'none', 'stable_secret', 'random'] as const;
const RTEXT_FILTER_SKIP_STATS = 8;
const LinkInfo = { KIND: 1, DATA: 2 } as const;
const VETH_INFO_PEER = 1;
// IFA_*; IFA_F_NODAD
const InterfaceAddress = { ADDRESS: 1, LOCAL: 2, FLAGS: 8 } as const;
const IFA_F_NODAD = 2;
const IFA_F_TENTATIVE = 0x40;
// RTA_*, RT_TABLE_*, RTPROT_BOOT, RT_SCOPE_*, RTN_*
const RouteAttribute = { DST: 1, OIF: 4, GATEWAY: 5, PRIORITY: 6, PREFSRC: 7, TABLE: 15 } as const;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RouteScope = { universe: 0, link: 253, nowhere: 255 } as const;
const RTN_UNICAST = 1;
// NDA_*, NUD_PERMANENT
const Neighbour = { DST: 1, LLADDR: 2 } as const;
const NUD_PERMANENT = 0x80;

// struct ifinfomsg, ifaddrmsg, rtmsg, ndmsg
const linkSize = 16;
const addressSize = 8;
const routeSize = 12;
const neighbourSize = 12;

function familyNumber({ family }: IpPrefix): number {
  return family === 'IPv4' ? AF_INET : AF_INET6;
}

function struct(size: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  fill(new DataView(bytes.buffer));
  return bytes;
}

/** How a link gets its IPv6 link-local address. */
export type AddrGenMode = (typeof addrGenModes)[number];

/** What to change about a link; what is absent stays. */
export interface LinkChange {
  readonly name?: string | undefined;
  readonly up?: boolean | undefined;
  readonly mtu?: number | undefined;
  /** Six bytes. */
  readonly hardwareAddress?: Uint8Array | undefined;
  /** Descriptor of the network namespace it moves to. */
  readonly namespaceFd?: number | undefined;
  readonly gsoMaxSegments?: number | undefined;
  readonly addrGenMode?: AddrGenMode | undefined;
}

function linkHeader(index: number, up: boolean | undefined): Uint8Array {
  return struct(linkSize, (view) => {
    view.setInt32(4, index, littleEndian);
    view.setUint32(8, up === true ? IFF_UP : 0, littleEndian);
    view.setUint32(12, up === undefined ? 0 : IFF_UP, littleEndian);
  });
}

/** What is IPv6's about a link. */
function inet6Attribute(addrGenMode: AddrGenMode): Attribute {
  const mode = { type: IFLA_INET6_ADDR_GEN_MODE, value: Uint8Array.of(addrGenModes.indexOf(addrGenMode)) };
  return { type: LinkAttribute.AF_SPEC, value: [{ type: AF_INET6, value: [mode] }] };
}

function linkAttributes(change: LinkChange): Attribute[] {
  const { name, mtu, hardwareAddress, namespaceFd, gsoMaxSegments, addrGenMode } = change;
  return [
    ...(name === undefined ? [] : [text(LinkAttribute.IFNAME, name)]),
    ...(mtu === undefined ? [] : [u32(LinkAttribute.MTU, mtu)]),
    ...(hardwareAddress === undefined ? [] : [{ type: LinkAttribute.ADDRESS, value: hardwareAddress }]),
    ...(namespaceFd === undefined ? [] : [u32(LinkAttribute.NET_NS_FD, namespaceFd)]),
    ...(gsoMaxSegments === undefined ? [] : [u32(LinkAttribute.GSO_MAX_SEGS, gsoMaxSegments)]),
    ...(addrGenMode === undefined ? [] : [inet6Attribute(addrGenMode)]),
  ];
}

/** `struct ifinfomsg` of one link, and the change. Index 0 with a name asks for the link of that name. */
export function encodeLink(index: number, change: LinkChange = {}): Uint8Array[] {
  return [linkHeader(index, change.up), encodeAttributes(linkAttributes(change))];
}

/** Asks for the link of this name, without its counters: adding them up takes the kernel longer than all the rest. */
export function encodeLinkRequest(name: string): Uint8Array[] {
  const wanted = [text(LinkAttribute.IFNAME, name), u32(LinkAttribute.EXT_MASK, RTEXT_FILTER_SKIP_STATS)];
  return [linkHeader(0, undefined), encodeAttributes(wanted)];
}

/** A new pair of links, each the other's wire. */
export function encodeVeth(near: LinkChange, far: LinkChange): Uint8Array[] {
  // VETH_INFO_PEER holds a whole ifinfomsg before its attributes.
  const peer = Buffer.concat([linkHeader(0, far.up), encodeAttributes(linkAttributes(far))]);
  const info = [text(LinkInfo.KIND, 'veth'), { type: LinkInfo.DATA, value: [{ type: VETH_INFO_PEER, value: peer }] }];
  return [
    linkHeader(0, near.up),
    encodeAttributes([...linkAttributes(near), { type: LinkAttribute.LINKINFO, value: info }]),
  ];
}

/** A network interface. */
export interface Link {
  /** From 1 on; `ifNameToIndex` gives the same. */
  readonly index: number;
  /** At most 15 bytes. */
  readonly name: string;
  /** IFF_UP: it was set up. */
  readonly isUp: boolean;
  /** IFF_LOWER_UP: there is a carrier. The two ends of a veth pair have one while both are up. */
  readonly hasCarrier: boolean;
  /**
   * As `ip link` shows it (RFC 2863 section 3.1.14). A link sends from `UP` on: the kernel starts its queue in a work of its own,
   * after there is a carrier, and drops without an error what is sent before (linkwatch_do_dev(), noop_enqueue()). A link that
   * never had a carrier to lose, such as `lo`, stays `UNKNOWN` and sends.
   */
  readonly operState: (typeof operStates)[number];
  /** Bytes of the largest packet, the IP header included. */
  readonly mtu: number;
  /** As `02:00:00:00:00:01`; absent where it has none. */
  readonly hardwareAddress?: string;
  /** Kind of a virtual link, as `veth`. */
  readonly kind?: string;
  /** How it gets its IPv6 link-local address, in the words of ip-link(8); absent where it has no IPv6. */
  readonly addrGenMode?: AddrGenMode;
}

function need(size: number, start: number, end: number, what: string): void {
  if (end - start < size) throw new NetlinkProtocolError(`a ${what} of ${end - start} bytes is too short`);
}

/** `02:00:00:00:00:01` */
export function formatHardwareAddress(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** The index alone. */
export function decodeLinkIndex({ view }: ReceiveBuffer, start: number, end: number): number {
  need(linkSize, start, end, 'link');
  return view.getInt32(start + 4, littleEndian);
}

function addrGenModeOf(specific: Uint8Array | undefined): AddrGenMode | undefined {
  const inet6 = specific && decodeAttributes(specific).get(AF_INET6);
  const [mode] = (inet6 && decodeAttributes(inet6).get(IFLA_INET6_ADDR_GEN_MODE)) ?? [];
  return mode === undefined ? undefined : addrGenModes[mode];
}

export function decodeLink({ bytes, view }: ReceiveBuffer, start: number, end: number): Link {
  need(linkSize, start, end, 'link');
  const flags = view.getUint32(start + 8, littleEndian);
  const found = decodeAttributes(bytes, start + linkSize, end);
  const name = found.get(LinkAttribute.IFNAME);
  const mtu = found.get(LinkAttribute.MTU);
  const hardware = found.get(LinkAttribute.ADDRESS);
  const [operState = 0] = found.get(LinkAttribute.OPERSTATE) ?? [];
  const info = found.get(LinkAttribute.LINKINFO);
  const kind = info && decodeAttributes(info).get(LinkInfo.KIND);
  const addrGenMode = addrGenModeOf(found.get(LinkAttribute.AF_SPEC));
  return {
    index: view.getInt32(start + 4, littleEndian),
    name: name ? readText(name) : '',
    isUp: (flags & IFF_UP) !== 0,
    hasCarrier: (flags & IFF_LOWER_UP) !== 0,
    operState: operStates[operState] ?? 'UNKNOWN',
    mtu: mtu ? readU32(mtu) : 0,
    ...(hardware && hardware.length > 0 && { hardwareAddress: formatHardwareAddress(hardware) }),
    ...(kind && { kind: readText(kind) }),
    ...(addrGenMode && { addrGenMode }),
  };
}

/** `struct ifaddrmsg` of an address on an interface. Without duplicate address detection it can be bound to at once. */
export function encodeAddress(index: number, prefix: IpPrefix, duplicateDetection: boolean): Uint8Array[] {
  const header = struct(addressSize, (view) => {
    view.setUint8(0, familyNumber(prefix));
    view.setUint8(1, prefix.length);
    view.setUint32(4, index, littleEndian);
  });
  const attributes = [
    { type: InterfaceAddress.LOCAL, value: prefix.bytes },
    { type: InterfaceAddress.ADDRESS, value: prefix.bytes },
    ...(duplicateDetection ? [] : [u32(InterfaceAddress.FLAGS, IFA_F_NODAD)]),
  ];
  return [header, encodeAttributes(attributes)];
}

/** An address of an interface. */
export interface LinkAddress {
  /** Of the address. */
  readonly family: 'IPv4' | 'IPv6';
  /** As `192.0.2.1` or `2001:db8::1`. */
  readonly address: string;
  /** Bits, 0 to 32 or 128. */
  readonly prefixLength: number;
  /** The interface that has it. */
  readonly interfaceIndex: number;
  /** IPv6: duplicate address detection is not over, and bind(2) gives EADDRNOTAVAIL. */
  readonly isTentative: boolean;
}

function format(family: number, bytes: Uint8Array): string {
  const size = family === AF_INET ? 4 : 16;
  if (bytes.length < size) throw new NetlinkProtocolError(`an address of ${bytes.length} bytes is too short`);
  return size === 4 ? formatIPv4(bytes) : formatIPv6(bytes);
}

export function decodeAddress({ bytes, view }: ReceiveBuffer, start: number, end: number): LinkAddress | undefined {
  need(addressSize, start, end, 'link address');
  const family = view.getUint8(start);
  const found = decodeAttributes(bytes, start + addressSize, end);
  // On a point-to-point link IFA_ADDRESS is the other end. IPv6 sends only that one where they are equal.
  const value = found.get(InterfaceAddress.LOCAL) ?? found.get(InterfaceAddress.ADDRESS);
  if ((family !== AF_INET && family !== AF_INET6) || value === undefined) return undefined;
  const flags = found.get(InterfaceAddress.FLAGS);
  return {
    family: family === AF_INET ? 'IPv4' : 'IPv6',
    address: format(family, value),
    prefixLength: view.getUint8(start + 1),
    interfaceIndex: view.getUint32(start + 4, littleEndian),
    isTentative: ((flags ? readU32(flags) : view.getUint8(start + 2)) & IFA_F_TENTATIVE) !== 0,
  };
}

/** Where packets to a prefix go. */
export interface RouteChange {
  readonly to: IpPrefix;
  readonly gateway?: IpPrefix | undefined;
  readonly interfaceIndex?: number | undefined;
  readonly metric?: number | undefined;
  readonly source?: IpPrefix | undefined;
}

/** `struct rtmsg` of a unicast route in the main table. */
export function encodeRoute(route: RouteChange, purpose: 'add' | 'delete'): Uint8Array[] {
  const { to, gateway, interfaceIndex, metric, source } = route;
  const reach = gateway === undefined && to.family === 'IPv4' ? RouteScope.link : RouteScope.universe;
  const header = struct(routeSize, (view) => {
    view.setUint8(0, familyNumber(to));
    view.setUint8(1, to.length);
    view.setUint8(4, RT_TABLE_MAIN);
    // To delete, zero and RT_SCOPE_NOWHERE match any protocol and scope.
    view.setUint8(5, purpose === 'add' ? RTPROT_BOOT : 0);
    view.setUint8(6, purpose === 'add' ? reach : RouteScope.nowhere);
    view.setUint8(7, purpose === 'add' ? RTN_UNICAST : 0);
  });
  const attributes = [
    ...(to.length === 0 ? [] : [{ type: RouteAttribute.DST, value: to.bytes }]),
    ...(gateway === undefined ? [] : [{ type: RouteAttribute.GATEWAY, value: gateway.bytes }]),
    ...(interfaceIndex === undefined ? [] : [u32(RouteAttribute.OIF, interfaceIndex)]),
    ...(metric === undefined ? [] : [u32(RouteAttribute.PRIORITY, metric)]),
    ...(source === undefined ? [] : [{ type: RouteAttribute.PREFSRC, value: source.bytes }]),
  ];
  return [header, encodeAttributes(attributes)];
}

/** A unicast route of the main table. */
export interface Route {
  /** Of the prefix. */
  readonly family: 'IPv4' | 'IPv6';
  /** A prefix, or `default`. */
  readonly to: string;
  /** Absent where the destination is on the link. */
  readonly gateway?: string;
  /** The interface it leaves by; absent for routes that lead nowhere, as `unreachable`. */
  readonly interfaceIndex?: number;
  /** Of several routes to one prefix the lowest is taken. */
  readonly metric?: number;
  /** Source address of what this machine sends along it. */
  readonly source?: string;
}

export function decodeRoute({ bytes, view }: ReceiveBuffer, start: number, end: number): Route | undefined {
  need(routeSize, start, end, 'route');
  const family = view.getUint8(start);
  const found = decodeAttributes(bytes, start + routeSize, end);
  const table = found.get(RouteAttribute.TABLE);
  const isMain = (table ? readU32(table) : view.getUint8(start + 4)) === RT_TABLE_MAIN;
  if ((family !== AF_INET && family !== AF_INET6) || !isMain || view.getUint8(start + 7) !== RTN_UNICAST)
    return undefined;
  const to = found.get(RouteAttribute.DST);
  const gateway = found.get(RouteAttribute.GATEWAY);
  const output = found.get(RouteAttribute.OIF);
  const metric = found.get(RouteAttribute.PRIORITY);
  const source = found.get(RouteAttribute.PREFSRC);
  return {
    family: family === AF_INET ? 'IPv4' : 'IPv6',
    to: to ? `${format(family, to)}/${view.getUint8(start + 1)}` : 'default',
    ...(gateway && { gateway: format(family, gateway) }),
    ...(output && { interfaceIndex: readU32(output) }),
    ...(metric && { metric: readU32(metric) }),
    ...(source && { source: format(family, source) }),
  };
}

/** `struct ndmsg` of a permanent neighbour: it is never asked for on the wire. */
export function encodeNeighbour(index: number, address: IpPrefix, hardwareAddress?: Uint8Array): Uint8Array[] {
  const header = struct(neighbourSize, (view) => {
    view.setUint8(0, familyNumber(address));
    view.setInt32(4, index, littleEndian);
    view.setUint16(8, hardwareAddress === undefined ? 0 : NUD_PERMANENT, littleEndian);
  });
  const attributes = [
    { type: Neighbour.DST, value: address.bytes },
    ...(hardwareAddress === undefined ? [] : [{ type: Neighbour.LLADDR, value: hardwareAddress }]),
  ];
  return [header, encodeAttributes(attributes)];
}
