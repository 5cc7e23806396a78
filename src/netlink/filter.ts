import { integer, invalidArgument, knownKeys, uint32Max, UsageError } from '../errors.js';
import type { PortRange } from '../options/values.gen.js';
import type { Alternative, Clause, Condition, Side } from './bytecode.js';
import { type InetDetails, type InetProtocol, isInetProtocol } from './inet-diag.js';
import { AF_INET, AF_INET6, parsePrefix } from './ip-prefix.js';
import { isSocketState, type SocketState, socketStates, stateMask } from './state.js';

/** Which TCP, UDP, raw or MPTCP sockets: every condition must hold, and the kernel tests them all. */
export interface SocketFilter {
  /** `tcp` if absent. */
  readonly protocol?: InetProtocol | undefined;
  /** Family of the socket. `IPv6` includes v4-mapped connections. */
  readonly family?: 'IPv4' | 'IPv6' | undefined;
  /** One state or several. Default: all. */
  readonly state?: SocketState | readonly SocketState[] | undefined;
  /** Local or remote port; both bounds of a range belong to it. */
  readonly port?: number | PortRange | undefined;
  /** One port, 0 to 65535, or both bounds of a range. */
  readonly localPort?: number | PortRange | undefined;
  /** One port, or both bounds of a range; 0 for sockets that are not connected. */
  readonly remotePort?: number | PortRange | undefined;
  /** An address, or a prefix as `10.0.0.0/8`. An IPv4 one matches v4-mapped sockets too, and `0.0.0.0` only that. */
  readonly localAddress?: string | undefined;
  /** An address or a prefix, as `localAddress`. */
  readonly remoteAddress?: string | undefined;
  /** Index of the interface the socket is bound to; 0 for none. */
  readonly interfaceIndex?: number | undefined;
  /** `SO_MARK` under a mask (all bits if absent). Needs CAP_NET_ADMIN. */
  readonly mark?: { readonly mark: number; readonly mask?: number | undefined } | undefined;
  /** Id of the cgroup v2 the socket was made in. */
  readonly cgroupId?: bigint | undefined;
  /** `SO_COOKIE`: one socket. The kernel cannot test this: it sends every socket that passes the other conditions. */
  readonly cookie?: bigint | undefined;
}

/** Which sockets to list, and what to tell of each. */
export interface SocketQuery extends SocketFilter, InetDetails {
  /** Finds the processes that hold each socket, by reading `/proc/PID/fd` of every process once. */
  readonly owners?: boolean | undefined;
}

const uint64Max = 0xffff_ffff_ffff_ffffn;
// Every state the kernel knows, and the bit of a state it may learn does no harm.
const anyState = stateMask(socketStates);

const fields = [
  'protocol',
  'family',
  'state',
  'port',
  'localPort',
  'remotePort',
  'localAddress',
  'remoteAddress',
  'interfaceIndex',
  'mark',
  'cgroupId',
  'cookie',
];
/** What `SocketQuery` has beyond a filter. */
export const detailFields = ['info', 'memory', 'congestion', 'tos', 'owners'] as const satisfies (keyof SocketQuery)[];

/** What a filter comes to in the kernel's terms. */
export interface CompiledFilter {
  readonly protocol: InetProtocol;
  readonly families: readonly number[];
  readonly states: number;
  readonly clauses: readonly Clause[];
  readonly cookie?: bigint | undefined;
}

function portConditions(side: Side, port: number | PortRange, name: string): Alternative {
  if (typeof port === 'number') return [{ kind: 'port', side, compare: 'equal', port: integer(port, name, 0, 65_535) }];
  if (typeof port !== 'object' || port === null) throw invalidArgument(name, 'a port or { low, high }', port);
  const low = integer(port.low, `${name}.low`, 0, 65_535);
  const high = integer(port.high, `${name}.high`, low, 65_535);
  return [
    { kind: 'port', side, compare: 'at-least', port: low },
    { kind: 'port', side, compare: 'at-most', port: high },
  ];
}

function addressCondition(side: Side, address: string, name: string): Condition {
  const { bytes, length } = parsePrefix(address, name);
  return { kind: 'address', side, address: bytes, prefixLength: length };
}

function bigId(value: unknown, name: string): bigint {
  if (typeof value !== 'bigint') throw invalidArgument(name, 'a bigint', value);
  if (value < 0n || value > uint64Max)
    throw new UsageError('ERR_OUT_OF_RANGE', `${name}: expected 64 bits, got ${value}`);
  return value;
}

function clausesOf(filter: SocketFilter): Clause[] {
  const { port, localPort, remotePort, localAddress, remoteAddress, interfaceIndex, mark, cgroupId } = filter;
  const all: Alternative = [
    ...(localPort === undefined ? [] : portConditions('local', localPort, 'localPort')),
    ...(remotePort === undefined ? [] : portConditions('remote', remotePort, 'remotePort')),
    ...(localAddress === undefined ? [] : [addressCondition('local', localAddress, 'localAddress')]),
    ...(remoteAddress === undefined ? [] : [addressCondition('remote', remoteAddress, 'remoteAddress')]),
    ...(interfaceIndex === undefined
      ? []
      : [{ kind: 'interface', index: integer(interfaceIndex, 'interfaceIndex', 0, uint32Max) } as const]),
    ...(mark === undefined ? [] : [markCondition(mark)]),
    ...(cgroupId === undefined ? [] : [{ kind: 'cgroup', id: bigId(cgroupId, 'cgroupId') } as const]),
  ];
  const clauses: Clause[] = all.length === 0 ? [] : [[all]];
  if (port !== undefined) clauses.push([portConditions('local', port, 'port'), portConditions('remote', port, 'port')]);
  return clauses;
}

function markCondition(given: NonNullable<SocketFilter['mark']>): Condition {
  knownKeys(given, 'mark', ['mark', 'mask']);
  const { mark, mask = uint32Max } = given;
  return {
    kind: 'mark',
    mark: integer(mark, 'mark.mark', 0, uint32Max),
    mask: integer(mask, 'mark.mask', 0, uint32Max),
  };
}

/** The bits of `state`, all of them where it is absent. */
export function statesOf(state: SocketFilter['state']): number {
  if (state === undefined) return anyState;
  const states: readonly unknown[] = Array.isArray(state) ? state : [state];
  return stateMask(states.map(requireState));
}

function requireState(state: unknown): SocketState {
  if (!isSocketState(state)) throw invalidArgument('state', `one of ${socketStates.join(', ')}`, state);
  return state;
}

function familiesOf(family: SocketFilter['family']): readonly number[] {
  switch (family) {
    case undefined:
      return [AF_INET, AF_INET6];
    case 'IPv4':
      return [AF_INET];
    case 'IPv6':
      return [AF_INET6];
    default:
      throw invalidArgument('family', "'IPv4' or 'IPv6'", family);
  }
}

/** Checks a filter and translates it; `details` are fields that the caller reads itself. An unknown field is an error: left out, it would match more than was meant. */
export function compileFilter(filter: SocketFilter, details: readonly string[] = []): CompiledFilter {
  knownKeys(filter, 'filter', [...fields, ...details]);
  const { protocol = 'tcp', family, state, cookie } = filter;
  if (!isInetProtocol(protocol)) throw invalidArgument('protocol', "'tcp', 'udp', 'raw', 'mptcp' or 'unix'", protocol);
  return {
    protocol,
    families: familiesOf(family),
    states: statesOf(state),
    clauses: clausesOf(filter),
    ...(cookie !== undefined && { cookie: bigId(cookie, 'cookie') }),
  };
}
