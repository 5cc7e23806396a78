import type { FourTuple } from '../address.js';
import type { SocketFilter } from './filter.js';
import { canonicalAddress, parseAddress } from './ip-prefix.js';

/** The four-tuple that a filter names, if it names one. */
export function tupleOf({ localAddress, localPort, remoteAddress, remotePort }: SocketFilter): FourTuple | undefined {
  if (typeof localAddress !== 'string' || typeof remoteAddress !== 'string') return undefined;
  if (typeof localPort !== 'number' || typeof remotePort !== 'number') return undefined;
  if (localAddress.includes('/') || remoteAddress.includes('/')) return undefined;
  return { localAddress, localPort, remoteAddress, remotePort };
}

export function isSameAddress(one: string, other: string): boolean {
  const canonical = (text: string): string => canonicalAddress(parseAddress(text, 'address').bytes);
  return one === other || canonical(one) === canonical(other);
}

export function isTuple(row: FourTuple, { localAddress, localPort, remoteAddress, remotePort }: FourTuple): boolean {
  return (
    row.localPort === localPort &&
    row.remotePort === remotePort &&
    isSameAddress(row.localAddress, localAddress) &&
    isSameAddress(row.remoteAddress, remoteAddress)
  );
}
