import {
  type CallPrediction,
  type ExistingSocket,
  isConnection,
  isMinisocket,
  judgePort,
  type Known,
  mayBeChosen,
  type Newcomer,
  placeOfExisting,
  type Setting,
} from './conflict.js';
import { isIPv4, isWildcardPlace, type Place, placeOf, sameAddress } from './place.js';
import type { RuleId } from './rules.js';
import { rules } from './rules.js';

/** What of the machine and its kernel counts, with nothing left out. */
export interface Surroundings extends Setting {
  /** `undefined`: every address counts as one of the machine. */
  readonly localAddresses: readonly Place[] | undefined;
  readonly nonlocalBind: boolean;
  readonly unprivilegedPortStart: number;
  readonly portRange: { readonly low: number; readonly high: number };
  readonly twReuse: 0 | 1 | 2;
  readonly twReuseDelayMs: number;
}

/** The socket on which a call is made, as it is before the call. */
export interface CallingSocket {
  readonly protocol: 'tcp' | 'udp';
  readonly family: 'IPv4' | 'IPv6';
  readonly state: ExistingSocket['state'];
  /** What bind(2) was given or the kernel chose; absent while the socket is unbound. `port` 0: an address alone. */
  readonly local?: { readonly place: Place; readonly port: number } | undefined;
  readonly uid: number;
  readonly canBindPrivileged: boolean;
  readonly interfaceIndex: number;
  readonly reuseAddr: boolean;
  readonly reusePort: boolean;
  /** IPV6_V6ONLY, which bind(2) to an IPv6 address sets. */
  readonly v6only: boolean;
  /** IP_FREEBIND or IP_TRANSPARENT. */
  readonly freebind: boolean;
  readonly noPort: boolean;
  readonly ownGroup: boolean;
  readonly changed: boolean;
}

export interface Endpoint {
  readonly place: Place;
  readonly port: number;
}

type Prediction<Existing extends ExistingSocket> = CallPrediction<Existing>;

function decided<Existing extends ExistingSocket>(
  call: 'bind' | 'listen' | 'connect',
  rule: RuleId,
  sockets: readonly Existing[] = [],
): Prediction<Existing> {
  return { call, rule, outcome: rules[rule].outcome, sockets };
}

function newcomerOf(socket: CallingSocket, { place, port }: Endpoint): Newcomer {
  const { protocol, uid, interfaceIndex, reuseAddr, reusePort, ownGroup, changed } = socket;
  const v6only = place.kind === 'IPv6 wildcard' ? socket.v6only : place.v6only;
  return {
    protocol,
    place: { ...place, family: socket.family, v6only },
    port,
    uid,
    interfaceIndex,
    reuseAddr,
    reusePort,
    ownGroup,
    changed,
  };
}

function isLocal(place: Place, { localAddresses }: Surroundings): boolean {
  // A link-local address is one of its interface only.
  const isHere = ({ zone }: Place): boolean => zone === '' || place.zone === '' || zone === place.zone;
  return localAddresses === undefined || localAddresses.some((one) => sameAddress(one, place) && isHere(one));
}

/** 127/8 is the machine's own as a whole, ip(7). Broadcast and multicast pass too, inet_addr_valid_or_nonlocal(). */
function mayBeBound(socket: CallingSocket, place: Place, around: Surroundings): boolean {
  if (isWildcardPlace(place) || place.isMulticast || socket.freebind || around.nonlocalBind) return true;
  return (isIPv4(place) && (place.isLoopback || place.ipv4 === 0xffff_ffff)) || isLocal(place, around);
}

/** Whether a source is one of the machine, from which it reaches itself. */
function hasRoute(source: Place, around: Surroundings): boolean {
  return isWildcardPlace(source) || (isIPv4(source) && source.isLoopback) || isLocal(source, around);
}

/** What bind() refuses whoever else is there, in the order of `__inet_bind()` or `__inet6_bind()`. */
function refusedByItself(socket: CallingSocket, { place, port }: Endpoint, around: Surroundings): RuleId | undefined {
  const privileged = port > 0 && port < around.unprivilegedPortStart && !socket.canBindPrivileged;
  const boundAlready = socket.state !== 'CLOSE' || (socket.local?.port ?? 0) !== 0;
  const notLocal = !mayBeBound(socket, place, around);
  if (socket.family === 'IPv4') {
    if (place.family === 'IPv6') return 'address-of-other-family';
    if (notLocal) return 'address-not-local';
    if (privileged) return 'privileged-port';
    return boundAlready ? 'bound-already' : undefined;
  }
  if (place.family === 'IPv4') return 'address-too-short';
  if (place.kind === 'IPv6' && place.isMulticast && socket.protocol === 'tcp') return 'multicast-on-tcp6';
  if (privileged) return 'privileged-port';
  if (boundAlready) return 'bound-already';
  if (place.kind === 'mapped' && socket.v6only) return 'mapped-address-on-v6only';
  if (place.needsZone && place.zone === '' && socket.interfaceIndex === 0) return 'link-local-without-device';
  return notLocal ? 'address-not-local' : undefined;
}

/** Ports of the range that some socket has; the others are free for anybody. */
function portsInUse(protocol: string, existing: readonly ExistingSocket[], around: Surroundings): ReadonlySet<number> {
  const { low, high } = around.portRange;
  const ports = existing
    .filter((socket) => socket.protocol === protocol && socket.localPort >= low && socket.localPort <= high)
    .map(({ localPort }) => localPort);
  return new Set(ports);
}

function rangeSize({ portRange: { low, high } }: Surroundings): number {
  return high - low + 1;
}

/** Whether the kernel finds a port: one that nobody has, or one that `fits`. */
function findsPort(
  protocol: string,
  existing: readonly ExistingSocket[],
  around: Surroundings,
  fits: (port: number) => Known<boolean>,
): Known<boolean> {
  const used = portsInUse(protocol, existing, around);
  if (used.size < rangeSize(around)) return true;
  const answers = [...used].map(fits);
  if (answers.includes(true)) return true;
  return answers.includes('unknown') ? 'unknown' : false;
}

function choosePort<Existing extends ExistingSocket>(
  call: 'bind' | 'listen' | 'connect',
  socket: CallingSocket,
  place: Place,
  existing: readonly Existing[],
  around: Surroundings,
): Prediction<Existing> {
  const fits = (port: number): Known<boolean> => mayBeChosen(newcomerOf(socket, { place, port }), existing, around);
  const found = findsPort(socket.protocol, existing, around, fits);
  if (found === true) return decided(call, call === 'connect' ? 'udp-connect' : 'port-chosen-by-bind');
  const rule = call === 'connect' ? 'no-udp-port-left' : 'no-port-left-for-bind';
  if (found === false) return decided(call, rule);
  return { call, rule, outcome: undefined, sockets: [], unpredictable: 'port-choice' };
}

/** bind(2) of `socket` to `to`, beside `existing`, which is without the socket itself. */
export function predictBindCall<Existing extends ExistingSocket>(
  socket: CallingSocket,
  to: Endpoint,
  existing: readonly Existing[],
  around: Surroundings,
): Prediction<Existing> {
  const refused = refusedByItself(socket, to, around);
  if (refused !== undefined) return decided('bind', refused);
  if (to.port !== 0) return judgePort('bind', newcomerOf(socket, to), existing, around);
  if (socket.noPort) return decided('bind', 'port-left-to-connect');
  return choosePort('bind', socket, to.place, existing, around);
}

export function wildcardOf(family: 'IPv4' | 'IPv6'): Place {
  return placeOf(family === 'IPv4' ? '0.0.0.0' : '::');
}

/** listen(2) of `socket`, beside `existing`, which is without the socket itself. */
export function predictListenCall<Existing extends ExistingSocket>(
  socket: CallingSocket,
  existing: readonly Existing[],
  around: Surroundings,
): Prediction<Existing> {
  if (socket.protocol === 'udp') return decided('listen', 'listen-on-udp');
  if (socket.state === 'LISTEN') return decided('listen', 'listen-again');
  if (socket.state !== 'BOUND' && socket.state !== 'CLOSE') return decided('listen', 'listen-on-connection');
  const local = socket.local ?? { place: wildcardOf(socket.family), port: 0 };
  if (local.port === 0) return choosePort('listen', socket, local.place, existing, around);
  return judgePort('listen', newcomerOf(socket, local), existing, around);
}

/**
 * The address that stands for a destination: the IPv4 wildcard means the socket's own address (ip_route_output_key_hash_rcu()),
 * and where it has none, or for IPv6, the loopback address (tcp_v6_connect()).
 */
export function destinationOf(
  { family, local }: Pick<CallingSocket, 'family' | 'local'>,
  { place, port }: Endpoint,
): Endpoint {
  if (!isWildcardPlace(place)) return { place, port };
  const prefix = family === 'IPv6' ? '::ffff:' : '';
  if (!isIPv4(place)) return { place: placeOf(local?.place.kind === 'mapped' ? '::ffff:127.0.0.1' : '::1'), port };
  const hasOwn = local !== undefined && isIPv4(local.place) && local.place.ipv4 !== 0;
  return { place: hasOwn ? local.place : placeOf(`${prefix}127.0.0.1`), port };
}

/** The source address, as far as it is known without the routes: an address of the machine is reached from itself. */
function sourceOf(socket: CallingSocket, destination: Place, { localAddresses }: Surroundings): Place | undefined {
  if (socket.local !== undefined && !isWildcardPlace(socket.local.place)) return socket.local.place;
  if (isIPv4(destination) && destination.isLoopback) return placeOf('127.0.0.1');
  if (destination.isLoopback) return destination;
  return localAddresses?.find((address) => sameAddress(address, destination));
}

/** `inet_match()`: a connection that is not bound to a device is in the way on every device. */
function isTuple(one: ExistingSocket, source: Place | undefined, to: Endpoint, interfaceIndex: number): boolean {
  const { remoteAddress, remotePort, interfaceIndex: device = 0 } = one;
  if (!isConnection(one) || remoteAddress === undefined || remotePort !== to.port) return false;
  if (device !== 0 && device !== interfaceIndex) return false;
  if (!sameAddress(placeOf(remoteAddress, 'remoteAddress'), to.place)) return false;
  return source === undefined || sameAddress(placeOfExisting(one), source);
}

/** Whether a TIME_WAIT or closed FIN_WAIT2 yields to a connect() that chooses its port, tcp_twsk_unique(). */
function yieldsToChoice(one: ExistingSocket, around: Surroundings): Known<boolean> {
  const loopback =
    placeOfExisting(one).isLoopback || (one.remoteAddress !== undefined && placeOf(one.remoteAddress).isLoopback);
  if (one.state !== 'TIME_WAIT' || around.twReuse === 0 || (around.twReuse === 2 && !loopback)) return false;
  if (one.timestamps === false) return false;
  if (one.ageMs !== undefined && one.ageMs <= around.twReuseDelayMs) return false;
  return one.timestamps === true && one.ageMs !== undefined ? true : 'unknown';
}

/** Whether `__inet_hash_connect()` may take a port that others have: none of them through bind(), and none for this destination. */
function mayConnectFrom(
  port: number,
  source: Place | undefined,
  to: Endpoint,
  socket: CallingSocket,
  existing: readonly ExistingSocket[],
  around: Surroundings,
): Known<boolean> {
  const there = existing.filter((one) => one.protocol === 'tcp' && one.localPort === port);
  if (there.some((one) => !isConnection(one) || one.portFrom === 'bind')) return false;
  const same = there.filter((one) => isTuple(one, source, to, socket.interfaceIndex));
  const answers = same.map((one) =>
    isMinisocket(one) === true ? yieldsToChoice(one, around) : isMinisocket(one) && 'unknown',
  );
  if (source !== undefined && answers.includes(false)) return false;
  // Whether a port was bound once is remembered until it is free, before Linux 6.18 also after the bound socket is gone.
  const onlyConnected = there.every(({ portFrom }) => portFrom === 'connect') && around.kernel >= 6018;
  return onlyConnected && source !== undefined && answers.every((answer) => answer === true) ? true : 'unknown';
}

function connectFromBoundPort<Existing extends ExistingSocket>(
  source: Place | undefined,
  local: Endpoint,
  to: Endpoint,
  socket: CallingSocket,
  existing: readonly Existing[],
): Prediction<Existing> {
  const same = existing.filter(
    (one) => one.protocol === 'tcp' && one.localPort === local.port && isTuple(one, source, to, socket.interfaceIndex),
  );
  const [first] = same;
  if (first === undefined) return decided('connect', 'four-tuple-free');
  const unknown = (
    rule: RuleId,
    unpredictable: NonNullable<Prediction<Existing>['unpredictable']>,
  ): Prediction<Existing> => ({
    call: 'connect',
    rule,
    outcome: undefined,
    sockets: same,
    unpredictable,
  });
  if (source === undefined) return unknown('four-tuple-taken', 'source-unknown');
  if (same.some((one) => isMinisocket(one) === false)) return decided('connect', 'four-tuple-taken', same);
  if (same.some((one) => isMinisocket(one) === 'unknown')) return unknown('four-tuple-taken', 'minisocket-unknown');
  if (first.timestamps === false) return decided('connect', 'four-tuple-in-time-wait', same);
  if (first.timestamps === true) return decided('connect', 'time-wait-taken-over', same);
  return unknown('time-wait-taken-over', 'timestamps-unknown');
}

function connectFromAnyPort<Existing extends ExistingSocket>(
  source: Place | undefined,
  to: Endpoint,
  socket: CallingSocket,
  existing: readonly Existing[],
  around: Surroundings,
): Prediction<Existing> {
  const fits = (port: number): Known<boolean> => mayConnectFrom(port, source, to, socket, existing, around);
  const found = findsPort('tcp', existing, around, fits);
  if (found === false)
    return decided(
      'connect',
      'no-port-left-for-connect',
      existing.filter(({ protocol }) => protocol === 'tcp'),
    );
  if (found === true) {
    const { portRange } = around;
    const waiting = existing.filter(
      (one) => isMinisocket(one) === true && isTuple(one, source, to, socket.interfaceIndex),
    );
    const needsOne = portsInUse('tcp', existing, around).size === portRange.high - portRange.low + 1;
    return needsOne && waiting.length > 0
      ? decided('connect', 'tcp-tw-reuse', waiting)
      : decided('connect', 'port-chosen');
  }
  return {
    call: 'connect',
    rule: 'no-port-left-for-connect',
    outcome: undefined,
    sockets: [],
    unpredictable: 'port-choice',
  };
}

/** What connect() refuses whoever else is there. */
function refusedDestination(socket: CallingSocket, to: Endpoint): RuleId | undefined {
  if (socket.protocol === 'tcp' && socket.state !== 'CLOSE' && socket.state !== 'BOUND') return 'connected-already';
  if (socket.family === 'IPv4' && to.place.family === 'IPv6') return 'address-of-other-family';
  if (socket.family === 'IPv4') return undefined;
  if (to.place.family === 'IPv4') return 'address-too-short';
  if (to.place.kind === 'mapped' && socket.v6only) return 'mapped-destination-on-v6only';
  if (to.place.needsZone && to.place.zone === '' && socket.interfaceIndex === 0) return 'link-local-without-device';
  if (to.place.kind !== 'mapped' && socket.local?.place.kind === 'mapped') return 'source-of-other-family';
  return undefined;
}

/** connect(2): whether the kernel lets the socket start, not whether anybody answers. */
export function predictConnectCall<Existing extends ExistingSocket>(
  socket: CallingSocket,
  given: Endpoint,
  existing: readonly Existing[],
  around: Surroundings,
): Prediction<Existing> {
  const to = destinationOf(socket, given);
  const refused = refusedDestination(socket, to);
  if (refused !== undefined) return decided('connect', refused);
  if (socket.local !== undefined && !hasRoute(socket.local.place, around)) {
    const rule = socket.protocol === 'udp' ? 'udp-connect' : 'four-tuple-free';
    return { call: 'connect', rule, outcome: undefined, sockets: [], unpredictable: 'route-unknown' };
  }
  if (socket.protocol === 'udp') {
    if ((socket.local?.port ?? 0) !== 0) return decided('connect', 'udp-connect');
    return choosePort('connect', socket, socket.local?.place ?? wildcardOf(socket.family), existing, around);
  }
  const source = sourceOf(socket, to.place, around);
  const { local } = socket;
  if (local !== undefined && local.port !== 0) return connectFromBoundPort(source, local, to, socket, existing);
  return connectFromAnyPort(source, to, socket, existing, around);
}
