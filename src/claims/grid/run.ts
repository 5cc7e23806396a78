import { messageOf } from '../../errors.js';
import { fchownSync } from 'node:fs';
import { release } from 'node:os';
import {
  type BindRequest,
  type CallPrediction,
  type ExistingSocket,
  listSockets,
  NetworkNamespace,
  predictBind,
  type Prediction,
  type RuleId,
  Socket,
  type UnpredictableId,
} from '../../index.js';
import { outcome } from '../../lab/record/recorder.js';
import { until } from '../../lab/record/until.js';
import { nameOf, optionsOf, type First, type Second, type Table, tables } from './dimensions.js';
import {
  deafen,
  deafPort,
  makeFirst,
  otherUser,
  serverPort,
  type Servers,
  type Standing,
  type Surroundings,
} from './first.js';

/** One call of a pair, beside what the model says of it. */
export interface GridCall {
  readonly socket: 'first' | 'second';
  readonly call: 'bind' | 'listen';
  /** `ok` or the errno. */
  readonly observed: string;
  /** `null` where the model does not predict. */
  readonly predicted: string | null;
  readonly rule: RuleId;
  readonly unpredictable?: UnpredictableId;
}

export interface GridPair {
  readonly first: string;
  readonly second: string;
  readonly calls: readonly GridCall[];
}

/** A socket that pairs of a table name. */
export interface GridSocket {
  readonly name: string;
  /** Where it is bound, as `127.0.0.1`, `:: v6only`. */
  readonly place: string;
  /** Where it is accepted from a listener at that place: to where the client connects. */
  readonly to?: string;
  readonly device?: string;
  /** Those it has of SO_REUSEADDR and SO_REUSEPORT. */
  readonly options: readonly string[];
}

export interface GridTable {
  readonly name: string;
  /** The name without whose the first socket is, as `TCP, bound`. */
  readonly situation: string;
  /** Whether the first socket belongs to another user. */
  readonly otherUser: boolean;
  readonly firsts: readonly GridSocket[];
  readonly seconds: readonly GridSocket[];
  /** Every first with every second. */
  readonly pairs: readonly GridPair[];
}

export interface GridResult {
  readonly kernel: string;
  readonly seconds: number;
  readonly tables: readonly GridTable[];
  /** Tables that could not be tried, and why. */
  readonly skipped: readonly { readonly name: string; readonly pairs: number; readonly reason: string }[];
}

interface Pair {
  readonly first: First;
  readonly second: Second;
  readonly port: number;
}

function compare(socket: GridCall['socket'], observed: string, { calls }: Prediction): GridCall {
  const said: CallPrediction | undefined = calls[0];
  if (said === undefined || said.call === 'connect') throw new Error('one call of bind or listen was asked for');
  const { call, outcome, rule, unpredictable } = said;
  return {
    socket,
    call,
    observed,
    predicted: outcome ?? null,
    rule,
    ...(unpredictable !== undefined && { unpredictable }),
  };
}

const machine = { kernel: release(), completeHistory: true } as const;

function requestOf(table: Table, { place, sharing, device }: Second, port: number, around: Surroundings): BindRequest {
  return {
    protocol: table.protocol,
    family: place.family,
    address: place.address,
    port,
    uid: around.uid,
    canBindPrivileged: true,
    interfaceIndex: around.indexOf[device],
    options: { ...sharing.options, IPV6_V6ONLY: place.v6only },
  };
}

/** The second socket, as it is seen when the first listens after it was bound. */
function asExisting(
  { protocol, stage }: Table,
  second: Second,
  { uid, port = 0 }: BindRequest,
  around: Surroundings,
): ExistingSocket {
  const { place, sharing, device } = second;
  return {
    protocol,
    family: place.family,
    state: stage === 'listening later' ? 'BOUND' : 'CLOSE',
    localAddress: place.address,
    localPort: port,
    uid,
    interfaceIndex: around.indexOf[device],
    options: sharing.options,
    ...(place.address === '::' && { v6only: place.v6only }),
  };
}

/** bind of the second; where the table says so listen of the first; listen of the second. */
function trySecond(
  table: Table,
  { first, second, port }: Pair,
  standing: Standing,
  around: Surroundings,
): readonly GridCall[] {
  const request = requestOf(table, second, port, around);
  const type = table.protocol === 'tcp' ? 'stream' : 'dgram';
  using socket = Socket.open({ family: second.place.family, type, options: optionsOf(second) });
  const bound = outcome(() => socket.bind({ address: second.place.address, port }));
  const calls = [compare('second', bound, predictBind([standing.existing], request, machine))];
  if (bound !== 'ok' || table.protocol === 'udp') return calls;

  let { existing } = standing;
  const { socket: holder } = standing;
  if (table.stage === 'listening later' && holder !== undefined) {
    const later = {
      ...requestOf(table, first, port, around),
      uid: existing.uid === otherUser ? otherUser : around.uid,
    };
    const listening = outcome(() => holder.listen());
    const beside = [asExisting(table, second, request, around)];
    calls.push(compare('first', listening, predictBind(beside, { ...later, bound: true, listen: true }, machine)));
    if (listening === 'ok') existing = { ...existing, state: 'LISTEN' };
  }
  const listening = outcome(() => socket.listen());
  const said = predictBind([existing], { ...request, bound: true, listen: true }, machine);
  return [...calls, compare('second', listening, said)];
}

/** Waits until connections have come as far as they should. What only binds or listens is there at once. */
async function reached(namespace: NetworkNamespace, standings: readonly Standing[]): Promise<void> {
  const awaited = standings
    .map(({ existing }) => existing)
    .filter(({ portFrom, protocol }) => portFrom !== undefined && protocol === 'tcp');
  if (awaited.length === 0) return;
  await until(() => {
    const there = new Set(namespace.run(() => listSockets()).map(({ localPort, state }) => `${localPort} ${state}`));
    return awaited.every(({ localPort, state }) => there.has(`${localPort} ${state}`)) || undefined;
  }, 'all first sockets are in their states');
}

/** As many descriptors are open at once as a pair takes, times this. */
const batchSize = 128;
const lowestPort = 1024;
const highestPort = 32_000;

function socketOf(socket: First): GridSocket {
  const { place, to, device, sharing } = socket;
  return {
    name: nameOf(socket),
    place: place.name,
    ...(to !== undefined && { to: to.address }),
    ...(device !== 'none' && { device }),
    options: Object.keys(sharing.options),
  };
}

function* pairsOf(table: Table, firstPort: number): Generator<Pair> {
  let port = firstPort;
  for (const first of table.firsts) for (const second of table.seconds) yield { first, second, port: port++ };
}

async function runTable(
  namespace: NetworkNamespace,
  table: Table,
  around: Surroundings,
  pairs: readonly Pair[],
): Promise<GridTable> {
  const results: GridPair[] = [];
  for (let start = 0; start < pairs.length; start += batchSize) {
    const batch = pairs.slice(start, start + batchSize);
    const standings = namespace.run(() => batch.map(({ first, port }) => makeFirst(table, first, port, around)));
    try {
      await reached(namespace, standings);
      const calls = namespace.run(() =>
        batch.map((pair, index) => {
          const standing = standings[index];
          return standing === undefined ? [] : trySecond(table, pair, standing, around);
        }),
      );
      for (const [index, { first, second }] of batch.entries()) {
        results.push({ first: nameOf(first), second: nameOf(second), calls: calls[index] ?? [] });
      }
    } finally {
      for (const socket of standings.flatMap(({ open }) => open)) socket.close();
    }
  }
  const { name, situation, otherUser, firsts, seconds } = table;
  return { name, situation, otherUser, firsts: firsts.map(socketOf), seconds: seconds.map(socketOf), pairs: results };
}

/** Why no socket can be given to another user here; `undefined` if it can. */
function userReason(): string | undefined {
  using socket = Socket.open();
  try {
    fchownSync(socket.fd, otherUser, -1);
    return undefined;
  } catch (error) {
    return `a socket cannot be given to another user here (${messageOf(error)})`;
  }
}

/** A namespace with a second device, and servers to connect to. */
function prepare(namespace: NetworkNamespace): Surroundings {
  namespace.addVeth(namespace, { name: 'eth0', peerName: 'eth1' });
  namespace.setSysctl('net.ipv4.tcp_max_tw_buckets', 100_000);
  const indexOf = { none: 0, lo: namespace.getLink('lo').index, eth0: namespace.getLink('eth0').index };
  return namespace.run(() => {
    const listeners = [serverPort, deafPort].map((port) => ({
      IPv4: Socket.open().bind({ address: '0.0.0.0', port }).listen(),
      IPv6: Socket.open({ family: 'IPv6' }).bind({ address: '::1', port }).listen(),
    }));
    const [servers, deaf] = listeners as [Servers, Servers];
    deafen(deaf.IPv4);
    deafen(deaf.IPv6);
    return { servers, deaf, indexOf, uid: process.geteuid?.() ?? 0 };
  });
}

/**
 * Makes every pair of sockets on this kernel, in a private network namespace, and sets what it says beside what the model
 * says. `progress` hears the name of each table.
 *
 * The pairs are of bind(2) and listen(2). What connect(2) may do beside a TIME_WAIT depends on sysctls of the namespace and on the age of
 * the connection, so that pairs cannot share a namespace and a moment: test/explain/connect.test.ts makes its 360 rows one by
 * one, and test/lab/try/model.test.ts has connect() in random scenarios.
 *
 * @throws {SystemCallError} `EPERM` - needs a network namespace of its own.
 */
export async function runGrid(progress: (name: string) => void = () => {}, chosen = tables): Promise<GridResult> {
  const started = performance.now();
  const reason = userReason();
  const skipped = chosen.filter((table) => table.otherUser && reason !== undefined);
  const done: GridTable[] = [];
  for (const table of chosen.filter((one) => !skipped.includes(one))) {
    progress(table.name);
    // A namespace each: what a table leaves in TIME_WAIT is in nobody's way, and ports can start again.
    using namespace = NetworkNamespace.create();
    const around = prepare(namespace);
    const pairs = [...pairsOf(table, lowestPort)];
    const last = pairs.at(-1)?.port ?? 0;
    if (last > highestPort) throw new Error(`${table.name}: ${pairs.length} pairs are more than there are ports`);
    try {
      done.push(await runTable(namespace, table, around, pairs));
    } finally {
      for (const { IPv4, IPv6 } of [around.servers, around.deaf]) {
        IPv4.close();
        IPv6.close();
      }
    }
  }
  return {
    kernel: release(),
    seconds: Math.round(performance.now() - started) / 1000,
    tables: done,
    skipped: skipped.map(({ name, firsts, seconds }) => ({
      name,
      pairs: firsts.length * seconds.length,
      reason: reason ?? '',
    })),
  };
}
