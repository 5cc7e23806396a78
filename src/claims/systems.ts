import type { ExistingSocket } from '../explain/conflict.js';
import { predictBind } from '../explain/predict.js';
import { places, type Place, sharings, type Sharing, type Stage, type Table } from './grid/dimensions.js';

/** What bind() of the second socket gives, as far as it is known. */
export type Answer = 'ok' | 'EADDRINUSE' | 'EACCES' | 'ok for one user' | 'no such option' | 'unknown';

/** Where an answer comes from. */
export interface System {
  readonly name: string;
  /** What was read, with the function that decides. */
  readonly source: string;
}

/** Other systems, by what was read of them. None of it was run. */
export const systems = {
  bsd: {
    name: 'BSD',
    source:
      'NetBSD, sys/netinet/in_pcb.c: inpcb_bind_port() and inpcb_lookup_port(); FreeBSD and OpenBSD come from the same 4.4BSD code',
  },
  macos: { name: 'macOS', source: 'XNU, bsd/netinet/in_pcb.c: in_pcbbind() and in_pcblookup_local()' },
  windows: {
    name: 'Windows',
    source:
      'Microsoft, [Sharing Transport Addresses](https://learn.microsoft.com/windows-hardware/drivers/network/sharing-transport-addresses) and [Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE](https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse)',
  },
  solaris: {
    name: 'Solaris',
    source: 'illumos, usr/src/uts/common/inet/tcp/tcp_bind.c: tcp_bindi(); its UDP code was not read',
  },
} as const satisfies Readonly<Record<string, System>>;

export type SystemId = keyof typeof systems;

/** The answer that most people read on this: what it says of Linux is put beside Linux. */
export const wellKnownAnswer = {
  title: 'How do SO_REUSEADDR and SO_REUSEPORT differ?',
  url: 'https://stackoverflow.com/a/14388707',
} as const;

/** Two sockets on one port: which addresses, which options, and what the first one does. */
export interface Situation {
  readonly protocol: 'tcp' | 'udp';
  readonly stage: Extract<Stage, 'bound' | 'listening' | 'TIME_WAIT'>;
  readonly otherUser: boolean;
  readonly first: Side;
  readonly second: Side;
  readonly elsewhere: Readonly<Record<SystemId, Answer>>;
  /** What the well-known answer says of Linux 3.9 and later. */
  readonly answer: Answer;
}

interface Side {
  readonly place: Place;
  readonly sharing: Sharing;
}

type Written = readonly [
  second: readonly [first: 'ANY' | 'A', second: 'ANY' | 'A' | 'B'],
  options: readonly [first: Option, second: Option],
  elsewhere: readonly [bsd: Answer, macos: Answer, windows: Answer, solaris: Answer],
  answer: Answer,
  more?: Partial<Pick<Situation, 'protocol' | 'stage' | 'otherUser'>>,
];
type Option = 'none' | 'SO_REUSEADDR' | 'SO_REUSEPORT';

function placeOf(name: 'ANY' | 'A' | 'B'): Place {
  const address = { ANY: '0.0.0.0', A: '127.0.0.1', B: '127.0.0.2' }[name];
  const found = places.find((place) => place.address === address);
  if (found === undefined) throw new Error(`the grid has no ${address}`);
  return found;
}

function sharingOf(name: Option): Sharing {
  const found = sharings.find((sharing) => sharing.name === name);
  if (found === undefined) throw new Error(`the grid has no ${name}`);
  return found;
}

const [no, yes] = ['EADDRINUSE', 'ok'] as const;
const lacks = 'no such option';
const timeWait = { stage: 'TIME_WAIT' } as const;
const listening = { stage: 'listening' } as const;
const udp = { protocol: 'udp' } as const;

const written: readonly Written[] = [
  [['A', 'A'], ['none', 'none'], [no, no, no, no], no],
  [['A', 'B'], ['none', 'none'], [yes, yes, yes, yes], yes],
  [['ANY', 'A'], ['none', 'none'], [no, no, 'ok for one user', no], no],
  [['A', 'ANY'], ['none', 'none'], [no, no, yes, no], no],
  [['A', 'A'], ['none', 'SO_REUSEADDR'], [no, no, 'EACCES', no], no],
  [['A', 'A'], ['SO_REUSEADDR', 'SO_REUSEADDR'], [no, no, yes, no], yes],
  [['ANY', 'ANY'], ['SO_REUSEADDR', 'SO_REUSEADDR'], [no, no, yes, no], yes],
  [['ANY', 'A'], ['SO_REUSEADDR', 'SO_REUSEADDR'], [yes, yes, yes, yes], yes],
  [['ANY', 'A'], ['none', 'SO_REUSEADDR'], [yes, yes, 'ok for one user', yes], yes],
  [['A', 'ANY'], ['none', 'SO_REUSEADDR'], [yes, yes, yes, yes], yes],
  [['ANY', 'A'], ['SO_REUSEADDR', 'SO_REUSEADDR'], [yes, yes, yes, yes], no, listening],
  [['A', 'ANY'], ['SO_REUSEADDR', 'SO_REUSEADDR'], [yes, yes, yes, yes], no, listening],
  [['A', 'A'], ['SO_REUSEPORT', 'SO_REUSEPORT'], [yes, yes, lacks, lacks], yes],
  [['A', 'A'], ['SO_REUSEPORT', 'SO_REUSEPORT'], [yes, yes, lacks, lacks], yes, listening],
  [['A', 'A'], ['SO_REUSEPORT', 'SO_REUSEPORT'], [no, no, lacks, lacks], no, { otherUser: true }],
  [['A', 'A'], ['none', 'SO_REUSEPORT'], [no, no, lacks, lacks], no],
  [['A', 'A'], ['none', 'none'], [no, no, 'unknown', no], no, timeWait],
  [['A', 'A'], ['none', 'SO_REUSEADDR'], [yes, yes, 'unknown', yes], yes, timeWait],
  [['A', 'A'], ['SO_REUSEADDR', 'SO_REUSEADDR'], [yes, yes, 'unknown', yes], yes, timeWait],
  [['A', 'A'], ['none', 'SO_REUSEPORT'], [yes, yes, lacks, lacks], no, timeWait],
  [['A', 'A'], ['SO_REUSEADDR', 'SO_REUSEADDR'], [no, no, yes, 'unknown'], yes, udp],
  [['ANY', 'A'], ['SO_REUSEADDR', 'SO_REUSEADDR'], [yes, yes, yes, 'unknown'], yes, udp],
  [['A', 'A'], ['SO_REUSEPORT', 'SO_REUSEPORT'], [yes, yes, lacks, 'unknown'], yes, udp],
];

/** The situations of the well-known answer, and those in which systems differ. */
export const situations: readonly Situation[] = written.map(
  ([[first, second], [firstOption, secondOption], [bsd, macos, windows, solaris], answer, more]) => ({
    protocol: 'tcp',
    stage: 'bound',
    otherUser: false,
    ...more,
    first: { place: placeOf(first), sharing: sharingOf(firstOption) },
    second: { place: placeOf(second), sharing: sharingOf(secondOption) },
    elsewhere: { bsd, macos, windows, solaris },
    answer,
  }),
);

const other = 1000;

/** What Linux says, by the model that `matrix --exhaustive` sets beside the kernel. */
export function onLinux({ protocol, stage, otherUser, first, second }: Situation, kernel?: string): string {
  const port = 8080;
  const existing: ExistingSocket = {
    protocol,
    family: 'IPv4',
    state: stage === 'TIME_WAIT' ? stage : stage === 'listening' ? 'LISTEN' : protocol === 'udp' ? 'CLOSE' : 'BOUND',
    localAddress: first.place.address,
    localPort: port,
    uid: otherUser ? other : 0,
    options: first.sharing.options,
  };
  const request = { protocol, address: second.place.address, port, uid: 0, options: second.sharing.options } as const;
  const machine = { completeHistory: true, ...(kernel !== undefined && { kernel }) };
  return predictBind([existing], request, machine).calls[0]?.outcome ?? 'unknown';
}

/** For `runGrid`: the two sockets made on this kernel. */
export function tableOf({ protocol, stage, otherUser, first, second }: Situation, name: string): Table {
  const device = 'none' as const;
  const to = stage === 'TIME_WAIT' ? { to: first.place } : {};
  return {
    name,
    situation: name,
    protocol,
    stage,
    otherUser,
    firsts: [{ ...first, ...to, device }],
    seconds: [{ ...second, device }],
  };
}

/** A sentence of the well-known answer that is not so on Linux today, and the case that shows it. */
export interface Correction {
  readonly said: string;
  readonly linux: string;
  readonly cases: readonly string[];
}

export const corrections: readonly Correction[] = [
  {
    said: 'With SO_REUSEADDR on the socket that is bound, a socket in TIME_WAIT is ignored.',
    linux:
      'Both need it: the socket that is bound, and the connection that is now in TIME_WAIT, which has it from its listener.',
    cases: ['G7', 'C11', 'C19'],
  },
  {
    said: 'Only SO_REUSEADDR of the socket that is bound counts, not that of the one that has the port.',
    linux: 'Both need it, whatever the first socket does. That is so for a wildcard and an address too.',
    cases: ['C8', 'L7'],
  },
  {
    said: 'SO_REUSEPORT of the new socket alone, without the old one having it, does not help over TIME_WAIT; SO_REUSEADDR alone does.',
    linux: 'Neither helps alone.',
    cases: ['G7'],
  },
  {
    said: 'Both options must be set before bind().',
    linux:
      'The kernel looks at the options of the first socket when the second is bound, so they can be set later, and on a running server too.',
    cases: ['S10', 'C17'],
  },
  {
    said: 'A second connection with the same five-tuple fails with EADDRINUSE.',
    linux: 'connect() fails with EADDRNOTAVAIL.',
    cases: ['L9'],
  },
  {
    said: 'Sockets with SO_REUSEPORT must belong to one effective user.',
    linux:
      'That is so while the sockets are open: the user counts that made each with socket(). A TIME_WAIT has no user, and SO_REUSEADDR has no such rule.',
    cases: ['S18'],
  },
];
