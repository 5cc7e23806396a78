import { notes, untried } from './sayings.js';
import { isLoopback, isWildcard, unmapped } from '../address.js';
import { int32Max, integer, invalidArgument, knownKeys } from '../errors.js';
import type { CallPrediction } from './conflict.js';
import { kindsOf } from './copies.js';
import { Deadline } from './deadline.js';
import type { Finding, TriedCure } from './finding.js';
import { type HeldSocket, type HeldSockets, socketsOn } from './held.js';
import { mayBindPrivileged, thisMachine, withNamedZone } from './machine.js';
import { type BindRequest, familyOf, type Machine, predictBind } from './predict.js';
import { type FailedCall, isError, readError, unixRequestOf } from './request.js';
import { type RuleId, rules } from './rules.js';
import { commonest, type Situation } from './stand.js';
import { isPortAction, notTried, type Trial } from './trial.js';
import { makeTrials } from './trials.js';
import { checkUnixRequest, explainUnix, type UnixExplanation, type UnixRequest } from './unix.js';

/** Why a bind(2), listen(2) or connect(2) of TCP or UDP fails, or failed. */
export type Explanation = Finding<BindRequest, HeldSocket>;

/** How {@link explain} looks, and for whom. */
export interface ExplainOptions {
  /** What is known of the request beyond what an error says, as `{ options: { SO_REUSEADDR: true } }`. */
  readonly known?: Partial<BindRequest> | undefined;
  /** Whether cures are tried, default true. A trial takes some milliseconds. */
  readonly trials?: boolean | undefined;
  /** What is not seen or tried within so many milliseconds is left out, and the explanation says so. Default 1000. */
  readonly timeoutMs?: number | undefined;
}

interface Look {
  readonly request: BindRequest;
  readonly held: HeldSockets;
  readonly machine: Machine;
  readonly decisive: CallPrediction<HeldSocket>;
}

/** The request with what this process brings to it. */
function completed(request: BindRequest): BindRequest {
  const own = process.geteuid?.() ?? 0;
  const { uid = own } = request;
  // What another user may bind follows from who that is, not from what this process may.
  return {
    ...request,
    uid,
    canBindPrivileged: request.canBindPrivileged ?? (uid === own ? mayBindPrivileged() : uid === 0),
  };
}

function look(asked: BindRequest, deadline: Deadline): Look {
  const given = completed(asked);
  // A request that is none is refused before anybody is asked.
  predictBind([], given);
  const request = given.address === undefined ? given : { ...given, address: withNamedZone(given.address) };
  const machine = thisMachine(familyOf(request));
  const { port = 0, protocol } = request;
  // Where the kernel is to choose the port, all of its range are in question.
  const ports = port === 0 ? (machine.portRange ?? { low: 32_768, high: 60_999 }) : port;
  const held = socketsOn(protocol, ports, { deadline });
  const { decisive } = predictBind(held.sockets, request, machine);
  if (decisive === undefined) throw invalidArgument('request', 'a request that makes a call', asked);
  return { request, held, machine, decisive };
}

/** Whether what is seen accounts for the error. */
function accountsFor({ decisive: { outcome, rule, sockets } }: Look, code: string): boolean {
  return outcome === code || (outcome === undefined && rules[rule].outcome === code && sockets.length > 0);
}

/** Which request the error came from, of those that it may have come from. */
function lookFor(requests: readonly BindRequest[], code: string, deadline: Deadline): Look {
  const looks = requests.map((request) => look(request, deadline));
  const [first] = looks;
  if (first === undefined) throw invalidArgument('error', 'an error that says where to', code);
  return looks.find((one) => accountsFor(one, code)) ?? first;
}

function isLocal({ address }: BindRequest, { localAddresses }: Machine): boolean {
  if (address === undefined || isWildcard(address) || isLoopback(address) || localAddresses === undefined) return true;
  return localAddresses.includes(unmapped(address)) || localAddresses.includes(address);
}

/** Rules that say that the whole range of ports is in use. */
const usedUp: readonly RuleId[] = ['no-port-left-for-bind', 'no-port-left-for-connect', 'no-udp-port-left'];
/** Rules of connect() that can be tried: the others depend on the other end. */
const ofConnections: readonly RuleId[] = [...usedUp, 'four-tuple-taken', 'four-tuple-in-time-wait'];

/** What is copied for trials. */
function situationOf({ request, held, machine, decisive }: Look): Situation {
  const isRangeUsedUp = usedUp.includes(decisive.rule);
  const inTheWay = decisive.call === 'connect' ? decisive.sockets : held.sockets;
  return {
    existing: isRangeUsedUp ? commonest(held.sockets) : kindsOf(inTheWay),
    request: decisive.call === 'connect' ? request : { ...request, connect: undefined },
    isLocal: isLocal(request, machine),
    isRangeUsedUp,
    timestamps: decisive.rule !== 'four-tuple-in-time-wait',
    unprivilegedPortStart: decisive.rule === 'privileged-port' ? machine.unprivilegedPortStart : undefined,
  };
}

/** The cures, those that were tried and did not help last. */
function sorted(cures: readonly TriedCure[]): TriedCure[] {
  const helps = cures.filter(({ trial }) => trial.result !== 'fails');
  return [...helps, ...cures.filter((cure) => !helps.includes(cure))];
}

function triedCures(seen: Look, code: string, deadline: Deadline | undefined): [Trial, TriedCure[]] {
  const { call, rule } = seen.decisive;
  const { cures } = rules[rule];
  const without = (reason: string): [Trial, TriedCure[]] => {
    const trial = notTried(reason);
    return [trial, cures.map((cure) => ({ ...cure, trial }))];
  };
  if (deadline === undefined) return without(untried.off);
  if (call === 'connect' && !ofConnections.includes(rule)) return without(untried.needsOtherEnd);
  const actions = [...new Set(cures.flatMap(({ action }) => (isPortAction(action) ? [action] : [])))];
  const { asItIs, cures: trials } = makeTrials({ situation: situationOf(seen), code, actions }, deadline);
  const tried = cures.map((cure) => {
    const trial = isPortAction(cure.action) ? trials[actions.indexOf(cure.action)] : undefined;
    return { ...cure, trial: trial ?? notTried(untried.notOnCopies) };
  });
  return [asItIs, sorted(tried)];
}

/** Where no port is left, all of the range are in the way together. */
function holdersOf({ held, decisive }: Look): readonly HeldSocket[] {
  return decisive.sockets.length === 0 && usedUp.includes(decisive.rule) ? held.sockets : decisive.sockets;
}

function explanationOf(
  seen: Look,
  code: string | undefined,
  notes: readonly string[],
  deadlineOfTrials: Deadline | undefined,
): Explanation {
  const { request, held, decisive } = seen;
  const fails = code !== undefined || decisive.outcome !== 'ok';
  const errno = code ?? rules[decisive.rule].outcome;
  const [trial, cures] = !fails
    ? ([notTried(untried.nothingInTheWay), []] as const)
    : triedCures(seen, errno, deadlineOfTrials);
  const inTheWay = new Set(fails ? holdersOf(seen) : []);
  const free = decisive.outcome === undefined ? undefined : decisive.outcome === 'ok';
  return {
    ...(fails && (code !== undefined || decisive.outcome !== undefined) && { code: errno }),
    call: decisive.call,
    ...(free !== undefined && { free }),
    request,
    holders: [...inTheWay],
    others: held.sockets.filter((socket) => !inTheWay.has(socket)),
    rule: decisive.rule,
    sentence: rules[decisive.rule].text,
    ...(decisive.unpredictable !== undefined && code === undefined && { unpredictable: decisive.unpredictable }),
    cures,
    trial,
    unseen: held.unseen,
    notes,
  };
}

/** A refused connect() met nobody who listens: what does listen on the port of the destination is shown beside it. */
function refused(seen: Look, deadline: Deadline): Look {
  const { connect, protocol } = seen.request;
  if (connect === undefined || protocol !== 'tcp') return seen;
  const { sockets, unseen } = socketsOn(protocol, connect.port, { deadline });
  return {
    ...seen,
    held: { sockets: sockets.filter(({ state }) => state === 'LISTEN'), unseen },
    decisive: { call: 'connect', rule: 'nobody-listens', outcome: 'ECONNREFUSED', sockets: [] },
  };
}

function notesOnError({ named, from }: FailedCall, { decisive }: Look, isSeen: boolean): string[] {
  return [
    ...(from === 'Node' && named === 'listen' && decisive.call === 'bind' && isSeen ? [notes.namedListen] : []),
    ...(isSeen ? [] : [notes.nothingSeen]),
  ];
}

function explainError(error: object, { known = {}, trials = true }: ExplainOptions, deadline: Deadline): Explanation {
  const failed = readError(error, known);
  const found = lookFor(failed.requests, failed.code, deadline);
  const seen = failed.code === 'ECONNREFUSED' ? refused(found, deadline) : found;
  const isSeen = accountsFor(seen, failed.code);
  const notes = notesOnError(failed, seen, isSeen);
  // An error of ours names the call that failed.
  const call = failed.from === 'sockwise' ? { call: failed.named } : {};
  if (isSeen) return { ...explanationOf(seen, failed.code, notes, trials ? deadline : undefined), ...call };
  return { ...explanationOf(seen, undefined, notes, undefined), code: failed.code, call: failed.named };
}

function isUnixRequest(request: object): request is UnixRequest {
  return 'protocol' in request && request.protocol === 'unix';
}

/**
 * Explains why bind(2), listen(2) or connect(2) failed, from the error; or what they would come to, from a request: the call that
 * fails, the sockets in the way with their processes, the rule of the kernel, and what helps. It looks at the network
 * namespace this thread is in, and reads /proc and the options of other processes' sockets as far as it may; `unseen` says
 * what it could not see. Cures are tried in private namespaces with copies of the sockets, so that nobody is disturbed.
 *
 * It blocks the thread: some 10 ms, and more with tens of thousands of sockets.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - neither an error of these calls nor a request. `ERR_ADDRESS_INVALID`,
 * `ERR_OUT_OF_RANGE` - a request for no address or port. `ERR_NOT_SUPPORTED` - not Linux.
 */
export function explain(request: BindRequest, options?: ExplainOptions): Explanation;
/** Explains what comes of a unix socket's bind(2) or connect(2): whether the socket of a path is still open, and whose it is. */
export function explain(request: UnixRequest, options?: ExplainOptions): UnixExplanation;
/** Explains an error. One of a path has an explanation of a unix socket: its `request.protocol` is `unix`. */
export function explain(error: unknown, options?: ExplainOptions): Explanation | UnixExplanation;
export function explain(errorOrRequest: unknown, options: ExplainOptions = {}): Explanation | UnixExplanation {
  if (typeof errorOrRequest !== 'object' || errorOrRequest === null)
    throw invalidArgument('errorOrRequest', 'an error of bind, listen or connect, or a request', errorOrRequest);
  knownKeys(options, 'options', ['known', 'trials', 'timeoutMs']);
  integer(options.timeoutMs ?? 0, 'timeoutMs', 0, int32Max);
  const deadline = new Deadline(options.timeoutMs ?? 1000);
  const trials = options.trials ?? true;
  if (isError(errorOrRequest)) {
    const unix = unixRequestOf(errorOrRequest);
    return unix === undefined
      ? explainError(errorOrRequest, options, deadline)
      : explainUnix(unix.request, unix.code, deadline, trials);
  }
  if (isUnixRequest(errorOrRequest)) {
    checkUnixRequest(errorOrRequest);
    return explainUnix(errorOrRequest, undefined, deadline, trials);
  }
  // predictBind checks it.
  const seen = look({ ...errorOrRequest, ...options.known } as BindRequest, deadline);
  return explanationOf(seen, undefined, [], trials ? deadline : undefined);
}
