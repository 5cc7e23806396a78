import { invalidArgument, UsageError } from '../errors.js';
import {
  type CallingSocket,
  destinationOf,
  predictBindCall,
  predictConnectCall,
  predictListenCall,
  type Surroundings,
} from './calls.js';
import { type CallPrediction, type ExistingSocket, isConnection, placeOfExisting } from './conflict.js';
import { isIPv4, isWildcardPlace, type Place, placeOf, sameAddress } from './place.js';
import { type Machine, surroundingsOf } from './predict.js';
import { type RuleId, rules } from './rules.js';

/** A call on a socket of a {@link World}. */
export type WorldCall =
  | { readonly call: 'bind' | 'connect'; readonly address: string; readonly port: number }
  | { readonly call: 'listen' };

/** How a socket of a {@link World} is opened. */
export interface Opening {
  readonly protocol: 'tcp' | 'udp';
  readonly family: 'IPv4' | 'IPv6';
  readonly uid?: number | undefined;
}

/** An existing socket with its name. */
export interface Named extends ExistingSocket {
  readonly name: string;
}

const switches = [
  'SO_REUSEADDR',
  'SO_REUSEPORT',
  'IPV6_V6ONLY',
  'IP_FREEBIND',
  'IP_TRANSPARENT',
  'IP_BIND_ADDRESS_NO_PORT',
] as const;

/** Options that count for the rules. */
export type RuleOption = (typeof switches)[number];

export function isRuleOption(name: string): name is RuleOption {
  return (switches as readonly string[]).includes(name);
}

interface Member {
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly family: 'IPv4' | 'IPv6';
  readonly uid: number;
  readonly on: ReadonlySet<RuleOption>;
  readonly interfaceIndex: number;
  readonly state: ExistingSocket['state'];
  readonly local?: { readonly address: string; readonly port: number } | undefined;
  readonly remote?: { readonly address: string; readonly port: number } | undefined;
  /** What bind(2) was given, and stays when a connection does not come about: `SOCK_BINDADDR_LOCK` and `SOCK_BINDPORT_LOCK`. */
  readonly given: { readonly address: boolean; readonly port: boolean };
  readonly v6only: boolean;
  readonly changed: boolean;
  readonly minisocket: boolean;
}

/**
 * The sockets of a run, as the model of the rules sees them: it is told of each call what came of it, and says before what will.
 * Nothing in here asks a kernel.
 */
export class World {
  readonly #members = new Map<string, Member>();
  readonly #around: Surroundings;
  /** Ports on which a socket is gone while others stay: the kernel may remember it. */
  readonly #forgotten = new Set<string>();

  constructor(machine: Machine = {}) {
    this.#around = surroundingsOf(machine);
  }

  open(name: string, { protocol, family, uid = 0 }: Opening): void {
    if (this.#members.has(name))
      throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: there is a socket of that name already`);
    this.#members.set(name, {
      name,
      protocol,
      family,
      uid,
      on: new Set(),
      interfaceIndex: 0,
      state: 'CLOSE',
      given: { address: false, port: false },
      v6only: false,
      changed: false,
      minisocket: false,
    });
  }

  /** An option was set. */
  setOption(name: string, option: RuleOption, value: boolean): void {
    const member = this.#get(name);
    const on = new Set(member.on);
    if (value) on.add(option);
    else on.delete(option);
    const isBound = (member.local?.port ?? 0) !== 0;
    const shares = option === 'SO_REUSEADDR' || option === 'SO_REUSEPORT';
    const changed = member.changed || (isBound && shares && value !== member.on.has(option));
    const v6only = option === 'IPV6_V6ONLY' ? value : member.v6only;
    this.#members.set(name, { ...member, on, v6only, changed });
  }

  /** SO_BINDTODEVICE was set. */
  setDevice(name: string, interfaceIndex: number): void {
    const member = this.#get(name);
    this.#members.set(name, { ...member, interfaceIndex, changed: member.changed || (member.local?.port ?? 0) !== 0 });
  }

  /** What a call is going to return. `canBindPrivileged` is of the process that calls. */
  predict(name: string, call: WorldCall, canBindPrivileged = true): CallPrediction<Named> {
    const member = this.#get(name);
    const socket = callingSocket(member, canBindPrivileged);
    const others = this.sockets().filter((other) => other.name !== name);
    const port = call.call === 'bind' ? call.port : (member.local?.port ?? 0);
    const completeHistory = !this.#forgotten.has(`${member.protocol} ${port}`);
    const around = { ...this.#around, completeHistory };
    if (call.call === 'listen') return predictListenCall(socket, others, around);
    const to = { place: placeOf(call.address), port: call.port };
    if (call.call === 'bind') return predictBindCall(socket, to, others, around);
    const said = predictConnectCall(socket, to, others, around);
    return said.outcome === 'ok' && member.protocol === 'tcp'
      ? this.#answered(member, destinationOf(socket, to), said)
      : said;
  }

  /**
   * A call was made. Give `local` (getsockname(2)), of connect() also where it failed, and after a connect() that worked `remote`.
   */
  made(name: string, call: WorldCall, outcome: string, after: Partial<Pick<Member, 'local' | 'remote'>> = {}): void {
    const member = this.#get(name);
    if (call.call === 'connect') this.#connected(member, call, outcome, after);
    if (outcome !== 'ok' || call.call === 'connect') return;
    const local = after.local ?? member.local;
    if (local === undefined) throw invalidArgument('local', 'the address of the socket', local);
    if (call.call === 'listen') {
      this.#members.set(name, { ...member, state: 'LISTEN', local });
      return;
    }
    const place = placeOf(call.address);
    this.#members.set(name, {
      ...member,
      state: local.port !== 0 && member.protocol === 'tcp' ? 'BOUND' : 'CLOSE',
      local,
      // `::ffff:0.0.0.0` counts as an address that was given, __inet6_bind(); the other wildcards do not.
      given: { address: !isWildcardPlace(place) || place.kind === 'mapped', port: call.port !== 0 },
      v6only: member.v6only || place.v6only === true,
    });
  }

  /** A listener accepted a connection, which takes over its options. `uid` is of the process that called accept(2). */
  accepted(name: string, listener: string, local: Endpoint, remote: Endpoint, uid = 0): void {
    this.#members.set(name, {
      ...this.#get(listener),
      name,
      uid,
      state: 'ESTABLISHED',
      local,
      remote,
      given: { address: true, port: true },
      changed: false,
    });
  }

  /** A listener was closed after it accepted a connection, which now goes by its name. */
  becomes(name: string, local: Endpoint, remote: Endpoint, uid = 0): void {
    this.accepted(name, name, local, remote, uid);
    // The port still knows the listener.
    this.#forgotten.add(`tcp ${local.port}`);
  }

  /** A connection came into another state. */
  moved(name: string, state: ExistingSocket['state'], minisocket = false): void {
    this.#members.set(name, { ...this.#get(name), state, minisocket });
  }

  /** The socket is gone. */
  gone(name: string): void {
    const { protocol, local } = this.#get(name);
    this.#members.delete(name);
    if (local === undefined || local.port === 0) return;
    const key = `${protocol} ${local.port}`;
    const others = [...this.#members.values()].some(
      (one) => one.protocol === protocol && one.local?.port === local.port,
    );
    if (others) this.#forgotten.add(key);
    else this.#forgotten.delete(key);
  }

  stateOf(name: string): ExistingSocket['state'] {
    return this.#get(name).state;
  }

  /** The sockets that have a port, in the order in which they were opened. */
  sockets(): readonly Named[] {
    return [...this.#members.values()].flatMap((member) => {
      const { local, remote, state } = member;
      return local === undefined || local.port === 0 || (state === 'CLOSE' && member.protocol === 'tcp')
        ? []
        : [existingSocket(member, local, remote)];
    });
  }

  #get(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: there is no such socket`);
    return member;
  }

  /** Somebody of this world listens there, or the socket meets itself; a reset otherwise. */
  #answered(
    member: Member,
    to: { readonly place: Place; readonly port: number },
    said: CallPrediction<Named>,
  ): CallPrediction<Named> {
    const reached =
      meetsItself(member, to) ||
      this.sockets().some((one) => one.state === 'LISTEN' && one.localPort === to.port && hears(one, to.place));
    if (reached) return said;
    return { ...said, rule: 'nobody-listens', outcome: rules['nobody-listens'].outcome, sockets: [] };
  }

  /**
   * Whether a connect() failed after the state had changed, so that a port that was chosen is given back, tcp_v4_connect()
   * `failure`. What the look-up of the route refuses comes before, EADDRNOTAVAIL for want of a source address among it.
   */
  #hadStarted(name: string, call: WorldCall, outcome: string): boolean {
    if (outcome !== 'EADDRNOTAVAIL') return answers.includes(outcome);
    return ofPorts.includes(this.predict(name, call).rule);
  }

  #connected(
    member: Member,
    call: WorldCall,
    outcome: string,
    { local, remote }: Partial<Pick<Member, 'local' | 'remote'>>,
  ): void {
    const { name, given } = member;
    if (outcome === 'ok') {
      this.#members.set(name, { ...member, state: 'ESTABLISHED', local: local ?? member.local, remote });
      return;
    }
    if (member.protocol === 'udp') {
      // The port was chosen before the destination was looked at, inet_dgram_connect().
      if (local !== undefined && local.port !== 0) this.#members.set(name, { ...member, local });
      return;
    }
    const { state, local: before } = member;
    if (before === undefined || (state !== 'BOUND' && state !== 'CLOSE') || !this.#hadStarted(name, call, outcome))
      return;
    // A wildcard is one again, inet_bhash2_reset_saddr(). A source that was chosen for `::ffff:0.0.0.0` stays.
    if (given.address && local === undefined) throw invalidArgument('local', 'the address of the socket', local);
    const address = given.address ? local?.address : undefined;
    // A port given to bind(2) stays, one that was chosen is given back, tcp_set_state().
    if (given.port) this.#members.set(name, { ...member, local: { ...before, address: address ?? before.address } });
    else
      this.#members.set(name, {
        ...member,
        state: 'CLOSE',
        local: address === undefined ? undefined : { address, port: 0 },
      });
  }
}

/** How a connect() fails that has sent its SYN. */
const answers: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'];

/** Rules by which connect() finds no port. */
const ofPorts: readonly RuleId[] = [
  'four-tuple-taken',
  'four-tuple-in-time-wait',
  'time-wait-taken-over',
  'no-port-left-for-connect',
];

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Whether a socket connects to its own address, which works: both ends are the socket itself. */
function meetsItself({ local }: Member, { place, port }: { readonly place: Place; readonly port: number }): boolean {
  if (local === undefined || local.port !== port) return false;
  const from = placeOf(local.address);
  const chosen = isIPv4(place) ? placeOf('127.0.0.1') : place;
  return sameAddress(isWildcardPlace(from) ? chosen : from, place);
}

/** Whether a listener gets what goes to an address. */
function hears(listener: Named, to: Place): boolean {
  const place = placeOfExisting(listener);
  if (place.kind === 'IPv6 wildcard') return place.v6only !== true || !isIPv4(to);
  if (isWildcardPlace(place)) return isIPv4(to);
  return sameAddress(place, to);
}

function callingSocket(member: Member, canBindPrivileged: boolean): CallingSocket {
  const { protocol, family, state, local, uid, interfaceIndex, on, v6only, changed } = member;
  return {
    protocol,
    family,
    state,
    local: local === undefined ? undefined : { place: placeOf(local.address), port: local.port },
    uid,
    canBindPrivileged,
    interfaceIndex,
    reuseAddr: on.has('SO_REUSEADDR'),
    reusePort: on.has('SO_REUSEPORT'),
    v6only,
    freebind: on.has('IP_FREEBIND') || on.has('IP_TRANSPARENT'),
    noPort: on.has('IP_BIND_ADDRESS_NO_PORT'),
    ownGroup: false,
    changed,
  };
}

function existingSocket(member: Member, local: Endpoint, remote: Endpoint | undefined): Named {
  const { name, protocol, family, state, uid, interfaceIndex, on, v6only, minisocket, changed, given } = member;
  const place = placeOf(local.address);
  const socket: Named = {
    name,
    protocol,
    family,
    state,
    localAddress: local.address,
    localPort: local.port,
    remoteAddress: remote?.address,
    remotePort: remote?.port,
    uid,
    interfaceIndex,
    options: { SO_REUSEADDR: on.has('SO_REUSEADDR'), SO_REUSEPORT: on.has('SO_REUSEPORT') },
    v6only: isIPv4(place) ? false : v6only,
    minisocket,
    changed,
  };
  return isConnection(socket) ? { ...socket, timestamps: true, portFrom: given.port ? 'bind' : 'connect' } : socket;
}
