// Lists of C names whose numbers, or bits, follow each other.

/** `PACKET_MR_`, in the order of their numbers. */
export const packetMemberships = [
  'PACKET_MR_MULTICAST',
  'PACKET_MR_PROMISC',
  'PACKET_MR_ALLMULTI',
  'PACKET_MR_UNICAST',
] as const;
/** What PACKET_ADD_MEMBERSHIP receives more of, packet(7). */
export type PacketMembershipType = (typeof packetMemberships)[number];

/** `PACKET_FANOUT_`, in the order of their numbers. */
export const packetFanoutModes = [
  'PACKET_FANOUT_HASH',
  'PACKET_FANOUT_LB',
  'PACKET_FANOUT_CPU',
  'PACKET_FANOUT_ROLLOVER',
  'PACKET_FANOUT_RND',
  'PACKET_FANOUT_QM',
  'PACKET_FANOUT_CBPF',
  'PACKET_FANOUT_EBPF',
] as const;
/** How PACKET_FANOUT shares packets between sockets, packet(7). */
export type PacketFanoutMode = (typeof packetFanoutModes)[number];

/** `PACKET_FANOUT_FLAG_`, in the order of their bits, the first of which is 0x1000. */
export const packetFanoutFlags = [
  'PACKET_FANOUT_FLAG_ROLLOVER',
  'PACKET_FANOUT_FLAG_UNIQUEID',
  'PACKET_FANOUT_FLAG_IGNORE_OUTGOING',
  'PACKET_FANOUT_FLAG_DEFRAG',
] as const;
/** A flag of PACKET_FANOUT, packet(7). */
export type PacketFanoutFlag = (typeof packetFanoutFlags)[number];

/** `SOF_TIMESTAMPING_`, linux/net_tstamp.h, in the order of their bits. */
export const timestampingFlags = [
  'SOF_TIMESTAMPING_TX_HARDWARE',
  'SOF_TIMESTAMPING_TX_SOFTWARE',
  'SOF_TIMESTAMPING_RX_HARDWARE',
  'SOF_TIMESTAMPING_RX_SOFTWARE',
  'SOF_TIMESTAMPING_SOFTWARE',
  'SOF_TIMESTAMPING_SYS_HARDWARE',
  'SOF_TIMESTAMPING_RAW_HARDWARE',
  'SOF_TIMESTAMPING_OPT_ID',
  'SOF_TIMESTAMPING_TX_SCHED',
  'SOF_TIMESTAMPING_TX_ACK',
  'SOF_TIMESTAMPING_OPT_CMSG',
  'SOF_TIMESTAMPING_OPT_TSONLY',
  'SOF_TIMESTAMPING_OPT_STATS',
  'SOF_TIMESTAMPING_OPT_PKTINFO',
  'SOF_TIMESTAMPING_OPT_TX_SWHW',
  'SOF_TIMESTAMPING_BIND_PHC',
  'SOF_TIMESTAMPING_OPT_ID_TCP',
  'SOF_TIMESTAMPING_OPT_RX_FILTER',
  'SOF_TIMESTAMPING_TX_COMPLETION',
] as const;
/** A flag of SO_TIMESTAMPING, Documentation/networking/timestamping.rst. */
export type TimestampingFlag = (typeof timestampingFlags)[number];

/** By C name; bits that this package has no name for as a number. */
export type TimestampingFlags = readonly (TimestampingFlag | number)[];
