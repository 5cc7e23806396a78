import { isWildcardPlace, overlaps, type Place, placeOf, sameAddress } from './place.js';
import type { RuleId, RuleOutcome, UnpredictableId } from './rules.js';

/** What is known of a setting of a socket that another process may own. */
export type Known<Value> = Value | 'unknown';

/** The options of a socket that count when another wants its port. */
export interface SharingOptions {
  /** Default false. */
  readonly SO_REUSEADDR?: Known<boolean> | undefined;
  /** Default false. */
  readonly SO_REUSEPORT?: Known<boolean> | undefined;
}

/**
 * A socket that is there. The fields are those of the rows of `listSockets`, so that a row can be given as it is; but no row
 * shows its options.
 */
export interface ExistingSocket {
  /** Of the socket. */
  readonly protocol: 'tcp' | 'udp';
  /** Of the socket: a v4-mapped connection is `IPv6`. */
  readonly family: 'IPv4' | 'IPv6';
  /** `BOUND` is a TCP socket that only has a port; `CLOSE` is the same, and a UDP socket that is not connected. */
  readonly state:
    | 'BOUND'
    | 'CLOSE'
    | 'CLOSE_WAIT'
    | 'CLOSING'
    | 'ESTABLISHED'
    | 'FIN_WAIT1'
    | 'FIN_WAIT2'
    | 'LAST_ACK'
    | 'LISTEN'
    | 'SYN_RECV'
    | 'SYN_SENT'
    | 'TIME_WAIT';
  /** As bind(2) or the connection made it; `0.0.0.0` or `::` is the wildcard. */
  readonly localAddress: string;
  /** 1 to 65535; 0 for a socket that has no port. */
  readonly localPort: number;
  /** Absent or the wildcard where it is not connected. */
  readonly remoteAddress?: string | undefined;
  /** 0 to 65535. Absent or 0 where it is not connected. */
  readonly remotePort?: number | undefined;
  /** The socket's own user (`sk_uid`). Default 0. */
  readonly uid?: Known<number> | undefined;
  /** Interface it is bound to, 0 (the default) for none. */
  readonly interfaceIndex?: number | undefined;
  /**
   * `IPV6_V6ONLY`. Default: false for a wildcard; true for a specific IPv6 address, to which bind(2) sets it; not known for
   * connections, which may come from a listener on `::`.
   */
  readonly v6only?: Known<boolean> | undefined;
  /** Not known if left out; `{}` is a socket that has none of them. */
  readonly options?: SharingOptions | undefined;
  /** A FIN_WAIT2 that no process holds is a minisocket after a while, and TIME_WAIT always is. Default: not known, where {@link inode} is 0. */
  readonly minisocket?: Known<boolean> | undefined;
  /** As in `/proc/PID/fd`; 0 where no process holds the socket. */
  readonly inode?: number | undefined;
  /** Connections: whether it uses TCP timestamps. Default: not known. */
  readonly timestamps?: Known<boolean> | undefined;
  /** TIME_WAIT only: milliseconds since it began. Default: not known. */
  readonly ageMs?: number | undefined;
  /** Connections: whether bind() or connect() chose the local port. Default: not known. */
  readonly portFrom?: Known<'bind' | 'connect'> | undefined;
  /** Whether options or addresses were changed after bind(), other than by connect(). Default false. */
  readonly changed?: boolean | undefined;
}

/** The socket that wants something. */
export interface Newcomer {
  readonly protocol: 'tcp' | 'udp';
  readonly place: Place;
  readonly port: number;
  readonly uid: number;
  readonly interfaceIndex: number;
  readonly reuseAddr: boolean;
  readonly reusePort: boolean;
  /** A SO_REUSEPORT program was attached before bind(). */
  readonly ownGroup: boolean;
  /** Options were changed after its bind(). */
  readonly changed: boolean;
}

/** The kernel, and how much of the port's past is known. */
export interface Setting {
  /** Major number times 1000, plus the minor one: 6018 for Linux 6.18. */
  readonly kernel: number;
  /** Of the stable series: 176 for Linux 6.1.176. */
  readonly patch: number;
  /** Every socket that was bound to the port since it was last free is among the existing ones. */
  readonly completeHistory: boolean;
}

/** What one call is going to return. */
export interface CallPrediction<Existing extends ExistingSocket = ExistingSocket> {
  /** The system call that is predicted. */
  readonly call: 'bind' | 'listen' | 'connect';
  /** `ok` or the name of the errno; `undefined` where it cannot be predicted. */
  readonly outcome: RuleOutcome | undefined;
  /** What decides. Where the outcome is not predicted: the rule that decides if nothing hidden does. */
  readonly rule: RuleId;
  /** The sockets in the way, as they were given, or those with which the port is shared. */
  readonly sockets: readonly Existing[];
  /** Why the outcome is not predicted. */
  readonly unpredictable?: UnpredictableId;
}

/** How one existing socket stands to the newcomer. */
export interface Verdict {
  readonly fits: Known<boolean>;
  readonly rule: RuleId;
  readonly because?: UnpredictableId;
}

const bound: readonly ExistingSocket['state'][] = ['BOUND', 'CLOSE', 'LISTEN'];
const closing: readonly ExistingSocket['state'][] = ['FIN_WAIT1', 'FIN_WAIT2', 'CLOSING', 'LAST_ACK'];

/** Whether the socket is, or was, a connection. */
export function isConnection({ state }: ExistingSocket): boolean {
  return !bound.includes(state);
}

/** Where a socket is bound. The place says `v6only` as far as it is known. */
export function placeOfExisting(socket: ExistingSocket): Place {
  const place = placeOf(socket.localAddress, 'localAddress');
  // An AF_INET6 row may show its address in either form.
  const kind = place.kind === 'IPv4' && socket.family === 'IPv6' ? 'mapped' : place.kind;
  const connected = socket.protocol === 'udp' ? socket.state === 'ESTABLISHED' : isConnection(socket);
  const implied = place.kind === 'IPv6' && connected ? 'unknown' : place.v6only;
  return { ...place, kind, family: socket.family, v6only: socket.v6only ?? implied };
}

export function isMinisocket({ state, minisocket, inode }: ExistingSocket): Known<boolean> {
  if (state === 'TIME_WAIT') return true;
  if (state !== 'FIN_WAIT2') return false;
  return minisocket ?? (inode === 0 ? 'unknown' : false);
}

function optionOf({ options }: ExistingSocket, name: keyof SharingOptions): Known<boolean> {
  return options === undefined ? 'unknown' : (options[name] ?? false);
}

/** The user that counts, `sk_uid`. */
function userOf(socket: ExistingSocket, { kernel }: Setting): Known<number> {
  // Before Linux 6.17 a socket that no process holds counts as root's, sock_i_uid().
  if (kernel < 6017 && socket.inode === 0) return 0;
  return socket.uid ?? 0;
}

function and(...parts: readonly Known<boolean>[]): Known<boolean> {
  if (parts.includes(false)) return false;
  return parts.includes('unknown') ? 'unknown' : true;
}

function or(...parts: readonly Known<boolean>[]): Known<boolean> {
  if (parts.includes(true)) return true;
  return parts.includes('unknown') ? 'unknown' : false;
}

function sameUser(newcomer: Newcomer, socket: ExistingSocket, setting: Setting): Known<boolean> {
  const user = userOf(socket, setting);
  return user === 'unknown' ? 'unknown' : user === newcomer.uid;
}

/** Which rule keeps the port from a newcomer with which the holder shares nothing. */
function holdingRule(newcomer: Newcomer, socket: ExistingSocket): RuleId {
  if (newcomer.reusePort && optionOf(socket, 'SO_REUSEPORT') === true)
    return newcomer.ownGroup ? 'reuseport-own-group' : 'reuseport-other-user';
  if (socket.protocol === 'udp') return 'held-by-udp-socket';
  if (socket.state === 'LISTEN') return 'held-by-listener';
  if (socket.state === 'TIME_WAIT') return 'held-by-time-wait';
  // A process that called shutdown() still holds its socket.
  const isOrphan = socket.inode === undefined || socket.inode === 0;
  if (closing.includes(socket.state) && isOrphan) return 'held-by-closing-connection';
  return isConnection(socket) ? 'held-by-connection' : 'held-by-bound-socket';
}

/** The first of 6.1's stable releases that was tried with every pair of sockets. Earlier ones have more faults of the bind table. */
const patchTried = 176;

/**
 * Linux 6.1 does not find a holder of `::ffff:0.0.0.0` when a v4-mapped address is bound: inet_bind2_bucket_match_addr_any() has
 * no case for it. The other way round it does.
 */
function isMissedBy61(newcomer: Newcomer, holder: Place, { kernel }: Setting): boolean {
  if (newcomer.protocol !== 'tcp' || kernel !== 6001) return false;
  return newcomer.place.kind === 'mapped' && newcomer.place.ipv4 !== 0 && holder.kind === 'mapped' && holder.ipv4 === 0;
}

/** Releases in which the second bind table was wrong about some pairs, and nobody has tried which. */
function isAmongMended(newcomer: Newcomer, holder: Place, socket: ExistingSocket, setting: Setting): boolean {
  const { kernel, patch } = setting;
  if (newcomer.protocol !== 'tcp' || kernel < 6001 || kernel >= 6009) return false;
  if (kernel === 6001 && patch >= patchTried) return false;
  return (
    isMinisocket(socket) !== false ||
    (newcomer.place.family !== holder.family && (newcomer.place.family === 'IPv6' || holder.family === 'IPv6')) ||
    newcomer.place.kind === 'mapped' ||
    holder.kind === 'mapped'
  );
}

/** `inet_bind_conflict()` and the body of the loop of `udp_lib_lport_inuse()`, for one pair on one port. */
export function judgePair(newcomer: Newcomer, socket: ExistingSocket, setting: Setting): Verdict {
  const device = socket.interfaceIndex ?? 0;
  if (newcomer.interfaceIndex !== 0 && device !== 0 && newcomer.interfaceIndex !== device)
    return { fits: true, rule: 'devices-apart' };
  const holder = placeOfExisting(socket);
  const missed = isMissedBy61(newcomer, holder, setting);
  const overlap = missed ? false : overlaps(newcomer.protocol, newcomer.place, holder);
  const mended = isAmongMended(newcomer, holder, socket, setting);
  if (overlap === false)
    return mended
      ? { fits: 'unknown', rule: 'addresses-apart', because: 'bind-hash-before-6.9' }
      : { fits: true, rule: 'addresses-apart' };

  const reuseAddr = and(
    newcomer.reuseAddr,
    optionOf(socket, 'SO_REUSEADDR'),
    newcomer.protocol === 'udp' || socket.state !== 'LISTEN',
  );
  const minisocket = isMinisocket(socket);
  const user = sameUser(newcomer, socket, setting);
  const offered = and(newcomer.reusePort && !newcomer.ownGroup, optionOf(socket, 'SO_REUSEPORT'));
  const reusePort = and(offered, or(minisocket, user));
  const shares = or(reuseAddr, reusePort);
  const keeps = holdingRule(newcomer, socket);
  if (shares === true) {
    const byPort = minisocket === true ? 'reuseport-over-minisocket' : 'reuseport-shared';
    const byAddr = newcomer.protocol === 'udp' ? 'udp-reuseaddr-shared' : 'reuseaddr-shared';
    return { fits: true, rule: reuseAddr === true ? byAddr : byPort };
  }
  if (mended) return { fits: 'unknown', rule: keeps, because: 'bind-hash-before-6.9' };
  if (shares === false && overlap === true) return { fits: false, rule: keeps };
  if (overlap === 'unknown') return { fits: 'unknown', rule: keeps, because: 'v6only-unknown' };
  if (reuseAddr === 'unknown' || offered === 'unknown')
    return { fits: 'unknown', rule: keeps, because: 'option-unknown' };
  return { fits: 'unknown', rule: keeps, because: minisocket === 'unknown' ? 'minisocket-unknown' : 'user-unknown' };
}

/**
 * Whether `sk_reuseport_match()` may let the newcomer in past this socket: another socket with SO_REUSEPORT, of the user and the
 * address of the newcomer, was bound beside it, or before it came. With options as they were at bind that takes SO_REUSEADDR,
 * a device, or a connection with SO_REUSEPORT that another user accepted.
 */
function mayBePassed(socket: ExistingSocket): boolean {
  if (socket.changed === true || (socket.interfaceIndex ?? 0) !== 0) return true;
  if (optionOf(socket, 'SO_REUSEADDR') !== false && socket.state !== 'LISTEN') return true;
  return isConnection(socket) && optionOf(socket, 'SO_REUSEPORT') !== false;
}

/** Whether this socket can be the one of which the port remembers the user and address. */
function mayBeRemembered(newcomer: Newcomer, socket: ExistingSocket, setting: Setting): boolean {
  if (optionOf(socket, 'SO_REUSEPORT') === false && socket.changed !== true) return false;
  if (sameUser(newcomer, socket, setting) === false && !isConnection(socket)) return false;
  const place = placeOfExisting(socket);
  return isConnection(socket) || isWildcardPlace(place) || sameAddress(place, newcomer.place);
}

/** Why the pairs may not decide, though none is in doubt by itself. */
function shortCut(
  newcomer: Newcomer,
  inTheWay: readonly ExistingSocket[],
  there: readonly ExistingSocket[],
  setting: Setting,
): UnpredictableId | undefined {
  const changed = newcomer.changed || inTheWay.every((socket) => socket.changed === true);
  if (newcomer.reuseAddr && setting.kernel < 6008 && changed) return 'reuseaddr-short-cut';
  if (!newcomer.reusePort || newcomer.ownGroup) return undefined;
  if (!newcomer.changed && !inTheWay.every(mayBePassed)) return undefined;
  const remembered =
    !setting.completeHistory || newcomer.changed || there.some((socket) => mayBeRemembered(newcomer, socket, setting));
  return remembered ? 'reuseport-short-cut' : undefined;
}

/** What must be cured first stands first. */
const gravest: readonly RuleId[] = [
  'held-by-listener',
  'reuseport-own-group',
  'reuseport-other-user',
  'held-by-bound-socket',
  'held-by-udp-socket',
  'held-by-connection',
  'held-by-closing-connection',
  'held-by-time-wait',
];

const mildest: readonly RuleId[] = [
  'reuseaddr-shared',
  'udp-reuseaddr-shared',
  'reuseport-shared',
  'reuseport-over-minisocket',
  'devices-apart',
  'addresses-apart',
];

/** Whether the socket has the port: a SYN_RECV of a listener is a request yet and no socket. */
function holds(newcomer: Newcomer, socket: ExistingSocket): boolean {
  if (socket.protocol !== newcomer.protocol || socket.localPort !== newcomer.port) return false;
  return !(socket.state === 'SYN_RECV' && socket.inode === 0);
}

type Judged<Existing extends ExistingSocket> = Verdict & { readonly socket: Existing };

function ruleFrom(order: readonly RuleId[], judged: readonly Verdict[]): RuleId {
  return order.find((id) => judged.some(({ rule }) => rule === id)) ?? judged[0]?.rule ?? 'port-free';
}

const socketsOf = <Existing extends ExistingSocket>(judged: readonly Judged<Existing>[]): readonly Existing[] =>
  judged.map(({ socket }) => socket);

/** UDP's scan ends at the first socket that shares by SO_REUSEPORT, and at the first that does not share. */
function orderMatters(judged: readonly Verdict[]): boolean {
  return judged.some(({ rule, fits }) => fits !== false && rule === 'reuseport-shared');
}

/**
 * The conflict check of bind() on a given port, and of listen(), which repeats it: `inet_csk_get_port()` and
 * `udp_lib_get_port()`.
 */
export function judgePort<Existing extends ExistingSocket>(
  call: 'bind' | 'listen',
  newcomer: Newcomer,
  existing: readonly Existing[],
  setting: Setting,
): CallPrediction<Existing> {
  const there = existing.filter((socket) => holds(newcomer, socket));
  const judged = there.map((socket) => ({ ...judgePair(newcomer, socket, setting), socket }));
  const against = judged.filter(({ fits }) => fits === false);
  const doubtful = judged.filter(({ fits }) => fits === 'unknown');
  if (against.length > 0) {
    const unpredictable =
      newcomer.protocol === 'udp'
        ? orderMatters(judged) && ('udp-order' as const)
        : shortCut(newcomer, socketsOf(against), there, setting);
    const decided = { call, rule: ruleFrom(gravest, against), sockets: socketsOf(against) };
    return unpredictable ? { ...decided, outcome: undefined, unpredictable } : { ...decided, outcome: 'EADDRINUSE' };
  }
  const [first] = doubtful;
  if (first !== undefined) {
    return {
      call,
      outcome: undefined,
      rule: ruleFrom(gravest, doubtful),
      sockets: socketsOf(doubtful),
      unpredictable: first.because ?? 'option-unknown',
    };
  }
  const rule = ruleFrom(mildest, judged);
  return { call, outcome: 'ok', rule, sockets: socketsOf(judged.filter((one) => one.rule === rule)) };
}

/** Whether bind() to port 0 may take this port: TCP never shares there, UDP does (`bitmap` of `udp_lib_lport_inuse()`). */
export function mayBeChosen(newcomer: Newcomer, existing: readonly ExistingSocket[], setting: Setting): Known<boolean> {
  const there = existing.filter((socket) => holds(newcomer, socket));
  const stranger = newcomer.protocol === 'tcp' ? { ...newcomer, reuseAddr: false, reusePort: false } : newcomer;
  return and(...there.map((socket) => judgePair(stranger, socket, setting).fits));
}
