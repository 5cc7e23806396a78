import { NetworkNamespace } from '../../index.js';
import type { Host } from '../host/host.js';
import type { Link } from './link.js';
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

/** The next end of a link, with the sender's segments as they would be on a wire. Its name is `eth0`, `eth1` and so on. */
function nextLink(station: Station): string {
  const name = `eth${station.links.length}`;
  station.links.push(name);
  return name;
}

/** The address is on the first link, with its network; over any other link goes what is for the one at its end. */
function address({ address, namespace, host, links }: Station, link: string, far: Station): void {
  namespace.setLink(link, { gsoMaxSegments: 1 });
  if (host === undefined) return;
  if (links.length === 1) namespace.addAddress(link, `${address}/24`);
  else namespace.addRoute({ to: `${far.address}/32`, interface: link, source: address });
  host.nameLink(far.address, link);
}

/** One veth pair: a frame arrives within the system call that sends it. Returns the names of both ends. */
export function joinDirectly(near: Station, far: Station): [string, string] {
  const names: [string, string] = [nextLink(near), nextLink(far)];
  near.namespace.addVeth(far.namespace, { name: names[0], peerName: names[1] });
  address(near, names[0], far);
  address(far, names[1], near);
  return names;
}

/** Two veth pairs, and between them a relay in a namespace of its own. */
export function joinThroughRelay(
  near: Station,
  far: Station,
  link: Link,
  onError: (error: unknown) => void,
): [string, string] {
  const wire = NetworkNamespace.create();
  try {
    const names: [string, string] = [nextLink(near), nextLink(far)];
    near.namespace.addVeth(wire, { name: names[0], peerName: 'near' });
    far.namespace.addVeth(wire, { name: names[1], peerName: 'far' });
    address(near, names[0], far);
    address(far, names[1], near);
    const [first, second] = link.hosts;
    const relay = new Relay(
      wire,
      ['near', 'far'],
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
