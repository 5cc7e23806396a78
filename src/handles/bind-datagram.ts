import type * as dgram from 'node:dgram';
import { integer, invalidArgument, knownKeys, UsageError } from '../errors.js';
import type { OptionValues } from '../options/types.js';
import { Socket } from '../socket/socket.js';
import { familyOfAddress } from './bound.js';
import { datagramState, datagramType } from './node-internals.js';
import { needsDescriptors } from './runtime.js';
import { late } from './late.js';

/** Where a `dgram.Socket` is bound, and the options it has before bind(2). */
export interface BindDatagramOptions {
  /** An IP address of the socket's family, not a name. Default the wildcard, `0.0.0.0` or `::`. */
  readonly address?: string | undefined;
  /** Default 0: the kernel chooses one. */
  readonly port?: number | undefined;
  /** Set before bind(2). */
  readonly options?: OptionValues | undefined;
}

/** The family of a socket that can be bound. */
function checkSocket(socket: dgram.Socket): 'IPv4' | 'IPv6' {
  if (!(socket instanceof late.dgram.Socket)) throw invalidArgument('socket', 'a dgram.Socket', socket);
  const { handle, bindState } = datagramState(socket);
  if (!handle) throw new UsageError('ERR_SOCKET_CLOSED', 'socket: already closed; create another');
  if (bindState !== 0) throw new UsageError('ERR_SOCKET_BUSY', 'socket: already bound; create another');
  return datagramType(socket) === 'udp4' ? 'IPv4' : 'IPv6';
}

/** What createSocket() was told to set in bind(); what `options` says of the same is set after it. */
function toldEarlier(socket: dgram.Socket): OptionValues {
  const { reuseAddr, reusePort, ipv6Only } = datagramState(socket);
  return {
    ...(reuseAddr && { SO_REUSEADDR: true }),
    ...(reusePort && { SO_REUSEPORT: true }),
    ...(ipv6Only && { IPV6_V6ONLY: true }),
  };
}

/**
 * `socket(2)`, the options, `bind(2)` - binds a dgram.Socket of Node's to a socket of our making, so that any option can
 * be set before it is bound. Resolves with it when it is bound and receives; `'listening'` has been emitted.
 *
 * `reuseAddr`, `reusePort` and `ipv6Only` of createSocket() are set as well; nothing else. In a cluster worker the socket
 * is the worker's own, not shared through the primary.
 *
 * @throws {SystemCallError} `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` and others of bind(2), or setsockopt(2) with the
 * option: the socket can be bound again; {@link UsageError} `ERR_SOCKET_BUSY`, `ERR_SOCKET_CLOSED` - it is bound or closed.
 */
export async function bindDatagram<S extends dgram.Socket>(socket: S, settings: BindDatagramOptions = {}): Promise<S> {
  needsDescriptors('bindDatagram', 'listen');
  knownKeys(settings, 'bindDatagram', ['address', 'port', 'options']);
  const family = checkSocket(socket);
  const { address = family === 'IPv4' ? '0.0.0.0' : '::', port = 0, options } = settings;
  if (familyOfAddress(address) !== family)
    throw new UsageError('ERR_ADDRESS_INVALID', `address: ${address} is not of the socket's family, ${family}`);
  integer(port, 'port', 0, 65_535);
  const bound = Socket.open({ family, type: 'dgram', options: { ...toldEarlier(socket), ...options } });
  try {
    bound.bind({ address, port });
    const SO_REUSEADDR = bound.getOption('SO_REUSEADDR');
    // exclusive: in a cluster worker the descriptor would be looked for in the primary.
    socket.bind({ fd: bound.fd, exclusive: true });
    // uv_udp_open() turns it on, and a bound UDP socket that has it shares its port.
    bound.setOptions({ SO_REUSEADDR });
  } catch (error) {
    bound.close();
    throw error;
  }
  bound.detach();
  return socket;
}
