import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { ifIndexToName } from '../socket/interface-name.js';
import { listAddresses } from '../netlink/route.js';
import type { LinkAddress } from '../netlink/rtnetlink.js';
import { readSysctl } from '../netns/sysctl.js';
import type { Machine } from './predict.js';

/** The value, or `undefined` where the kernel lacks it or nothing may be asked. */
function known<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function sysctlNumber(name: string): number | undefined {
  const value = known(() => Number(readSysctl(name)));
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function portRange(): { readonly low: number; readonly high: number } | undefined {
  const [low, high] = known(() => readSysctl('net.ipv4.ip_local_port_range').split(/\s+/).map(Number)) ?? [];
  return low === undefined || high === undefined ? undefined : { low, high };
}

function twReuse(): 0 | 1 | 2 | undefined {
  const value = sysctlNumber('net.ipv4.tcp_tw_reuse');
  return value === 0 || value === 1 || value === 2 ? value : undefined;
}

const CAP_NET_BIND_SERVICE = 10n;

/** Whether this process may bind ports below `ip_unprivileged_port_start`. */
export function mayBindPrivileged(): boolean {
  const mask = known(() => /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  if (mask === undefined) return process.geteuid?.() === 0;
  return (BigInt(`0x${mask}`) & (1n << CAP_NET_BIND_SERVICE)) !== 0n;
}

/** An address with the name of the interface that it is of, where that is part of it. */
function localAddress({ address, interfaceIndex }: LinkAddress): string {
  return /^fe[89ab]/i.test(address) ? `${address}%${ifIndexToName(interfaceIndex)}` : address;
}

/** An address whose zone is a name, as `thisMachine` has them: `fe80::1%eth0` for `fe80::1%2`. */
export function withNamedZone(address: string): string {
  const [, plain, index] = /^([^%]+)%(\d{1,9})$/.exec(address) ?? [];
  const name = index === undefined ? undefined : known(() => ifIndexToName(Number(index)));
  return name === undefined ? address : `${plain}%${name}`;
}

/** What counts of this machine, as seen from the network namespace this thread is in. */
export function thisMachine(family: 'IPv4' | 'IPv6'): Machine {
  return {
    kernel: release(),
    localAddresses: known(() => listAddresses().map(localAddress)),
    nonlocalBind: sysctlNumber(`net.${family === 'IPv6' ? 'ipv6' : 'ipv4'}.ip_nonlocal_bind`) === 1,
    unprivilegedPortStart: sysctlNumber('net.ipv4.ip_unprivileged_port_start'),
    portRange: portRange(),
    twReuse: twReuse(),
    twReuseDelayMs: sysctlNumber('net.ipv4.tcp_tw_reuse_delay'),
  };
}
