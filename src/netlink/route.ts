import {
  type ErrorContext,
  int32Max,
  integer,
  invalidArgument,
  knownKeys,
  TimeoutError,
  uint32Max,
  UsageError,
} from '../errors.js';
import { pause } from '../pause.js';
import { NetlinkProtocol, takeNetlink } from './connection.js';
import type { NetlinkExchange } from './exchange.js';
import { type IpPrefix, parseAddress, parsePrefix } from './ip-prefix.js';
import { HeaderFlag, type ReceiveBuffer } from './message.js';
import {
  addrGenModes,
  type AddrGenMode,
  decodeAddress,
  decodeLink,
  decodeLinkIndex,
  decodeRoute,
  encodeAddress,
  encodeLink,
  encodeLinkRequest,
  encodeNeighbour,
  encodeRoute,
  encodeVeth,
  type Link,
  type LinkAddress,
  type LinkChange,
  type Route,
  RouteMessage,
} from './rtnetlink.js';

type Name = keyof typeof RouteMessage;

// NLM_F_CREATE | NLM_F_EXCL: make it, and EEXIST where it is there already.
const createFlags = HeaderFlag.CREATE | HeaderFlag.EXCL;
// IFNAMSIZ, with the NUL
const nameSize = 16;

/** Checks the name of an interface: 1 to 15 bytes, no slash, colon or white space (`dev_valid_name`). */
export function interfaceName(value: unknown, argument = 'name'): string {
  if (typeof value !== 'string') throw invalidArgument(argument, 'the name of an interface', value);
  const fits = Buffer.byteLength(value) < nameSize && /^[^/:\s\0]+$/u.test(value) && value !== '.' && value !== '..';
  if (!fits)
    throw new UsageError('ERR_ARGUMENT_INVALID', `${argument}: ${JSON.stringify(value)} cannot name an interface`);
  return value;
}

function hardwareBytes(value: unknown, argument: string): Uint8Array {
  if (typeof value !== 'string' || !/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(value)) {
    throw invalidArgument(argument, 'six bytes as 02:00:00:00:00:01', value);
  }
  return Uint8Array.from(value.split(':'), (byte) => Number.parseInt(byte, 16));
}

function request(
  exchange: NetlinkExchange,
  name: Name,
  flags: number,
  parts: readonly Uint8Array[],
  context: ErrorContext,
): void {
  exchange.acknowledged({ name: `RTM_${name}`, type: RouteMessage[name], flags, parts, context });
}

function once(name: Name, flags: number, parts: readonly Uint8Array[], context: ErrorContext): void {
  using exchange = takeRoute();
  request(exchange, name, flags, parts, context);
}

function takeRoute(): NetlinkExchange {
  return takeNetlink(NetlinkProtocol.ROUTE);
}

function table<Row>(
  name: Name,
  header: Uint8Array,
  decode: (buffer: ReceiveBuffer, start: number, end: number) => Row | undefined,
): Row[] {
  let rows: Row[] = [];
  using exchange = takeRoute();
  exchange.dump({ name: `RTM_${name}`, type: RouteMessage[name], parts: [header] }, () => {
    rows = [];
    return (buffer, start, end) => {
      const row = decode(buffer, start, end);
      if (row !== undefined) rows.push(row);
    };
  });
  return rows;
}

function linkThrough<T>(
  exchange: NetlinkExchange,
  name: string,
  decode: (buffer: ReceiveBuffer, start: number, end: number) => T,
): T {
  const links: T[] = [];
  const parts = encodeLinkRequest(interfaceName(name, 'interface'));
  const about = { name: 'RTM_GETLINK', type: RouteMessage.GETLINK, parts, context: { address: name } };
  exchange.single(about, (buffer, start, end) => void links.push(decode(buffer, start, end)));
  const [link] = links;
  if (link === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', `interface: there is no ${name}`);
  return link;
}

/** Of the fifty attributes of a link none is needed for it. */
function indexThrough(exchange: NetlinkExchange, name: string): number {
  return linkThrough(exchange, name, decodeLinkIndex);
}

/** All links of the namespace the calling thread is in. */
export function listLinks(): Link[] {
  return table('GETLINK', encodeLink(0)[0] ?? new Uint8Array(), decodeLink);
}

/** One link. @throws {NetlinkError} `ENODEV` - there is none of this name here. */
export function getLink(name: string): Link {
  using exchange = takeRoute();
  return linkThrough(exchange, name, decodeLink);
}

/** What to change about a link; what is absent stays. */
export interface LinkSettings {
  /** Sets it up (IFF_UP) or down. */
  readonly up?: boolean | undefined;
  /** Bytes. */
  readonly mtu?: number | undefined;
  /** As `02:00:00:00:00:01`. */
  readonly hardwareAddress?: string | undefined;
  /** A new name. */
  readonly name?: string | undefined;
  /** Descriptor of a network namespace: the link moves there and loses its addresses. */
  readonly namespaceFd?: number | undefined;
  /**
   * How many segments the kernel may hand to the link as one, 1 to 65535: with 1 a capture sees segments as they would be on a
   * wire. Applies to connections made afterwards (`sk_setup_caps`).
   */
  readonly gsoMaxSegments?: number | undefined;
  /**
   * How the link gets its IPv6 link-local address when it is next set up, in the words of ip-link(8): with `none` it gets none, and
   * the kernel announces nothing and looks for no router. A link without IPv6 answers `EAFNOSUPPORT`.
   */
  readonly addrGenMode?: AddrGenMode | undefined;
}

const linkKeys = ['up', 'mtu', 'hardwareAddress', 'name', 'namespaceFd', 'gsoMaxSegments', 'addrGenMode'] as const;

function linkChange(settings: LinkSettings, argument: string): LinkChange {
  knownKeys(settings, argument, linkKeys);
  const { up, mtu, hardwareAddress, name, namespaceFd, gsoMaxSegments, addrGenMode } = settings;
  if (up !== undefined && typeof up !== 'boolean') throw invalidArgument('up', 'a boolean', up);
  if (addrGenMode !== undefined && !addrGenModes.includes(addrGenMode))
    throw invalidArgument('addrGenMode', `one of ${addrGenModes.join(', ')}`, addrGenMode);
  return {
    up,
    mtu: mtu === undefined ? undefined : integer(mtu, 'mtu', 0, int32Max),
    hardwareAddress: hardwareAddress === undefined ? undefined : hardwareBytes(hardwareAddress, 'hardwareAddress'),
    name: name === undefined ? undefined : interfaceName(name),
    namespaceFd: namespaceFd === undefined ? undefined : integer(namespaceFd, 'namespaceFd', 0, int32Max),
    gsoMaxSegments: gsoMaxSegments === undefined ? undefined : integer(gsoMaxSegments, 'gsoMaxSegments', 1, 65_535),
    addrGenMode,
  };
}

/**
 * `RTM_NEWLINK` - change a link: up or down, MTU, hardware address, name, namespace. Needs CAP_NET_ADMIN.
 *
 * A link that goes down loses its routes, and its IPv6 addresses too unless `net.ipv6.conf.NAME.keep_addr_on_down` is set.
 */
export function setLink(name: string, settings: LinkSettings): void {
  const change = linkChange(settings, 'settings');
  using exchange = takeRoute();
  // By its name it is found in the same request; a name beside an index is a new one (do_setlink()).
  const isRenamed = change.name !== undefined;
  const index = isRenamed ? indexThrough(exchange, name) : 0;
  const send = (part: LinkChange): void => {
    const parts = encodeLink(index, isRenamed ? part : { ...part, name: interfaceName(name, 'interface') });
    request(exchange, 'NEWLINK', 0, parts, { address: name });
  };
  const { addrGenMode, ...others } = change;
  // do_setlink() comes to it last, when the link is up and may have its address.
  if (addrGenMode !== undefined) send({ addrGenMode });
  if (addrGenMode === undefined || Object.values(others).some((value) => value !== undefined)) send(others);
}

const lookAgainMs = 1;
const longestSettleMs = 10_000;

/**
 * `RTM_GETLINK`, until a link that was up before it got its carrier sends. The kernel starts its queue in a work of its own
 * (linkwatch_do_dev()); what is sent before is dropped without an error (noop_enqueue()). Linux 6.14 and newer do that work before
 * they answer, so that one look is enough. Stops the thread, as a rule for less than a millisecond.
 *
 * @throws {TimeoutError} the kernel has not come to it in 10 s.
 */
export function settleLink(name: string): void {
  const begin = performance.now();
  for (;;) {
    const { isUp, hasCarrier, operState } = getLink(name);
    if (!isUp || !hasCarrier || operState === 'UP') return;
    if (performance.now() - begin > longestSettleMs) throw new TimeoutError(`RTM_GETLINK ${name}`, longestSettleMs);
    pause(lookAgainMs);
  }
}

/** One end of a veth pair. Neither can be born up: veth_open() answers ENOTCONN while the other is not there. */
export interface VethEnd extends Omit<LinkSettings, 'name' | 'up' | 'addrGenMode'> {
  readonly name: string;
}

/**
 * `RTM_NEWLINK` - make a pair of links, each the other's wire, both down. `peer` may be born in another namespace. Needs
 * CAP_NET_ADMIN.
 */
export function addVeth(link: VethEnd, peer: VethEnd): void {
  const parts = encodeVeth(linkChange(link, 'link'), linkChange(peer, 'peer'));
  once('NEWLINK', createFlags, parts, {
    address: `${interfaceName(link.name)} peer ${interfaceName(peer.name, 'peer.name')}`,
  });
}

/** `RTM_DELLINK` - delete a link; one end of a veth pair takes the other along. Needs CAP_NET_ADMIN. */
export function deleteLink(name: string): void {
  once('DELLINK', 0, encodeLink(0, { name: interfaceName(name) }), { address: name });
}

/** All IPv4 and IPv6 addresses of the namespace the calling thread is in. */
export function listAddresses(): LinkAddress[] {
  return table('GETADDR', new Uint8Array(8), decodeAddress);
}

/** How an address is added. */
export interface AddressSettings {
  /**
   * IPv6: look for the address on the link first, as the kernel does by itself (`true`). It takes a second or two, in
   * which bind(2) to it gives EADDRNOTAVAIL.
   */
  readonly duplicateDetection?: boolean | undefined;
}

/** `RTM_NEWADDR` - give an interface an address, as `192.168.0.1/24`. Needs CAP_NET_ADMIN. */
export function addAddress(interfaceOf: string, address: string, settings: AddressSettings = {}): void {
  knownKeys(settings, 'settings', ['duplicateDetection']);
  const { duplicateDetection = true } = settings;
  changeAddress('NEWADDR', createFlags, interfaceOf, address, duplicateDetection);
}

/** `RTM_DELADDR` - take an address from an interface. Needs CAP_NET_ADMIN. */
export function removeAddress(interfaceOf: string, address: string): void {
  changeAddress('DELADDR', 0, interfaceOf, address, true);
}

function changeAddress(name: Name, flags: number, interfaceOf: string, address: string, detect: boolean): void {
  const prefix = parsePrefix(address, 'address');
  using exchange = takeRoute();
  const index = indexThrough(exchange, interfaceOf);
  request(exchange, name, flags, encodeAddress(index, prefix, detect), { address: `${address} dev ${interfaceOf}` });
}

/** A route to add or delete. */
export interface RouteSettings {
  /** A prefix as `10.0.0.0/8`, or `default`. */
  readonly to: string;
  /** Address of the gateway, of the same family. */
  readonly via?: string | undefined;
  /** Name of the interface. Needed where there is no gateway. */
  readonly interface?: string | undefined;
  /** Of several routes to one prefix the lowest is taken. Default 0, of IPv6 1024. */
  readonly metric?: number | undefined;
  /** Source address of what this machine sends along it. */
  readonly source?: string | undefined;
}

function destination(to: string, hint: IpPrefix | undefined): IpPrefix {
  if (to !== 'default') return parsePrefix(to, 'to');
  const family = hint?.family ?? 'IPv4';
  return { family, bytes: new Uint8Array(family === 'IPv4' ? 4 : 16), length: 0 };
}

function changeRoute(name: Name, flags: number, purpose: 'add' | 'delete', settings: RouteSettings): void {
  knownKeys(settings, 'route', ['to', 'via', 'interface', 'metric', 'source']);
  const { to, via, interface: output, metric, source } = settings;
  const gateway = via === undefined ? undefined : parseAddress(via, 'via');
  const from = source === undefined ? undefined : parseAddress(source, 'source');
  const prefix = destination(to, gateway ?? from);
  const priority = metric === undefined ? undefined : integer(metric, 'metric', 0, uint32Max);
  using exchange = takeRoute();
  const interfaceIndex = output === undefined ? undefined : indexThrough(exchange, output);
  const parts = encodeRoute({ to: prefix, gateway, interfaceIndex, metric: priority, source: from }, purpose);
  const words = [to, ...(via === undefined ? [] : ['via', via]), ...(output === undefined ? [] : ['dev', output])];
  request(exchange, name, flags, parts, { address: words.join(' ') });
}

/** `RTM_NEWROUTE` - a unicast route in the main table. `default` is IPv6 if the gateway is. Needs CAP_NET_ADMIN. */
export function addRoute(settings: RouteSettings): void {
  changeRoute('NEWROUTE', createFlags, 'add', settings);
}

/** `RTM_DELROUTE` - delete the route that fits. Needs CAP_NET_ADMIN. @throws {NetlinkError} `ESRCH` - there is none. */
export function deleteRoute(settings: RouteSettings): void {
  changeRoute('DELROUTE', 0, 'delete', settings);
}

/** The unicast routes of the main table. */
export function listRoutes(): Route[] {
  return table('GETROUTE', new Uint8Array(12), decodeRoute);
}

/** Which machine on an interface's link has an address. */
export interface NeighbourSettings {
  /** Name of the interface. */
  readonly interface: string;
  /** IPv4 or IPv6 address of the neighbour. */
  readonly address: string;
  /** As `02:00:00:00:00:01`. */
  readonly hardwareAddress: string;
}

/** `RTM_NEWNEIGH` - a permanent neighbour, replacing any before: no ARP or neighbour solicitation is sent. Needs CAP_NET_ADMIN. */
export function addNeighbour(neighbour: NeighbourSettings): void {
  knownKeys(neighbour, 'neighbour', ['interface', 'address', 'hardwareAddress']);
  const { interface: link, address, hardwareAddress } = neighbour;
  const hardware = hardwareBytes(hardwareAddress, 'hardwareAddress');
  changeNeighbour('NEWNEIGH', HeaderFlag.CREATE | HeaderFlag.REPLACE, link, address, hardware);
}

/** `RTM_DELNEIGH` - forget a neighbour. Needs CAP_NET_ADMIN. */
export function removeNeighbour(neighbour: Omit<NeighbourSettings, 'hardwareAddress'>): void {
  knownKeys(neighbour, 'neighbour', ['interface', 'address', 'hardwareAddress']);
  const { interface: link, address } = neighbour;
  changeNeighbour('DELNEIGH', 0, link, address, undefined);
}

function changeNeighbour(
  name: Name,
  flags: number,
  link: string,
  address: string,
  hardware: Uint8Array | undefined,
): void {
  const prefix = parseAddress(address, 'address');
  using exchange = takeRoute();
  const index = indexThrough(exchange, link);
  request(exchange, name, flags, encodeNeighbour(index, prefix, hardware), { address: `${address} dev ${link}` });
}
