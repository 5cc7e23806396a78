/** The words of what the page of experiments has beside its pictures: steps, tabs, and the list with its search. */
export interface StepWords {
  readonly first: string;
  readonly back: string;
  readonly next: string;
  readonly last: string;
  readonly leave: string;
  readonly keys: string;
  /** With marks for the numbers, which the script of the page fills in. */
  readonly count: (all: string) => string;
  readonly place: (at: string, all: string) => string;
  readonly through: (name: string) => string;
  readonly thisStep: string;
  readonly sockets: string;
  readonly socketHead: readonly [host: string, local: string, remote: string, state: string];
  readonly noSockets: string;
  readonly was: (state: string, before: string) => string;
  readonly returns: (call: string, host: string, result: string) => string;
  readonly waits: (call: string) => string;
  readonly lost: (packet: string) => string;

  // Names of fields, and what stands in them
  readonly host: string;
  readonly call: string;
  readonly result: string;
  readonly called: string;
  readonly returned: string;
  readonly time: string;
  readonly from: string;
  readonly to: string;
  readonly flags: string;
  readonly sequence: string;
  readonly acknowledges: string;
  readonly window: string;
  readonly data: string;
  readonly options: string;
  /** Of ICMP. */
  readonly type: string;
  readonly code: string;
  readonly mtu: string;
  readonly pointer: string;
  readonly router: string;
  readonly identifier: string;
  readonly about: string;
  readonly quotes: string;
  readonly sent: string;
  readonly received: string;
  readonly none: string;
  readonly range: (first: string, last: string) => string;
  readonly numbered: (range: string) => string;
  readonly allBefore: (number: string) => string;
  readonly bytes: (count: string) => string;
  readonly scaled: (bytes: string, window: string, scale: number) => string;
  readonly sentAgain: (time: string) => string;
  readonly neverReceived: string;
  readonly later: (time: string, span: string) => string;

  readonly variants: string;
  readonly listOf: (count: number) => string;
  readonly search: string;
  readonly found: (count: string, all: string) => string;
  readonly noneFound: string;
  readonly showAll: string;
}

export const stepEnglish: StepWords = {
  first: 'First',
  back: 'Back',
  next: 'Next',
  last: 'Last',
  leave: 'Leave',
  keys: 'Keys: arrows on these buttons, n and p in the picture too, Esc to leave',
  count: (all) => `${all} steps`,
  place: (at, all) => `Step ${at} of ${all}`,
  through: (name) => `Step through ${name}`,
  thisStep: 'This step',
  sockets: 'TCP sockets at that moment',
  socketHead: ['Host', 'Local', 'Remote', 'State'],
  noSockets: 'Every TCP socket is CLOSED at that moment.',
  was: (state, before) => `${state}, was ${before}`,
  returns: (call, host, result) => `${host}: ${call} returns ${result}`,
  waits: (call) => `${call} waits`,
  lost: (packet) => `${packet}, lost`,

  host: 'Host',
  call: 'Call',
  result: 'Result',
  called: 'Called',
  returned: 'Returned',
  time: 'Time',
  from: 'From',
  to: 'To',
  flags: 'Flags',
  sequence: 'Sequence number',
  acknowledges: 'Acknowledges',
  window: 'Window',
  data: 'Data',
  options: 'Options',
  type: 'Type',
  code: 'Code',
  mtu: 'MTU',
  pointer: 'Pointer',
  router: 'Router',
  identifier: 'Identifier',
  about: 'About',
  quotes: 'Quotes',
  sent: 'Sent',
  received: 'Received',
  none: 'none',
  range: (first, last) => `${first} to ${last}`,
  numbered: (range) => `sequence number ${range}`,
  allBefore: (number) => `all before ${number}`,
  bytes: (count) => (count === '1' ? '1 byte' : `${count} bytes`),
  scaled: (bytes, window, scale) => `${bytes} (${window}, scaled by 2^${scale})`,
  sentAgain: (time) => `${time}, again`,
  neverReceived: 'never: it was lost',
  later: (time, span) => `${time}, ${span} later`,

  variants: 'Variants',
  listOf: (count) => `${count} experiments`,
  search: 'Search experiments',
  found: (count, all) => `${count} of ${all}`,
  noneFound: 'No experiment has all of these words.',
  showAll: 'Show all',
};
