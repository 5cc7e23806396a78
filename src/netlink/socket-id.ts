import type { FourTuple } from '../address.js';
import type { SocketId } from './inet-diag.js';
import { parseAddress } from './ip-prefix.js';

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
