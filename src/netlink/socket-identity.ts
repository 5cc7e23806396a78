import type { InternetAddress } from '../address.js';
import { check, int32Max, integer, SystemCallError, UsageError } from '../errors.js';
import { native } from '../native/load.js';
import { readOption } from '../options/access.js';
import { constant, readAddress } from '../socket/sockaddr.js';
import { type InetProtocol, protocolName } from './inet-diag.js';

/** What names a socket of this process in the kernel's tables, for longer than its descriptor is open. */
export interface SocketIdentity {
  readonly protocol: InetProtocol;
  readonly local: InternetAddress;
  /** Absent unless connected, and absent again in TIME_WAIT. */
  readonly remote: InternetAddress | undefined;
  readonly cookie: bigint;
  /** Of the interface the socket is bound to; 0 for none. */
  readonly interfaceIndex: number;
}

// undefined where the kernel lacks the option.
function ifKnown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENOPROTOOPT') return undefined;
    throw error;
  }
}

// Linux 5.14.
function namespaceCookie(fd: number): bigint | undefined {
  return ifKnown(() => readOption(fd, 'SO_NETNS_COOKIE'));
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
  const fd = integer(descriptor, 'fd', 0, int32Max);
  const protocol = protocolName(readOption(fd, 'SO_PROTOCOL'));
  const local = internet(check(native.getsockname(fd), 'getsockname'));
  if (local === undefined || protocol === undefined) {
    throw new UsageError('ERR_NOT_SUPPORTED', `fd ${fd}: only TCP, UDP and MPTCP sockets can be watched`);
  }
  if (local.port === 0)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `fd ${fd}: the socket has no local port, so the kernel does not list it`,
    );
  if (namespaceCookie(fd) !== currentNamespaceCookie()) {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `fd ${fd}: the socket is in another network namespace than this thread`,
    );
  }
  const peer = native.getpeername(fd);
  return {
    protocol,
    local,
    remote: peer < 0 ? undefined : internet(peer),
    cookie: readOption(fd, 'SO_COOKIE'),
    // Linux 5.1.
    interfaceIndex: ifKnown(() => readOption(fd, 'SO_BINDTOIFINDEX')) ?? 0,
  };
}
