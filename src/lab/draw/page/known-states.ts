import type { CaseResult, RowResult } from '../../run/case.js';
import type { Step } from '../../record/recorder.js';

/** The states of RFC 9293 section 3.3.2 in Linux's spelling, in the order in which they come. */
export const tcpStates = [
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

export type TcpState = (typeof tcpStates)[number];

/** Which states a case's sockets were in, as far as it is known. */
export interface KnownStates {
  /** The kernel said so: in its socket table, or in TCP_INFO. */
  readonly seen: readonly TcpState[];
  /** Nobody looked at the time, but what came of a call, or a later state, leads through them alone. */
  readonly passed: readonly TcpState[];
}

/** States that are reached in one way only. FIN_WAIT1 is not: it follows ESTABLISHED or SYN_RECV (figure 5). */
const onlyAfter: { readonly [S in TcpState]?: TcpState } = {
  FIN_WAIT2: 'FIN_WAIT1',
  CLOSING: 'FIN_WAIT1',
  TIME_WAIT: 'FIN_WAIT1',
  LAST_ACK: 'CLOSE_WAIT',
  CLOSE_WAIT: 'ESTABLISHED',
};

const ledThrough: readonly (readonly [call: RegExp, result: RegExp, states: readonly TcpState[]])[] = [
  [/[.:] ?listen(\(|$)/, /^ok$/, ['LISTEN']],
  [/[.:] ?accept(\(|$)/, /^ok$/, ['ESTABLISHED']],
  [/\.connect\(/, /^ok$/, ['SYN_SENT', 'ESTABLISHED']],
  [/\.connect\(/, /^(EINPROGRESS|ECONNREFUSED)$/, ['SYN_SENT']],
];

/** CLOSED is no state of a socket, but that there is none. */
function isState(text: string): text is TcpState {
  return text !== 'CLOSED' && tcpStates.some((state) => state === text);
}

function told({ result, table = [] }: Step): TcpState[] {
  const rows = table.filter(({ protocol }) => protocol === 'tcp').map(({ state }) => state);
  return [...rows, result].filter(isState);
}

/** A socket step begins with the name of its socket. */
const socketOf = ({ host, what }: Step): string => `${host} ${what.replace(/\.\w+\(.*$/s, '')}`;

function implied({ steps }: RowResult): TcpState[] {
  const made = steps.filter(({ what }) => /\.socket\(.*\bstream\b/.test(what));
  // With Fast Open accept() may return a socket in SYN_RECV, and connect() sends nothing: ip-sysctl.rst, tcp_fastopen.
  const early = steps.some(({ what }) => what.includes('TCP_FASTOPEN'));
  const streams = new Set(made.map(socketOf));
  return steps.flatMap((step) => {
    const [, , states = []] =
      ledThrough.find(([call, result]) => call.test(step.what) && result.test(step.result)) ?? [];
    const isConnect = step.what.includes('.connect(');
    if (isConnect && (!streams.has(socketOf(step)) || step.what.includes('AF_UNSPEC'))) return [];
    return early ? states.filter((state) => state === 'LISTEN') : states;
  });
}

/** With the states before them that they cannot have come around. */
function withEarlier(states: readonly TcpState[]): TcpState[] {
  return states.flatMap((state) => {
    const before = onlyAfter[state];
    return before === undefined ? [state] : [...withEarlier([before]), state];
  });
}

export function knownStates({ rows }: CaseResult): KnownStates {
  const seen = new Set(rows.flatMap(({ steps }) => steps.flatMap(told)));
  const known = new Set(withEarlier([...seen, ...rows.flatMap(implied)]));
  return {
    seen: tcpStates.filter((state) => seen.has(state)),
    passed: tcpStates.filter((state) => known.has(state) && !seen.has(state)),
  };
}
