import { notes, untried } from './sayings.js';
import { integer, invalidArgument, knownKeys, UsageError } from '../errors.js';
import type { Deadline } from './deadline.js';
import type { Finding, TriedCure } from './finding.js';
import { type Cure, type RuleId, rules, type UnixAction } from './rules.js';
import { notTried, type Trial } from './trial.js';
import { type HeldUnixSocket, isAbstract, placeAt, type UnixPlace, withoutPadding } from './unix-place.js';
import { isUnixAction, tryUnix } from './unix-trial.js';

/** A unix socket that is to have a name, or to reach another by it. */
export interface UnixRequest {
  /** Tells it from a request of an IP socket. */
  readonly protocol: 'unix';
  /** The path, or an abstract name that begins with `\0`. */
  readonly path: string;
  /** Of the socket that binds or connects. Default `stream`. */
  readonly type?: 'stream' | 'dgram' | 'seqpacket' | undefined;
  /** Default `bind`. */
  readonly call?: 'bind' | 'connect' | undefined;
}

/** Why bind(2) or connect(2) of a unix socket fails, or failed. */
export interface UnixExplanation extends Finding<UnixRequest, HeldUnixSocket> {
  /** What there is at the path. */
  readonly place: UnixPlace['kind'];
}

// sizeof(sun_path), less the NUL of a path.
const longestPath = 107;

const types = ['stream', 'dgram', 'seqpacket'] as const;

/** @throws {UsageError} `ERR_ARGUMENT_INVALID`, `ERR_OUT_OF_RANGE`. */
export function checkUnixRequest(request: UnixRequest): void {
  knownKeys(request, 'request', ['protocol', 'path', 'type', 'call']);
  const { path, type = 'stream', call = 'bind' } = request;
  if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a path or an abstract name', path);
  if (!types.includes(type)) throw invalidArgument('type', `one of ${types.join(', ')}`, type);
  if (call !== 'bind' && call !== 'connect') throw invalidArgument('call', "'bind' or 'connect'", call);
  integer(Buffer.byteLength(path), 'the length of path', 1, longestPath + Number(isAbstract(path)));
  if (path.includes('\0', 1) && !isAbstract(path)) throw invalidArgument('path', 'a path without a NUL byte', path);
}

/** What decides bind(2): a pure function of what there is. */
function ruleOfBind({ kind, isAlive }: UnixPlace, holders: readonly HeldUnixSocket[]): RuleId {
  switch (kind) {
    case 'abstract':
      return holders.length > 0 ? 'unix-name-in-use' : 'unix-name-free';
    case 'nothing':
      return 'unix-path-free';
    case 'socket':
      if (isAlive === undefined) return 'unix-path-undecided';
      return isAlive ? 'unix-path-in-use' : 'unix-path-stale';
    case 'other file':
      return 'unix-path-no-socket';
    case 'no folder':
      return 'unix-no-folder';
    case 'not a folder':
      return 'unix-no-such-folder';
    case 'no permission':
      return 'unix-folder-not-writable';
  }
}

function ruleOfConnect({ kind, isAlive, sockets }: UnixPlace, holders: readonly HeldUnixSocket[]): RuleId {
  switch (kind) {
    case 'abstract':
    case 'other file':
    case 'socket': {
      if (kind === 'socket' && isAlive === undefined) return 'unix-not-writable';
      const listens = holders.some(({ type, state }) => type === 'dgram' || state === 'LISTEN');
      return listens || (isAlive === true && sockets.length === 0) ? 'unix-connected' : 'unix-nobody-listens';
    }
    case 'no permission':
      return 'unix-not-writable';
    default:
      return 'unix-no-such-path';
  }
}

/**
 * Whether it has the name that is asked for: a path whatever its type, a name of the same type to the last byte. After an error of
 * Node the name is known as it was before Node filled it up.
 */
function hasName(
  { path: own = '', type: ownType }: HeldUnixSocket,
  { path, type = 'stream' }: UnixRequest,
  failed: boolean,
): boolean {
  if (!isAbstract(path)) return true;
  return ownType === type && (own === path || (failed && withoutPadding(own) === withoutPadding(path)));
}

function notesOf({ request, failed, place, rule, code }: Seen): string[] {
  const padded = place.sockets.some(({ path = '' }) => isAbstract(path) && path !== request.path);
  return [
    // uv_pipe_bind()
    ...(code === 'EACCES' && rules[rule].outcome === 'ENOENT' ? [notes.namedEacces] : []),
    ...(padded && !failed ? [notes.paddedName] : []),
  ];
}

interface Seen {
  readonly request: UnixRequest;
  readonly place: UnixPlace;
  readonly rule: RuleId;
  readonly code: string | undefined;
  readonly failed: boolean;
}

function triedCures(rule: RuleId, type: (typeof types)[number], deadline: Deadline | undefined): [Trial, TriedCure[]] {
  const cures: readonly Cure[] = rules[rule].cures;
  const isAlive = rule === 'unix-path-in-use';
  const canBeTried = isAlive || rule === 'unix-path-stale';
  const make = (action?: UnixAction): Trial => {
    if (deadline === undefined) return notTried(untried.off);
    if (!canBeTried) return notTried(untried.notOnCopies);
    return deadline.isOver ? notTried(untried.noTime) : tryUnix(isAlive, type, action);
  };
  const tried = cures.map((cure) => ({
    ...cure,
    trial: isUnixAction(cure.action) ? make(cure.action) : notTried(untried.notOnCopies),
  }));
  return [make(), tried];
}

/** Explains a request; `code` is what it failed with, where it has. */
export function explainUnix(
  request: UnixRequest,
  code: string | undefined,
  deadline: Deadline,
  trials: boolean,
): UnixExplanation {
  if (process.platform !== 'linux')
    throw new UsageError('ERR_NOT_SUPPORTED', 'unix sockets are explained on Linux only');
  checkUnixRequest(request);
  const { path, type = 'stream', call = 'bind' } = request;
  const place = placeAt(path, deadline);
  const failed = code !== undefined;
  const named = place.sockets.filter((socket) => hasName(socket, request, failed));
  const rule = call === 'bind' ? ruleOfBind(place, named) : ruleOfConnect(place, named);
  const { outcome, text } = rules[rule];
  const fails = outcome !== 'ok';
  const [trial, cures] = fails
    ? triedCures(rule, type, trials ? deadline : undefined)
    : [notTried(untried.nothingInTheWay), []];
  const holders = fails ? named : [];
  return {
    ...((fails || failed) && { code: code ?? outcome }),
    call,
    free: !fails,
    request,
    place: place.kind,
    holders,
    others: place.sockets.filter((socket) => !holders.includes(socket)),
    rule,
    sentence: text,
    cures,
    trial,
    unseen: place.unseen,
    notes: notesOf({ request, place, rule, code, failed }),
  };
}
