import { isLoopback, isWildcard, unmapped } from '../address.js';
import { integer, invalidArgument, knownKeys } from '../errors.js';
import type { CallPrediction } from './conflict.js';
import { type HeldSocket, type HeldSockets, socketsOn, type Unseen } from './held.js';
import { mayBindPrivileged, thisMachine } from './machine.js';
import { type BindRequest, type Machine, predictBind } from './predict.js';
import { type FailedCall, isError, readError } from './request.js';
import { type Cure, type RuleId, rules, type UnpredictableId } from './rules.js';
import { Laboratory, type Trial } from './trial.js';

/** A cure, and what came of it when it was tried on copies of the sockets in a network namespace of its own. */
export interface TriedCure extends Cure {
  readonly trial: Trial;
}

/** Why a bind(2), listen(2) or connect(2) fails, or failed. */
export interface Explanation {
  /** Errno of the call that fails. Absent where nothing is in the way, or where that cannot be told. */
  readonly code?: string;
  /** The call that fails, whatever the error called it. */
  readonly call: 'bind' | 'listen' | 'connect';
  /** True where every call would work now, false where one fails, absent where something that decides cannot be seen. */
  readonly free?: boolean;
  /** What was, or was to be, asked of the kernel. */
  readonly request: BindRequest;
  /** The sockets in the way. */
  readonly holders: readonly HeldSocket[];
  /** Sockets on the port that are not in the way. */
  readonly others: readonly HeldSocket[];
  /** The rule of the kernel that decides, a key of `rules`. */
  readonly rule: RuleId;
  /** The rule in one sentence. */
  readonly sentence: string;
  /** Why it cannot be told for sure. */
  readonly unpredictable?: UnpredictableId;
  /** What helps, in the order in which to try it. What was tried and did not help stands last. */
  readonly cures: readonly TriedCure[];
  /** What the request came to on copies of the sockets. */
  readonly trial: Trial;
  readonly unseen: readonly Unseen[];
  /** What else to know, in whole sentences. */
  readonly notes: readonly string[];
}

export interface ExplainOptions {
  /** What is known of the request beyond what an error says, as `{ options: { SO_REUSEADDR: true } }`. */
  readonly known?: Partial<BindRequest> | undefined;
  /** Whether cures are tried, default true. A trial takes some milliseconds. */
  readonly trials?: boolean | undefined;
  /** No trial begins after so many milliseconds, default 1000. */
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
  return {
    ...request,
    uid: request.uid ?? process.geteuid?.() ?? 0,
    canBindPrivileged: request.canBindPrivileged ?? mayBindPrivileged(),
  };
}

function familyOf({ family, address, connect }: BindRequest): 'IPv4' | 'IPv6' {
  return family ?? ((address ?? connect?.address ?? '').includes(':') ? 'IPv6' : 'IPv4');
}

function heldFor({ port = 0, protocol }: BindRequest, machine: Machine): HeldSockets {
  // Where the kernel is to choose the port, all of its range are in question.
  return socketsOn(protocol, port === 0 ? (machine.portRange ?? { low: 32_768, high: 60_999 }) : port);
}

function look(asked: BindRequest): Look {
  const request = completed(asked);
  // A request that is none is refused before anybody is asked.
  predictBind([], request);
  const machine = thisMachine(familyOf(request));
  const held = heldFor(request, machine);
  const { decisive } = predictBind(held.sockets, request, machine);
  if (decisive === undefined) throw invalidArgument('request', 'a request that makes a call', asked);
  return { request, held, machine, decisive };
}

/** Whether what is seen accounts for the error. */
function accountsFor({ decisive: { outcome, rule, sockets } }: Look, code: string): boolean {
  return outcome === code || (outcome === undefined && rules[rule].outcome === code && sockets.length > 0);
}

/** Which request the error came from, of those that it may have come from. */
function lookFor(requests: readonly BindRequest[], code: string): Look {
  const looks = requests.map(look);
  const [first] = looks;
  if (first === undefined) throw invalidArgument('error', 'an error that says where to', code);
  return looks.find((one) => accountsFor(one, code)) ?? first;
}

function isLocal({ address }: BindRequest, { localAddresses }: Machine): boolean {
  if (address === undefined || isWildcard(address) || isLoopback(address) || localAddresses === undefined) return true;
  return localAddresses.includes(unmapped(address)) || localAddresses.includes(address);
}

const untried = (reason: string): Trial => ({ result: 'not tried', reason });

/** Why a trial of this request would say nothing. */
function untriable({ connect, port = 0 }: BindRequest, code: string): string | undefined {
  if (connect !== undefined) return 'connect() needs the other end';
  if (code === 'EACCES') return 'a process that can make namespaces can bind every port in them';
  return port === 0 ? 'it would take all ports of the range' : undefined;
}

function triedCures(
  { request, held, machine, decisive }: Look,
  code: string,
  deadline: number | undefined,
): [Trial, TriedCure[]] {
  const { cures } = rules[decisive.rule];
  const refusal = deadline === undefined ? 'trials are off' : untriable(request, code);
  const laboratory = new Laboratory({ existing: held.sockets, request }, isLocal(request, machine), deadline ?? 0);
  const asItIs = refusal === undefined ? laboratory.asItIs() : untried(refusal);
  const trialOf = ({ action }: Cure): Trial => {
    if (asItIs.result === 'not tried') return asItIs;
    if (asItIs.result === 'works' || asItIs.code !== code) return untried('the copies do not fail as the sockets do');
    return action === undefined ? untried('it cannot be tried on copies') : laboratory.with(action);
  };
  const tried = cures.map((cure) => ({ ...cure, trial: trialOf(cure) }));
  const helps = tried.filter(({ trial }) => trial.result !== 'fails');
  return [asItIs, [...helps, ...tried.filter((cure) => !helps.includes(cure))]];
}

/** Where no port is left, all of the range are in the way together. */
function holdersOf({ request, held, decisive }: Look): readonly HeldSocket[] {
  return decisive.sockets.length === 0 && (request.port ?? 0) === 0 ? held.sockets : decisive.sockets;
}

function explanationOf(
  seen: Look,
  code: string | undefined,
  notes: readonly string[],
  options: ExplainOptions,
): Explanation {
  const { request, held, decisive } = seen;
  const { trials = true, timeoutMs = 1000 } = options;
  const fails = code !== undefined || decisive.outcome !== 'ok';
  const errno = code ?? rules[decisive.rule].outcome;
  const [trial, cures] = !fails
    ? ([untried('nothing is in the way'), []] as const)
    : triedCures(seen, errno, trials ? performance.now() + timeoutMs : undefined);
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

function notesOnError({ named, from }: FailedCall, { decisive }: Look, isSeen: boolean): string[] {
  return [
    ...(from === 'Node' && named === 'listen' && decisive.call === 'bind' && isSeen
      ? ['Node names listen(), because libuv keeps the error of bind() until then.']
      : []),
    ...(isSeen
      ? []
      : [
          'Nothing that can be seen is in the way now: it has been closed since the call failed, or it cannot be seen.',
        ]),
  ];
}

function explainError(error: object, options: ExplainOptions): Explanation {
  const failed = readError(error, options.known ?? {});
  const seen = lookFor(failed.requests, failed.code);
  const isSeen = accountsFor(seen, failed.code);
  const notes = notesOnError(failed, seen, isSeen);
  // An error of ours names the call that failed.
  const call = failed.from === 'sockwise' ? { call: failed.named } : {};
  if (isSeen) return { ...explanationOf(seen, failed.code, notes, options), ...call };
  const now = explanationOf(seen, undefined, notes, { ...options, trials: false });
  return { ...now, code: failed.code, call: failed.named };
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
 * `ERR_OUT_OF_RANGE` - a request for no address or port. `ERR_NOT_SUPPORTED` - not Linux, or a unix socket.
 */
export function explain(errorOrRequest: unknown, options: ExplainOptions = {}): Explanation {
  if (typeof errorOrRequest !== 'object' || errorOrRequest === null)
    throw invalidArgument('errorOrRequest', 'an error of bind, listen or connect, or a request', errorOrRequest);
  knownKeys(options, 'options', ['known', 'trials', 'timeoutMs']);
  integer(options.timeoutMs ?? 0, 'timeoutMs', 0, 2 ** 31 - 1);
  if (isError(errorOrRequest)) return explainError(errorOrRequest, options);
  // predictBind checks it.
  return explanationOf(look({ ...errorOrRequest, ...options.known } as BindRequest), undefined, [], options);
}
