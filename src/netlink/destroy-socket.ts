import { constants } from 'node:os';
import { formatAddress } from '../address.js';
import { invalidArgument, UsageError } from '../errors.js';
import type { NetlinkExchange } from './exchange.js';
import { compileFilter, type SocketFilter } from './filter.js';
import type { SocketRow } from './inet-diag.js';
import { AF_INET, AF_INET6 } from './ip-prefix.js';
import { NetlinkError } from './netlink-error.js';
import { destroyRequest, inetRows, takeSockDiag } from './sock-diag.js';
import { socketIdOf } from './socket-id.js';

function explain(error: unknown): unknown {
  if (!(error instanceof NetlinkError) || error.errno !== -constants.errno.EOPNOTSUPP) return error;
  return new UsageError(
    'ERR_NOT_SUPPORTED',
    `${error.message}: the kernel was built without CONFIG_INET_DIAG_DESTROY, or not for this kind of socket`,
  );
}

// Whether it was there to be destroyed.
function destroyOne(exchange: NetlinkExchange, row: SocketRow): boolean {
  const family = row.family === 'IPv4' ? AF_INET : AF_INET6;
  const context = {
    address: `${formatAddress({ family: row.family, address: row.localAddress, port: row.localPort })} ${row.state}`,
  };
  try {
    exchange.acknowledged({
      ...destroyRequest(row.protocol, family, socketIdOf(row, row.interfaceIndex, row.cookie)),
      context,
    });
    return true;
  } catch (error) {
    if (error instanceof NetlinkError && (error.code === 'ENOENT' || error.code === 'ESTALE')) return false;
    throw explain(error);
  }
}

function destroyRow(exchange: NetlinkExchange, row: SocketRow): boolean {
  if (row.state === 'BOUND') {
    throw new UsageError(
      'ERR_NOT_SUPPORTED',
      'destroySocket: the kernel finds connections and listeners, not sockets that are only bound',
    );
  }
  return destroyOne(exchange, row);
}

function isRow(target: SocketRow | SocketFilter): target is SocketRow {
  // A filter may have a cookie too.
  return 'inode' in target;
}

/**
 * `SOCK_DESTROY` - ends sockets from outside, whoever holds them. A connection is reset (RST) and its owner gets
 * ECONNABORTED; a TIME_WAIT or FIN_WAIT2 that nobody holds is forgotten. The descriptor stays its owner's, so a listener or
 * UDP socket that was bound to a port by number keeps the port: the listener is then `BOUND`.
 *
 * Takes a row of `listSockets`, or a filter for all that match, and returns how many were ended: one that is gone by then is
 * not counted, nor is a `BOUND` one, which the kernel cannot look up. Needs CAP_NET_ADMIN.
 *
 * @throws {NetlinkError} `EPERM` - without CAP_NET_ADMIN.
 * @throws {UsageError} `ERR_NOT_SUPPORTED` - a row in `BOUND`, or the kernel lacks CONFIG_INET_DIAG_DESTROY.
 */
export function destroySocket(target: SocketRow | SocketFilter): number {
  if (typeof target !== 'object' || target === null) throw invalidArgument('target', 'a row or a filter', target);
  if (Object.keys(target).length === 0) {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      'destroySocket: an empty filter would match every TCP socket of this namespace',
    );
  }
  using exchange = takeSockDiag();
  if (isRow(target)) return Number(destroyRow(exchange, target));
  return inetRows(exchange, compileFilter(target)).filter((row) => row.state !== 'BOUND' && destroyOne(exchange, row))
    .length;
}
