import { parseIPv4, parseIPv6 } from '../address.js';
import { invalidArgument, UsageError } from '../errors.js';
import { constant } from '../socket/sockaddr.js';

export const AF_UNSPEC = 0;
export const AF_INET = constant('AF_INET');
export const AF_INET6 = constant('AF_INET6');

/** An address with the number of leading bits that count. */
export interface IpPrefix {
  readonly family: 'IPv4' | 'IPv6';
  readonly bytes: Uint8Array;
  readonly length: number;
}

function bytesOf(text: string): Uint8Array | undefined {
  const size = text.includes(':') ? 16 : 4;
  const bytes = new Uint8Array(size);
  return (size === 16 ? parseIPv6(text, bytes) : parseIPv4(text, bytes)) ? bytes : undefined;
}

/** Reads `10.0.0.0/8`, `fd00::1/64`; without a length the whole address counts. `name` is what errors call it. */
export function parsePrefix(text: unknown, name: string): IpPrefix {
  if (typeof text !== 'string') throw invalidArgument(name, 'an IP address, with or without a prefix length', text);
  const slash = text.indexOf('/');
  const bytes = bytesOf(slash < 0 ? text : text.slice(0, slash));
  const bits = slash < 0 ? undefined : text.slice(slash + 1);
  const most = 8 * (bytes?.length ?? 0);
  const length = bits === undefined ? most : Number(bits);
  if (bytes === undefined || (bits !== undefined && !/^[0-9]{1,3}$/.test(bits)) || length > most) {
    throw new UsageError('ERR_ADDRESS_INVALID', `${name}: ${JSON.stringify(text)} is not an IP address or prefix`);
  }
  return { family: bytes.length === 4 ? 'IPv4' : 'IPv6', bytes, length };
}

/** Reads an address; a prefix length is refused. */
export function parseAddress(text: unknown, name: string): IpPrefix {
  if (typeof text === 'string' && text.includes('/')) {
    throw new UsageError(
      'ERR_ADDRESS_INVALID',
      `${name}: ${JSON.stringify(text)} has a prefix length, expected a bare address`,
    );
  }
  return parsePrefix(text, name);
}

/** The sixteen bytes of an address, IPv4 as v4-mapped: equal for the two spellings of one address. */
export function canonicalAddress(bytes: Uint8Array): string {
  return Buffer.from(bytes.length === 4 ? [...mappedHead, ...bytes] : bytes).toString('hex');
}

const mappedHead = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const;
