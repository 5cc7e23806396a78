import { release } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { FourTuple } from '../address.js';
import { int32Max, integer, invalidArgument, knownKeys, TimeoutError, UsageError } from '../errors.js';
import { isSince } from '../options/kernel-version.js';
import type { NetlinkExchange } from './exchange.js';
import { compileFilter, type SocketFilter } from './filter.js';
import type { SocketRow } from './inet-diag.js';
import { AF_INET, AF_INET6 } from './ip-prefix.js';
import { inetRows, lookUpInet, openSockDiag, tupleRows } from './sock-diag.js';
import { nameOf } from './socket-id.js';
import { identify } from './socket-identity.js';
import { isSameAddress, isTuple } from './tuple.js';
import { isSocketState, type SocketState, socketStates } from './state.js';

/** A state to wait for. `gone`: the kernel lists no such socket any more. */
export type AwaitedState = SocketState | 'gone';

/**
 * What to watch: a socket of this process, by itself or its descriptor; or a filter. A filter with both addresses and both
 * ports is a four-tuple, and the kernel finds it without reading its table.
 */
export type StateTarget = { readonly fd: number } | number | SocketFilter;

/** How long to wait for a state. */
export interface StateWaitOptions {
  /** Default 5000. */
  readonly deadlineMs?: number | undefined;
  /** Ends the wait, which rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Why a state may never be seen on this kernel. */
function unseen(state: AwaitedState, running: string): string {
  if (state !== 'BOUND' || isSince('6.8', running)) return '';
  return ` (Linux lists sockets that are only bound from 6.8 on, this is ${running})`;
}

/** The deadline passed before the state was reached. */
export class StateTimeoutError extends TimeoutError {
  /** The state that was waited for. */
  readonly wanted: AwaitedState;
  /** The states seen at the last look, `gone` for none. */
  readonly lastStates: readonly AwaitedState[];

  constructor(
    wanted: AwaitedState,
    lastStates: readonly AwaitedState[],
    deadlineMs: number,
    { running = release() }: { readonly running?: string } = {},
  ) {
    super('waitForState', deadlineMs);
    this.name = 'StateTimeoutError';
    this.message = `waitForState: not ${wanted} within ${deadlineMs} ms, last seen ${lastStates.join(', ')}${unseen(wanted, running)}`;
    this.wanted = wanted;
    this.lastStates = lastStates;
  }
}

/** Looks once: the rows of what is watched. */
type Look = (exchange: NetlinkExchange) => readonly SocketRow[];

// The kernel sends no news of a socket's state, so this asks again and again: soon at first, then more rarely. Those of SKNLGRP_INET_TCP_DESTROY,
// sock_diag_broadcast_destroy(), tell that a full socket went, also where a TIME_WAIT stays, and nothing of a TIME_WAIT that ends: a look
// would be needed all the same, and one by name takes 0.15 ms.
const firstPauseMs = 1;
const longestPauseMs = 16;

/**
 * A socket goes by its cookie, which its TIME_WAIT inherits. If nobody had asked for the cookie before the socket went there,
 * the TIME_WAIT was born without, and has no remote address to be known by either (getpeername(2) is ENOTCONN): then it is
 * the one that nobody holds on the local address and port.
 *
 * A connection and a listener are found by their addresses, which takes a tenth of the time of reading the table, or less. The
 * table tells of the rest: one that is only bound, one whose addresses another socket has as well, one that is gone.
 */
function lookForSocket(fd: number): Look {
  const { protocol, local, remote, cookie, interfaceIndex } = identify(fd);
  const filter = compileFilter({ protocol, family: local.family, localPort: local.port });
  const [family, wildcard] = local.family === 'IPv4' ? [AF_INET, '0.0.0.0'] : [AF_INET6, '::'];
  const here = { localAddress: withoutZone(local.address), localPort: local.port };
  let tuple: FourTuple | undefined = remote && {
    ...here,
    remoteAddress: withoutZone(remote.address),
    remotePort: remote.port,
  };
  const byName = (exchange: NetlinkExchange): SocketRow | undefined => {
    if (protocol !== 'tcp' && protocol !== 'udp') return undefined;
    const name = tuple ?? { ...here, remoteAddress: wildcard, remotePort: 0 };
    const row = lookUpInet(exchange, protocol, family, nameOf(protocol, name, interfaceIndex));
    return row?.cookie === cookie ? row : undefined;
  };
  const byTable = (exchange: NetlinkExchange): SocketRow | undefined => {
    const rows = inetRows(exchange, filter);
    const orphans = rows.filter((row) => row.inode === 0 && row.remotePort !== 0);
    const known = tuple;
    return (
      rows.find((candidate) => candidate.cookie === cookie) ??
      (known
        ? orphans.find((candidate) => isTuple(candidate, known))
        : onlyOne(
            orphans.filter((candidate) => isSameAddress(candidate.localAddress, here.localAddress)),
            fd,
          ))
    );
  };
  return (exchange) => {
    const row = byName(exchange) ?? byTable(exchange);
    if (row === undefined) return [];
    if (row.remotePort !== 0) tuple = row;
    return [row];
  };
}

/** The kernel's tables have no zones, as in `fe80::1%eth0`. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

function onlyOne(rows: readonly SocketRow[], fd: number): SocketRow | undefined {
  if (rows.length > 1) {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `fd ${fd}: one of ${rows.length} connections of its port, wait for the four-tuple instead`,
    );
  }
  return rows[0];
}

function lookForFilter(filter: SocketFilter): Look {
  const compiled = compileFilter(filter);
  return (exchange) => tupleRows(exchange, filter, compiled);
}

function lookFor(target: StateTarget): Look {
  if (typeof target === 'number') return lookForSocket(target);
  if (typeof target !== 'object' || target === null)
    throw invalidArgument('target', 'a socket, a descriptor or a filter', target);
  if ('fd' in target) return lookForSocket(target.fd);
  if ('state' in target)
    throw new UsageError('ERR_ARGUMENT_INVALID', 'target: a filter on states would hide the states before');
  return lookForFilter(target);
}

function stateArgument(state: unknown): AwaitedState {
  if (state === 'gone' || isSocketState(state)) return state;
  throw invalidArgument('state', `'gone' or one of ${socketStates.join(', ')}`, state);
}

function statesOf(rows: readonly SocketRow[]): readonly AwaitedState[] {
  return rows.length === 0 ? ['gone'] : [...new Set(rows.map((row) => row.state))];
}

/**
 * Waits until a socket is in `state`, by asking the kernel (sock_diag) again and again. Resolves with its row, with `undefined`
 * for `gone`. Of several that match a filter, one in that state is enough, and `gone` means none of them.
 *
 * It looks in the network namespace the calling thread is in at the call, and goes on looking there. A state that comes and
 * goes between two looks is missed. A socket that is to be closed is waited for by starting the wait before, or by its
 * four-tuple.
 *
 * @throws {StateTimeoutError} `ERR_TIMED_OUT` - says which state was seen last.
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - a socket without a local port, or in another namespace.
 */
export function waitForState(target: StateTarget, state: 'gone', options?: StateWaitOptions): Promise<undefined>;
/** Resolves with the row that is in `state`. */
export function waitForState(target: StateTarget, state: SocketState, options?: StateWaitOptions): Promise<SocketRow>;
/** Either, where the state is known at run time only. */
export function waitForState(
  target: StateTarget,
  state: AwaitedState,
  options?: StateWaitOptions,
): Promise<SocketRow | undefined>;
export async function waitForState(
  target: StateTarget,
  state: AwaitedState,
  options: StateWaitOptions = {},
): Promise<SocketRow | undefined> {
  knownKeys(options, 'options', ['deadlineMs', 'signal']);
  const { deadlineMs = 5000, signal } = options;
  const wanted = stateArgument(state);
  const deadline = performance.now() + integer(deadlineMs, 'deadlineMs', 0, int32Max);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', 'an AbortSignal', signal);
  signal?.throwIfAborted();
  const look = lookFor(target);
  // Opened before the first await, so that it belongs to the caller's namespace.
  using exchange = openSockDiag();
  for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
    const rows = look(exchange);
    const row = rows.find((candidate) => candidate.state === wanted);
    if (row !== undefined || (wanted === 'gone' && rows.length === 0)) return row;
    const left = deadline - performance.now();
    if (left <= 0) throw new StateTimeoutError(wanted, statesOf(rows), deadlineMs);
    await sleep(Math.min(pause, left), signal);
  }
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    // Node wraps the reason; a caller knows only its own.
    signal?.throwIfAborted();
    throw error;
  }
}
