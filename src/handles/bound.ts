import { ipVersion } from '../address.js';
import { invalidArgument, SystemCallError, UsageError } from '../errors.js';
import type { InternetAddress, UnixAddress } from '../address.js';
import type { OptionValues } from '../options/types.js';
import { Socket } from '../socket/socket.js';

export interface InternetPlace {
  /** An IP address, not a name. Default `::`, where there is no IPv6 `0.0.0.0`. */
  readonly address?: string | undefined;
  /** 0 lets the kernel choose. */
  readonly port?: number | undefined;
  readonly path?: undefined;
}

export interface UnixPlace {
  /** A Unix socket instead of address and port: a path, or an abstract name behind a `\0`. */
  readonly path: string;
  readonly address?: undefined;
  readonly port?: undefined;
}

/** Where a stream socket is bound. */
export type BindPlace = InternetPlace | UnixPlace;

/** The family an IP address belongs to. */
export function familyOfAddress(address: string, name = 'address'): 'IPv4' | 'IPv6' {
  if (typeof address !== 'string') throw invalidArgument(name, 'an IP address', address);
  const version = ipVersion(address);
  if (version === 0) {
    throw new UsageError('ERR_ADDRESS_INVALID', `${name}: ${JSON.stringify(address)} is not an IP address`);
  }
  return version === 4 ? 'IPv4' : 'IPv6';
}

/** Calls `use` with a new socket, which is closed if it throws. */
function opened(
  family: 'IPv4' | 'IPv6' | 'unix',
  options: OptionValues | undefined,
  use: (socket: Socket) => void,
): Socket {
  const socket = Socket.open({ family, options });
  try {
    use(socket);
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

/** A new stream socket with `options`, bound to `place` by `bind`. */
export function openBound(
  { address, port, path }: BindPlace,
  options: OptionValues | undefined,
  bind: (socket: Socket, address: InternetAddress | UnixAddress) => void = (socket, to) => void socket.bind(to),
): Socket {
  if (path !== undefined) {
    if (address !== undefined || port !== undefined) {
      throw new UsageError('ERR_ARGUMENT_INVALID', 'path cannot be combined with address or port');
    }
    if (path === '') throw new UsageError('ERR_ADDRESS_INVALID', 'path: empty');
    return opened('unix', options, (socket) => bind(socket, { family: 'unix', path }));
  }
  const at = (family: 'IPv4' | 'IPv6', literal: string): Socket =>
    opened(family, options, (socket) => bind(socket, { family, address: literal, port: port ?? 0 }));
  if (address !== undefined) return at(familyOfAddress(address), address);
  try {
    return at('IPv6', '::');
  } catch (error) {
    // A kernel without IPv6. Where only the disable_ipv6 sysctl is set, `::` can be bound and takes IPv4.
    if (error instanceof SystemCallError && error.code === 'EAFNOSUPPORT') return at('IPv4', '0.0.0.0');
    throw error;
  }
}
