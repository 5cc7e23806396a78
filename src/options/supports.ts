import { constants as os } from 'node:os';
import { UsageError } from '../errors.js';
import { Frame } from '../native/binding.js';
import { frame, native } from '../native/load.js';
import { ask } from './access.js';
import { scratch as memory } from './scratch.js';
import { type Resolved, resolve } from './resolve.js';
import { type Place, placeOfLevel } from './spec.js';
import type { OptionName } from './types.js';

// A raw socket of IPPROTO_RAW only sends, and has no IP_ROUTER_ALERT; EGP is a protocol nobody speaks any more.
const places: { readonly [P in Place]: readonly [domain: string, type: string, protocol: string] } = {
  tcp4: ['AF_INET', 'SOCK_STREAM', ''],
  tcp6: ['AF_INET6', 'SOCK_STREAM', ''],
  udp4: ['AF_INET', 'SOCK_DGRAM', ''],
  udp6: ['AF_INET6', 'SOCK_DGRAM', ''],
  raw4: ['AF_INET', 'SOCK_RAW', 'IPPROTO_EGP'],
  raw6: ['AF_INET6', 'SOCK_RAW', 'IPPROTO_EGP'],
  'raw6-any': ['AF_INET6', 'SOCK_RAW', 'IPPROTO_RAW'],
  unix: ['AF_UNIX', 'SOCK_STREAM', ''],
  'unix-dgram': ['AF_UNIX', 'SOCK_DGRAM', ''],
  mptcp: ['AF_INET', 'SOCK_STREAM', 'IPPROTO_MPTCP'],
  vsock: ['AF_VSOCK', 'SOCK_STREAM', ''],
};

/** Opens a socket that has the option; `-errno` where this system or this user cannot. */
export function openPlace(place: Place): number {
  const [domain, type, protocol] = places[place].map((name) => (name === '' ? 0 : native.constants[name]));
  if (typeof domain !== 'number' || typeof type !== 'number' || typeof protocol !== 'number')
    return -os.errno.EAFNOSUPPORT;
  return native.socket(domain, type, protocol);
}

/** Errnos that say that there is no such option; any other comes from code that knows it. */
const unknown = [-os.errno.ENOPROTOOPT, -os.errno.EOPNOTSUPP, -os.errno.EAFNOSUPPORT, -os.errno.EPROTONOSUPPORT];

/**
 * Asks for the option; one that can only be set is set, to its example or to zeros, on a socket that nobody uses. The length must
 * be right: the kernel refuses a short value (EINVAL) before it looks whether there is such an option.
 */
function probe(fd: number, row: Resolved): number {
  if (row.readable) return ask(fd, row);
  frame[Frame.length] = putProbe(row);
  frame[Frame.fd] = fd;
  frame[Frame.level] = row.level;
  frame[Frame.optname] = row.optname;
  return native.setsockopt();
}

function putProbe(row: Resolved): number {
  const { capacity, kind, spec } = row;
  if (spec.example !== undefined) return row.encode?.(spec.example, memory, 0, row) ?? 0;
  const length = Math.max(capacity, 8);
  // -1 is no descriptor, 0 may be one.
  memory.bytes.fill(kind === 'fd' ? 0xff : 0, 0, length);
  return kind === 'fd' ? 4 : length;
}

const answers = new Map<string, boolean>();

/**
 * Whether this build knows the option and this kernel accepts it, asked of a throw-away socket and remembered. An option that
 * needs a capability or a state is supported although setting it may fail.
 *
 * @throws {UsageError} `ERR_OPTION_UNKNOWN` - not in the catalogue.
 */
export function supports(name: OptionName): boolean {
  const known = answers.get(name);
  if (known !== undefined) return known;
  const answer = decide(name);
  answers.set(name, answer);
  return answer;
}

function decide(name: OptionName): boolean {
  let row: Resolved;
  try {
    row = resolve(name);
  } catch (error) {
    if (error instanceof UsageError && error.code === 'ERR_OPTION_UNSUPPORTED') return false;
    throw error;
  }
  const place = row.spec.on ?? placeOfLevel[row.spec.level];
  const fd = openPlace(place);
  // A raw socket takes CAP_NET_RAW, but the option is one of the whole family.
  if (fd < 0 && place.startsWith('raw')) return askOn(row, openPlace(place === 'raw4' ? 'udp4' : 'udp6'));
  return askOn(row, fd);
}

function askOn(row: Resolved, fd: number): boolean {
  if (fd < 0) return false;
  try {
    return !unknown.includes(probe(fd, row));
  } finally {
    native.close(fd);
  }
}
