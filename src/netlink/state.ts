// TCP_* of include/net/tcp_states.h, by number. 12 (TCP_NEW_SYN_RECV) never leaves the kernel: it is shown as SYN_RECV.
const names = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
  BOUND: 13,
} as const;

/**
 * State of a socket, in Linux's spelling. `BOUND` is a TCP socket that bind(2) gave a port and that neither listens nor
 * is connected (TCP_BOUND_INACTIVE, listed since Linux 6.8). UDP and raw sockets are `ESTABLISHED` if connected and `CLOSE`
 * otherwise; unix sockets know `LISTEN`, `ESTABLISHED` and `CLOSE`.
 */
export type SocketState = keyof typeof names;

export const socketStates = Object.keys(names) as readonly SocketState[];

const byNumber = new Map<number, SocketState>(socketStates.map((name) => [names[name], name]));

export function isSocketState(value: unknown): value is SocketState {
  return typeof value === 'string' && Object.hasOwn(names, value);
}

/** Name of a kernel number, `undefined` for one this table lacks. */
export function stateName(number: number): SocketState | undefined {
  return byNumber.get(number);
}

/** TCPF_*: a bit for each state. */
export function stateMask(states: readonly SocketState[]): number {
  return states.reduce((mask, state) => mask | (1 << names[state]), 0);
}
