import { readFileSync } from 'node:fs';
import { parseIPv6 } from '../../address.js';
import { until } from '../record/until.js';
import type { Host } from './host.js';

// ipv6_route.h.
const RTF_LOCAL = 0x8000_0000;

function hasLocalRoute(address: string): boolean {
  const bytes = new Uint8Array(16);
  parseIPv6(address, bytes);
  const wanted = Buffer.from(bytes).toString('hex');
  const lines = readFileSync('/proc/thread-self/net/ipv6_route', 'utf8').split('\n');
  return lines.some((line) => {
    const [destination, , , , , , , , flags = '0'] = line.trim().split(/\s+/);
    return destination === wanted && (Number.parseInt(flags, 16) & RTF_LOCAL) !== 0;
  });
}

/**
 * Until a host takes what comes to IPv6 addresses it has been given. A worker of the kernel makes the route of each a moment
 * after the address (addrconf_dad_work()); a look-up that runs beside fib6_add() may find none: connect() then says ENETUNREACH,
 * and what comes is dropped.
 */
export async function untilRouted(host: Host, addresses: readonly string[]): Promise<void> {
  const areThere = (): true | undefined => host.run(() => addresses.every(hasLocalRoute)) || undefined;
  await until(areThere, `the routes to ${addresses.join(' and ')}`);
}
