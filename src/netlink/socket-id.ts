import type { FourTuple } from '../address.js';
import type { SocketId } from './inet-diag.js';
import { parseAddress } from './ip-prefix.js';

/**
 * The name of a socket of this machine. For UDP the kernel takes the two ends the other way round, udp_dump_one(), and finds who would
 * get a datagram from there: compare the cookie.
 */
export function nameOf(protocol: 'tcp' | 'udp', tuple: FourTuple, interfaceIndex: number, cookie?: bigint): SocketId {
  if (protocol === 'tcp') return socketIdOf(tuple, interfaceIndex, cookie);
  const { localAddress, localPort, remoteAddress, remotePort } = tuple;
  const turned = {
    localAddress: remoteAddress,
    localPort: remotePort,
    remoteAddress: localAddress,
    remotePort: localPort,
  };
  return socketIdOf(turned, interfaceIndex, cookie);
}

/** The name by which the kernel looks one socket up, without reading its table. */
export function socketIdOf(tuple: FourTuple, interfaceIndex: number, cookie?: bigint): SocketId {
  return {
    localPort: tuple.localPort,
    remotePort: tuple.remotePort,
    localAddress: parseAddress(tuple.localAddress, 'localAddress').bytes,
    remoteAddress: parseAddress(tuple.remoteAddress, 'remoteAddress').bytes,
    interfaceIndex,
    cookie,
  };
}
