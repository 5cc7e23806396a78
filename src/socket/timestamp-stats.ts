import { littleEndian } from '../options/memory.js';

/** TCP_NLA_, linux/tcp.h, by their numbers. */
const tcpStats = [
  'TCP_NLA_PAD',
  'TCP_NLA_BUSY',
  'TCP_NLA_RWND_LIMITED',
  'TCP_NLA_SNDBUF_LIMITED',
  'TCP_NLA_DATA_SEGS_OUT',
  'TCP_NLA_TOTAL_RETRANS',
  'TCP_NLA_PACING_RATE',
  'TCP_NLA_DELIVERY_RATE',
  'TCP_NLA_SND_CWND',
  'TCP_NLA_REORDERING',
  'TCP_NLA_MIN_RTT',
  'TCP_NLA_RECUR_RETRANS',
  'TCP_NLA_DELIVERY_RATE_APP_LMT',
  'TCP_NLA_SNDQ_SIZE',
  'TCP_NLA_CA_STATE',
  'TCP_NLA_SND_SSTHRESH',
  'TCP_NLA_DELIVERED',
  'TCP_NLA_DELIVERED_CE',
  'TCP_NLA_BYTES_SENT',
  'TCP_NLA_BYTES_RETRANS',
  'TCP_NLA_DSACK_DUPS',
  'TCP_NLA_REORD_SEEN',
  'TCP_NLA_SRTT',
  'TCP_NLA_TIMEOUT_REHASH',
  'TCP_NLA_BYTES_NOTSENT',
  'TCP_NLA_EDT',
  'TCP_NLA_TTL',
  'TCP_NLA_REHASH',
] as const;

/** Attributes of netlink's form, each a length, a type and a number of 1 to 8 bytes: tcp_get_timestamping_opt_stats(). */
export function readTimestampStats(view: DataView): Record<string, number> {
  const stats: Record<string, number> = {};
  for (let at = 0; at + 4 <= view.byteLength; ) {
    const length = view.getUint16(at, littleEndian);
    if (length < 4 || at + length > view.byteLength) break;
    const type = view.getUint16(at + 2, littleEndian);
    const name = tcpStats[type];
    const value = readNumber(view, at + 4, length - 4);
    if (type !== 0 && value !== undefined) stats[name ?? `TCP_NLA_${type}`] = value;
    at += (length + 3) & ~3;
  }
  return stats;
}

function readNumber(view: DataView, at: number, size: number): number | undefined {
  if (size === 8) return Number(view.getBigUint64(at, littleEndian));
  if (size === 4) return view.getUint32(at, littleEndian);
  if (size === 2) return view.getUint16(at, littleEndian);
  return size === 1 ? view.getUint8(at) : undefined;
}
