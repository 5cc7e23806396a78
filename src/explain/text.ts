import { getSystemErrorMap } from 'node:util';
import { constants } from 'node:os';
import { formatAddress } from '../address.js';
import type { SocketState } from '../netlink/state.js';
import type { SocketOwner } from '../proc/owner.js';
import type { Explanation } from './explain.js';
import type { TriedCure } from './finding.js';
import type { HeldSocket, Unseen } from './held.js';
import type { BindRequest } from './predict.js';
import { type CureNeeds, rules, unpredictables } from './rules.js';
import type { Trial } from './trial.js';
import type { UnixExplanation, UnixRequest } from './unix.js';
import type { HeldUnixSocket } from './unix-place.js';

// What would rule a terminal, or turn the text around: control and format characters, separators of lines.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;
const longestCommand = 120;

/** Text that somebody else wrote, such as a process its name: on one line, cut to `longest` characters, and harmless. */
export function harmless(text: string, longest = longestCommand): string {
  const cut = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  return cut.replaceAll(unprintable, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A process in a few words: `pid 4711 node server.js (nginx.service)`. */
export function ownerText({ pid, argv, name, unit, container }: SocketOwner): string {
  // Cut before the words are joined: a command line may have megabytes.
  const command = argv.length > 0 ? argv.slice(0, longestCommand).join(' ') : `[${name}]`;
  const where = [unit, container && `container ${container.slice(0, 12)}`].filter((part) => part !== undefined);
  return `pid ${pid} ${harmless(command)}${where.length > 0 ? ` (${harmless(where.join(', '))})` : ''}`;
}

/** What is shown of a socket: of one that was explained, or of a row of `listSockets` with its owners. */
type Shown = Pick<
  HeldSocket,
  'family' | 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort' | 'timer' | 'uid' | 'inode'
> & { readonly state: SocketState; readonly owners?: readonly SocketOwner[] };

type Holder = Shown | HeldUnixSocket;

function place({ family }: Shown, address: string, port: number): string {
  return formatAddress({ family, address, port });
}

function timeLeft({ timer, state }: Shown): string[] {
  const ends = timer?.kind === 'time-wait' || (timer !== undefined && state === 'FIN_WAIT2');
  return ends ? [`${Math.ceil((timer?.remainingMs ?? 0) / 1000)} s left`] : [];
}

function holderOf(held: Holder): string {
  const { owners = [], uid } = held;
  if (owners.length > 0) return owners.map(ownerText).join('; ');
  if (held.inode !== 0) return `a process that cannot be seen${uid === undefined ? '' : ` (uid ${uid})`}`;
  // A connection in the accept queue has no inode yet.
  return held.state === 'ESTABLISHED' || held.state === 'CLOSE_WAIT' ? 'not accepted yet' : 'no process';
}

/** A path, or an abstract name with `@` for its NUL byte, as ss(8) shows it. */
function pathText(path: string): string {
  return harmless(path.replaceAll('\0', '@'));
}

/** One line: state, addresses, the time that is left, and the processes. */
export function holderText(held: Holder): string {
  if (!('localPort' in held)) {
    const where = held.isElsewhere === true ? ', in another network namespace' : '';
    return `${held.state.padEnd(7)} ${pathText(held.path ?? '')}  ${holderOf(held)}${where}`;
  }
  const local = place(held, held.localAddress, held.localPort);
  const isConnected = held.remotePort !== 0;
  const ends = isConnected ? `${local} - ${place(held, held.remoteAddress, held.remotePort)}` : local;
  return `${held.state.padEnd(7)} ${ends}  ${[...timeLeft(held), holderOf(held)].join(', ')}`;
}

const mostLines = 10;

/** A line for each, as far as a reader would follow, and how many more there are of each state. */
export function holderLines(held: readonly Holder[]): string[] {
  const lines = held.slice(0, mostLines).map(holderText);
  const counts = new Map<string, number>();
  for (const { state } of held.slice(mostLines)) counts.set(state, (counts.get(state) ?? 0) + 1);
  const more = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  return more === '' ? lines : [...lines, `… and ${more} more`];
}

/** Who must act, in words. */
export const needs: Readonly<Record<CureNeeds, string>> = {
  us: 'this program',
  'the other': 'the other program',
  both: 'both programs',
  root: 'root',
  time: 'time',
};

function trialText(trial: Trial): string {
  switch (trial.result) {
    case 'works':
      return trial.together === undefined
        ? '; tried: works'
        : `; tried: works with ${trial.together} on the new socket`;
    case 'fails':
      return `; tried: ${trial.call}() still fails with ${trial.code}`;
    case 'not tried':
      return '';
  }
}

function cureText({ text, needs: who, trial }: TriedCure, index: number): string {
  return `  ${index + 1}. ${text} [${needs[who]}${trialText(trial)}]`;
}

function endpoint(address: string, port: number): string {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  if (port !== 0) return formatAddress({ family, address, port });
  return `${address}, any port`;
}

/** Where the socket is bound, if it is. */
function localOf({ address, port = 0, connect }: BindRequest): string[] {
  if (address !== undefined) return [endpoint(address, port)];
  if (port !== 0) return [`port ${port}`];
  return connect === undefined ? ['any port'] : [];
}

function targetOf(request: BindRequest | UnixRequest): string {
  if (request.protocol === 'unix') return `unix socket ${pathText(request.path)}`;
  const { protocol, connect, options = {}, interfaceIndex = 0 } = request;
  const set = Object.entries(options).flatMap(([name, value]) => (value === true ? [name] : []));
  return [
    protocol.toUpperCase(),
    ...localOf(request),
    ...(connect === undefined ? [] : ['to', endpoint(connect.address, connect.port)]),
    ...(interfaceIndex === 0 ? [] : [`on interface ${interfaceIndex}`]),
    ...(set.length > 0 ? [`with ${set.join(', ')}`] : []),
  ].join(' ');
}

function errorText(code: string): string {
  const errno = Object.entries(constants.errno).find(([name]) => name === code)?.[1];
  return (errno === undefined ? undefined : getSystemErrorMap().get(-errno)?.[1]) ?? 'unknown error';
}

function takesAnyPort(request: BindRequest | UnixRequest): boolean {
  return request.protocol !== 'unix' && (request.port ?? 0) === 0 && request.connect === undefined;
}

type AnyExplanation = Explanation | UnixExplanation;

function outcomeText({ code, call, request, free, unpredictable }: AnyExplanation): string {
  const target = targetOf(request);
  if (code !== undefined && free === true) return `${call}() failed with ${code} on ${target}; now it would work.`;
  if (code !== undefined) return `${call}() fails with ${code} (${errorText(code)}) on ${target}.`;
  if (unpredictable !== undefined) return `${call}() may fail on ${target}. ${unpredictables[unpredictable]}`;
  return `Free: nothing is in the way of ${target}.`;
}

/** Whether what is not seen could change what is said: the verdict, or the owners of what is shown. */
function matters({ kind }: Unseen, free: boolean | undefined, shown: readonly Holder[]): boolean {
  if (kind === 'no-sock-diag' || kind === 'network-namespace') return true;
  // Where options that are not known could decide, the verdict is left open.
  if (kind === 'options') return free !== true;
  return shown.some(({ inode, owners = [] }) => inode !== 0 && owners.length === 0);
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

const processes = (number: number): string => count(number, 'process', 'processes');

export function unseenText(unseen: Unseen): string {
  switch (unseen.kind) {
    case 'no-proc':
      return 'Not seen: processes, because /proc is not mounted.';
    case 'other-users':
      return `Not seen: the descriptors of ${processes(unseen.processes)} of other users. Root sees them.`;
    case 'passed-over':
      return `Not looked at: descriptors from 1024 on of ${processes(unseen.processes)}, which may share these sockets.`;
    case 'out-of-time':
      return `Not looked at: the descriptors of ${processes(unseen.processes)}, for want of time.`;
    case 'hidepid':
      return 'Not seen: processes of other users, because /proc is mounted with hidepid. Root sees them.';
    case 'pid-namespace':
      return 'Not seen: processes outside this PID namespace (container).';
    case 'network-namespace':
      return 'Not seen: the socket itself, because it is in another network namespace, in which no process is that can be seen.';
    case 'no-sock-diag':
      return `Read from /proc/net, because sock_diag did not answer (${unseen.reason}).`;
    case 'options':
      return `Not seen: options of ${count(unseen.sockets, 'socket', 'sockets')} (${harmless(unseen.reason)}).`;
  }
}

/** Says why no cure was tried: a reader would take them for tried. */
function untriedText({ cures }: AnyExplanation): string[] {
  const [reason, ...others] = new Set(cures.map(({ trial }) => (trial.result === 'not tried' ? trial.reason : '')));
  return reason && others.length === 0 ? [`  (not tried: ${harmless(reason, 200)})`] : [];
}

/** The explanation for a reader: a line for each socket in the way, then what fails and why, then what helps. */
export function explanationText(explanation: AnyExplanation): string {
  const { holders, others, rule, sentence, cures, notes, unseen, free } = explanation;
  const { kernel, source } = rules[rule];
  // Where any port will do, others have theirs.
  const besides = takesAnyPort(explanation.request) ? [] : others;
  return [
    ...holderLines(holders),
    outcomeText(explanation),
    ...notes,
    ...(free === true ? [] : [`Rule ${rule}: ${sentence}`, `  ${kernel}; ${source}`]),
    ...(cures.length > 0 ? ['What helps:', ...cures.map(cureText), ...untriedText(explanation)] : []),
    ...(besides.length > 0
      ? [
          explanation.request.protocol === 'unix'
            ? 'Also of this name, and not in the way:'
            : 'Also on the port, and not in the way:',
          ...holderLines(besides).map((line) => `  ${line}`),
        ]
      : []),
    ...unseen.filter((one) => matters(one, free, [...holders, ...besides])).map(unseenText),
  ].join('\n');
}
