import { readFileSync } from 'node:fs';
import type * as net from 'node:net';
import { SystemCallError, UsageError, integer, invalidArgument, knownKeys } from '../errors.js';
import { fdOf } from '../handles/fd-of.js';
import { checkServer, listen, type ServerListenOptions } from '../handles/listen.js';
import { getOption, setOption } from '../handles/options.js';
import { listSockets } from '../netlink/sock-diag.js';
import { withDescriptorOf } from '../proc/borrow.js';
import { Socket } from '../socket/socket.js';
import { emptyQueue, stopAccepting } from './connections.js';
import { lockOf } from './rendezvous.js';
import { awayFrom, byProcessor, onlyFromPort } from './steering.js';

/** Which member of a SO_REUSEPORT group gets a new connection. */
export type Steering = 'hash' | 'cpu';

/** Where a member listens, and who gets the connections of its group. */
export type ReuseportOptions = ServerListenOptions & {
  /** `hash`: of the four-tuple, as the kernel does without a program. `cpu`: by the processor that takes the SYN in. Default `hash`. */
  readonly steering?: Steering | undefined;
};

/** How a member has left, see {@link ReuseportMember.leave}. */
export interface Left {
  /**
   * `migrated`: the kernel gave its queue to the others (tcp_migrate_req). `steered`: a program sent new connections to the others, and
   * the queue was accepted. `emptied`: the queue was accepted; there was no other member, or no program could be used.
   */
  readonly how: 'migrated' | 'steered' | 'emptied';
  /** Members that go on. */
  readonly others: number;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

function placeOf(server: net.Server): Place {
  const at = server.address();
  if (at === null || typeof at === 'string')
    throw new UsageError('ERR_ARGUMENT_INVALID', 'server: expected one that listens on a TCP port');
  return at;
}

/** The listeners of an address: one group, as all of them have SO_REUSEPORT and one user. */
function listenersAt({ address, port }: Place): ReturnType<typeof listSockets> {
  return listSockets({ state: 'LISTEN', localPort: port }).filter((row) => row.localAddress === address);
}

function detach(target: number | net.Server): void {
  try {
    setOption(target, 'SO_DETACH_REUSEPORT_BPF', 0);
  } catch (error) {
    if (!(error instanceof SystemCallError && error.code === 'ENOENT')) throw error;
  }
}

function steer(target: number | net.Server, steering: Steering, count: number): void {
  if (steering === 'cpu') setOption(target, 'SO_ATTACH_REUSEPORT_CBPF', byProcessor(count));
  else detach(target);
}

function kernelMigrates(): boolean {
  try {
    return readFileSync('/proc/sys/net/ipv4/tcp_migrate_req', 'utf8').trim() === '1';
  } catch {
    return false;
  }
}

const loopbacks: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Whether a test connection that is steered to `index` comes to the queue of `server`. Its handshake is over before connect(2) returns. */
function isAt(server: net.Server, { address, port }: Place, index: number): boolean {
  const to = loopbacks[address] ?? address;
  const test = Socket.open({ family: to.includes(':') ? 'IPv6' : 'IPv4' });
  try {
    test.bind({ address: to });
    const from = test.getsockname();
    if (!('port' in from)) return false;
    setOption(server, 'SO_ATTACH_REUSEPORT_CBPF', onlyFromPort(from.port, index));
    const before = getOption(server, 'TCP_INFO').unacked;
    test.tryConnect({ address: to, port });
    return getOption(server, 'TCP_INFO').unacked > before;
  } finally {
    test.close();
  }
}

/** A connection of somebody else may come between two looks; three times it does not. */
const looks = 3;

/**
 * The index of a server in its group, which the kernel tells nobody: it is where test connections have to be steered for this server
 * to get them.
 */
function indexOf(server: net.Server, place: Place, count: number): number | undefined {
  return Array.from({ length: count }, (_, index) => index).find((index) =>
    Array.from({ length: looks }).every(() => isAt(server, place, index)),
  );
}

/** The kernel's hash, or the processor, decides for those that are left. Without a right to another's descriptor the next member that joins sees to it. */
function steerTheOthers(place: Place, steering: Steering): void {
  const rows = listSockets({ state: 'LISTEN', localPort: place.port, owners: true });
  const others = rows.filter((row) => row.localAddress === place.address);
  const [holder] = others.flatMap(({ owners = [] }) => owners);
  const fd = holder?.fds[0];
  if (holder === undefined || fd === undefined) return;
  try {
    withDescriptorOf(holder.pid, fd, (borrowed) => steer(borrowed, steering, others.length));
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
  }
}

/** One listener of a SO_REUSEPORT group. See {@link joinReuseport}. */
export class ReuseportMember {
  readonly #server: net.Server;
  #steering: Steering;

  /** @internal */
  constructor(server: net.Server, steering: Steering) {
    this.#server = server;
    this.#steering = steering;
  }

  /** Lets the kernel's hash, or the number of the processor, choose among all members that there are now. */
  steer(steering: Steering): void {
    checkSteering(steering);
    steer(this.#server, steering, listenersAt(placeOf(this.#server)).length);
    this.#steering = steering;
  }

  /**
   * Stops accepting without resetting anybody, which a plain close does to all that wait in the queue (inet_csk_listen_stop()). With
   * `net.ipv4.tcp_migrate_req` the kernel gives them to the others. Otherwise a classic BPF program, which needs no
   * privilege, sends new connections to the others; handshakes that are under way end, the server accepts its queue, and
   * then it closes its listener. Connections that were accepted stay: end them with `drain()`. Where it stands in the group
   * is found by up to three test connections to each member, closed at once.
   */
  async leave(): Promise<Left> {
    const server = this.#server;
    const place = placeOf(server);
    const lock = await lockOf(`reuseport ${place.address} ${place.port}`);
    try {
      const count = listenersAt(place).length;
      const isMigrated = count > 1 && kernelMigrates();
      const index = count > 1 && !isMigrated ? indexOf(server, place, count) : undefined;
      if (index !== undefined) setOption(server, 'SO_ATTACH_REUSEPORT_CBPF', awayFrom(index, count));
      if (!isMigrated) await emptyQueue(fdOf(server), () => server.listening, index === undefined);
      stopAccepting(server);
      if (count > 1) steerTheOthers(place, this.#steering);
      return { how: isMigrated ? 'migrated' : index === undefined ? 'emptied' : 'steered', others: count - 1 };
    } finally {
      lock.close();
    }
  }
}

function checkSteering(steering: unknown): asserts steering is Steering {
  if (steering !== 'hash' && steering !== 'cpu') throw invalidArgument('steering', '"hash" or "cpu"', steering);
}

/**
 * Makes `server` one more listener of its address, beside those of the same user that have SO_REUSEPORT; the first one begins the
 * group. `leave()` of what it returns ends that without losing a connection.
 *
 * @throws {SystemCallError} `EADDRINUSE` - who holds the address has another user, or did not set SO_REUSEPORT before its bind;
 * `explain(error)` says which.
 */
export async function joinReuseport(server: net.Server, settings: ReuseportOptions): Promise<ReuseportMember> {
  const { steering = 'hash', ...rest } = settings;
  checkSteering(steering);
  checkServer(server, rest);
  if (rest.path !== undefined) throw invalidArgument('path', 'a TCP port, since unix sockets have no group', rest.path);
  await listen(server, { ...rest, options: { ...rest.options, SO_REUSEPORT: true } });
  const place = placeOf(server);
  const lock = await lockOf(`reuseport ${place.address} ${place.port}`);
  try {
    steer(server, steering, listenersAt(place).length);
  } finally {
    lock.close();
  }
  return new ReuseportMember(server, steering);
}

/** One process of a group. */
export interface BalanceRow {
  /** The process. */
  readonly pid: number;
  /** What `/proc/PID/comm` holds. */
  readonly name: string;
  /** How many listening sockets it has in the group. */
  readonly listeners: number;
  /** Connections in its queues. */
  readonly waiting: number;
  /** Connections that it has accepted and not closed. */
  readonly connections: number;
}

/**
 * How the connections of a port are spread over the processes that listen on it, by sock_diag(7) and `/proc/PID/fd`. Those that
 * several processes hold count for each.
 */
export function reuseportBalance(settings: { readonly port: number }): BalanceRow[] {
  knownKeys(settings, 'reuseportBalance', ['port']);
  integer(settings.port, 'port', 1, 65_535);
  const rows = new Map<number, { -readonly [Key in keyof BalanceRow]: BalanceRow[Key] }>();
  const states = ['LISTEN', 'ESTABLISHED', 'CLOSE_WAIT'] as const;
  for (const { state, receiveQueue, owners = [] } of listSockets({
    localPort: settings.port,
    state: states,
    owners: true,
  }))
    for (const { pid, name } of owners) {
      const row = rows.get(pid) ?? { pid, name, listeners: 0, waiting: 0, connections: 0 };
      rows.set(pid, row);
      if (state !== 'LISTEN') row.connections++;
      else {
        row.listeners++;
        row.waiting += receiveQueue;
      }
    }
  return [...rows.values()].filter(({ listeners }) => listeners > 0).sort((one, other) => one.pid - other.pid);
}
