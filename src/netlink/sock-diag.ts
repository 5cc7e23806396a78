import { constants } from 'node:os';
import { invalidArgument, knownKeys, UsageError } from '../errors.js';
import { findOwners, type SocketOwner } from '../proc/owner.js';
import { NetlinkProtocol, openNetlink, takeNetlink } from './connection.js';
import type { NetlinkExchange, NetlinkRequest, RowVisitor } from './exchange.js';
import {
  type CompiledFilter,
  compileFilter,
  detailFields,
  type SocketFilter,
  type SocketQuery,
  statesOf,
} from './filter.js';
import {
  cookieOf,
  encodeInetRequest,
  type InetDetails,
  type InetProtocol,
  InetRowDecoder,
  type SocketId,
  type SocketRow,
  standingOf,
} from './inet-diag.js';
import { AF_INET, AF_INET6, AF_UNSPEC } from './ip-prefix.js';
import { NetlinkError } from './netlink-error.js';
import type { SocketState } from './state.js';
import { socketIdOf } from './socket-id.js';
import { isTuple, tupleOf } from './tuple.js';
import { decodeUnixRow, encodeUnixRequest, type UnixSocketRow } from './unix-diag.js';

// SOCK_DIAG_BY_FAMILY
const SOCK_DIAG_BY_FAMILY = 20;
// TCPDIAG_GETSOCK: what was there before, and for TCP alone. It finds the sockets of every family (inet_diag_dump_compat()).
const TCPDIAG_GETSOCK = 18;
// SOCK_DESTROY
const SOCK_DESTROY = 21;
// Where connections end all the time, some will in each.
const mostDumps = 4;

/** Which unix sockets. */
export interface UnixSocketQuery {
  /** Tells it from a query for IP sockets. */
  readonly protocol: 'unix';
  /** One state or several, of `LISTEN`, `ESTABLISHED` and `CLOSE`. Default: all. */
  readonly state?: SocketState | readonly SocketState[] | undefined;
  /** The whole path, or the abstract name with its `\0`. The kernel cannot test this: it sends every socket. */
  readonly path?: string | undefined;
  /** Buffer memory, `SK_MEMINFO`. */
  readonly memory?: boolean | undefined;
  /** Finds the processes that hold each socket. */
  readonly owners?: boolean | undefined;
}

/** For a call that goes on after it returned. */
export function openSockDiag(): NetlinkExchange {
  return openNetlink(NetlinkProtocol.SOCK_DIAG);
}

export function takeSockDiag(): NetlinkExchange {
  return takeNetlink(NetlinkProtocol.SOCK_DIAG);
}

// Each family and protocol answers through a module of its own, and ENOENT is how the kernel says that it has none.
function explainMissing(error: unknown, what: string): unknown {
  if (!(error instanceof NetlinkError) || error.errno !== -constants.errno.ENOENT) return error;
  return new UsageError(
    'ERR_NOT_SUPPORTED',
    `${what} sockets cannot be listed: this kernel lacks the sock_diag module for them`,
  );
}

/** Dumps the sockets of one family, and returns whether any ended meanwhile. */
function dumpFamily(
  exchange: NetlinkExchange,
  { protocol, states, clauses, cookie }: CompiledFilter,
  family: number,
  details: InetDetails,
  start: (family: number) => RowVisitor,
): boolean {
  const parts = encodeInetRequest({ family, protocol, details, states, clauses });
  let anyEnded = false;
  const request =
    family === AF_UNSPEC
      ? { name: 'TCPDIAG_GETSOCK', type: TCPDIAG_GETSOCK, parts }
      : { name: 'SOCK_DIAG_BY_FAMILY', type: SOCK_DIAG_BY_FAMILY, parts };
  exchange.dump(request, () => {
    const visit = start(family);
    anyEnded = false;
    return (buffer, from, to) => {
      // The kernel has no test for it.
      if (cookie !== undefined && cookieOf(buffer, from) !== cookie) return;
      const standing = standingOf(protocol, states, buffer, from, to);
      if (standing === 'as asked') visit(buffer, from, to);
      else if (standing === 'ended') anyEnded = true;
    };
  });
  return anyEnded;
}

/**
 * Dumps the sockets of a filter; `start` begins one collection, over all families. Where a connection ended meanwhile it is made
 * again, for the TIME_WAIT that may be there instead.
 */
export function dumpInet(
  exchange: NetlinkExchange,
  filter: CompiledFilter,
  details: InetDetails,
  start: (family: number) => RowVisitor,
): void {
  for (const family of filter.families) {
    try {
      for (let dumps = 1; dumpFamily(exchange, filter, family, details, start) && dumps < mostDumps; dumps++);
    } catch (error) {
      throw explainMissing(error, filter.protocol);
    }
  }
}

/** The rows of a filter, through an exchange that is open already. */
export function inetRows(exchange: NetlinkExchange, filter: CompiledFilter, details: InetDetails = {}): SocketRow[] {
  const decoder = new InetRowDecoder(filter.protocol);
  const rows: SocketRow[] = [];
  const starts = new Map<number, number>();
  const collect = (families: readonly number[]): void =>
    dumpInet(exchange, { ...filter, families }, details, (family) => {
      // A dump that is made again begins where its family began.
      rows.length = starts.get(family) ?? rows.length;
      starts.set(family, rows.length);
      return (buffer, start, end) => void rows.push(decoder.decode(buffer, start, end));
    });
  if (filter.protocol !== 'tcp' || filter.families.length === 1) {
    collect(filter.families);
    return rows;
  }
  // TCP alone has a request for every family at once, in any order.
  try {
    collect([AF_UNSPEC]);
  } catch (error) {
    // Something that stands for Linux may have the newer request alone.
    if (!(error instanceof NetlinkError && error.code === 'EOPNOTSUPP')) throw error;
    collect(filter.families);
  }
  return rows.sort((one, other) => Number(one.family === 'IPv6') - Number(other.family === 'IPv6'));
}

/** Asks for one socket by name, without reading the table. `undefined` where there is none. */
export function lookUpInet(
  exchange: NetlinkExchange,
  protocol: InetProtocol,
  family: number,
  id: SocketId,
  details: InetDetails = {},
): SocketRow | undefined {
  const states = 0xffff_ffff;
  const parts = encodeInetRequest({ family, protocol, details, states, id });
  const rows: SocketRow[] = [];
  try {
    exchange.single({ name: 'SOCK_DIAG_BY_FAMILY', type: SOCK_DIAG_BY_FAMILY, parts }, (buffer, start, end) => {
      if (standingOf(protocol, states, buffer, start, end) === 'as asked')
        rows.push(new InetRowDecoder(protocol).decode(buffer, start, end));
    });
  } catch (error) {
    // ESTALE: a socket of this name, but another cookie.
    if (error instanceof NetlinkError && (error.code === 'ENOENT' || error.code === 'ESTALE')) return undefined;
    throw error;
  }
  return rows[0];
}

/** The SOCK_DESTROY of one socket. */
export function destroyRequest(protocol: InetProtocol, family: number, id: SocketId): NetlinkRequest {
  const parts = encodeInetRequest({ family, protocol, details: {}, states: 0xffff_ffff, id });
  return { name: 'SOCK_DESTROY', type: SOCK_DESTROY, parts };
}

/**
 * The rows of a filter that names a four-tuple of TCP: the kernel finds it without reading its table. Where that has none it is
 * read all the same, because a connection bound to an interface is not found without naming that.
 */
export function tupleRows(
  exchange: NetlinkExchange,
  query: SocketFilter,
  filter: CompiledFilter,
  details: InetDetails = {},
): SocketRow[] {
  const tuple = tupleOf(query);
  if (tuple === undefined || filter.protocol !== 'tcp') return inetRows(exchange, filter, details);
  const id = socketIdOf(tuple, query.interfaceIndex ?? 0);
  const [family = AF_INET] =
    query.family === undefined ? [id.localAddress.length === 4 ? AF_INET : AF_INET6] : filter.families;
  const row = lookUpInet(exchange, 'tcp', family, id, details);
  // Where there is no such connection the kernel answers with the listener of its local address and port.
  return row !== undefined && isTuple(row, tuple) ? [row] : inetRows(exchange, filter, details);
}

/** What may stand beside a four-tuple for {@link tupleRows} to look it up: nothing that the kernel does not test there. */
const besideTuple: readonly string[] = [
  'protocol',
  'localAddress',
  'localPort',
  'remoteAddress',
  'remotePort',
  ...detailFields,
];

function unixRows(query: UnixSocketQuery): UnixSocketRow[] {
  knownKeys(query, 'filter of unix sockets', ['protocol', 'state', 'path', 'memory', 'owners']);
  const { path, state, memory = false, owners = false } = query;
  if (path !== undefined && typeof path !== 'string') throw invalidArgument('path', 'a string', path);
  const parts = [encodeUnixRequest(statesOf(state), memory)];
  let rows: UnixSocketRow[] = [];
  using exchange = takeSockDiag();
  try {
    exchange.dump({ name: 'SOCK_DIAG_BY_FAMILY', type: SOCK_DIAG_BY_FAMILY, parts }, () => {
      rows = [];
      return (buffer, start, end) => {
        const row = decodeUnixRow(buffer, start, end);
        if (path === undefined || row.path === path) rows.push(row);
      };
    });
  } catch (error) {
    throw explainMissing(error, 'unix');
  }
  return owners ? withOwners(rows) : rows;
}

/** The rows with the processes that hold them. A socket that was closed meanwhile has none. */
function withOwners<Row extends { readonly inode: number }>(
  rows: readonly Row[],
): (Row & { owners: readonly SocketOwner[] })[] {
  const { owners } = findOwners(rows.map(({ inode }) => inode));
  return rows.map((row) => ({ ...row, owners: owners.get(row.inode) ?? [] }));
}

/**
 * Lists the sockets of the network namespace the calling thread is in, over `SOCK_DIAG_BY_FAMILY`, sock_diag(7): what
 * ss(8) shows, in TIME_WAIT and bound-only too, and whoever holds them. The kernel does the filtering.
 *
 * With `owners` each row names the processes that hold the socket, as far as they can be seen: {@link findOwners} says what
 * cannot.
 *
 * The table changes while it is read, so a socket that moves meanwhile may be missing or come twice. One that has left the
 * states asked for when the kernel writes its row is left out.
 *
 * @throws {UsageError} `ERR_NOT_SUPPORTED` - not Linux, or the kernel lacks the module for this kind of socket.
 * @throws {NetlinkError} `EPERM` - a filter on `mark` without CAP_NET_ADMIN.
 */
export function listSockets(query: UnixSocketQuery): UnixSocketRow[];
/** The same of TCP (the default), UDP and raw sockets. */
export function listSockets(query?: SocketQuery): SocketRow[];
export function listSockets(query: SocketQuery | UnixSocketQuery = {}): SocketRow[] | UnixSocketRow[] {
  if (typeof query === 'object' && query?.protocol === 'unix') return unixRows(query);
  const filter = compileFilter(query, detailFields);
  using exchange = takeSockDiag();
  const isExact = Object.keys(query).every((key) => besideTuple.includes(key));
  const rows = isExact ? tupleRows(exchange, query, filter, query) : inetRows(exchange, filter, query);
  return query.owners === true ? withOwners(rows) : rows;
}
