import type { LinkEvent } from '../record/event.js';
import { type IcmpNames, icmpNames } from './icmp-names.js';

/** The link that an event is about, with what it lacks filled in. */
export type LinkSaid = LinkEvent & { readonly link: string };

/**
 * The words in which what happened is said and drawn: steps of calls, ladders, tables of sockets. Names of calls, hosts, sockets,
 * states, errnos and flags stay as they are. What is filled in is an argument, so that a language chooses its own order.
 */
export interface RunWords {
  // What came of a call
  readonly bytes: (count: number) => string;
  /** Of a call that was made until it gave no more. */
  readonly then: (first: string, last: string) => string;
  readonly endOfStream: string;
  readonly notReturned: string;
  readonly destroyed: (count: string) => string;
  readonly againAndAgain: (call: string) => string;
  readonly asUser: (user: string) => string;
  readonly failed: string;
  /** Between what was done and what came of it, where that is a sentence. */
  readonly named: (name: string, what: string) => string;

  // Links and programs
  readonly link: (event: LinkSaid) => string;
  readonly starts: (program: string) => string;
  readonly prints: (program: string) => string;
  readonly ended: (program: string) => string;
  readonly takesItsSocket: (program: string) => string;

  // Segments
  readonly sends: (segment: string) => string;
  readonly gets: (segment: string) => string;
  readonly lost: string;
  readonly got: string;
  readonly sent: string;
  readonly noFlags: string;
  /** Of a number that belongs to an earlier connection. */
  readonly old: string;
  /** Of a segment that was sent before. */
  readonly again: string;
  /** Of a segment that the link made, whoever it names as its sender. */
  readonly byLink: string;
  readonly took: (time: string) => string;

  // Other packets
  readonly icmp: IcmpNames;
  /** Of a type that has no name. */
  readonly icmpType: (type: number, code: number) => string;
  readonly toRouter: (address: string) => string;
  readonly echoOf: (id: number, seq: number) => string;
  /** What an error is about, behind what it says. */
  readonly about: (what: string) => string;

  // Tables of sockets
  readonly noSockets: string;
  readonly mark: string;
  readonly tableHead: readonly [string, string, string, string, string, string, string];
  /** The same as {@link tableHead} and a row below it, for a narrow screen; no timer is empty. */
  readonly tableRow: (row: {
    readonly state: string;
    readonly receiveQueue: string;
    readonly sendQueue: string;
    readonly local: string;
    readonly remote: string;
    readonly held: string;
    readonly timer: string;
  }) => string;
  readonly held: string;
  readonly notHeld: string;
  readonly comma: string;

  // Pictures
  readonly scripted: string;
  readonly socketNamed: (name: string) => string;
  readonly linkTo: (link: string, to: string, change: LinkEvent['change']) => string;
  readonly aborted: (message: string) => string;
  readonly segments: (count: string, isOne: boolean) => string;
  /** Of other packets than segments. */
  readonly packets: (count: string, isOne: boolean) => string;
  readonly dataBytes: (count: string, isOne: boolean) => string;
  readonly sentAgain: (count: string) => string;
  readonly lostOf: (count: string) => string;
  readonly calls: (count: string, isOne: boolean) => string;
  readonly marks: (count: string, isOne: boolean) => string;
  readonly inFileOnly: (what: string) => string;
  readonly further: (count: string) => string;
  readonly notRecorded: (count: string) => string;
  readonly notDrawn: (count: string, isOne: boolean, kinds: string) => string;
  readonly noBand: (count: number, host: string) => string;
  readonly missing: (count: number) => string;
  readonly captureLost: (count: string) => string;
  readonly implied: string;
  /** Of a call that is a dot. */
  readonly dot: string;
  readonly impliedMark: string;
  readonly stateTitle: (state: string, ends: readonly string[], time: string, isSeen: boolean) => string;

  // A picture for those who do not see it
  readonly hosts: (names: string) => string;
  readonly noHosts: string;
  readonly calling: (host: string, call: string) => string;
  readonly waiting: (made: string) => string;
  readonly returning: (call: string, host: string, result: string) => string;
  readonly sending: (from: string, segment: string, to: string, isLost: boolean) => string;
  readonly isIn: (host: string, state: string) => string;
  readonly at: (time: string, what: string) => string;
  readonly moreEvents: (count: number) => string;
  readonly scriptAborted: (message: string) => string;
}

const plural = (count: string, thing: string, isOne: boolean): string => `${count} ${thing}${isOne ? '' : 's'}`;

function segmentCount({ times, from }: LinkSaid): string {
  const count = times === undefined ? 'segments' : times === 1 ? '1 segment' : `${times} segments`;
  return from === undefined ? count : `${count} from ${from}`;
}

function linkText(event: LinkSaid): string {
  const { change, link, to = 'the other end' } = event;
  switch (change) {
    case 'up':
    case 'down':
      return `${link} ${change}`;
    case 'muted':
      return `loses what it sends to ${to}`;
    case 'unmuted':
      return `reaches ${to} again`;
    case 'delays':
      return `link to ${to} delays by ${event.delayMs ?? 0} ms`;
    case 'loses':
      return `link to ${to} drops ${segmentCount(event)}`;
    case 'delays some':
      return `link to ${to} delays ${segmentCount(event)} by ${event.delayMs ?? 0} ms`;
    case 'duplicates':
      return `link to ${to} carries ${segmentCount(event)} twice`;
    case 'reorders':
      return `link to ${to} carries ${segmentCount(event)} behind the next`;
    case 'injects':
      return `${event.flags?.join(' ') ?? 'a segment'} injected as if from ${event.from ?? ''}`;
    case 'loses nothing':
      return `link to ${to} drops nothing`;
    case 'vanishes':
    case 'is back':
      return change;
  }
}

export const runEnglish: RunWords = {
  bytes: (count) => plural(String(count), 'byte', count === 1),
  then: (first, last) => `${first}, then ${last}`,
  endOfStream: 'end of stream',
  notReturned: 'has not returned',
  destroyed: (count) => `${count} destroyed`,
  againAndAgain: (call) => `${call} again and again`,
  asUser: (user) => `as user ${user}`,
  failed: 'failed',
  named: (name, what) => `${name}: ${what}`,

  link: linkText,
  starts: (program) => `start ${program}`,
  prints: (program) => `${program} prints`,
  ended: (program) => `${program} ended`,
  takesItsSocket: (program) => `${program} takes its socket`,

  sends: (segment) => `sends ${segment}`,
  gets: (segment) => `gets ${segment}`,
  lost: 'lost',
  got: 'got',
  sent: 'sent',
  noFlags: 'no flags',
  old: 'old',
  again: 'again',
  byLink: 'by the link',
  took: (time) => `, took ${time}`,

  icmp: icmpNames,
  icmpType: (type, code) => `type ${type} code ${code}`,
  toRouter: (address) => `to ${address}`,
  echoOf: (id, seq) => `id=${id} seq=${seq}`,
  about: (what) => `about ${what}`,

  noSockets: 'no sockets',
  mark: 'mark',
  tableHead: ['State', 'Recv-Q', 'Send-Q', 'Local', 'Remote', 'Process', 'Timer'],
  tableRow: ({ state, receiveQueue, sendQueue, local, remote, held, timer }) =>
    `${state} ${local} - ${remote}, Recv-Q ${receiveQueue}, Send-Q ${sendQueue}, process ${held}${timer === '' ? '' : `, timer ${timer}`}`,
  held: 'yes',
  notHeld: 'none',
  comma: ', ',

  scripted: '(scripted)',
  socketNamed: (name) => `socket ${name}`,
  linkTo: (link, to, change) => `${link} to ${to} ${change}`,
  aborted: (message) => `aborted: ${message}`,
  segments: (count, isOne) => plural(count, 'segment', isOne),
  packets: (count, isOne) => plural(count, 'packet', isOne),
  dataBytes: (count, isOne) => plural(count, 'byte', isOne),
  sentAgain: (count) => `${count} sent again`,
  lostOf: (count) => `${count} lost`,
  calls: (count, isOne) => plural(count, 'call', isOne),
  marks: (count, isOne) => plural(count, 'mark', isOne),
  inFileOnly: (what) => `${what} in the capture file only`,
  further: (count) => `${count} more`,
  notRecorded: (count) => `${count} events are not in the record`,
  notDrawn: (count, isOne, kinds) => `${plural(count, 'packet', isOne)} not drawn: ${kinds}`,
  noBand: (count, host) => `${count} more sockets of ${host} have no band`,
  missing: (count) => `${count} packets are missing: the kernel had no room to show them`,
  captureLost: (count) => `the capture lost ${count} packets`,
  implied: 'state follows from a segment, not seen',
  dot: 'a call: click or tap it',
  impliedMark: '~ inferred from a segment, not observed',
  stateTitle: (state, ends, time, isSeen) =>
    `${state} of ${ends.join(' and ')} from ${time} on, ${isSeen ? 'seen' : 'follows from a segment'}`,

  hosts: (names) => `Hosts from left to right: ${names}.`,
  noHosts: 'none',
  calling: (host, call) => `${host} calls ${call}`,
  waiting: (made) => `${made}, which waits`,
  returning: (call, host, result) => `${call} of ${host} returns: ${result}`,
  sending: (from, segment, to, isLost) => `${from} sends ${segment} to ${to}${isLost ? ', which is lost' : ''}`,
  isIn: (host, state) => `${host} is in ${state}`,
  at: (time, what) => `${time}: ${what}.`,
  moreEvents: (count) => `${count} more events.`,
  scriptAborted: (message) => `the script was aborted: ${message}`,
};
