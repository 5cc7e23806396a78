import { readFileSync } from 'node:fs';
import type { SocketType } from '../../index.js';
import type { Host } from '../../lab/network/host.js';
import type { LabSocket } from '../../lab/network/lab-socket.js';
import { until } from '../../lab/record/until.js';
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

/** ::1 and the two. */
const addressesOfLo = 3;

/**
 * How many addresses of this thread's namespace have their route. A worker of the kernel makes each a moment after its address
 * (addrconf_dad_work()), and a look-up that runs beside fib6_add() may find none: connect() then says ENETUNREACH.
 */
function localRoutes(): number {
  const isLocal = (flags = ''): boolean => (Number.parseInt(flags, 16) & 0x8000_0000) !== 0; // RTF_LOCAL of ipv6_route.h
  const lines = readFileSync('/proc/thread-self/net/ipv6_route', 'utf8').trimEnd().split('\n');
  return lines.filter((line) => isLocal(line.trim().split(/\s+/)[8])).length;
}

/** The same host for either family: a script that asks it for addresses runs on both. */
export async function groundOf(stage: Stage, family: Family, name = `${family} host`): Promise<Ground> {
  const host = stage.alone(name);
  if (family === 'IPv4') return { host, family, address: { ANY: host.ANY, A: host.A, B: host.B } };
  for (const address of [ipv6.A, ipv6.B]) host.namespace?.addAddress('lo', `${address}/128`);
  await until(() => host.run(localRoutes) === addressesOfLo || undefined, `the routes to ${ipv6.A} and ${ipv6.B}`);
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
