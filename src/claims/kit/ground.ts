import { Socket, type SocketType } from '../../index.js';
import type { Host } from '../../lab/network/host.js';
import type { LabSocket } from '../../lab/network/lab-socket.js';
import { outcome } from '../../lab/record/recorder.js';
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

/** The same host for either family: a script that asks it for addresses runs on both. */
export async function groundOf(stage: Stage, family: Family, name = `${family} host`): Promise<Ground> {
  const host = stage.alone(name);
  if (family === 'IPv4') return { host, family, address: { ANY: host.ANY, A: host.A, B: host.B } };
  for (const address of [ipv6.A, ipv6.B]) {
    host.namespace?.addAddress('lo', `${address}/128`);
    // The route to it is made by a worker of the kernel (addrconf_dad_work()), a moment later. Asked by a new socket each time:
    // one that is connected has a source already.
    const isRouted = (): boolean => {
      const probe = host.run(() => Socket.open({ family: 'IPv6', type: 'dgram' }));
      const said = outcome(() => probe.connectOnce({ address, port: 9 }));
      probe.close();
      return said === 'ok';
    };
    await until(() => isRouted() || undefined, `the route to ${address}`);
  }
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
