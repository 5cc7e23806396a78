import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type { Unseen } from './held.js';
import { type CureNeeds, type UnpredictableId, unpredictables } from './rules.js';
import type { Trial } from './trial.js';

/**
 * The words in which an explanation is printed, besides the texts of the rules. Each language has all of them: a missing one does
 * not compile. What is filled in is an argument, so that a language chooses its own order.
 */
export interface ExplanationWords {
  /** The sentence of a rule; `text` is the English one. */
  readonly rule: (id: string, text: string) => string;
  /** What has no id: a cure, a note, a reason. The error of another program is left as it is. */
  readonly told: (text: string) => string;
  /** Why an outcome cannot be told for sure. */
  readonly unpredictable: (id: UnpredictableId) => string;
  /** Who must act. */
  readonly needs: Readonly<Record<CureNeeds, string>>;
  /** What came of a trial; empty where none was made. */
  readonly trial: (trial: Trial) => string;
  /** A cure, with who must act and what came of its trial. */
  readonly cure: (text: string, needs: string, trial: string) => string;
  /** Why no trial was made. */
  readonly notTried: (reason: string) => string;
  /** What an errno means. */
  readonly error: (code: string) => string;

  // A socket in the way
  /** What is left of a TIME_WAIT, in whole seconds. */
  readonly secondsLeft: (seconds: number) => string;
  /** In the place of a process that cannot be seen; `uid` is the user of the socket, where it is known. */
  readonly unseenProcess: (uid: number | undefined) => string;
  /** A connection that waits for accept(2). */
  readonly notAccepted: string;
  /** A socket that no process holds. */
  readonly noProcess: string;
  /** A socket in another network namespace. */
  readonly elsewhere: string;
  /** That there are more sockets than were printed, with how many of each state. */
  readonly more: (counts: string) => string;
  /** Between the parts of a list. */
  readonly comma: string;

  // What is asked of the kernel
  /** A Unix socket by its path. */
  readonly unixSocket: (path: string) => string;
  /** A bind(2) to port 0 of one address. */
  readonly anyPortOf: (address: string) => string;
  /** A bind(2) to port 0. */
  readonly anyPort: string;
  /** A port of the wildcard. */
  readonly port: (port: number) => string;
  /** Where connect(2) goes. */
  readonly to: (where: string) => string;
  /** The interface of SO_BINDTODEVICE, by index. */
  readonly onInterface: (index: number) => string;
  /** The options of the request, by their C names. */
  readonly withOptions: (names: string) => string;

  // What comes of it
  /** That a call which failed with `code` would work now. */
  readonly nowWorks: (call: string, code: string, target: string) => string;
  /** That a call fails, with what its errno means. */
  readonly fails: (call: string, code: string, meaning: string, target: string) => string;
  /** That it cannot be told whether a call fails, and why. */
  readonly mayFail: (call: string, target: string, why: string) => string;
  /** That nothing is in the way. */
  readonly free: (target: string) => string;
  /** A rule, by its id and its sentence. */
  readonly ruleHead: (id: string, sentence: string) => string;
  /** The heading of the cures. */
  readonly whatHelps: string;
  /** The heading of Unix sockets of the same name that are not in the way. */
  readonly alsoOfName: string;
  /** The heading of sockets on the port that are not in the way. */
  readonly alsoOnPort: string;
  /** What could not be looked at; `harmless` escapes what another program has written. */
  readonly unseen: (unseen: Unseen, harmless: (text: string) => string) => string;

  // The causes of an error
  /** The heading of the rules that can give an errno, with their number. */
  readonly causes: (code: string, count: number) => string;
  /** A rule among them, with the protocols and calls it is about. */
  readonly causeHead: (id: string, protocols: readonly string[], calls: readonly string[]) => string;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

const processes = (number: number): string => count(number, 'process', 'processes');

function unseenText(unseen: Unseen, harmless: (text: string) => string): string {
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

function trialText(trial: Trial): string {
  switch (trial.result) {
    case 'works':
      return trial.together === undefined ? 'tried: works' : `tried: works with ${trial.together} on the new socket`;
    case 'fails':
      return `tried: ${trial.call}() still fails with ${trial.code}`;
    case 'not tried':
      return '';
  }
}

function errorText(code: string): string {
  const errno = Object.entries(constants.errno).find(([name]) => name === code)?.[1];
  return (errno === undefined ? undefined : getSystemErrorMap().get(-errno)?.[1]) ?? 'unknown error';
}

export const inEnglish: ExplanationWords = {
  rule: (_id, text) => text,
  told: (text) => text,
  unpredictable: (id) => unpredictables[id],
  needs: {
    us: 'this program',
    'the other': 'the other program',
    both: 'both programs',
    root: 'root',
    time: 'time',
  },
  trial: trialText,
  cure: (text, needs, trial) => `${text} [${[needs, trial].filter(Boolean).join('; ')}]`,
  notTried: (reason) => `(not tried: ${reason})`,
  error: errorText,

  secondsLeft: (seconds) => `${seconds} s left`,
  unseenProcess: (uid) => `a process that cannot be seen${uid === undefined ? '' : ` (uid ${uid})`}`,
  notAccepted: 'not accepted yet',
  noProcess: 'no process',
  elsewhere: 'in another network namespace',
  more: (counts) => `… and ${counts} more`,
  comma: ', ',

  unixSocket: (path) => `unix socket ${path}`,
  anyPortOf: (address) => `${address}, any port`,
  anyPort: 'any port',
  port: (port) => `port ${port}`,
  to: (where) => `to ${where}`,
  onInterface: (index) => `on interface ${index}`,
  withOptions: (names) => `with ${names}`,

  nowWorks: (call, code, target) => `${call}() failed with ${code} on ${target}; now it would work.`,
  fails: (call, code, meaning, target) => `${call}() fails with ${code} (${meaning}) on ${target}.`,
  mayFail: (call, target, why) => `${call}() may fail on ${target}. ${why}`,
  free: (target) => `Free: nothing is in the way of ${target}.`,
  ruleHead: (id, sentence) => `Rule ${id}: ${sentence}`,
  whatHelps: 'What helps:',
  alsoOfName: 'Also of this name, and not in the way:',
  alsoOnPort: 'Also on the port, and not in the way:',
  unseen: unseenText,

  causes: (code, number) => `${code} has ${number === 1 ? 'one cause' : `${number} causes`}:`,
  causeHead: (id, protocols, calls) => `${id} (${protocols.join(', ')}; ${calls.join(', ')})`,
};
