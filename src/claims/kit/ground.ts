import type { OptionValues, SocketType } from '../../index.js';
import type { Host } from '../../lab/network/host.js';
import type { LabSocket } from '../../lab/network/host.js';
import { untilRouted } from '../../lab/network/local-route.js';
import type { Stage } from '../../lab/run/stage.js';

export type Family = 'IPv4' | 'IPv6';

export const families: readonly Family[] = ['IPv4', 'IPv6'];

/** The wildcard and the two addresses of the articles' host, or those that stand for them. */
export type Name = 'ANY' | 'A' | 'B';

/** A host by itself, and its addresses of one family. */
export interface Ground {
  readonly host: Host;
  readonly family: Family;
  readonly address: Readonly<Record<Name, string>>;
}

const ipv6: Readonly<Record<Name, string>> = { ANY: '::', A: 'fd00::1', B: 'fd00::2' };

/** The same host for either family: a script that asks it for addresses runs on both. */
export async function groundOf(stage: Stage, family: Family, name = `${family} host`): Promise<Ground> {
  const host = stage.alone(name);
  if (family === 'IPv4') return { host, family, address: { ANY: host.ANY, A: host.A, B: host.B } };
  for (const address of [ipv6.A, ipv6.B]) host.namespace?.addAddress('lo', `${address}/128`);
  await untilRouted(host, [ipv6.A, ipv6.B]);
  return { host, family, address: ipv6 };
}

export interface OnGround {
  readonly name: string;
  readonly type?: SocketType;
  readonly option?: 'SO_REUSEADDR' | 'SO_REUSEPORT' | undefined;
}

/** A socket of the family. */
export function openOn({ host, family }: Ground, { name, type = 'stream', option }: OnGround): LabSocket {
  return host.open({ name, type, family, options: option === undefined ? {} : { [option]: true } });
}

/** Two hosts on a link, and a port of the first, over one family. */
export interface LinkGround {
  readonly host: Host;
  readonly peer: Host;
  readonly family: Family;
  /** Of the host. */
  readonly address: string;
  readonly port: number;
  readonly peerAddress: string;
  /** What its socket on the port has. */
  readonly options: OptionValues;
  /** From now on what the host sends to the peer is lost, while it still hears it. */
  readonly mute: () => void;
}

/** Over the addresses that a pair of hosts has. */
export function overIPv4(host: Host, peer: Host, options: OptionValues = {}): LinkGround {
  const addresses = { address: host.A, peerAddress: peer.A };
  return { host, peer, family: 'IPv4', ...addresses, port: 8080, options, mute: () => host.mute(peer) };
}

/** Nobody has it. */
const nowhere = '02:00:00:00:00:99';

/** The same over IPv6, on a port of its own: a row of the socket table does not say which family a script waits for. */
export async function overIPv6(host: Host, peer: Host, options: OptionValues = {}): Promise<LinkGround> {
  const ends = [
    { at: host, address: ipv6.A, link: host.linkTo(peer), to: ipv6.B, far: peer, farLink: peer.linkTo(host) },
    { at: peer, address: ipv6.B, link: peer.linkTo(host), to: ipv6.A, far: host, farLink: host.linkTo(peer) },
  ];
  for (const { at, address, link } of ends) at.namespace?.addAddress(link, `${address}/64`);
  for (const { at, link, to, far, farLink } of ends) {
    const hardwareAddress = far.namespace?.getLink(farLink).hardwareAddress;
    if (hardwareAddress !== undefined) at.namespace?.addNeighbour({ interface: link, address: to, hardwareAddress });
  }
  for (const { at, address } of ends) await untilRouted(at, [address]);
  const mute = (): void => {
    host.namespace?.addNeighbour({ interface: host.linkTo(peer), address: ipv6.B, hardwareAddress: nowhere });
    host.note(`from now on what it sends to ${peer.name} over IPv6 is lost`);
  };
  return { host, peer, family: 'IPv6', address: ipv6.A, peerAddress: ipv6.B, port: 8086, options, mute };
}
