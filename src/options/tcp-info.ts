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

/**
 * `struct tcp_info`, include/uapi/linux/tcp.h, up to Linux 6.18. The kernel returns as much as it knows: a field that an older
 * one lacks is `undefined`. Times are in the unit of their name; a rate of `Infinity` is no limit. Counters are exact up
 * to 2\*\*53.
 */
export interface TcpInfo {
  readonly state: TcpState;
  readonly congestionState: (typeof congestionStates)[number] | undefined;
  readonly retransmits: number;
  readonly probes: number;
  readonly backoff: number;
  /** `TCPI_OPT_` flags: 1 timestamps, 2 SACK, 4 window scale, 8 ECN, 16 ECN seen, 32 data in the SYN. */
  readonly options: number;
  readonly sndWscale: number;
  readonly rcvWscale: number;
  readonly deliveryRateAppLimited: boolean;
  readonly fastopenClientFail: number;
  readonly rtoUs: number;
  readonly atoUs: number;
  readonly sndMss: number;
  readonly rcvMss: number;
  /** Segments in flight; on a listener, connections waiting for accept. */
  readonly unacked: number;
  /** Segments acknowledged out of order; on a listener, its backlog. */
  readonly sacked: number;
  readonly lost: number;
  readonly retrans: number;
  readonly fackets: number;
  readonly lastDataSentMs: number;
  readonly lastAckSentMs: number;
  readonly lastDataRecvMs: number;
  readonly lastAckRecvMs: number;
  readonly pmtu: number;
  readonly rcvSsthresh: number;
  readonly rttUs: number;
  readonly rttvarUs: number;
  readonly sndSsthresh: number;
  readonly sndCwnd: number;
  readonly advmss: number;
  readonly reordering: number;
  readonly rcvRttUs: number;
  readonly rcvSpace: number;
  readonly totalRetrans: number;
  readonly pacingRate: number | undefined;
  readonly maxPacingRate: number | undefined;
  readonly bytesAcked: number | undefined;
  readonly bytesReceived: number | undefined;
  readonly segsOut: number | undefined;
  readonly segsIn: number | undefined;
  readonly notsentBytes: number | undefined;
  readonly minRttUs: number | undefined;
  readonly dataSegsIn: number | undefined;
  readonly dataSegsOut: number | undefined;
  readonly deliveryRate: number | undefined;
  readonly busyTimeUs: number | undefined;
  readonly rwndLimitedUs: number | undefined;
  readonly sndbufLimitedUs: number | undefined;
  readonly delivered: number | undefined;
  readonly deliveredCe: number | undefined;
  readonly bytesSent: number | undefined;
  readonly bytesRetrans: number | undefined;
  readonly dsackDups: number | undefined;
  readonly reordSeen: number | undefined;
  readonly rcvOoopack: number | undefined;
  readonly sndWnd: number | undefined;
  readonly rcvWnd: number | undefined;
  readonly rehash: number | undefined;
  readonly totalRto: number | undefined;
  readonly totalRtoRecoveries: number | undefined;
  readonly totalRtoTimeMs: number | undefined;
  readonly receivedCe: number | undefined;
  readonly deliveredE1Bytes: number | undefined;
  readonly deliveredE0Bytes: number | undefined;
  readonly deliveredCeBytes: number | undefined;
  readonly receivedE1Bytes: number | undefined;
  readonly receivedE0Bytes: number | undefined;
  readonly receivedCeBytes: number | undefined;
  readonly accecnFailMode: number | undefined;
  readonly accecnOptSeen: number | undefined;
}
