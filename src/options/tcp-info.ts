/** TCP states by their numbers in the kernel, include/net/tcp_states.h. */
export const tcpStates = [
  undefined,
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
  'BOUND',
] as const;

export type TcpState = Exclude<(typeof tcpStates)[number], undefined | 'NEW_SYN_RECV' | 'BOUND'>;

export const congestionStates = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;

export type CongestionState = (typeof congestionStates)[number];
