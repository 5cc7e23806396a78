import type { FourTuple } from '../address.js';
import { integer, invalidArgument, int32Max, knownKeys, UsageError } from '../errors.js';
import type { NetlinkExchange } from './exchange.js';
import { compileFilter, type SocketFilter } from './filter.js';
import type { InetDetails, InetProtocol, SocketRow } from './inet-diag.js';
import { AF_INET, AF_INET6 } from './ip-prefix.js';
import { inetRows, lookUpInet, takeSockDiag, tupleRows } from './sock-diag.js';
import { identify, type SocketIdentity } from './socket-identity.js';
import { nameOf, socketIdOf } from './socket-id.js';

/** One socket: a Socket or a descriptor of this process, its four-tuple, or its cookie (`SO_COOKIE`). */
export type LookUpTarget =
  | number
  | { readonly fd: number }
  | (FourTuple & Pick<SocketFilter, 'protocol' | 'family' | 'interfaceIndex'>)
  | { readonly cookie: bigint; readonly protocol?: InetProtocol | undefined };

const detailKeys = ['info', 'memory', 'congestion', 'tos'] as const;
const anywhere = { IPv4: '0.0.0.0', IPv6: '::' } as const;

/** The row of a socket of this process. The kernel finds it by name, unless it is only bound or shares its name with others. */
export function lookUpIdentity(
  exchange: NetlinkExchange,
  { protocol, local, remote, cookie, interfaceIndex }: SocketIdentity,
  details: InetDetails = {},
): SocketRow | undefined {
  const { family } = local;
  const place = { localAddress: local.address, localPort: local.port };
  const away = remote ?? { address: anywhere[family], port: 0 };
  const tuple = { ...place, remoteAddress: away.address, remotePort: away.port };
  if (protocol === 'tcp' || protocol === 'udp') {
    const id = nameOf(protocol, tuple, interfaceIndex, cookie);
    const row = lookUpInet(exchange, protocol, family === 'IPv4' ? AF_INET : AF_INET6, id, details);
    if (row?.cookie === cookie) return row;
  }
  const filter = compileFilter({ protocol, family, localPort: local.port });
  return inetRows(exchange, filter, details).find((row) => row.cookie === cookie);
}

/** The protocols a cookie may belong to, those that have most sockets first. A kernel may lack the others. */
const protocols: readonly InetProtocol[] = ['tcp', 'udp', 'mptcp', 'raw'];

function byCookie(
  exchange: NetlinkExchange,
  cookie: bigint,
  protocol: InetProtocol | undefined,
  details: InetDetails,
): SocketRow | undefined {
  for (const one of protocol === undefined ? protocols : [protocol]) {
    try {
      const [row] = inetRows(exchange, compileFilter({ protocol: one, cookie }), details);
      if (row !== undefined) return row;
    } catch (error) {
      const isMissing = error instanceof UsageError && error.code === 'ERR_NOT_SUPPORTED';
      if (protocol !== undefined || !isMissing) throw error;
    }
  }
  return undefined;
}

/**
 * `SOCK_DIAG_BY_FAMILY` for one socket of the network namespace the calling thread is in: its row, `undefined` if there is none.
 *
 * By a four-tuple of TCP, and for a TCP or UDP socket of this process, the kernel finds it in its hash table. It cannot look up a
 * cookie, nor a TCP socket that is only bound: there it sends the whole table, of which one row is kept.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - a socket without a local port, or in another namespace; `ERR_NOT_SUPPORTED` -
 * neither TCP nor UDP nor MPTCP.
 */
export function lookUpSocket(target: LookUpTarget, details: InetDetails = {}): SocketRow | undefined {
  knownKeys(details, 'details', detailKeys);
  if (typeof target !== 'number' && (typeof target !== 'object' || target === null))
    throw invalidArgument('target', 'a socket, a descriptor, a four-tuple or a cookie', target);
  if (typeof target === 'number' || 'fd' in target) {
    const fd = integer(typeof target === 'number' ? target : target.fd, 'fd', 0, int32Max);
    const identity = identify(fd);
    using exchange = takeSockDiag();
    return lookUpIdentity(exchange, identity, details);
  }
  if ('cookie' in target) {
    knownKeys(target, 'target', ['cookie', 'protocol']);
    const { cookie, protocol } = target;
    // Checked before a socket is opened for it.
    compileFilter({ protocol, cookie });
    using exchange = takeSockDiag();
    return byCookie(exchange, cookie, protocol, details);
  }
  const keys = ['localAddress', 'localPort', 'remoteAddress', 'remotePort', 'protocol', 'family', 'interfaceIndex'];
  knownKeys(target, 'target', keys);
  const filter: SocketFilter = { ...target };
  const id = socketIdOf(target, 0);
  integer(id.localPort, 'localPort', 0, 65_535);
  integer(id.remotePort, 'remotePort', 0, 65_535);
  const compiled = compileFilter(filter);
  using exchange = takeSockDiag();
  return tupleRows(exchange, filter, compiled, details)[0];
}
