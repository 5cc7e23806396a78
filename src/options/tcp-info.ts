/** TCP states by their numbers in the kernel, include/net/tcp_states.h. */
const states = [
  undefined, 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT', 'LAST_ACK',
  'LISTEN', 'CLOSING', 'NEW_SYN_RECV', 'BOUND',
] as const;

export type TcpState = Exclude<(typeof states)[number], undefined | 'NEW_SYN_RECV' | 'BOUND'>;

const congestionStates = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;

const u32Max = 2 ** 32;

/**
 * `struct tcp_info`, include/uapi/linux/tcp.h, up to Linux 6.18. The kernel returns as much as it knows: a field that an older
 * one lacks is `undefined`. Times are in the unit of their name; a rate of `Infinity` is no limit. Counters are exact up
 * to 2\*\*53.
 *
 * A class with every field assigned in one place, so that V8 gives all of them one shape; a loop over a table costs ten times
 * the system call.
 */
export class TcpInfo {
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

  /** `words` starts at the structure, which is `length` bytes long. `low` is the index of a u64's lower half: 0 or 1. */
  constructor(words: Uint32Array, bytes: Uint8Array, length: number, low: 0 | 1) {
    this.state = (states[octet(bytes, 0)] ?? 'CLOSE') as TcpState;
    this.congestionState = congestionStates[octet(bytes, 1)];
    this.retransmits = octet(bytes, 2);
    this.probes = octet(bytes, 3);
    this.backoff = octet(bytes, 4);
    this.options = octet(bytes, 5);
    // Bit fields begin at the low end on little-endian machines and at the high end on others.
    const scales = octet(bytes, 6);
    const flags = octet(bytes, 7);
    this.sndWscale = low === 0 ? scales & 15 : scales >> 4;
    this.rcvWscale = low === 0 ? scales >> 4 : scales & 15;
    this.deliveryRateAppLimited = (low === 0 ? flags & 1 : flags >> 7) !== 0;
    this.fastopenClientFail = (low === 0 ? flags >> 1 : flags >> 5) & 3;
    this.rtoUs = word(words, 2);
    this.atoUs = word(words, 3);
    this.sndMss = word(words, 4);
    this.rcvMss = word(words, 5);
    this.unacked = word(words, 6);
    this.sacked = word(words, 7);
    this.lost = word(words, 8);
    this.retrans = word(words, 9);
    this.fackets = word(words, 10);
    this.lastDataSentMs = word(words, 11);
    this.lastAckSentMs = word(words, 12);
    this.lastDataRecvMs = word(words, 13);
    this.lastAckRecvMs = word(words, 14);
    this.pmtu = word(words, 15);
    this.rcvSsthresh = word(words, 16);
    this.rttUs = word(words, 17);
    this.rttvarUs = word(words, 18);
    this.sndSsthresh = word(words, 19);
    this.sndCwnd = word(words, 20);
    this.advmss = word(words, 21);
    this.reordering = word(words, 22);
    this.rcvRttUs = word(words, 23);
    this.rcvSpace = word(words, 24);
    this.totalRetrans = word(words, 25);
    const count = length >> 2;
    this.pacingRate = count > 27 ? u64(words, 26, low) : undefined;
    this.maxPacingRate = count > 29 ? u64(words, 28, low) : undefined;
    this.bytesAcked = count > 31 ? u64(words, 30, low) : undefined;
    this.bytesReceived = count > 33 ? u64(words, 32, low) : undefined;
    this.segsOut = words32(words, 34, count);
    this.segsIn = words32(words, 35, count);
    this.notsentBytes = words32(words, 36, count);
    this.minRttUs = words32(words, 37, count);
    this.dataSegsIn = words32(words, 38, count);
    this.dataSegsOut = words32(words, 39, count);
    this.deliveryRate = count > 41 ? u64(words, 40, low) : undefined;
    this.busyTimeUs = count > 43 ? u64(words, 42, low) : undefined;
    this.rwndLimitedUs = count > 45 ? u64(words, 44, low) : undefined;
    this.sndbufLimitedUs = count > 47 ? u64(words, 46, low) : undefined;
    this.delivered = words32(words, 48, count);
    this.deliveredCe = words32(words, 49, count);
    this.bytesSent = count > 51 ? u64(words, 50, low) : undefined;
    this.bytesRetrans = count > 53 ? u64(words, 52, low) : undefined;
    this.dsackDups = words32(words, 54, count);
    this.reordSeen = words32(words, 55, count);
    this.rcvOoopack = words32(words, 56, count);
    this.sndWnd = words32(words, 57, count);
    this.rcvWnd = words32(words, 58, count);
    this.rehash = words32(words, 59, count);
    const rto = words32(words, 60, count);
    this.totalRto = rto === undefined ? undefined : low === 0 ? rto & 0xffff : rto >>> 16;
    this.totalRtoRecoveries = rto === undefined ? undefined : low === 0 ? rto >>> 16 : rto & 0xffff;
    this.totalRtoTimeMs = words32(words, 61, count);
    this.receivedCe = words32(words, 62, count);
    this.deliveredE1Bytes = words32(words, 63, count);
    this.deliveredE0Bytes = words32(words, 64, count);
    this.deliveredCeBytes = words32(words, 65, count);
    this.receivedE1Bytes = words32(words, 66, count);
    this.receivedE0Bytes = words32(words, 67, count);
    this.receivedCeBytes = words32(words, 68, count);
    const ecn = words32(words, 69, count);
    this.accecnFailMode = ecn === undefined ? undefined : low === 0 ? ecn & 0xffff : ecn >>> 16;
    this.accecnOptSeen = ecn === undefined ? undefined : low === 0 ? ecn >>> 16 : ecn & 0xffff;
  }
}

function octet(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function word(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function words32(words: Uint32Array, index: number, count: number): number | undefined {
  return index < count ? words[index] : undefined;
}

/** In two halves, since reading a BigInt costs as much as six fields. */
function u64(words: Uint32Array, index: number, low: 0 | 1): number {
  const lower = words[index + low] ?? 0;
  const upper = words[index + 1 - low] ?? 0;
  return upper === u32Max - 1 && lower === u32Max - 1 ? Number.POSITIVE_INFINITY : upper * u32Max + lower;
}
