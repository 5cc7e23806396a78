import { messageOf } from '../../errors.js';
import { release } from 'node:os';
import type { CallPrediction } from '../../explain/conflict.js';
import { type Endpoint, isRuleOption, type Named, World, type WorldCall } from '../../explain/world.js';
import { placeOf, sameAddress } from '../../explain/place.js';
import {
  isWildcard,
  listSockets,
  NetworkNamespace,
  type RuleId,
  Socket,
  type UnpredictableId,
  UsageError,
} from '../../index.js';
import { outcome as outcomeOf } from '../record/recorder.js';
import { comesTrue, until } from '../record/until.js';
import { lead, leadToSynSent } from './lead.js';
import {
  optionOf,
  printStep,
  type Scenario,
  type ScenarioPart,
  type ScenarioProtocol,
  type ScenarioStep,
  socketWords,
  stateWords,
} from './scenario.js';

/** One call of a scenario. */
export interface TryCall {
  /** Name of the socket. */
  readonly socket: string;
  /** As in the scenario: `bind 0.0.0.0:80`, `SO_REUSEADDR`. */
  readonly step: ScenarioStep;
  /** `ok` or the errno; `EINPROGRESS` for a connect() that nobody answered in time. */
  readonly outcome: string;
  /** What the model says: `ok` or the errno, `null` where it does not predict. Only of bind, listen and connect. */
  readonly predicted?: string | null;
  /** Whether it came to `predicted`; `null` where nothing was predicted. */
  readonly agrees?: boolean | null;
  /** The rule that decides. */
  readonly rule?: RuleId;
  /** Names of the sockets that are in the way, or with which the port is shared. */
  readonly sockets?: readonly string[];
  /** Why nothing is predicted. */
  readonly unpredictable?: UnpredictableId;
}

/** A scenario that was run. */
export interface TryResult {
  /** Its release. */
  readonly kernel: string;
  /** In the order they were made. */
  readonly calls: readonly TryCall[];
  /** Every call worked. */
  readonly works: boolean;
}

interface Player {
  readonly socket: Socket | undefined;
  readonly protocol: ScenarioProtocol;
  readonly user: string | undefined;
}

/** A private host for scenarios: addresses of both families beside 127.0.0.0/8 and `::1`, and a second device. */
export function scenarioHost(): NetworkNamespace {
  const namespace = NetworkNamespace.create();
  try {
    namespace.addVeth(namespace, { name: 'eth0', peerName: 'eth1' });
    namespace.addAddress('eth0', '192.168.0.1/24');
    namespace.addAddress('eth0', '10.0.0.1/8');
    namespace.addAddress('eth0', 'fd00::1/64');
    return namespace;
  } catch (error) {
    namespace.close();
    throw error;
  }
}

function uidOf(): number {
  return process.geteuid?.() ?? 0;
}

/** Makes a call as another user: the socket and its rights are that user's, credentials(7). */
function actAs<T>(user: string | undefined, work: () => T): T {
  if (user === undefined) return work();
  const before = uidOf();
  // Worker threads have no seteuid().
  if (process.seteuid === undefined)
    throw new UsageError('ERR_NOT_SUPPORTED', `as ${user}: only the main thread can act as another user`);
  try {
    process.seteuid(/^\d+$/.test(user) ? Number(user) : user);
  } catch (error) {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `this process cannot act as user ${user} (${messageOf(error)}); root can act as any user, by name or by number`,
      { cause: error },
    );
  }
  try {
    return work();
  } finally {
    process.seteuid(before);
  }
}

function local(socket: Socket): Endpoint {
  const name = socket.getsockname();
  if (!('port' in name && 'address' in name)) throw new Error('a TCP or UDP socket was asked for');
  return name;
}

/** A connection on one machine stands at once. What takes longer gets no answer, and is reported as `EINPROGRESS`. */
const connectMs = 1500;

/** Of four listeners each gets one of so many connections, if the hash is to choose; a better address always wins. */
const mostDraws = 64;

interface Connected {
  readonly client: Socket;
  readonly server: Socket;
}

/** States a connection only passes through where the other end answers. */
const passing: readonly string[] = ['FIN_WAIT1', 'CLOSING', 'LAST_ACK'];

/** Plays scenarios in one namespace, and keeps the model of it beside. */
export class ScenarioRun {
  readonly #namespace: NetworkNamespace;
  readonly #world: World;
  readonly #players = new Map<string, Player>();
  readonly #helpers = new Set<Socket>();
  #accepted = 0;

  constructor(namespace: NetworkNamespace) {
    this.#namespace = namespace;
    const own = namespace.listAddresses().map(({ address }) => address);
    this.#world = new World({ kernel: release(), localAddresses: own });
  }

  /** Plays one part, call by call. */
  async play({ name, protocol, user, steps }: ScenarioPart): Promise<readonly TryCall[]> {
    const calls: TryCall[] = [];
    let word = `as ${user}`;
    try {
      if (protocol !== undefined) this.#open(name, protocol, user);
      for (const step of steps) {
        word = printStep(step);
        calls.push(await this.#step(name, step));
      }
      return calls;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(error.code, `${name}, "${word}": ${error.message}`, { cause: error });
    }
  }

  close(): void {
    for (const { socket } of this.#players.values()) socket?.close();
    for (const socket of this.#helpers) socket.close();
    this.#players.clear();
    this.#helpers.clear();
  }

  #inside = <T>(work: () => T, user?: string): T => this.#namespace.run(() => actAs(user, work));

  #open(name: string, protocol: ScenarioProtocol, user: string | undefined): void {
    const { family, type, protocol: transport } = socketWords[protocol];
    const [socket, uid] = this.#inside(() => [Socket.open({ family, type }), uidOf()] as const, user);
    this.#players.set(name, { socket, protocol, user });
    this.#world.open(name, { protocol: transport, family, uid });
  }

  #socketOf(name: string): Socket {
    const socket = this.#players.get(name)?.socket;
    if (socket === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', 'the socket is closed; open another one');
    return socket;
  }

  async #step(name: string, step: ScenarioStep): Promise<TryCall> {
    const player = this.#players.get(name);
    if (player === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', 'there is no such socket');
    switch (step.do) {
      case 'as':
        this.#players.set(name, { ...player, user: step.user });
        return { socket: name, step, outcome: this.#inside(() => 'ok', step.user) };
      case 'option':
        return { socket: name, step, outcome: this.#setOption(name, step, player.user) };
      case 'close':
        return { socket: name, step, outcome: await this.#close(name) };
      case 'lead':
        return { socket: name, step, outcome: await this.#lead(name, step.to) };
      default: {
        const call: WorldCall =
          step.do === 'listen' ? { call: 'listen' } : { call: step.do, address: step.address, port: step.port };
        return { socket: name, step, ...(await this.#call(name, call, player.user)) };
      }
    }
  }

  #setOption(name: string, step: Extract<ScenarioStep, { do: 'option' }>, user: string | undefined): string {
    const socket = this.#socketOf(name);
    const outcome = outcomeOf(() => this.#inside(() => socket.setOptions(optionOf(step)), user));
    if (outcome !== 'ok') return outcome;
    if (isRuleOption(step.name)) this.#world.setOption(name, step.name, step.value !== false && step.value !== 0);
    if (step.name === 'SO_BINDTODEVICE' && typeof step.value === 'string') {
      this.#world.setDevice(name, this.#namespace.getLink(step.value).index);
    }
    return outcome;
  }

  async #call(name: string, call: WorldCall, user: string | undefined): Promise<Omit<TryCall, 'socket' | 'step'>> {
    const socket = this.#socketOf(name);
    const uid = this.#inside(uidOf, user);
    const said = this.#world.predict(name, call, uid === 0);
    const outcome = await this.#make(socket, call, user);
    const after: { readonly local: Endpoint; readonly remote?: Endpoint } =
      outcome === 'ok' ? this.#after(socket, call) : { local: local(socket) };
    this.#world.made(name, call, outcome, after);
    if (outcome === 'EINPROGRESS') {
      this.#world.made(name, call, 'ok', { local: local(socket), remote: 'port' in call ? call : undefined });
      this.#world.moved(name, 'SYN_SENT');
    }
    if (outcome === 'ok' && call.call === 'connect' && after.remote !== undefined) this.#accept(after.remote.port);
    return compared(outcome, said);
  }

  /** A connect() that goes on in the background is waited for; on loopback that is no time. */
  async #make(socket: Socket, call: WorldCall, user: string | undefined): Promise<string> {
    if (call.call === 'listen') return outcomeOf(() => this.#inside(() => socket.listen(), user));
    const to = { address: call.address, port: call.port };
    if (call.call === 'bind') return outcomeOf(() => this.#inside(() => socket.bind(to), user));
    let outcome = 'EINPROGRESS';
    await comesTrue(
      () => {
        let done = false;
        const said = outcomeOf(() => {
          done = this.#inside(() => socket.tryConnect(to), user);
        });
        if (said !== 'ok' || done) outcome = said;
        return outcome !== 'EINPROGRESS';
      },
      `a connection to ${call.address}`,
      connectMs,
    );
    return outcome;
  }

  #after(socket: Socket, call: WorldCall): { readonly local: Endpoint; readonly remote?: Endpoint } {
    if (call.call !== 'connect') return { local: local(socket) };
    const remote = socket.getpeername();
    if (!('port' in remote && 'address' in remote)) throw new Error('a TCP or UDP socket was asked for');
    return { local: local(socket), remote };
  }

  /** Accepts what waits at the listeners of a port: a connection has its place in the tables whether it is accepted or not. */
  #accept(port: number): void {
    for (const { name, state, localPort } of this.#world.sockets()) {
      const listener = this.#players.get(name)?.socket;
      if (state !== 'LISTEN' || localPort !== port || listener === undefined) continue;
      const connection = this.#inside(() => listener.tryAccept());
      if (connection === undefined) continue;
      const child = `${name}.${++this.#accepted}`;
      const remote = connection.getpeername();
      if (!('port' in remote && 'address' in remote)) throw new Error('a TCP socket was asked for');
      this.#world.accepted(child, name, local(connection), remote, uidOf());
      this.#players.set(child, { socket: connection, protocol: 'tcp', user: undefined });
    }
  }

  /** Closes the descriptor. What the kernel keeps of a connection is looked up. */
  async #close(name: string): Promise<string> {
    const socket = this.#socketOf(name);
    const player = this.#players.get(name);
    const there = this.#world.sockets().find((one) => one.name === name);
    socket.close();
    if (player !== undefined) this.#players.set(name, { ...player, socket: undefined });
    if (there?.remotePort === undefined || there.protocol === 'udp') this.#world.gone(name);
    else await this.#left(name, there);
    return 'ok';
  }

  async #left(name: string, { localAddress, localPort, remotePort, state: before }: Named): Promise<void> {
    const local = placeOf(localAddress);
    const row = await until(() => {
      const rows = this.#inside(() => listSockets({ localPort }));
      // Both ends of a connection may have the same port on two addresses.
      const found = rows.find((one) => one.remotePort === remotePort && sameAddress(placeOf(one.localAddress), local));
      const isClosing = found?.inode === 0 && (found.state === before || !passing.includes(found.state));
      return found === undefined || isClosing ? { found } : undefined;
    }, `the close of ${name}`);
    const { found } = row;
    if (found === undefined) this.#world.gone(name);
    else if (found.state !== 'BOUND')
      this.#world.moved(name, found.state, found.state === 'FIN_WAIT2' || found.state === 'TIME_WAIT');
  }

  /** Makes the socket a connection in that state: it listens, is connected to, and is closed in favour of what it accepted. */
  async #lead(name: string, to: keyof typeof stateWords): Promise<string> {
    const socket = this.#socketOf(name);
    const { protocol, user } = this.#players.get(name) ?? {};
    const mapped = local(socket).address.startsWith('::ffff:');
    const loopback = protocol === 'tcp6' ? (mapped ? '::ffff:127.0.0.1' : '::1') : '127.0.0.1';
    if (to === 'syn-sent') {
      const { helpers } = leadToSynSent(this.#inside, socket, loopback);
      for (const helper of helpers) this.#helpers.add(helper);
      const remote = helpers[0] === undefined ? undefined : local(helpers[0]);
      const call = { call: 'connect', address: loopback, port: remote?.port ?? 0 } as const;
      this.#world.made(name, call, 'ok', { local: local(socket), remote });
      this.#world.moved(name, 'SYN_SENT');
      return 'ok';
    }
    for (const call of this.#world.stateOf(name) === 'LISTEN' ? [] : this.#callsToListen(name, loopback)) {
      const { outcome } = await this.#call(name, call, user);
      if (outcome !== 'ok') return outcome;
    }
    const connected = await this.#connectTo(name, socket, loopback);
    if (typeof connected === 'string') return connected;
    const { client, server } = connected;
    socket.close();
    this.#world.becomes(name, local(server), local(client), uidOf());
    const led = await lead(this.#inside, server, client, to);
    this.#players.set(name, { socket: led.socket, protocol: protocol ?? 'tcp', user });
    this.#world.moved(name, stateWords[to], to === 'time-wait');
    return 'ok';
  }

  /** A connection that the listener accepted, or the errno. Listeners that share its port are drawn by the hash of the connection. */
  async #connectTo(name: string, listener: Socket, loopback: string): Promise<Connected | string> {
    const { address, port } = local(listener);
    const to = { address: isWildcard(address) ? loopback : address, port };
    const others = this.#world
      .sockets()
      .filter((one) => one.name !== name && one.state === 'LISTEN' && one.localPort === port)
      .flatMap((one) => this.#players.get(one.name)?.socket ?? []);
    for (let draws = 0; draws < mostDraws; draws++) {
      const client = this.#inside(() => Socket.open({ family: listener.family === 'IPv6' ? 'IPv6' : 'IPv4' }));
      this.#helpers.add(client);
      // An address that is not of this host, or multicast, is bound and never reached.
      const reached = outcomeOf(() => this.#inside(() => client.tryConnect(to)));
      if (reached !== 'ok') return reached;
      const { by, server } = await until(() => {
        for (const one of [listener, ...others]) {
          const accepted = this.#inside(() => one.tryAccept());
          if (accepted !== undefined) return { by: one, server: accepted };
        }
        return undefined;
      }, 'a connection to accept');
      if (by === listener) return { client, server };
      // A reset leaves nothing in the tables.
      client.setOption('SO_LINGER', { on: true, seconds: 0 });
      client.close();
      this.#helpers.delete(client);
      server.close();
    }
    return 'EAGAIN';
  }

  #callsToListen(name: string, loopback: string): readonly WorldCall[] {
    const isBound = this.#world.sockets().some((one) => one.name === name);
    return [...(isBound ? [] : [{ call: 'bind', address: loopback, port: 0 } as const]), { call: 'listen' }];
  }
}

function compared(outcome: string, said: CallPrediction<Named>): Omit<TryCall, 'socket' | 'step'> {
  const { outcome: predicted = null, rule, sockets, unpredictable } = said;
  return {
    outcome,
    predicted,
    // On its way: the kernel let it out, which is what is predicted.
    agrees: predicted === null ? null : predicted === (outcome === 'EINPROGRESS' ? 'ok' : outcome),
    rule,
    sockets: sockets.map(({ name }) => name),
    ...(unpredictable !== undefined && { unpredictable }),
  };
}

/**
 * Plays a scenario on the running kernel, in a private network namespace with the addresses 192.168.0.1, 10.0.0.1 and fd00::1
 * and the devices lo and eth0, and sets beside each call what the model of the rules says.
 *
 * @throws {UsageError} a step on a socket that is closed, or a user nobody can act as.
 * @throws {SystemCallError} `EPERM` - needs a network namespace of its own.
 */
export async function tryScenario(scenario: Scenario): Promise<TryResult> {
  using namespace = scenarioHost();
  const run = new ScenarioRun(namespace);
  try {
    const calls: TryCall[] = [];
    for (const part of scenario) calls.push(...(await run.play(part)));
    return { kernel: release(), calls, works: calls.every(({ outcome }) => outcome === 'ok') };
  } finally {
    run.close();
  }
}
