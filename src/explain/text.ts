import { formatAddress } from '../address.js';
import { invalidArgument } from '../errors.js';
import type { SocketState } from '../netlink/state.js';
import type { SocketOwner } from '../proc/owner.js';
import type { Explanation } from './explain.js';
import type { TriedCure } from './finding.js';
import type { HeldSocket, Unseen } from './held.js';
import type { BindRequest } from './predict.js';
import { type Rule, rules } from './rules.js';
import type { UnixExplanation, UnixRequest } from './unix.js';
import type { HeldUnixSocket } from './unix-place.js';
import { type ExplanationWords, inEnglish } from './words.js';

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

function timeLeft({ timer, state }: Shown, words: ExplanationWords): string[] {
  const ends = timer?.kind === 'time-wait' || (timer !== undefined && state === 'FIN_WAIT2');
  return ends ? [words.secondsLeft(Math.ceil((timer?.remainingMs ?? 0) / 1000))] : [];
}

function holderOf(held: Holder, words: ExplanationWords): string {
  const { owners = [], uid } = held;
  if (owners.length > 0) return owners.map(ownerText).join('; ');
  if (held.inode !== 0) return words.unseenProcess(uid);
  // A connection in the accept queue has no inode yet.
  return held.state === 'ESTABLISHED' || held.state === 'CLOSE_WAIT' ? words.notAccepted : words.noProcess;
}

/** A path, or an abstract name with `@` for its NUL byte, as ss(8) shows it. */
function pathText(path: string): string {
  return harmless(path.replaceAll('\0', '@'));
}

/** One line: state, addresses, the time that is left, and the processes. */
export function holderText(held: Holder, words = inEnglish): string {
  if (!('localPort' in held)) {
    const parts = [holderOf(held, words), ...(held.isElsewhere === true ? [words.elsewhere] : [])];
    return `${held.state.padEnd(7)} ${pathText(held.path ?? '')}  ${parts.join(words.comma)}`;
  }
  const local = place(held, held.localAddress, held.localPort);
  const isConnected = held.remotePort !== 0;
  const ends = isConnected ? `${local} - ${place(held, held.remoteAddress, held.remotePort)}` : local;
  return `${held.state.padEnd(7)} ${ends}  ${[...timeLeft(held, words), holderOf(held, words)].join(words.comma)}`;
}

const mostLines = 10;

/** A line for each, as far as a reader would follow, and how many more there are of each state. */
export function holderLines(held: readonly Holder[], words = inEnglish): string[] {
  const lines = held.slice(0, mostLines).map((one) => holderText(one, words));
  const counts = new Map<string, number>();
  for (const { state } of held.slice(mostLines)) counts.set(state, (counts.get(state) ?? 0) + 1);
  const more = [...counts].map(([state, count]) => `${count} ${state}`).join(words.comma);
  return more === '' ? lines : [...lines, words.more(more)];
}

function cureText({ text, needs, trial }: TriedCure, index: number, words: ExplanationWords): string {
  return `  ${index + 1}. ${words.cure(words.told(text), words.needs[needs], words.trial(trial))}`;
}

function endpoint(address: string, port: number, words: ExplanationWords): string {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return port === 0 ? words.anyPortOf(address) : formatAddress({ family, address, port });
}

/** Where the socket is bound, if it is. */
function localOf({ address, port = 0, connect }: BindRequest, words: ExplanationWords): string[] {
  if (address !== undefined) return [endpoint(address, port, words)];
  if (port !== 0) return [words.port(port)];
  return connect === undefined ? [words.anyPort] : [];
}

function targetOf(request: BindRequest | UnixRequest, words: ExplanationWords): string {
  if (request.protocol === 'unix') return words.unixSocket(pathText(request.path));
  const { protocol, connect, options = {}, interfaceIndex = 0 } = request;
  const set = Object.entries(options).flatMap(([name, value]) => (value === true ? [name] : []));
  return [
    protocol.toUpperCase(),
    ...localOf(request, words),
    ...(connect === undefined ? [] : [words.to(endpoint(connect.address, connect.port, words))]),
    ...(interfaceIndex === 0 ? [] : [words.onInterface(interfaceIndex)]),
    ...(set.length > 0 ? [words.withOptions(set.join(words.comma))] : []),
  ].join(' ');
}

function takesAnyPort(request: BindRequest | UnixRequest): boolean {
  return request.protocol !== 'unix' && (request.port ?? 0) === 0 && request.connect === undefined;
}

type AnyExplanation = Explanation | UnixExplanation;

function outcomeText({ code, call, request, free, unpredictable }: AnyExplanation, words: ExplanationWords): string {
  const target = targetOf(request, words);
  if (code !== undefined && free === true) return words.nowWorks(call, code, target);
  if (code !== undefined) return words.fails(call, code, words.error(code), target);
  if (unpredictable !== undefined) return words.mayFail(call, target, words.unpredictable(unpredictable));
  return words.free(target);
}

/** Whether what is not seen could change what is said: the verdict, or the owners of what is shown. */
function matters({ kind }: Unseen, free: boolean | undefined, shown: readonly Holder[]): boolean {
  if (kind === 'no-sock-diag' || kind === 'network-namespace') return true;
  // Where options that are not known could decide, the verdict is left open.
  if (kind === 'options') return free !== true;
  return shown.some(({ inode, owners = [] }) => inode !== 0 && owners.length === 0);
}

export function unseenText(unseen: Unseen, words = inEnglish): string {
  return words.unseen(unseen, harmless);
}

/** Says why no cure was tried: a reader would take them for tried. */
function untriedText({ cures }: AnyExplanation, words: ExplanationWords): string[] {
  const [reason, ...others] = new Set(cures.map(({ trial }) => (trial.result === 'not tried' ? trial.reason : '')));
  return reason && others.length === 0 ? [`  ${words.notTried(harmless(words.told(reason), 200))}`] : [];
}

/** The rules that end in an error: what each says, and what helps. */
export function causesText(
  code: string,
  causes: readonly (Rule & { readonly id: string })[],
  words: ExplanationWords,
): string {
  const texts = causes.map(({ id, text, calls, protocols, kernel, source, cures }) =>
    [
      words.causeHead(
        id,
        protocols,
        calls.map((call) => `${call}()`),
      ),
      `  ${words.rule(id, text)}`,
      `  ${kernel}; ${source}`,
      ...cures.map(
        (cure, index) => `  ${index + 1}. ${words.cure(words.told(cure.text), words.needs[cure.needs], '')}`,
      ),
    ].join('\n'),
  );
  return [words.causes(code, causes.length), ...texts].join('\n\n');
}

/**
 * The explanation for a reader: a line for each socket in the way, then what fails and why, then what helps. In English, or in the
 * words of {@link explanationWords}.
 */
export function explanationText(explanation: AnyExplanation, words: ExplanationWords = inEnglish): string {
  if (typeof explanation !== 'object' || explanation === null || !Object.hasOwn(rules, explanation.rule))
    throw invalidArgument('explanation', 'what explain() returned', explanation);
  const { holders, others, rule, sentence, cures, notes, unseen, free } = explanation;
  const { kernel, source } = rules[rule];
  // Where any port will do, others have theirs.
  const besides = takesAnyPort(explanation.request) ? [] : others;
  const helps = cures.map((cure, index) => cureText(cure, index, words));
  return [
    ...holderLines(holders, words),
    outcomeText(explanation, words),
    ...notes.map(words.told),
    ...(free === true ? [] : [words.ruleHead(rule, words.rule(rule, sentence)), `  ${kernel}; ${source}`]),
    ...(helps.length > 0 ? [words.whatHelps, ...helps, ...untriedText(explanation, words)] : []),
    ...(besides.length > 0
      ? [
          explanation.request.protocol === 'unix' ? words.alsoOfName : words.alsoOnPort,
          ...holderLines(besides, words).map((line) => `  ${line}`),
        ]
      : []),
    ...unseen.filter((one) => matters(one, free, [...holders, ...besides])).map((one) => unseenText(one, words)),
  ].join('\n');
}
