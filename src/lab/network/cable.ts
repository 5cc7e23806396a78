import { codeOf } from '../../errors.js';
import type { NetworkNamespace } from '../../index.js';
import type { Host } from './host.js';
import type { Link } from './link.js';
import { newWire, trySysctl } from './namespaces.js';
import { Relay } from './relay.js';

/** Who links end at. */
export interface Station {
  readonly name: string;
  readonly address: string;
  readonly namespace: NetworkNamespace;
  /** Absent for a scripted peer: no kernel has its address. */
  readonly host?: Host;
  /** Names of its ends of links. */
  readonly links: string[];
}

/** The next end of a link. Its name is `eth0`, `eth1` and so on. */
function nextLink(station: Station): string {
  const name = `eth${station.links.length}`;
  station.links.push(name);
  return name;
}

/** An end of a veth pair. */
interface VethEnd {
  readonly namespace: NetworkNamespace;
  readonly link: string;
}

/** What a kernel answers that cannot set it so, as one without IPv6, or on a link with too small an MTU for it. */
const refusals: readonly string[] = ['EAFNOSUPPORT', 'EOPNOTSUPP', 'EINVAL'];

/**
 * The link gets no IPv6 address by itself: the kernel would announce it, and look for routers, in the middle of everything else.
 * Where neither way can be gone, as without IPv6, the capture has what it sends. The sysctl takes longer: while another thread of the
 * machine changes a link, its write(2) is begun again and again (addrconf_sysctl_addr_gen_mode()), where netlink sleeps.
 */
function keepQuiet({ namespace, link }: VethEnd): void {
  try {
    namespace.setLink(link, { addrGenMode: 'none' });
  } catch (error) {
    if (!refusals.includes(codeOf(error))) throw error;
    trySysctl(namespace, `net/ipv6/conf/${link}/addr_gen_mode`, 1);
  }
}

/** Both ends still down. */
function makePair(near: VethEnd, far: VethEnd): void {
  near.namespace.addVeth(far.namespace, { name: near.link, peerName: far.link, up: false });
  for (const end of [near, far]) keepQuiet(end);
}

/** One end of a link, what it is called there, and the far end of its veth pair: the other's, or the relay's. */
interface End {
  readonly station: Station;
  readonly link: string;
  readonly across: VethEnd;
}

/** After an end was set up: until the far end of its pair, which was up before, sends; what it is given earlier is dropped. */
function settle({ across }: End): void {
  across.namespace.settleLink(across.link);
}

/** None where the link is down, and one that is there already stays. */
function addRoute({ station, link }: End, to: string): void {
  const { namespace, address } = station;
  try {
    namespace.addRoute({ to: `${to}/32`, interface: link, source: address });
  } catch (error) {
    if (!['EEXIST', 'ENETDOWN'].includes(codeOf(error))) throw error;
  }
}

/** The address is on the first link, with its network; over any other link goes what is for the one at its end. */
function address(end: End, far: End): void {
  const { address, namespace, host, links } = end.station;
  if (host === undefined) return;
  const isFirst = links.length === 1;
  if (isFirst) namespace.addAddress(end.link, `${address}/24`);
  const { station } = far;
  // A scripted peer tells its own by ARP.
  const hardwareAddress = station.host && station.namespace.getLink(far.link).hardwareAddress;
  host.joined(station.address, {
    link: end.link,
    to: station.name,
    hardwareAddress,
    settle: () => settle(end),
    ...(!isFirst && { addRoute: () => addRoute(end, station.address) }),
  });
}

/** With the sender's segments as they would be on a wire. */
function join(a: End, b: End): void {
  for (const { station, link } of [a, b]) station.namespace.setLink(link, { up: true, gsoMaxSegments: 1 });
  address(a, b);
  address(b, a);
}

/** One veth pair: a frame arrives within the system call that sends it. Returns the names of both ends. */
export function joinDirectly(near: Station, far: Station): [string, string] {
  const names: [string, string] = [nextLink(near), nextLink(far)];
  const ends: [VethEnd, VethEnd] = [
    { namespace: near.namespace, link: names[0] },
    { namespace: far.namespace, link: names[1] },
  ];
  makePair(...ends);
  const end: End = { station: far, link: names[1], across: ends[0] };
  join({ station: near, link: names[0], across: ends[1] }, end);
  settle(end);
  return names;
}

/** What leads from a host to everybody else. */
export interface Gateway {
  /** The host's end, as `tun0`. */
  readonly link: string;
  /** Of the host's address. */
  readonly prefix: number;
  readonly mtu: number;
  /** Everything that goes to one of these goes over it. */
  readonly networks: readonly string[];
}

/**
 * One veth pair, over which a host has a route to a station that stands for every other address. The host hands over several
 * segments at once, as to any card: what a script says of windows and pacing rests on it.
 */
export function joinGateway(near: Station, far: Station, { link, prefix, mtu, networks }: Gateway): [string, string] {
  const names: [string, string] = [link, nextLink(far)];
  near.links.push(link);
  makePair({ namespace: near.namespace, link: names[0] }, { namespace: far.namespace, link: names[1] });
  for (const [station, name] of [
    [near, names[0]],
    [far, names[1]],
  ] as const)
    station.namespace.setLink(name, { up: true, mtu });
  near.namespace.settleLink(names[0]);
  near.namespace.addAddress(link, `${near.address}/${prefix}`);
  const { hardwareAddress = '' } = far.namespace.getLink(names[1]);
  near.namespace.addNeighbour({ interface: link, address: far.address, hardwareAddress });
  for (const to of networks) near.namespace.addRoute({ to, via: far.address, interface: link });
  return names;
}

/** Names of the links of a relay. */
const relayEnds = ['near', 'far'] as const;

/** Two veth pairs, and between them a relay in a namespace of its own. */
export function joinThroughRelay(
  near: Station,
  far: Station,
  link: Link,
  onError: (error: unknown) => void,
): [string, string] {
  const wire = newWire();
  try {
    const names: [string, string] = [nextLink(near), nextLink(far)];
    const ends: [End, End] = [
      { station: near, link: names[0], across: { namespace: wire, link: relayEnds[0] } },
      { station: far, link: names[1], across: { namespace: wire, link: relayEnds[1] } },
    ];
    for (const { station, link, across } of ends) makePair({ namespace: station.namespace, link }, across);
    for (const link of relayEnds) wire.setLink(link, { up: true });
    join(...ends);
    for (const end of ends) settle(end);
    const [first, second] = link.hosts;
    const relay = new Relay(
      wire,
      relayEnds,
      (segment) => link.treat(first, segment),
      (segment) => link.treat(second, segment),
      onError,
    );
    link.carryThrough(relay, wire);
    return names;
  } catch (error) {
    wire.close();
    throw error;
  }
}
