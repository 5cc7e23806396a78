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

/** `tcpi_state`: a state of TCP in the spelling of Linux, include/net/tcp_states.h. */
export type TcpState = Exclude<(typeof tcpStates)[number], undefined | 'NEW_SYN_RECV' | 'BOUND'>;

/** States of congestion control by their numbers, `enum tcp_ca_state` of linux/tcp.h. */
export const congestionStates = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;

/** `tcpi_ca_state`: what congestion control is doing, `enum tcp_ca_state` of linux/tcp.h. */
export type CongestionState = (typeof congestionStates)[number];
