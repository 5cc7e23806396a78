import type { InternetAddress } from '../address.js';
import { check, integer, UsageError } from '../errors.js';
import { Frame } from '../native/binding.js';
import { dataView, frame, native } from '../native/load.js';
import { constant, readAddress } from '../socket/sockaddr.js';
import { littleEndian } from './attribute.js';
import { type InetProtocol, protocolName } from './inet-diag.js';

// asm-generic/socket.h
const socketOption = { SO_PROTOCOL: 38, SO_COOKIE: 57, SO_NETNS_COOKIE: 71 } as const;

/** What names a socket of this process in the kernel's tables, for longer than its descriptor is open. */
export interface SocketIdentity {
  readonly protocol: InetProtocol;
  readonly local: InternetAddress;
  /** Absent unless connected, and absent again in TIME_WAIT. */
  readonly remote: InternetAddress | undefined;
  readonly cookie: bigint;
}

function getsockopt(fd: number, name: keyof typeof socketOption, length: number): number {
  frame[Frame.fd] = fd;
  frame[Frame.level] = constant('SOL_SOCKET');
  frame[Frame.optname] = socketOption[name];
  frame[Frame.length] = length;
  return native.getsockopt();
}

function cookieOf(fd: number): bigint {
  check(getsockopt(fd, 'SO_COOKIE', 8), 'getsockopt', { option: 'SO_COOKIE' });
  return dataView.getBigUint64(0, littleEndian);
}

// undefined before Linux 5.14.
function namespaceCookie(fd: number): bigint | undefined {
  return getsockopt(fd, 'SO_NETNS_COOKIE', 8) < 0 ? undefined : dataView.getBigUint64(0, littleEndian);
}

function currentNamespaceCookie(): bigint | undefined {
  const fd = check(native.socket(constant('AF_UNIX'), constant('SOCK_DGRAM'), 0), 'socket');
  try {
    return namespaceCookie(fd);
  } finally {
    native.close(fd);
  }
}

function internet(length: number): InternetAddress | undefined {
  const address = readAddress(length);
  return address?.family === 'IPv4' || address?.family === 'IPv6' ? address : undefined;
}

/**
 * Reads the identity of a socket.
 *
 * @throws {UsageError} `ERR_NOT_SUPPORTED` - not an internet socket. `ERR_ARGUMENT_INVALID` - it has no local port yet, so no
 * table lists it; or it is in another network namespace than the calling thread, where it would not be found.
 */
export function identify(descriptor: number): SocketIdentity {
  const fd = integer(descriptor, 'fd', 0, 2 ** 31 - 1);
  check(getsockopt(fd, 'SO_PROTOCOL', 4), 'getsockopt', { option: 'SO_PROTOCOL' });
  const protocol = protocolName(dataView.getInt32(0, littleEndian));
  const local = internet(check(native.getsockname(fd), 'getsockname'));
  if (local === undefined || protocol === undefined) {
    throw new UsageError('ERR_NOT_SUPPORTED', `fd ${fd}: only TCP, UDP and MPTCP sockets can be watched`);
  }
  if (local.port === 0) throw new UsageError('ERR_ARGUMENT_INVALID', `fd ${fd}: the socket has no local port, so the kernel does not list it`);
  if (namespaceCookie(fd) !== currentNamespaceCookie()) {
    throw new UsageError('ERR_ARGUMENT_INVALID', `fd ${fd}: the socket is in another network namespace than this thread`);
  }
  const peer = native.getpeername(fd);
  return { protocol, local, remote: peer < 0 ? undefined : internet(peer), cookie: cookieOf(fd) };
}
