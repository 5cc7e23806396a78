import type { CaseResult, RowResult } from '../../record/result.js';
import type { OptionName } from '../../../index.js';
import type { CallEvent, Event } from '../../record/event.js';
import { isRecord } from '../../record/json.js';
import { optionsOf } from '../what-was-run.js';

/** The states of RFC 9293 section 3.3.2 in Linux's spelling, in the order in which they come. */
export const diagramStates = [
  'CLOSED',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'CLOSING',
  'TIME_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
] as const;

export type DiagramState = (typeof diagramStates)[number];

/** Which states a case's sockets were in, as far as it is known. */
export interface KnownStates {
  /** The kernel said so: in its socket table, or in TCP_INFO. */
  readonly seen: readonly DiagramState[];
  /** Nobody looked at the time, but what came of a call, or a later state, leads through them alone. */
  readonly passed: readonly DiagramState[];
}

/** States that are reached in one way only. FIN_WAIT1 is not: it follows ESTABLISHED or SYN_RECV (figure 5). */
const onlyAfter: { readonly [S in DiagramState]?: DiagramState } = {
  FIN_WAIT2: 'FIN_WAIT1',
  CLOSING: 'FIN_WAIT1',
  TIME_WAIT: 'FIN_WAIT1',
  LAST_ACK: 'CLOSE_WAIT',
  CLOSE_WAIT: 'ESTABLISHED',
};

/** CLOSED is no state of a socket, but that there is none. */
function isState(text: string): text is DiagramState {
  return text !== 'CLOSED' && diagramStates.some((state) => state === text);
}

function told(event: Event): DiagramState[] {
  if (event.kind === 'look')
    return event.rows
      .filter(({ protocol }) => protocol === 'tcp')
      .flatMap(({ state }) => (isState(state) ? [state] : []));
  // What TCP_INFO said is a value, a state that was waited for a remark.
  const said = event.kind === 'remark' ? event.said : event.kind === 'call' ? event.outcome?.value : undefined;
  return typeof said === 'string' && isState(said) ? [said] : [];
}

/** What a call of a stream socket, or of a program, leads through if it comes to this. */
function ledThrough({ name, args, outcome }: CallEvent): readonly DiagramState[] {
  if (outcome === undefined) return [];
  const { ok, errno } = outcome;
  const worked = ok && errno === undefined;
  switch (name) {
    case 'listen':
      return worked ? ['LISTEN'] : [];
    case 'accept':
      return worked ? ['ESTABLISHED'] : [];
    case 'connect':
      if (args[0] === 'AF_UNSPEC') return [];
      if (worked) return ['SYN_SENT', 'ESTABLISHED'];
      return errno === 'EINPROGRESS' || errno === 'EALREADY' || errno === 'ECONNREFUSED' ? ['SYN_SENT'] : [];
    default:
      return [];
  }
}

function isStream({ name, args: [settings = null] }: CallEvent): boolean {
  return name === 'socket' && isRecord(settings) && settings['type'] === 'stream';
}

/** With Fast Open accept() may return a socket in SYN_RECV, and connect() sends nothing: ip-sysctl.rst, tcp_fastopen. */
const early: readonly OptionName[] = ['TCP_FASTOPEN', 'TCP_FASTOPEN_CONNECT'];

function implied({ events }: RowResult): DiagramState[] {
  const calls = events.filter((event) => event.kind === 'call');
  const streams = new Set(calls.filter(isStream).map(({ host, actor = '' }) => `${host} ${actor}`));
  const isEarly = calls.some((call) => optionsOf(call).some((name) => early.some((one) => one === name)));
  return calls.flatMap((call) => {
    if (call.name === 'connect' && !streams.has(`${call.host} ${call.actor ?? ''}`)) return [];
    const states = ledThrough(call);
    return isEarly ? states.filter((state) => state === 'LISTEN') : states;
  });
}

/** With the states before them that they cannot have come around. */
function withEarlier(states: readonly DiagramState[]): DiagramState[] {
  return states.flatMap((state) => {
    const before = onlyAfter[state];
    return before === undefined ? [state] : [...withEarlier([before]), state];
  });
}

export function knownStates({ rows }: CaseResult): KnownStates {
  const seen = new Set(rows.flatMap(({ events }) => events.flatMap(told)));
  const known = new Set(withEarlier([...seen, ...rows.flatMap(implied)]));
  return {
    seen: diagramStates.filter((state) => seen.has(state)),
    passed: diagramStates.filter((state) => known.has(state) && !seen.has(state)),
  };
}
