import { littleEndian, type Memory } from './memory.js';
import { scratch } from './scratch.js';
import { congestionStates, type TcpState, tcpStates } from './tcp-info.js';
import type { TcpInfo } from './values.gen.js';

// V8 knows where these are when it compiles, and leaves out the checks of the indices. With memory that is handed in, and a
// question before each field whether the kernel returned it, decoding takes half as long again.
const { words, bytes } = scratch;

const u32Range = 2 ** 32;

/** How many 32-bit words of the structure a kernel returns that knows the field; Linux 2.6 knew the others. */
const wordsUpTo = {
  pacingRate: 28,
  maxPacingRate: 30,
  bytesAcked: 32,
  bytesReceived: 34,
  segsOut: 35,
  segsIn: 36,
  notsentBytes: 37,
  minRttUs: 38,
  dataSegsIn: 39,
  dataSegsOut: 40,
  deliveryRate: 42,
  busyTimeUs: 44,
  rwndLimitedUs: 46,
  sndbufLimitedUs: 48,
  delivered: 49,
  deliveredCe: 50,
  bytesSent: 52,
  bytesRetrans: 54,
  dsackDups: 55,
  reordSeen: 56,
  rcvOoopack: 57,
  sndWnd: 58,
  rcvWnd: 59,
  rehash: 60,
  totalRto: 61,
  totalRtoRecoveries: 61,
  totalRtoTimeMs: 62,
  receivedCe: 63,
  deliveredE1Bytes: 64,
  deliveredE0Bytes: 65,
  deliveredCeBytes: 66,
  receivedE1Bytes: 67,
  receivedE0Bytes: 68,
  receivedCeBytes: 69,
  accecnFailMode: 70,
  accecnOptSeen: 70,
} satisfies Partial<Record<keyof TcpInfo, number>>;

const later = Object.entries(wordsUpTo) as [keyof typeof wordsUpTo, number][];
const wholeLength = 280;

/**
 * `struct tcp_info` of `length` bytes. It is decoded in the scratch memory, at its begin: what is elsewhere goes there first.
 *
 * One object literal, because V8 then makes the object in one piece, where fields assigned one by one in a constructor take half
 * as long again. Every word is read in place: so many calls of a function that reads one are more than V8 inlines.
 */
export function decodeTcpInfo(from: Pick<Memory, 'bytes'>, at: number, length: number): TcpInfo {
  if (from !== scratch || at !== 0) bytes.set(from.bytes.subarray(at, at + length));
  // Bit fields begin at the low end on little-endian machines and at the high end on others.
  const scales = bytes[6] ?? 0;
  const flags = bytes[7] ?? 0;
  const rto = words[60] ?? 0;
  const ecn = words[69] ?? 0;
  const info: { -readonly [K in keyof TcpInfo]: TcpInfo[K] } = {
    state: (tcpStates[bytes[0] ?? 0] ?? 'CLOSE') as TcpState,
    congestionState: congestionStates[bytes[1] ?? 0],
    retransmits: bytes[2] ?? 0,
    probes: bytes[3] ?? 0,
    backoff: bytes[4] ?? 0,
    options: bytes[5] ?? 0,
    sndWscale: littleEndian ? scales & 15 : scales >> 4,
    rcvWscale: littleEndian ? scales >> 4 : scales & 15,
    deliveryRateAppLimited: (littleEndian ? flags & 1 : flags >> 7) !== 0,
    fastopenClientFail: (littleEndian ? flags >> 1 : flags >> 5) & 3,
    rtoUs: words[2] ?? 0,
    atoUs: words[3] ?? 0,
    sndMss: words[4] ?? 0,
    rcvMss: words[5] ?? 0,
    unacked: words[6] ?? 0,
    sacked: words[7] ?? 0,
    lost: words[8] ?? 0,
    retrans: words[9] ?? 0,
    fackets: words[10] ?? 0,
    lastDataSentMs: words[11] ?? 0,
    lastAckSentMs: words[12] ?? 0,
    lastDataRecvMs: words[13] ?? 0,
    lastAckRecvMs: words[14] ?? 0,
    pmtu: words[15] ?? 0,
    rcvSsthresh: words[16] ?? 0,
    rttUs: words[17] ?? 0,
    rttvarUs: words[18] ?? 0,
    sndSsthresh: words[19] ?? 0,
    sndCwnd: words[20] ?? 0,
    advmss: words[21] ?? 0,
    reordering: words[22] ?? 0,
    rcvRttUs: words[23] ?? 0,
    rcvSpace: words[24] ?? 0,
    totalRetrans: words[25] ?? 0,
    pacingRate: u64(26),
    maxPacingRate: u64(28),
    bytesAcked: u64(30),
    bytesReceived: u64(32),
    segsOut: words[34],
    segsIn: words[35],
    notsentBytes: words[36],
    minRttUs: words[37],
    dataSegsIn: words[38],
    dataSegsOut: words[39],
    deliveryRate: u64(40),
    busyTimeUs: u64(42),
    rwndLimitedUs: u64(44),
    sndbufLimitedUs: u64(46),
    delivered: words[48],
    deliveredCe: words[49],
    bytesSent: u64(50),
    bytesRetrans: u64(52),
    dsackDups: words[54],
    reordSeen: words[55],
    rcvOoopack: words[56],
    sndWnd: words[57],
    rcvWnd: words[58],
    rehash: words[59],
    totalRto: littleEndian ? rto & 0xffff : rto >>> 16,
    totalRtoRecoveries: littleEndian ? rto >>> 16 : rto & 0xffff,
    totalRtoTimeMs: words[61],
    receivedCe: words[62],
    deliveredE1Bytes: words[63],
    deliveredE0Bytes: words[64],
    deliveredCeBytes: words[65],
    receivedE1Bytes: words[66],
    receivedE0Bytes: words[67],
    receivedCeBytes: words[68],
    accecnFailMode: littleEndian ? ecn & 0xffff : ecn >>> 16,
    accecnOptSeen: littleEndian ? ecn >>> 16 : ecn & 0xffff,
  };

  if (length < wholeLength) {
    for (const [name, count] of later) if (count * 4 > length) info[name] = undefined;
  }
  return info;
}

/** In two halves, since reading a BigInt costs as much as six fields. */
function u64(index: number): number {
  const lower = words[littleEndian ? index : index + 1] ?? 0;
  const upper = words[littleEndian ? index + 1 : index] ?? 0;
  if (upper === 0) return lower;
  return upper === u32Range - 1 && lower === u32Range - 1 ? Number.POSITIVE_INFINITY : upper * u32Range + lower;
}
