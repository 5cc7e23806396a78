import { constants as os } from 'node:os';
import { SystemCallError } from '../errors.js';
import { Frame } from '../native/binding.js';
import { frame, native } from '../native/load.js';
import { ask } from './access.js';
import { isSince } from './kernel-version.js';
import { scratch } from './scratch.js';
import { type Resolved, resolveIfHere } from './resolve.js';
import { type SocketKind, socketKinds } from './socket-kinds.js';
import { socketOfLevel } from './spec.js';
import type { OptionName } from './types.js';

/** Opens a socket that has the option; `-errno` where this system or this user cannot. */
export function openSocket(socketKind: SocketKind): number {
  const [domain, type, protocol] = socketKinds[socketKind].map((name) => (name === '' ? 0 : native.constants[name]));
  if (typeof domain !== 'number' || typeof type !== 'number' || typeof protocol !== 'number')
    return -os.errno.EAFNOSUPPORT;
  return native.socket(domain, type, protocol);
}

/** Errnos of socket(2) for a family, type or protocol it lacks; EINVAL answers a protocol above all those a kernel knows. */
const noSuchSocket = ['EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT', 'ENOPROTOOPT', 'EINVAL'];

/** Places that only CAP_NET_RAW opens, each with what anybody may open that has some of its options. */
const ordinaryKind: Partial<Record<SocketKind, SocketKind | 'none'>> = {
  raw4: 'udp4',
  raw6: 'udp6',
  'raw6-any': 'udp6',
  'raw4-icmp': 'none',
  'raw6-icmp': 'none',
  packet: 'none',
};

/** Errnos that say that there is no such option; any other comes from code that knows it. */
const noSuchOption = [-os.errno.ENOPROTOOPT, -os.errno.EOPNOTSUPP, -os.errno.EAFNOSUPPORT, -os.errno.EPROTONOSUPPORT];

/**
 * Asked in the place of an option for which the kernel looks at the caller before it looks whether it was built with it:
 * do_tcp_setsockopt() wants CAP_NET_ADMIN first, and both are there with CONFIG_TCP_AO.
 */
const askedInstead: Partial<Record<string, OptionName>> = { TCP_AO_REPAIR: 'TCP_AO_INFO' };

/** Older kernels only set them: PACKET_COPY_THRESH can be read since Linux 6.8. */
export const readLater: ReadonlySet<string> = new Set<OptionName>(['IPV6_ROUTER_ALERT', 'PACKET_COPY_THRESH']);

/**
 * Asks for the option; one that can only be set is set, to its example or to zeros, on a socket that nobody uses. The length must
 * be right: the kernel refuses a short value (EINVAL) before it looks whether there is such an option.
 */
function probe(fd: number, row: Resolved): number {
  if (row.readable && !readLater.has(row.name)) return ask(fd, row);
  frame[Frame.length] = putProbe(row);
  frame[Frame.fd] = fd;
  frame[Frame.level] = row.level;
  frame[Frame.optname] = row.optname;
  return native.setsockopt();
}

function putProbe(row: Resolved): number {
  const { capacity, kind, spec } = row;
  if (spec.example !== undefined) return row.encode?.(spec.example, scratch, 0, row) ?? 0;
  const length = Math.max(capacity, 8);
  // -1 is not a descriptor, 0 may be one.
  scratch.bytes.fill(kind === 'fd' ? 0xff : 0, 0, length);
  return kind === 'fd' ? 4 : length;
}

const answers = new Map<string, boolean>();

/**
 * Whether this build knows the option and this kernel has it, asked of a throw-away socket and remembered. An option that needs
 * a capability or a state is supported although setting it may fail: the answer is the same for root and for any other user.
 *
 * Only CAP_NET_RAW opens a raw or packet socket. Without it an option that only those have counts as supported if the family is
 * there and the kernel is of the version that the catalogue names, if any: every kernel from Linux 5.4 on has the others.
 *
 * @throws {UsageError} `ERR_OPTION_UNKNOWN` - not in the catalogue.
 * @throws {SystemCallError} `EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM` - there is no socket to ask; `EPERM`, `EACCES` - a sandbox
 * forbids it. Nothing is remembered then.
 */
export function supports(name: OptionName): boolean {
  const known = answers.get(name);
  if (known !== undefined) return known;
  const row = resolveIfHere((typeof name === 'string' && askedInstead[name]) || name);
  if (row === undefined) return false;
  const answer = decide(row, row.spec.on ?? socketOfLevel[row.spec.level]);
  if (answer !== undefined) answers.set(name, answer);
  return answer ?? false;
}

/** `undefined` if there is no such socket, which a module that is loaded later, or net.mptcp.enabled, may change. */
function decide(row: Resolved, socketKind: SocketKind): boolean | undefined {
  const fd = openSocket(socketKind);
  if (fd >= 0) return askOn(fd, row);
  const failure = new SystemCallError(fd, 'socket');
  if (noSuchSocket.includes(failure.code)) return undefined;
  const ordinary = ordinaryKind[socketKind];
  if (ordinary === undefined || !['EPERM', 'EACCES'].includes(failure.code)) throw failure;
  const answer = ordinary === 'none' ? false : decide(row, ordinary);
  return answer === false ? isSince(row.spec.since ?? '5.4') : answer;
}

function askOn(fd: number, row: Resolved): boolean {
  try {
    return !noSuchOption.includes(probe(fd, row));
  } finally {
    native.close(fd);
  }
}
