import { int32Max, integer, invalidArgument, knownKeys, uint32Max, UsageError } from '../errors.js';
import {
  type CallingSocket,
  type Endpoint,
  predictBindCall,
  predictConnectCall,
  predictListenCall,
  type Surroundings,
  wildcardOf,
} from './calls.js';
import type { CallPrediction, ExistingSocket } from './conflict.js';
import { placeOf } from './place.js';

/** Options of the socket that asks, by their C names; all off by default. */
export interface RequestOptions {
  /** Default false, as in a new socket. */
  readonly SO_REUSEADDR?: boolean | undefined;
  /** Default false. */
  readonly SO_REUSEPORT?: boolean | undefined;
  /** Default false, whatever `net.ipv6.bindv6only` says. */
  readonly IPV6_V6ONLY?: boolean | undefined;
  /** Lets bind(2) take an address that this host does not have. Default false. */
  readonly IP_FREEBIND?: boolean | undefined;
  /** The same, with CAP_NET_ADMIN or CAP_NET_RAW. Default false. */
  readonly IP_TRANSPARENT?: boolean | undefined;
  /** Leaves the port of bind(2) to port 0 for connect(2) to choose. Default false. */
  readonly IP_BIND_ADDRESS_NO_PORT?: boolean | undefined;
}

/** A socket to be opened, and the calls to be made on it. */
export interface BindRequest {
  /** Of the socket that is asked about. */
  readonly protocol: 'tcp' | 'udp';
  /** Default: that of `address`, or of the destination, or `IPv4`. */
  readonly family?: 'IPv4' | 'IPv6' | undefined;
  /** Default: the wildcard of the family. */
  readonly address?: string | undefined;
  /** Default 0: the kernel chooses. Without `address` and `port` a socket that is to listen or connect is not bound before. */
  readonly port?: number | undefined;
  /** What it has set by then. Default: nothing. */
  readonly options?: RequestOptions | undefined;
  /** Interface of SO_BINDTODEVICE, 0 (the default) for none. */
  readonly interfaceIndex?: number | undefined;
  /** User that opens the socket. Default 0. */
  readonly uid?: number | undefined;
  /** Whether it may bind ports below `ip_unprivileged_port_start`. Default: for user 0. */
  readonly canBindPrivileged?: boolean | undefined;
  /** Whether the socket has been bound already, so that only listen() or connect() is asked for. Default false. */
  readonly bound?: boolean | undefined;
  /** Whether listen() follows. Default false. */
  readonly listen?: boolean | undefined;
  /** Where connect() goes, if it follows. */
  readonly connect?: { readonly address: string; readonly port: number } | undefined;
}

/** What counts of the machine. The defaults are those of Linux 6.18. */
export interface Machine {
  /** Release, as `uname -r` prints it. Default `6.18`. */
  readonly kernel?: string | undefined;
  /** Addresses of the machine; a link-local one with its zone, or it counts on each interface. Left out, every address counts as one of them. */
  readonly localAddresses?: readonly string[] | undefined;
  /** `ip_nonlocal_bind`. */
  readonly nonlocalBind?: boolean | undefined;
  /** `ip_unprivileged_port_start`. */
  readonly unprivilegedPortStart?: number | undefined;
  /** `ip_local_port_range`. */
  readonly portRange?: { readonly low: number; readonly high: number } | undefined;
  /** `tcp_tw_reuse`. */
  readonly twReuse?: 0 | 1 | 2 | undefined;
  /** `tcp_tw_reuse_delay`, milliseconds. */
  readonly twReuseDelayMs?: number | undefined;
  /** Whether every socket that was bound to the port since it was last free is among the existing ones. Default false. */
  readonly completeHistory?: boolean | undefined;
}

/** What the calls of a request are going to return. */
export interface Prediction<Existing extends ExistingSocket = ExistingSocket> {
  /** In order, up to the first that fails or cannot be predicted. */
  readonly calls: readonly CallPrediction<Existing>[];
  /** The last of them, which decides; `undefined` where the request makes no call. */
  readonly decisive: CallPrediction<Existing> | undefined;
  /** Whether all calls succeed; `undefined` where that cannot be predicted. */
  readonly works: boolean | undefined;
}

function oneOf<Value>(value: Value, name: string, allowed: readonly Value[]): Value {
  if (!allowed.includes(value)) throw invalidArgument(name, `one of ${allowed.join(', ')}`, value);
  return value;
}

function flag(value: unknown, name: string): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw invalidArgument(name, 'a boolean', value);
  return value ?? false;
}

/** 6018 and 44 for `6.18.44-generic`. */
function kernelOf(release: unknown): Pick<Surroundings, 'kernel' | 'patch'> {
  const parts = typeof release === 'string' ? /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release) : null;
  if (parts === null) throw invalidArgument('kernel', 'a release such as "6.18.44"', release);
  return { kernel: Number(parts[1]) * 1000 + Number(parts[2]), patch: Number(parts[3] ?? 0) };
}

const machineKeys = [
  'kernel',
  'localAddresses',
  'nonlocalBind',
  'unprivilegedPortStart',
  'portRange',
  'twReuse',
  'twReuseDelayMs',
  'completeHistory',
];

/** Fills in what is left out. @throws {UsageError} for what is of no use. */
export function surroundingsOf(machine: Machine): Surroundings {
  knownKeys(machine, 'machine', machineKeys);
  const { low, high } = machine.portRange ?? { low: 32_768, high: 60_999 };
  integer(low, 'portRange.low', 1, 65_535);
  return {
    ...kernelOf(machine.kernel ?? '6.18'),
    localAddresses: machine.localAddresses?.map((address) => placeOf(address, 'localAddresses')),
    nonlocalBind: flag(machine.nonlocalBind, 'nonlocalBind'),
    unprivilegedPortStart: integer(machine.unprivilegedPortStart ?? 1024, 'unprivilegedPortStart', 0, 65_536),
    portRange: { low, high: integer(high, 'portRange.high', low, 65_535) },
    twReuse: oneOf(machine.twReuse ?? 2, 'twReuse', [0, 1, 2] as const),
    twReuseDelayMs: integer(machine.twReuseDelayMs ?? 1000, 'twReuseDelayMs', 0, int32Max),
    completeHistory: flag(machine.completeHistory, 'completeHistory'),
  };
}

const requestKeys = [
  'protocol',
  'family',
  'address',
  'port',
  'options',
  'interfaceIndex',
  'uid',
  'canBindPrivileged',
  'bound',
  'listen',
  'connect',
];

const optionKeys = [
  'SO_REUSEADDR',
  'SO_REUSEPORT',
  'IPV6_V6ONLY',
  'IP_FREEBIND',
  'IP_TRANSPARENT',
  'IP_BIND_ADDRESS_NO_PORT',
];

/** The family of the socket that a request asks for. */
export function familyOf({ family, address, connect }: BindRequest): 'IPv4' | 'IPv6' {
  if (family !== undefined) return oneOf(family, 'family', ['IPv4', 'IPv6'] as const);
  const given = address ?? connect?.address;
  return given === undefined ? 'IPv4' : placeOf(given).family;
}

function socketOf(request: BindRequest): CallingSocket {
  knownKeys(request, 'request', requestKeys);
  const options = request.options ?? {};
  knownKeys(options, 'request.options', optionKeys);
  const option = (name: keyof RequestOptions): boolean => flag(options[name], name);
  const uid = integer(request.uid ?? 0, 'uid', 0, uint32Max);
  return {
    protocol: oneOf(request.protocol, 'protocol', ['tcp', 'udp'] as const),
    family: familyOf(request),
    state: 'CLOSE',
    uid,
    canBindPrivileged:
      request.canBindPrivileged === undefined ? uid === 0 : flag(request.canBindPrivileged, 'canBindPrivileged'),
    interfaceIndex: integer(request.interfaceIndex ?? 0, 'interfaceIndex', 0, int32Max),
    reuseAddr: option('SO_REUSEADDR'),
    reusePort: option('SO_REUSEPORT'),
    v6only: option('IPV6_V6ONLY'),
    freebind: option('IP_FREEBIND') || option('IP_TRANSPARENT'),
    noPort: option('IP_BIND_ADDRESS_NO_PORT'),
    ownGroup: false,
    changed: false,
  };
}

function destinationOf({ connect }: BindRequest): Endpoint | undefined {
  if (connect === undefined) return undefined;
  knownKeys(connect, 'connect', ['address', 'port']);
  return { place: placeOf(connect.address, 'connect.address'), port: integer(connect.port, 'connect.port', 0, 65_535) };
}

function checkExisting(socket: ExistingSocket, index: number): void {
  const name = `existing[${index}]`;
  if (typeof socket !== 'object' || socket === null) throw invalidArgument(name, 'an object', socket);
  oneOf(socket.protocol, `${name}.protocol`, ['tcp', 'udp'] as const);
  oneOf(socket.family, `${name}.family`, ['IPv4', 'IPv6'] as const);
  placeOf(socket.localAddress, `${name}.localAddress`);
  integer(socket.localPort, `${name}.localPort`, 0, 65_535);
}

/** The address of the request in the family of its socket: `::ffff:` stands for IPv4 on an IPv6 socket. */
function placeToBind({ address }: BindRequest, family: 'IPv4' | 'IPv6'): Endpoint['place'] {
  return address === undefined ? wildcardOf(family) : placeOf(address);
}

/**
 * What bind(2), and then listen(2) or connect(2), return for a socket as `request` describes it, beside the sockets that are
 * there: a pure function, which asks nobody. Each call is explained by a rule of `rules`, and by the sockets in the way.
 *
 * It never guesses: what depends on something it was not told, or on what no program can see, has the outcome `undefined` and
 * says why.
 *
 * @throws {UsageError} `ERR_ADDRESS_INVALID`, `ERR_OUT_OF_RANGE`, `ERR_ARGUMENT_INVALID`.
 */
export function predictBind<Existing extends ExistingSocket>(
  existing: readonly Existing[],
  request: BindRequest,
  machine: Machine = {},
): Prediction<Existing> {
  if (!Array.isArray(existing)) throw invalidArgument('existing', 'an array of sockets', existing);
  existing.forEach(checkExisting);
  const around = surroundingsOf(machine);
  const socket = socketOf(request);
  const port = integer(request.port ?? 0, 'port', 0, 65_535);
  const listen = flag(request.listen, 'listen');
  const to = destinationOf(request);
  if (listen && to !== undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', 'request: a socket cannot listen and connect; ask for one of them');
  const place = placeToBind(request, socket.family);
  const isBound = flag(request.bound, 'bound');
  const binds =
    !isBound && (request.address !== undefined || request.port !== undefined || !(listen || to !== undefined));
  const bound: CallingSocket = {
    ...socket,
    local: { place, port },
    state: port === 0 ? 'CLOSE' : 'BOUND',
    v6only: socket.v6only || place.v6only === true,
  };

  const calls: CallPrediction<Existing>[] = [];
  const succeeds = (call: CallPrediction<Existing>): boolean => calls.push(call) > 0 && call.outcome === 'ok';
  let going = !binds || succeeds(predictBindCall(socket, { place, port }, existing, around));
  const caller = binds || isBound ? bound : socket;
  if (going && listen) going = succeeds(predictListenCall(caller, existing, around));
  if (going && to !== undefined) going = succeeds(predictConnectCall(caller, to, existing, around));
  const decisive = calls.at(-1);
  return { calls, decisive, works: decisive?.outcome === undefined ? undefined : going };
}
