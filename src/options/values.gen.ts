// Written by scripts/generate.mjs from catalog.ts, kinds.ts and structures.ts.
import type {
  PacketFanoutFlag,
  PacketFanoutMode,
  PacketMembershipType,
  TimestampingFlags,
} from './enums.js';
import type { CongestionState, TcpState } from './tcp-info.js';

/** `struct linger`, socket(7). */
export interface Linger {
  /** Off: close returns at once, and the kernel goes on sending. `l_onoff`. */
  readonly on: boolean;
  /** Whole ones, for which close waits; with 0 it resets the connection. In seconds. `l_linger`. */
  readonly seconds: number;
}

/** `struct ucred`, unix(7). */
export interface UserCredentials {
  /** Process. `pid`. */
  readonly pid: number;
  /** Effective user. `uid`. */
  readonly uid: number;
  /** Effective group. `gid`. */
  readonly gid: number;
}

/** `struct ip_mreqn`, ip(7): the interface by index, or by its address, or (neither) by the routing table. */
export interface Membership {
  /** The group. `imr_multiaddr`. */
  readonly multicastAddress: string;
  /** Of the interface. `imr_address`. */
  readonly localAddress?: string | undefined;
  /** Index of the interface. `imr_ifindex`. */
  readonly interfaceIndex?: number | undefined;
}

/** `struct ip_mreq_source`, ip(7). */
export interface SourceMembership {
  /** The group. `imr_multiaddr`. */
  readonly multicastAddress: string;
  /** Of this host, names the interface. `imr_interface`. */
  readonly interfaceAddress: string;
  /** The sender. `imr_sourceaddr`. */
  readonly sourceAddress: string;
}

/** `struct ipv6_mreq`, ipv6(7). */
export interface Membership6 {
  /** The group. `ipv6mr_multiaddr`. */
  readonly multicastAddress: string;
  /** Index of the interface. `ipv6mr_interface`. */
  readonly interfaceIndex: number;
}

/** `struct group_req`, RFC 3678 section 5.1; IPv4 or IPv6. */
export interface GroupMembership {
  /** Index of the interface. `gr_interface`. */
  readonly interfaceIndex: number;
  /** IPv4 or IPv6 address. `gr_group`. */
  readonly group: string;
}

/** `struct group_source_req`, RFC 3678 section 5.1; IPv4 or IPv6. */
export interface GroupSourceMembership {
  /** Index of the interface. `gsr_interface`. */
  readonly interfaceIndex: number;
  /** IPv4 or IPv6 address. `gsr_group`. */
  readonly group: string;
  /** The sender, of the same family. `gsr_source`. */
  readonly source: string;
}

/** The interface datagrams to a group leave by, ip(7): by its address, or by index. */
export interface MulticastInterface {
  /** Of the interface. `imr_address`. */
  readonly localAddress?: string | undefined;
  /** Index of the interface. `imr_ifindex`. */
  readonly interfaceIndex?: number | undefined;
}

/** `SK_MEMINFO_`, linux/sock_diag.h; in this order, a word each. */
export interface MemoryInfo {
  /** What waits to be read, with its overhead. In bytes. `SK_MEMINFO_RMEM_ALLOC`. */
  readonly receiveAllocated: number;
  /** The bound: SO_RCVBUF. In bytes. `SK_MEMINFO_RCVBUF`. */
  readonly receiveBuffer: number;
  /** What the card has not taken yet. In bytes. `SK_MEMINFO_WMEM_ALLOC`. */
  readonly sendAllocated: number;
  /** The bound: SO_SNDBUF. In bytes. `SK_MEMINFO_SNDBUF`. */
  readonly sendBuffer: number;
  /** Reserved for what comes next. In bytes. `SK_MEMINFO_FWD_ALLOC`. */
  readonly forwardAllocated: number;
  /** What TCP has not sent, or was not acknowledged. In bytes. `SK_MEMINFO_WMEM_QUEUED`. */
  readonly sendQueued: number;
  /** Filters, memberships and the like. In bytes. `SK_MEMINFO_OPTMEM`. */
  readonly optionMemory: number;
  /** What came while the socket was locked. In bytes. `SK_MEMINFO_BACKLOG`. */
  readonly backlog: number;
  /** Lost, as there was no room or for a wrong checksum. In packets. `SK_MEMINFO_DROPS`. */
  readonly drops: number;
}

/** `struct sock_filter`, an instruction of classic BPF: Documentation/networking/filter.rst. */
export interface FilterInstruction {
  /** What to do, as 6 for return. `code`. */
  readonly code: number;
  /** Instructions to skip if a comparison is true. `jt`. */
  readonly jt: number;
  /** The same if it is false. `jf`. */
  readonly jf: number;
  /** The operand. `k`. */
  readonly k: number;
}

/** Ephemeral ports of one socket, IP_LOCAL_PORT_RANGE. */
export interface PortRange {
  /** The lowest; 0 for that of net.ipv4.ip_local_port_range. `low`. */
  readonly low: number;
  /** The highest; 0 likewise. `high`. */
  readonly high: number;
}

/** An address and port. */
export interface InternetEndpoint {
  /** IPv4 or IPv6. `address`. */
  readonly address: string;
  /** `port`. */
  readonly port: number;
}

/** `struct sock_txtime`, linux/net_tstamp.h. */
export interface TransmitTime {
  /** A `CLOCK_` number, as 1 for CLOCK_MONOTONIC or 11 for CLOCK_TAI. `clockid`. */
  readonly clockId: number;
  /** 1 takes the time for a deadline, 2 reports packets that were not sent on the error queue. `flags`. */
  readonly flags: number;
}

/** `struct so_timestamping`, Documentation/networking/timestamping.rst. */
export interface Timestamping {
  /** `flags`. */
  readonly flags: TimestampingFlags;
  /** Clock of the network card to stamp by, with `SOF_TIMESTAMPING_BIND_PHC`. Default 0. Linux 5.14. `bind_phc`. */
  readonly bindPhc?: number | undefined;
}

/** `struct packet_mreq`, packet(7). */
export interface PacketMembership {
  /** Index of the interface. `mr_ifindex`. */
  readonly interfaceIndex: number;
  /** `mr_type`. */
  readonly type: PacketMembershipType;
  /** With `PACKET_MR_MULTICAST` and `PACKET_MR_UNICAST`, as `01:00:5e:00:00:01`. `mr_address`. */
  readonly hardwareAddress?: string | undefined;
}

/** `struct tpacket_stats_v3`, packet(7): what happened since the last reading. */
export interface PacketStatistics {
  /** Those that came, the dropped ones included. In packets. `tp_packets`. */
  readonly packets: number;
  /** In packets. `tp_drops`. */
  readonly drops: number;
  /** How often the ring was full, with TPACKET_V3. `tp_freeze_q_cnt`. */
  readonly freezes: number;
}

/** `struct fanout_args`, packet(7). */
export interface PacketFanout {
  /** Names the group within its network namespace. `id`. */
  readonly groupId: number;
  /** How packets are spread; a number for one without a name here. `mode`. */
  readonly mode: PacketFanoutMode | number;
  /** `flags`. */
  readonly flags?: readonly PacketFanoutFlag[] | undefined;
  /** Of the group, given by its first socket; default 256. Linux 5.11. `max_num_members`. */
  readonly maxMembers?: number | undefined;
}

/** `struct tpacket_rollover_stats`: packets that another socket of the group got, as this one's was full. */
export interface PacketRollover {
  /** In packets. `tp_all`. */
  readonly all: bigint;
  /** Those of a flow that is larger than others. In packets. `tp_huge`. */
  readonly huge: bigint;
  /** Those that found no socket with room. In packets. `tp_failed`. */
  readonly failed: bigint;
}

/** `struct mptcp_subflow_addrs`, linux/mptcp.h. */
export interface Subflow {
  /** `local`. */
  readonly local: InternetEndpoint;
  /** `remote`. */
  readonly remote: InternetEndpoint;
}

/** `struct tcp_repair_window`, linux/tcp.h. */
export interface RepairWindow {
  /** A sequence number. `snd_wl1`. */
  readonly sndWl1: number;
  /** In bytes. `snd_wnd`. */
  readonly sndWnd: number;
  /** In bytes. `max_window`. */
  readonly maxWindow: number;
  /** In bytes. `rcv_wnd`. */
  readonly rcvWnd: number;
  /** A sequence number. `rcv_wup`. */
  readonly rcvWup: number;
}

/** `struct tcp_repair_opt`, linux/tcp.h: a TCP option that was negotiated. */
export interface RepairOption {
  /** Kind of the option, as 2 for the maximum segment size. `opt_code`. */
  readonly code: number;
  /** `opt_val`. */
  readonly value: number;
}

/** `struct tcp_info`, linux/tcp.h, up to Linux 6.18. The kernel returns as much as it knows: a field that an older one lacks is `undefined`. Counters are exact up to 2**53. */
export interface TcpInfo {
  /** State of the connection. `tcpi_state`. */
  readonly state: TcpState;
  /** State of congestion control; `undefined` for one without a name here. `tcpi_ca_state`. */
  readonly congestionState: CongestionState | undefined;
  /** Retransmissions of the first unacknowledged segment in a row. `tcpi_retransmits`. */
  readonly retransmits: number;
  /** Probes of a closed window or of keep-alive without an answer. `tcpi_probes`. */
  readonly probes: number;
  /** How often the retransmission timer has been doubled. `tcpi_backoff`. */
  readonly backoff: number;
  /** `TCPI_OPT_` flags: 1 timestamps, 2 SACK, 4 window scale, 8 ECN, 16 ECN seen, 32 data in the SYN. `tcpi_options`. */
  readonly options: number;
  /** Window scale of the peer. `tcpi_snd_wscale`. */
  readonly sndWscale: number;
  /** Window scale of this end. `tcpi_rcv_wscale`. */
  readonly rcvWscale: number;
  /** Whether the delivery rate was bounded by what the application gave. `tcpi_delivery_rate_app_limited`. */
  readonly deliveryRateAppLimited: boolean;
  /** Why TCP Fast Open failed: 0 it did not, 1 no cookie, 2 no acknowledgement of the data, 3 SYN resent. `tcpi_fastopen_client_fail`. */
  readonly fastopenClientFail: number;
  /** Retransmission timeout. In microseconds. `tcpi_rto`. */
  readonly rtoUs: number;
  /** Delay of acknowledgements. In microseconds. `tcpi_ato`. */
  readonly atoUs: number;
  /** Maximum segment size for sending. In bytes. `tcpi_snd_mss`. */
  readonly sndMss: number;
  /** Segment size of the peer, as estimated. In bytes. `tcpi_rcv_mss`. */
  readonly rcvMss: number;
  /** In flight; on a listener, connections waiting for accept. In segments. `tcpi_unacked`. */
  readonly unacked: number;
  /** Acknowledged out of order; on a listener, its backlog. In segments. `tcpi_sacked`. */
  readonly sacked: number;
  /** Taken for lost. In segments. `tcpi_lost`. */
  readonly lost: number;
  /** Retransmitted and not acknowledged yet. In segments. `tcpi_retrans`. */
  readonly retrans: number;
  /** Always 0 from Linux 4.15 on. `tcpi_fackets`. */
  readonly fackets: number;
  /** Since data was sent last. In milliseconds. `tcpi_last_data_sent`. */
  readonly lastDataSentMs: number;
  /** Always 0: Linux does not remember it. `tcpi_last_ack_sent`. */
  readonly lastAckSentMs: number;
  /** Since data was received last. In milliseconds. `tcpi_last_data_recv`. */
  readonly lastDataRecvMs: number;
  /** Since an acknowledgement was received last. In milliseconds. `tcpi_last_ack_recv`. */
  readonly lastAckRecvMs: number;
  /** Path MTU. In bytes. `tcpi_pmtu`. */
  readonly pmtu: number;
  /** Bound of the window that is advertised. In bytes. `tcpi_rcv_ssthresh`. */
  readonly rcvSsthresh: number;
  /** Smoothed round-trip time, RFC 6298. In microseconds. `tcpi_rtt`. */
  readonly rttUs: number;
  /** Mean deviation of the round-trip time, RFC 6298. In microseconds. `tcpi_rttvar`. */
  readonly rttvarUs: number;
  /** Slow start threshold. In segments. `tcpi_snd_ssthresh`. */
  readonly sndSsthresh: number;
  /** Congestion window. In segments. `tcpi_snd_cwnd`. */
  readonly sndCwnd: number;
  /** Maximum segment size that this end advertised. In bytes. `tcpi_advmss`. */
  readonly advmss: number;
  /** How far apart segments may be reordered without being taken for lost. In segments. `tcpi_reordering`. */
  readonly reordering: number;
  /** Round-trip time as the receiver estimates it. In microseconds. `tcpi_rcv_rtt`. */
  readonly rcvRttUs: number;
  /** What the application reads in a round trip, for tuning the receive buffer. In bytes. `tcpi_rcv_space`. */
  readonly rcvSpace: number;
  /** Retransmitted since the beginning. In segments. `tcpi_total_retrans`. */
  readonly totalRetrans: number;
  /** `Infinity` for no limit. In bytes per second. `tcpi_pacing_rate`. */
  readonly pacingRate: number | undefined;
  /** `Infinity` for no limit; SO_MAX_PACING_RATE. In bytes per second. `tcpi_max_pacing_rate`. */
  readonly maxPacingRate: number | undefined;
  /** Acknowledged by the peer, RFC 4898 tcpEStatsAppHCThruOctetsAcked. In bytes. `tcpi_bytes_acked`. */
  readonly bytesAcked: number | undefined;
  /** Received in order, RFC 4898 tcpEStatsAppHCThruOctetsReceived. In bytes. `tcpi_bytes_received`. */
  readonly bytesReceived: number | undefined;
  /** Sent, retransmissions included, RFC 4898 tcpEStatsPerfSegsOut. In segments. `tcpi_segs_out`. */
  readonly segsOut: number | undefined;
  /** Received, RFC 4898 tcpEStatsPerfSegsIn. In segments. `tcpi_segs_in`. */
  readonly segsIn: number | undefined;
  /** Written and not sent yet. In bytes. `tcpi_notsent_bytes`. */
  readonly notsentBytes: number | undefined;
  /** Least round-trip time of the last minutes. In microseconds. `tcpi_min_rtt`. */
  readonly minRttUs: number | undefined;
  /** Received with data. In segments. `tcpi_data_segs_in`. */
  readonly dataSegsIn: number | undefined;
  /** Sent with data, retransmissions included. In segments. `tcpi_data_segs_out`. */
  readonly dataSegsOut: number | undefined;
  /** Latest rate of delivery to the peer. In bytes per second. `tcpi_delivery_rate`. */
  readonly deliveryRate: number | undefined;
  /** With data in flight or to be sent. In microseconds. `tcpi_busy_time`. */
  readonly busyTimeUs: number | undefined;
  /** Held up by the window of the peer. In microseconds. `tcpi_rwnd_limited`. */
  readonly rwndLimitedUs: number | undefined;
  /** Held up by the send buffer. In microseconds. `tcpi_sndbuf_limited`. */
  readonly sndbufLimitedUs: number | undefined;
  /** Delivered to the peer, retransmissions included. In segments. `tcpi_delivered`. */
  readonly delivered: number | undefined;
  /** Those of them that met congestion (ECN). In segments. `tcpi_delivered_ce`. */
  readonly deliveredCe: number | undefined;
  /** Sent, retransmissions included, RFC 4898 tcpEStatsPerfHCDataOctetsOut. In bytes. `tcpi_bytes_sent`. */
  readonly bytesSent: number | undefined;
  /** Retransmitted, RFC 4898 tcpEStatsPerfOctetsRetrans. In bytes. `tcpi_bytes_retrans`. */
  readonly bytesRetrans: number | undefined;
  /** The peer reported as duplicates, RFC 4898 tcpEStatsStackDSACKDups. In segments. `tcpi_dsack_dups`. */
  readonly dsackDups: number | undefined;
  /** How often reordering was seen. `tcpi_reord_seen`. */
  readonly reordSeen: number | undefined;
  /** Received out of order. In segments. `tcpi_rcv_ooopack`. */
  readonly rcvOoopack: number | undefined;
  /** Window of the peer, scaled. In bytes. `tcpi_snd_wnd`. */
  readonly sndWnd: number | undefined;
  /** Window advertised, scaled. In bytes. `tcpi_rcv_wnd`, Linux 6.2. */
  readonly rcvWnd: number | undefined;
  /** How often another path was tried after a timeout. `tcpi_rehash`, Linux 6.2. */
  readonly rehash: number | undefined;
  /** Retransmission timeouts. `tcpi_total_rto`, Linux 6.7. */
  readonly totalRto: number | undefined;
  /** Recoveries from timeouts that ended, or one that is under way. `tcpi_total_rto_recoveries`, Linux 6.7. */
  readonly totalRtoRecoveries: number | undefined;
  /** Spent in them. In milliseconds. `tcpi_total_rto_time`, Linux 6.7. */
  readonly totalRtoTimeMs: number | undefined;
  /** Received with the congestion mark, AccECN. In segments. `tcpi_received_ce`, Linux 6.18. */
  readonly receivedCe: number | undefined;
  /** Delivered with ECT(1), AccECN. In bytes. `tcpi_delivered_e1_bytes`, Linux 6.18. */
  readonly deliveredE1Bytes: number | undefined;
  /** Delivered with ECT(0). In bytes. `tcpi_delivered_e0_bytes`, Linux 6.18. */
  readonly deliveredE0Bytes: number | undefined;
  /** Delivered with the congestion mark. In bytes. `tcpi_delivered_ce_bytes`, Linux 6.18. */
  readonly deliveredCeBytes: number | undefined;
  /** Received with ECT(1). In bytes. `tcpi_received_e1_bytes`, Linux 6.18. */
  readonly receivedE1Bytes: number | undefined;
  /** Received with ECT(0). In bytes. `tcpi_received_e0_bytes`, Linux 6.18. */
  readonly receivedE0Bytes: number | undefined;
  /** Received with the congestion mark. In bytes. `tcpi_received_ce_bytes`, Linux 6.18. */
  readonly receivedCeBytes: number | undefined;
  /** What failed in negotiating AccECN. `tcpi_accecn_fail_mode`, Linux 6.18. */
  readonly accecnFailMode: number | undefined;
  /** Which options of AccECN were seen. `tcpi_accecn_opt_seen`, Linux 6.18. */
  readonly accecnOptSeen: number | undefined;
}

/** The JavaScript value of each kind of row. */
export interface ValueByKind {
  readonly bool: boolean;
  /** Signed, 32 bits. */
  readonly int: number;
  /** Unsigned, 32 bits. */
  readonly uint: number;
  readonly uint64: bigint;
  readonly fd: number;
  /** 0 for none; in network byte order on its way. */
  readonly netIndex: number;
  readonly linger: Linger;
  /** Milliseconds, in steps of 0.001; 0 is no limit. */
  readonly timeval: number;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly ucred: UserCredentials;
  readonly gids: readonly number[];
  readonly mreqn: Membership;
  readonly mreqSource: SourceMembership;
  readonly mreq6: Membership6;
  readonly groupReq: GroupMembership;
  readonly groupSourceReq: GroupSourceMembership;
  readonly multicastIf: MulticastInterface;
  readonly meminfo: MemoryInfo;
  readonly filter: readonly FilterInstruction[];
  /** A classic BPF program, or the descriptor of an eBPF one. */
  readonly filterOrFd: readonly FilterInstruction[] | number;
  readonly portRange: PortRange;
  readonly sockaddr: InternetEndpoint;
  readonly txtime: TransmitTime;
  readonly timestamping: Timestamping;
  readonly timestampingFlags: TimestampingFlags;
  readonly packetMreq: PacketMembership;
  readonly packetStatistics: PacketStatistics;
  readonly packetFanout: PacketFanout;
  readonly packetRollover: PacketRollover;
  /** The numbers of netlink groups. */
  readonly netlinkGroups: readonly number[];
  /** Types of ICMP messages, 0 to 31. */
  readonly icmpTypes: readonly number[];
  /** Types of ICMPv6 messages, 0 to 255. */
  readonly icmp6Types: readonly number[];
  readonly repairWindow: RepairWindow;
  readonly repairOptions: readonly RepairOption[];
  readonly tcpInfo: TcpInfo;
  readonly subflowInfos: readonly TcpInfo[];
  readonly subflowAddresses: readonly Subflow[];
}

/** The value of each option, by its C name. */
export interface OptionTypes {
  /**
   * Whether the socket listens.
   *
   * - value: boolean
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_ACCEPTCONN: boolean;
  /**
   * Attaches an eBPF program, by its descriptor, as filter.
   *
   * - value: descriptor
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_ATTACH_BPF: number;
  /**
   * Runs a classic BPF program on each packet: it returns how many bytes to keep.
   *
   * **On a TCP socket Linux 6.18 wants CAP_NET_ADMIN for it: EPERM.**
   *
   * - value: { code, jt, jf, k }[]
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_ATTACH_FILTER: readonly FilterInstruction[];
  /**
   * A classic BPF program that picks the socket of a SO_REUSEPORT group by returning its index.
   *
   * **A socket that has it before bind owns a group and cannot join another: EADDRINUSE.**
   *
   * - value: { code, jt, jf, k }[]
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_ATTACH_REUSEPORT_CBPF: readonly FilterInstruction[];
  /**
   * The same as eBPF, by its descriptor.
   *
   * - value: descriptor
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_ATTACH_REUSEPORT_EBPF: number;
  /**
   * Only packets of this interface; empty for any.
   *
   * **Without CAP_NET_RAW it can be set once and not changed, and before Linux 5.7 not at all.**
   *
   * - value: string
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_BINDTODEVICE: string;
  /**
   * As SO_BINDTODEVICE, by index; 0 for any.
   *
   * **Without CAP_NET_RAW as SO_BINDTODEVICE.**
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_BINDTOIFINDEX: number;
  /**
   * The highest extension of classic BPF this kernel knows, SKF_AD_ of linux/filter.h.
   *
   * - value: integer
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_BPF_EXTENSIONS: number;
  /**
   * Lets datagrams go to broadcast addresses.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_BROADCAST: boolean;
  /**
   * 1 and 2 (or 3) keep the kernel from changing the send and the receive buffer.
   *
   * - value: integer from 0 to 3
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.15
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_BUF_LOCK: number;
  /**
   * How long to poll the card when there is nothing to read.
   *
   * **Raising it takes CAP_NET_ADMIN before Linux 6.4.**
   *
   * - value: integer, microseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_BUSY_POLL: number;
  /**
   * Packets one busy poll may take.
   *
   * **Lowering it takes no capability.**
   *
   * - value: integer from 0 to 65535
   * - access: set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.11
   * - level: `SOL_SOCKET`
   * - source: Documentation/networking/napi.rst
   */
  readonly SO_BUSY_POLL_BUDGET: number;
  /**
   * 1 tells that the connection goes badly, so that another route is tried.
   *
   * **Other numbers do nothing, nor does 1 without a route.**
   *
   * - value: integer
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_CNX_ADVICE: number;
  /**
   * Names the socket for as long as the machine runs; the same number as in sock_diag.
   *
   * - value: bigint
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: sk_getsockopt()
   */
  readonly SO_COOKIE: bigint;
  /**
   * Turns on debugging of the socket.
   *
   * **Without the capability EACCES, not EPERM; turning it off takes none.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_DEBUG: boolean;
  /**
   * Removes the filter; the value is ignored.
   *
   * **ENOENT if there is none.**
   *
   * - value: integer
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_DETACH_FILTER: number;
  /**
   * Removes the program of the group; the value is ignored.
   *
   * **ENOENT if there is none.**
   *
   * - value: integer
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_DETACH_REUSEPORT_BPF: number;
  /**
   * Gives back memory of a device that data was received into, an array of struct dmabuf_token.
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: a build option of the kernel
   * - since: Linux 6.12
   * - level: `SOL_SOCKET`
   * - source: Documentation/networking/devmem.rst
   */
  readonly SO_DEVMEM_DONTNEED: Uint8Array;
  /**
   * The address family of the socket, as 2 for AF_INET.
   *
   * - value: integer
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_DOMAIN: number;
  /**
   * Sends only to hosts on a link of this one, not through a gateway.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_DONTROUTE: boolean;
  /**
   * The pending errno, 0 if there is none.
   *
   * **Reading clears it.**
   *
   * - value: integer
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_ERROR: number;
  /**
   * The classic BPF program attached by SO_ATTACH_FILTER; empty for none.
   *
   * **EACCES for an eBPF program.**
   *
   * - value: { code, jt, jf, k }[]
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_GET_FILTER: readonly FilterInstruction[];
  /**
   * CPU that processed the last packet, -1 for none; set, it steers SO_REUSEPORT to the listener of that CPU.
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_INCOMING_CPU: number;
  /**
   * Queue of the card that the last packet came from.
   *
   * - value: integer, unsigned
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_INCOMING_NAPI_ID: number;
  /**
   * Delivers how many bytes are left to read.
   *
   * - value: boolean
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 6.17
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_INQ: boolean;
  /**
   * Probes an idle connection, so that a dead peer is noticed.
   *
   * **The first probe is sent after two hours unless TCP_KEEPIDLE says otherwise.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_KEEPALIVE: boolean;
  /**
   * What close does with unsent data. On with 0 seconds: the peer gets RST and there is no TIME_WAIT.
   *
   * **On with seconds above 0 close blocks the thread, on a non-blocking socket too. Inherited through accept.**
   *
   * - value: { on, seconds }, seconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_LINGER: Linger;
  /**
   * Makes the attached filter permanent.
   *
   * **It cannot be turned off again: EPERM.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_LOCK_FILTER: boolean;
  /**
   * Mark for policy routing and packet filters.
   *
   * **CAP_NET_RAW is enough from Linux 5.17 on.**
   *
   * - value: integer, unsigned
   * - access: get, set; set at any time
   * - needs: CAP_NET_ADMIN or CAP_NET_RAW
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_MARK: number;
  /**
   * Upper bound for the pacing of TCP, and of fq.
   *
   * - value: bigint, bytes per second
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_MAX_PACING_RATE: bigint;
  /**
   * Memory of the socket.
   *
   * - value: MemoryInfo
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: linux/sock_diag.h
   */
  readonly SO_MEMINFO: MemoryInfo;
  /**
   * Names the network namespace of the socket.
   *
   * - value: bigint
   * - access: get
   * - needs: nothing
   * - since: Linux 5.14
   * - level: `SOL_SOCKET`
   * - source: sk_getsockopt()
   */
  readonly SO_NETNS_COOKIE: bigint;
  /**
   * Sends frames without a checksum, where the card can.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_NOFCS: boolean;
  /**
   * Sends UDP over IPv4 without a checksum.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_NO_CHECK: boolean;
  /**
   * Leaves urgent data in the stream.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_OOBINLINE: boolean;
  /**
   * Delivers SCM_CREDENTIALS with each message.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_PASSCRED: boolean;
  /**
   * Delivers SCM_PIDFD with each message.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 6.5
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_PASSPIDFD: boolean;
  /**
   * Whether descriptors may arrive; on by default.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 6.16
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_PASSRIGHTS: boolean;
  /**
   * Delivers SCM_SECURITY with each message.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_PASSSEC: boolean;
  /**
   * Where MSG_PEEK reads, which moves on with each; -1 for always the beginning.
   *
   * **On TCP from Linux 6.9 on.**
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_PEEK_OFF: number;
  /**
   * Process and user at the other end, as they were at connect or listen.
   *
   * - value: { pid, uid, gid }
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_PEERCRED: UserCredentials;
  /**
   * Supplementary groups of the process at the other end.
   *
   * - value: number[]
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: sk_getsockopt()
   */
  readonly SO_PEERGROUPS: readonly number[];
  /**
   * A descriptor for the process at the other end, which the caller has to close.
   *
   * - value: descriptor
   * - access: get
   * - needs: nothing
   * - since: Linux 6.5
   * - level: `SOL_SOCKET`
   * - source: sk_getsockopt()
   */
  readonly SO_PEERPIDFD: number;
  /**
   * Security label of the peer.
   *
   * - value: string
   * - access: get
   * - needs: a build option of the kernel
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_PEERSEC: string;
  /**
   * Prefers polling to interrupts while busy polling.
   *
   * **Turning it off takes no capability.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.11
   * - level: `SOL_SOCKET`
   * - source: Documentation/networking/napi.rst
   */
  readonly SO_PREFER_BUSY_POLL: boolean;
  /**
   * Priority of the packets in queueing disciplines.
   *
   * **Above 6 it takes CAP_NET_ADMIN or CAP_NET_RAW; setting IP_TOS overwrites it.**
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_PRIORITY: number;
  /**
   * The protocol of the socket, as 6 for TCP.
   *
   * - value: integer
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_PROTOCOL: number;
  /**
   * Bytes that may wait to be read.
   *
   * **Linux stores twice the value, cuts it to net.core.rmem_max, and stops tuning the size by itself. The window scale is fixed at the handshake: set it on the listener, or before connect.**
   *
   * - value: integer from 0, bytes
   * - access: get, set; set before connect
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_RCVBUF: number;
  /**
   * As SO_RCVBUF, over net.core.rmem_max.
   *
   * - value: integer from 0, bytes
   * - access: set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_RCVBUFFORCE: number;
  /**
   * Bytes that must be there before the socket counts as readable.
   *
   * - value: integer from 0, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_RCVLOWAT: number;
  /**
   * Delivers the mark of each packet.
   *
   * **Linux before 6.5 may want CAP_NET_RAW or CAP_NET_ADMIN for it.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.19
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_RCVMARK: boolean;
  /**
   * Delivers the priority of each packet.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 6.14
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_RCVPRIORITY: boolean;
  /**
   * How long a blocking receive or accept waits.
   *
   * **No effect on non-blocking sockets, so not on those made by Socket.open. The kernel rounds up to a tick.**
   *
   * - value: number, milliseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_RCVTIMEO: number;
  /**
   * Memory kept for the socket under a memory cgroup.
   *
   * **EOPNOTSUPP outside a memory cgroup.**
   *
   * - value: integer, bytes
   * - access: get, set; set at any time
   * - needs: a memory cgroup
   * - since: Linux 5.16
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_RESERVE_MEM: number;
  /**
   * Lets bind share an address and port with sockets that have it too and do not listen, TIME_WAIT included.
   *
   * **The old socket needs it as well: it is inherited through accept and into TIME_WAIT, so set it from the first start on. For UDP the newest socket gets every unicast datagram.**
   *
   * - value: boolean
   * - access: get, set; set before bind
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_REUSEADDR: boolean;
  /**
   * Lets several sockets of one user bind, and listen on, the same address and port; connections are spread by a hash.
   *
   * **All of them must have it. Closing a listener resets what waits in its queue.**
   *
   * - value: boolean
   * - access: get, set; set before bind
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_REUSEPORT: boolean;
  /**
   * Delivers the number of dropped packets with each message.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_RXQ_OVFL: boolean;
  /**
   * Makes poll report POLLPRI for the error queue.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_SELECT_ERR_QUEUE: boolean;
  /**
   * Bytes that may wait to be sent.
   *
   * **Linux stores twice the value, cuts it to net.core.wmem_max, and stops tuning the size by itself.**
   *
   * - value: integer from 0, bytes
   * - access: get, set; set before connect
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_SNDBUF: number;
  /**
   * As SO_SNDBUF, over net.core.wmem_max.
   *
   * - value: integer from 0, bytes
   * - access: set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_SNDBUFFORCE: number;
  /**
   * Always 1 on Linux.
   *
   * - value: integer, bytes
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_SNDLOWAT: number;
  /**
   * How long a blocking send or connect waits.
   *
   * **No effect on non-blocking sockets.**
   *
   * - value: number, milliseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_SNDTIMEO: number;
  /**
   * Delivers SCM_TIMESTAMP, microseconds, with each message.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_TIMESTAMP: boolean;
  /**
   * Where packets are stamped, and how it is reported: SCM_TIMESTAMPING with each message.
   *
   * - value: { flags, bindPhc? }
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: Documentation/networking/timestamping.rst
   */
  readonly SO_TIMESTAMPING: Timestamping;
  /**
   * Delivers SCM_TIMESTAMPNS, nanoseconds, with each message.
   *
   * **If no other socket of the machine asks for timestamps, the kernel begins a moment later, and until then a packet gets the time at which it is read (net_enable_timestamp()).**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_TIMESTAMPNS: boolean;
  /**
   * Whether a retransmission may take another route: 1 yes, 0 no.
   *
   * **-1 stands for the default, which reads as 1.**
   *
   * - value: integer from -1 to 1
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.18
   * - level: `SOL_SOCKET`
   * - source: sk_setsockopt()
   */
  readonly SO_TXREHASH: number;
  /**
   * Lets messages say when to be sent (SCM_TXTIME).
   *
   * **Only CLOCK_MONOTONIC (1) takes no capability: CLOCK_REALTIME (0) and CLOCK_TAI (11) take CAP_NET_ADMIN, other clocks are EINVAL.**
   *
   * - value: { clockId, flags }
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: linux/net_tstamp.h, tc-etf(8)
   */
  readonly SO_TXTIME: TransmitTime;
  /**
   * The type of the socket: 1 SOCK_STREAM, 2 SOCK_DGRAM, 3 SOCK_RAW, 5 SOCK_SEQPACKET.
   *
   * - value: integer
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_TYPE: number;
  /**
   * Tells whether a wireless frame was acknowledged.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: socket(7)
   */
  readonly SO_WIFI_STATUS: boolean;
  /**
   * Allows MSG_ZEROCOPY.
   *
   * **MSG_ZEROCOPY cannot be given here (ERR_NOT_SUPPORTED): the kernel reads the payload until its completion is on the error queue, and nothing here keeps it unchanged until then.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_SOCKET`
   * - source: Documentation/networking/msg_zerocopy.rst
   */
  readonly SO_ZEROCOPY: boolean;
  /**
   * Key of the TCP authentication option, struct tcp_ao_add, RFC 5925.
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: a build option of the kernel
   * - since: Linux 6.7
   * - level: `IPPROTO_TCP`
   * - source: Documentation/networking/tcp_ao.rst
   */
  readonly TCP_AO_ADD_KEY: Uint8Array;
  /**
   * Removes a key, struct tcp_ao_del.
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: a build option of the kernel
   * - since: Linux 6.7
   * - level: `IPPROTO_TCP`
   * - source: Documentation/networking/tcp_ao.rst
   */
  readonly TCP_AO_DEL_KEY: Uint8Array;
  /**
   * Its keys, struct tcp_ao_getsockopt.
   *
   * - value: Uint8Array
   * - access: get
   * - needs: a build option of the kernel
   * - since: Linux 6.7
   * - level: `IPPROTO_TCP`
   * - source: Documentation/networking/tcp_ao.rst
   */
  readonly TCP_AO_GET_KEYS: Uint8Array;
  /**
   * State of the authentication option, struct tcp_ao_info_opt.
   *
   * - value: Uint8Array
   * - access: get, set; set at any time
   * - needs: a build option of the kernel
   * - since: Linux 6.7
   * - level: `IPPROTO_TCP`
   * - source: Documentation/networking/tcp_ao.rst
   */
  readonly TCP_AO_INFO: Uint8Array;
  /**
   * Its sequence numbers, struct tcp_ao_repair.
   *
   * - value: Uint8Array
   * - access: get, set; set at any time
   * - needs: a build option of the kernel
   * - since: Linux 6.7
   * - level: `IPPROTO_TCP`
   * - source: Documentation/networking/tcp_ao.rst
   */
  readonly TCP_AO_REPAIR: Uint8Array;
  /**
   * State of the congestion control: union tcp_cc_info, empty for those that have none.
   *
   * - value: Uint8Array
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_CC_INFO: Uint8Array;
  /**
   * Congestion control by name, as cubic.
   *
   * **Names outside net.ipv4.tcp_allowed_congestion_control need CAP_NET_ADMIN.**
   *
   * - value: string
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_CONGESTION: string;
  /**
   * Sends only full segments until it is turned off.
   *
   * **For at most 200 ms.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_CORK: boolean;
  /**
   * Wakes accept only when data has come.
   *
   * **Kept as a number of SYN-ACK retransmissions, so it reads back rounded up: 5 as 7.**
   *
   * - value: integer, seconds
   * - access: get, set; set before listen
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_DEFER_ACCEPT: number;
  /**
   * Longest delay of an ACK.
   *
   * **Above one tick of the kernel (4000 with CONFIG_HZ=250), up to 200000.**
   *
   * - value: integer, microseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 6.15
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_DELACK_MAX_US: number;
  /**
   * Connections with data in the SYN that may wait; makes a listener accept them.
   *
   * **Needs bit 2 of net.ipv4.tcp_fastopen; cut to net.core.somaxconn.**
   *
   * - value: integer
   * - access: get, set; set before listen
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_FASTOPEN: number;
  /**
   * connect sends nothing until data can go with the SYN.
   *
   * - value: boolean
   * - access: get, set; set before connect
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_FASTOPEN_CONNECT: boolean;
  /**
   * Keys of the fast open cookie: 16 bytes, or 32 for two.
   *
   * **EINVAL for other lengths.**
   *
   * - value: Uint8Array
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_FASTOPEN_KEY: Uint8Array;
  /**
   * Fast open without a cookie.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_FASTOPEN_NO_COOKIE: boolean;
  /**
   * Everything the kernel knows about the connection.
   *
   * - value: TcpInfo
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_INFO: TcpInfo;
  /**
   * Delivers how many bytes are left to read.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_INQ: boolean;
  /**
   * Whether the connection is Multipath TCP and has not fallen back.
   *
   * - value: boolean
   * - access: get
   * - needs: nothing
   * - since: Linux 6.10
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_getsockopt()
   */
  readonly TCP_IS_MPTCP: boolean;
  /**
   * Unanswered probes after which the connection is dropped with ETIMEDOUT.
   *
   * - value: integer from 1 to 127
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_KEEPCNT: number;
  /**
   * Idle time before the first keep-alive probe.
   *
   * **Needs SO_KEEPALIVE.**
   *
   * - value: integer from 1 to 32767, seconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_KEEPIDLE: number;
  /**
   * Time between keep-alive probes.
   *
   * - value: integer from 1 to 32767, seconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_KEEPINTVL: number;
  /**
   * How long FIN_WAIT2 lives without its process; -1 for not at all.
   *
   * **Not the length of TIME_WAIT, which is 60 s and fixed. Above 120 it reads 120.**
   *
   * - value: integer, seconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_LINGER2: number;
  /**
   * Largest segment to announce.
   *
   * **Read before the handshake it is the default; set values show once connected. 0 takes the bound away.**
   *
   * - value: integer from 88 to 32767, bytes
   * - access: get, set; set before connect
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_MAXSEG: number;
  /**
   * Key for signed segments, struct tcp_md5sig, RFC 2385.
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: a build option of the kernel
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_MD5SIG: Uint8Array;
  /**
   * As TCP_MD5SIG, for a prefix or interface.
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: a build option of the kernel
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_MD5SIG_EXT: Uint8Array;
  /**
   * Sends small segments at once, without waiting for an ACK (Nagle off).
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_NODELAY: boolean;
  /**
   * Bytes not yet sent below which the socket counts as writable.
   *
   * - value: integer, unsigned, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_NOTSENT_LOWAT: number;
  /**
   * Sequence number of the chosen queue.
   *
   * **Only while the socket is closed.**
   *
   * - value: integer, unsigned
   * - access: get, set; set at any time
   * - needs: TCP_REPAIR
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_QUEUE_SEQ: number;
  /**
   * Acknowledges at once.
   *
   * **Not permanent: the kernel goes back to delaying when it sees fit.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_QUICKACK: boolean;
  /**
   * 1 takes the socket out of the network, to read and set its state; 0 puts it back, -1 without a window probe.
   *
   * **Closed in repair mode the connection vanishes without a packet.**
   *
   * - value: integer from -1 to 1
   * - access: get, set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_REPAIR: number;
  /**
   * Options that were negotiated: 2 MSS, 3 window scale, 4 SACK, 8 timestamps.
   *
   * - value: { code, value }[]
   * - access: set; set at any time
   * - needs: TCP_REPAIR
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_REPAIR_OPTIONS: readonly RepairOption[];
  /**
   * Which queue repair reads and writes: 1 receive, 2 send.
   *
   * - value: integer from 0 to 2
   * - access: get, set; set at any time
   * - needs: TCP_REPAIR
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_REPAIR_QUEUE: number;
  /**
   * Windows of the connection.
   *
   * - value: { sndWl1, sndWnd, maxWindow, rcvWnd, rcvWup }
   * - access: get, set; set at any time
   * - needs: TCP_REPAIR
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_REPAIR_WINDOW: RepairWindow;
  /**
   * Longest time between retransmissions.
   *
   * - value: integer from 1000 to 120000, milliseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 6.15
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_RTO_MAX_MS: number;
  /**
   * Shortest time before a retransmission.
   *
   * **Above one tick of the kernel (4000 with CONFIG_HZ=250), up to 200000.**
   *
   * - value: integer, microseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 6.15
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_RTO_MIN_US: number;
  /**
   * The SYN that was kept; read once.
   *
   * - value: Uint8Array
   * - access: get
   * - needs: a connection
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_SAVED_SYN: Uint8Array;
  /**
   * Makes a listener keep the SYN of each connection: 1 with IP header, 2 with Ethernet too.
   *
   * - value: integer from 0 to 2
   * - access: get, set; set before listen
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_SAVE_SYN: number;
  /**
   * SYN retransmissions before connect gives up.
   *
   * - value: integer from 1 to 127
   * - access: get, set; set before connect
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_SYNCNT: number;
  /**
   * Does nothing any more.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_THIN_DUPACK: boolean;
  /**
   * Retransmits without backing off while little is in flight.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_THIN_LINEAR_TIMEOUTS: boolean;
  /**
   * Value of the timestamp clock.
   *
   * - value: integer, unsigned, milliseconds
   * - access: get, set; set at any time
   * - needs: TCP_REPAIR
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_TIMESTAMP: number;
  /**
   * Delays every packet: a longer round trip without a link that has one.
   *
   * - value: integer from 0 to 268435455, microseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_setsockopt()
   */
  readonly TCP_TX_DELAY: number;
  /**
   * Protocol on top of TCP inside the kernel, as tls.
   *
   * - value: string
   * - access: get, set; set at any time
   * - needs: a connection
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: Documentation/networking/tls.rst
   */
  readonly TCP_ULP: string;
  /**
   * How long data may stay unacknowledged before the connection is dropped with ETIMEDOUT.
   *
   * **0 is the default of about 15 minutes. With keep-alive it decides instead of TCP_KEEPCNT.**
   *
   * - value: integer, milliseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_USER_TIMEOUT: number;
  /**
   * Upper bound of the announced window.
   *
   * - value: integer from 0, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: tcp(7)
   */
  readonly TCP_WINDOW_CLAMP: number;
  /**
   * Maps received pages: struct tcp_zerocopy_receive.
   *
   * **It takes pointers, so nothing is mapped: only what the structure says of the queue is read.**
   *
   * - value: Uint8Array
   * - access: get
   * - needs: a connection
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_TCP`
   * - source: do_tcp_getsockopt()
   */
  readonly TCP_ZEROCOPY_RECEIVE: Uint8Array;
  /**
   * Joins a group on an interface.
   *
   * - value: { multicastAddress, localAddress?, interfaceIndex? }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_ADD_MEMBERSHIP: Membership;
  /**
   * Joins a group for one sender.
   *
   * - value: { multicastAddress, interfaceAddress, sourceAddress }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_ADD_SOURCE_MEMBERSHIP: SourceMembership;
  /**
   * bind to port 0 takes no port; connect or listen chooses it, so that ports are shared between destinations.
   *
   * - value: boolean
   * - access: get, set; set before bind
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_BIND_ADDRESS_NO_PORT: boolean;
  /**
   * No more datagrams of a group from this sender.
   *
   * - value: { multicastAddress, interfaceAddress, sourceAddress }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_BLOCK_SOURCE: SourceMembership;
  /**
   * Delivers the checksum of each datagram.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: do_ip_setsockopt()
   */
  readonly IP_CHECKSUM: boolean;
  /**
   * Leaves a group.
   *
   * **EADDRNOTAVAIL if it was not joined.**
   *
   * - value: { multicastAddress, localAddress?, interfaceIndex? }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_DROP_MEMBERSHIP: Membership;
  /**
   * Leaves a group for one sender.
   *
   * - value: { multicastAddress, interfaceAddress, sourceAddress }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_DROP_SOURCE_MEMBERSHIP: SourceMembership;
  /**
   * Lets bind take an address this host does not have, or not yet.
   *
   * - value: boolean
   * - access: get, set; set before bind
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_FREEBIND: boolean;
  /**
   * The IP header is part of what is sent and received.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_HDRINCL: boolean;
  /**
   * Narrows the ephemeral port range of this socket; 0 for the bound of the system.
   *
   * - value: { low, high }
   * - access: get, set; set before bind
   * - needs: nothing
   * - since: Linux 6.3
   * - level: `IPPROTO_IP`
   * - source: do_ip_setsockopt()
   */
  readonly IP_LOCAL_PORT_RANGE: PortRange;
  /**
   * Drops packets with a lower TTL, RFC 5082.
   *
   * - value: integer from 0 to 255, hops
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_MINTTL: number;
  /**
   * The whole list of senders, struct ip_msfilter.
   *
   * **Reading it takes a structure that says what to read, so it is not done here.**
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_MSFILTER: Uint8Array;
  /**
   * Path MTU of the connection.
   *
   * - value: integer, bytes
   * - access: get
   * - needs: a connection
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_MTU: number;
  /**
   * Path MTU discovery: 0 never, 1 as the route says, 2 always, 3 probe, 4 interface, 5 omit.
   *
   * - value: integer from 0 to 5
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_MTU_DISCOVER: number;
  /**
   * Datagrams of every group joined on this host, not only by this socket.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_MULTICAST_ALL: boolean;
  /**
   * Interface that datagrams to groups leave by.
   *
   * **Only the address reads back.**
   *
   * - value: { localAddress?, interfaceIndex? }
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_MULTICAST_IF: MulticastInterface;
  /**
   * Delivers what is sent to a group to this host too.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_MULTICAST_LOOP: boolean;
  /**
   * TTL of datagrams to groups; -1 for the default, 1.
   *
   * - value: integer from -1 to 255, hops
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_MULTICAST_TTL: number;
  /**
   * Leaves fragments as they are on their way out.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_NODEFRAG: boolean;
  /**
   * IP options for every packet, at most 40 bytes.
   *
   * - value: Uint8Array
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_OPTIONS: Uint8Array;
  /**
   * Delivers SCM_SECURITY, the security label of the sender, with each datagram.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_PASSSEC: boolean;
  /**
   * Delivers the address and interface each datagram came to.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_PKTINFO: boolean;
  /**
   * The protocol of a raw socket.
   *
   * - value: integer
   * - access: get
   * - needs: nothing
   * - since: Linux 6.4
   * - level: `IPPROTO_IP`
   * - source: do_ip_getsockopt()
   */
  readonly IP_PROTOCOL: number;
  /**
   * Queues ICMP errors for MSG_ERRQUEUE.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_RECVERR: boolean;
  /**
   * Reads the extensions of ICMP errors.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.9
   * - level: `IPPROTO_IP`
   * - source: do_ip_setsockopt()
   */
  readonly IP_RECVERR_RFC4884: boolean;
  /**
   * Delivers the size of the largest fragment.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: do_ip_setsockopt()
   */
  readonly IP_RECVFRAGSIZE: boolean;
  /**
   * Delivers IP options as they came.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_RECVOPTS: boolean;
  /**
   * Delivers where a redirected datagram was sent.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_RECVORIGDSTADDR: boolean;
  /**
   * Delivers the TOS byte of each datagram.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_RECVTOS: boolean;
  /**
   * Delivers the TTL of each datagram.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_RECVTTL: boolean;
  /**
   * Delivers IP options ready for an answer.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_RETOPTS: boolean;
  /**
   * Takes packets with the router alert option.
   *
   * - value: boolean
   * - access: set; set at any time
   * - needs: CAP_NET_RAW
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_ROUTER_ALERT: boolean;
  /**
   * DSCP, shifted left by two.
   *
   * **TCP keeps the two ECN bits to itself.**
   *
   * - value: integer from 0 to 255
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_TOS: number;
  /**
   * Lets bind take foreign addresses, for a transparent proxy.
   *
   * **Turning it off takes no capability.**
   *
   * - value: boolean
   * - access: get, set; set before bind
   * - needs: CAP_NET_ADMIN or CAP_NET_RAW
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_TRANSPARENT: boolean;
  /**
   * Time to live of packets sent; -1 for the default.
   *
   * - value: integer from 1 to 255, hops
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_TTL: number;
  /**
   * Takes back IP_BLOCK_SOURCE.
   *
   * - value: { multicastAddress, interfaceAddress, sourceAddress }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_UNBLOCK_SOURCE: SourceMembership;
  /**
   * Interface to route by, without restricting what is received.
   *
   * - value: interface index
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_UNICAST_IF: number;
  /**
   * IPsec policy of this socket, struct xfrm_userpolicy_info and its templates.
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: ip(7)
   */
  readonly IP_XFRM_POLICY: Uint8Array;
  /**
   * No more datagrams of a group from this sender.
   *
   * - value: { interfaceIndex, group, source }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP` or `IPPROTO_IPV6`
   * - source: ip(7)
   */
  readonly MCAST_BLOCK_SOURCE: GroupSourceMembership;
  /**
   * Joins a group on an interface by index.
   *
   * - value: { interfaceIndex, group }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP` or `IPPROTO_IPV6`
   * - source: ip(7)
   */
  readonly MCAST_JOIN_GROUP: GroupMembership;
  /**
   * Joins a group for one sender.
   *
   * - value: { interfaceIndex, group, source }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP` or `IPPROTO_IPV6`
   * - source: ip(7)
   */
  readonly MCAST_JOIN_SOURCE_GROUP: GroupSourceMembership;
  /**
   * Leaves a group.
   *
   * - value: { interfaceIndex, group }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP` or `IPPROTO_IPV6`
   * - source: ip(7)
   */
  readonly MCAST_LEAVE_GROUP: GroupMembership;
  /**
   * Leaves a group for one sender.
   *
   * - value: { interfaceIndex, group, source }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP` or `IPPROTO_IPV6`
   * - source: ip(7)
   */
  readonly MCAST_LEAVE_SOURCE_GROUP: GroupSourceMembership;
  /**
   * The whole list of senders, struct group_filter.
   *
   * **Reading it takes a structure that says what to read, so it is not done here.**
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP` or `IPPROTO_IPV6`
   * - source: ip(7)
   */
  readonly MCAST_MSFILTER: Uint8Array;
  /**
   * Takes back MCAST_BLOCK_SOURCE.
   *
   * - value: { interfaceIndex, group, source }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP` or `IPPROTO_IPV6`
   * - source: ip(7)
   */
  readonly MCAST_UNBLOCK_SOURCE: GroupSourceMembership;
  /**
   * Where a redirected connection was going (netfilter).
   *
   * - value: { address, port }
   * - access: get
   * - needs: a build option of the kernel
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IP`
   * - source: getorigdst()
   */
  readonly SO_ORIGINAL_DST: InternetEndpoint;
  /**
   * Where a redirected connection was going (netfilter).
   *
   * - value: { address, port }
   * - access: get
   * - needs: a build option of the kernel
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6_getorigdst()
   */
  readonly IP6T_SO_ORIGINAL_DST: InternetEndpoint;
  /**
   * Delivers destination options, as IPV6_2292DSTOPTS.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: RFC 2292
   */
  readonly IPV6_2292DSTOPTS: boolean;
  /**
   * Delivers the hop limit of each datagram, as IPV6_2292HOPLIMIT.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: RFC 2292
   */
  readonly IPV6_2292HOPLIMIT: boolean;
  /**
   * Delivers hop-by-hop options, as IPV6_2292HOPOPTS.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: RFC 2292
   */
  readonly IPV6_2292HOPOPTS: boolean;
  /**
   * Delivers the address and interface each datagram came to, as IPV6_2292PKTINFO.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: RFC 2292
   */
  readonly IPV6_2292PKTINFO: boolean;
  /**
   * Delivers routing headers, as IPV6_2292RTHDR.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: RFC 2292
   */
  readonly IPV6_2292RTHDR: boolean;
  /**
   * AF_INET turns a connected v4-mapped socket into an IPv4 one.
   *
   * - value: integer
   * - access: set; set at any time
   * - needs: a connection
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_ADDRFORM: number;
  /**
   * IPV6_PREFER_SRC_ flags: 1 temporary, 2 public source address, RFC 5014.
   *
   * **Reads back with the defaults of the other choices added.**
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_ADDR_PREFERENCES: number;
  /**
   * Joins a group on an interface.
   *
   * - value: { multicastAddress, interfaceIndex }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_ADD_MEMBERSHIP: Membership6;
  /**
   * Chooses a flow label for each connection.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: do_ipv6_setsockopt()
   */
  readonly IPV6_AUTOFLOWLABEL: boolean;
  /**
   * Offset of the checksum the kernel fills in; -1 for none.
   *
   * **EINVAL for an odd one.**
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_CHECKSUM: number;
  /**
   * Refuses to fragment: EMSGSIZE.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_DONTFRAG: boolean;
  /**
   * Leaves a group.
   *
   * - value: { multicastAddress, interfaceIndex }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_DROP_MEMBERSHIP: Membership6;
  /**
   * Destination options for every packet.
   *
   * - value: Uint8Array
   * - access: get, set; set at any time
   * - needs: CAP_NET_RAW
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_DSTOPTS: Uint8Array;
  /**
   * Delivers IPV6_FLOWINFO, traffic class and flow label, with each datagram.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_FLOWINFO: boolean;
  /**
   * Takes the flow label from the address of sendmsg and connect.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_FLOWINFO_SEND: boolean;
  /**
   * Flow labels, struct in6_flowlabel_req.
   *
   * **Reading it takes a structure that says what to read, so it is not done here.**
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_FLOWLABEL_MGR: Uint8Array;
  /**
   * Lets bind take an address this host does not have, or not yet.
   *
   * - value: boolean
   * - access: get, set; set before bind
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: do_ipv6_setsockopt()
   */
  readonly IPV6_FREEBIND: boolean;
  /**
   * The IPv6 header is part of what is sent.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: do_ipv6_setsockopt()
   */
  readonly IPV6_HDRINCL: boolean;
  /**
   * Hop-by-hop options for every packet.
   *
   * - value: Uint8Array
   * - access: get, set; set at any time
   * - needs: CAP_NET_RAW
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_HOPOPTS: Uint8Array;
  /**
   * Joins an anycast address.
   *
   * - value: { multicastAddress, interfaceIndex }
   * - access: set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_JOIN_ANYCAST: Membership6;
  /**
   * Leaves an anycast address.
   *
   * - value: { multicastAddress, interfaceIndex }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_LEAVE_ANYCAST: Membership6;
  /**
   * Drops packets with a lower hop limit, RFC 5082.
   *
   * - value: integer from 0 to 255, hops
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_MINHOPCOUNT: number;
  /**
   * Path MTU; set, an upper bound, 0 for none.
   *
   * **Reading takes a connection: ENOTCONN.**
   *
   * - value: integer from 1280, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_MTU: number;
  /**
   * Path MTU discovery, numbers as IP_MTU_DISCOVER.
   *
   * - value: integer from 0 to 5
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_MTU_DISCOVER: number;
  /**
   * Datagrams of every group joined on this host, not only by this socket.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: do_ipv6_setsockopt()
   */
  readonly IPV6_MULTICAST_ALL: boolean;
  /**
   * Hop limit of datagrams to groups; -1 for the default, 1.
   *
   * - value: integer from -1 to 255, hops
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_MULTICAST_HOPS: number;
  /**
   * Index of the interface that datagrams to groups leave by.
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_MULTICAST_IF: number;
  /**
   * Delivers what is sent to a group to this host too.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_MULTICAST_LOOP: boolean;
  /**
   * Next hop, a sockaddr_in6.
   *
   * **Linux knows it as a control message only: ENOPROTOOPT.**
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: CAP_NET_RAW
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_NEXTHOP: Uint8Array;
  /**
   * Path MTU of the connection, struct ip6_mtuinfo.
   *
   * - value: Uint8Array
   * - access: get
   * - needs: a connection
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_PATHMTU: Uint8Array;
  /**
   * Source address and interface of what is sent, struct in6_pktinfo.
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_PKTINFO: Uint8Array;
  /**
   * Delivers destination options.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVDSTOPTS: boolean;
  /**
   * Queues ICMPv6 errors for MSG_ERRQUEUE.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVERR: boolean;
  /**
   * Reads the extensions of ICMPv6 errors.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.9
   * - level: `IPPROTO_IPV6`
   * - source: do_ipv6_setsockopt()
   */
  readonly IPV6_RECVERR_RFC4884: boolean;
  /**
   * Delivers the size of the largest fragment.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: do_ipv6_setsockopt()
   */
  readonly IPV6_RECVFRAGSIZE: boolean;
  /**
   * Delivers the hop limit of each datagram.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVHOPLIMIT: boolean;
  /**
   * Delivers hop-by-hop options.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVHOPOPTS: boolean;
  /**
   * Delivers where a redirected datagram was sent.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVORIGDSTADDR: boolean;
  /**
   * Delivers changes of the path MTU.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVPATHMTU: boolean;
  /**
   * Delivers the address and interface each datagram came to.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVPKTINFO: boolean;
  /**
   * Delivers routing headers.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVRTHDR: boolean;
  /**
   * Delivers the traffic class of each datagram.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RECVTCLASS: boolean;
  /**
   * Takes packets with this router alert value.
   *
   * **Only on IPPROTO_RAW sockets. It reads as 1, whatever the value.**
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_ROUTER_ALERT: number;
  /**
   * Alerts of this network namespace only.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: do_ipv6_setsockopt()
   */
  readonly IPV6_ROUTER_ALERT_ISOLATE: boolean;
  /**
   * Routing header for every packet.
   *
   * - value: Uint8Array
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RTHDR: Uint8Array;
  /**
   * Destination options in front of a routing header.
   *
   * - value: Uint8Array
   * - access: get, set; set at any time
   * - needs: CAP_NET_RAW
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_RTHDRDSTOPTS: Uint8Array;
  /**
   * Traffic class of packets sent; -1 for the default, 0.
   *
   * **Not for v4-mapped peers: set IP_TOS too.**
   *
   * - value: integer from -1 to 255
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_TCLASS: number;
  /**
   * Lets bind take foreign addresses, for a transparent proxy.
   *
   * **Turning it off takes no capability.**
   *
   * - value: boolean
   * - access: get, set; set before bind
   * - needs: CAP_NET_ADMIN or CAP_NET_RAW
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_TRANSPARENT: boolean;
  /**
   * Hop limit of packets sent; -1 for the default.
   *
   * - value: integer from -1 to 255, hops
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_UNICAST_HOPS: number;
  /**
   * Interface to route by, without restricting what is received.
   *
   * - value: interface index
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_UNICAST_IF: number;
  /**
   * No IPv4 through v4-mapped addresses.
   *
   * **EINVAL once bound; binding a specific IPv6 address turns it on.**
   *
   * - value: boolean
   * - access: get, set; set before bind
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_V6ONLY: boolean;
  /**
   * IPsec policy of this socket, struct xfrm_userpolicy_info and its templates.
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: CAP_NET_ADMIN
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_IPV6`
   * - source: ipv6(7)
   */
  readonly IPV6_XFRM_POLICY: Uint8Array;
  /**
   * Gathers what is sent into one datagram until it is turned off.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_UDP`
   * - source: udp(7)
   */
  readonly UDP_CORK: boolean;
  /**
   * Kind of encapsulation, as 2 for IPsec.
   *
   * - value: integer
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_UDP`
   * - source: udp(7)
   */
  readonly UDP_ENCAP: number;
  /**
   * Delivers several datagrams of a sender as one.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_UDP`
   * - source: udp(7)
   */
  readonly UDP_GRO: boolean;
  /**
   * Takes UDP over IPv6 without a checksum.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_UDP`
   * - source: udp(7)
   */
  readonly UDP_NO_CHECK6_RX: boolean;
  /**
   * Sends UDP over IPv6 without a checksum.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_UDP`
   * - source: udp(7)
   */
  readonly UDP_NO_CHECK6_TX: boolean;
  /**
   * Cuts one large send into datagrams of this size.
   *
   * - value: integer from 0 to 65535, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_UDP`
   * - source: udp(7)
   */
  readonly UDP_SEGMENT: number;
  /**
   * Drops datagrams whose checksum covers fewer bytes; 0 for all of each.
   *
   * **From 1 to 7 Linux takes for 8, the header.**
   *
   * - value: integer from 0 to 65535, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_UDPLITE`
   * - source: udplite(7)
   */
  readonly UDPLITE_RECV_CSCOV: number;
  /**
   * Bytes of each datagram that the checksum covers; 0 for all.
   *
   * **From 1 to 7 Linux takes for 8, the header.**
   *
   * - value: integer from 0 to 65535, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_UDPLITE`
   * - source: udplite(7)
   */
  readonly UDPLITE_SEND_CSCOV: number;
  /**
   * Types of ICMP messages that are dropped.
   *
   * **EOPNOTSUPP on raw sockets of other protocols. Types above 31 always pass.**
   *
   * - value: number[] from 0 to 31
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_RAW`
   * - source: raw(7)
   */
  readonly ICMP_FILTER: readonly number[];
  /**
   * Types of ICMPv6 messages that are dropped.
   *
   * **EOPNOTSUPP on raw sockets of other protocols.**
   *
   * - value: number[] from 0 to 255
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `IPPROTO_ICMPV6`
   * - source: RFC 3542 section 3.2
   */
  readonly ICMPV6_FILTER: readonly number[];
  /**
   * Lets the card pass more to the host: everything (PACKET_MR_PROMISC), all groups, or one address, as long as the socket is open.
   *
   * - value: { interfaceIndex, type, hardwareAddress? }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_ADD_MEMBERSHIP: PacketMembership;
  /**
   * Delivers PACKET_AUXDATA with each packet: its length on the wire, its VLAN tag, whether its checksum was verified.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_AUXDATA: boolean;
  /**
   * With a ring, packets longer than this are also queued whole; 0 for none.
   *
   * **Before Linux 6.8 it cannot be read: ENOPROTOOPT.**
   *
   * - value: integer from 0, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet_setsockopt()
   */
  readonly PACKET_COPY_THRESH: number;
  /**
   * Takes back PACKET_ADD_MEMBERSHIP.
   *
   * **It does nothing, and says nothing, if there is no such membership.**
   *
   * - value: { interfaceIndex, type, hardwareAddress? }
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_DROP_MEMBERSHIP: PacketMembership;
  /**
   * Joins a group of packet sockets, each of which gets a part of the packets.
   *
   * **EINVAL on a socket that receives nothing: give bind a protocol. Without a group it reads as group 0 by hash.**
   *
   * - value: { groupId, mode, flags?, maxMembers? }
   * - access: get, set; set at any time
   * - needs: a bound socket
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_FANOUT: PacketFanout;
  /**
   * The program that picks the socket of a group with PACKET_FANOUT_CBPF (a classic one) or PACKET_FANOUT_EBPF (a descriptor).
   *
   * **EINVAL outside such a group.**
   *
   * - value: { code, jt, jf, k }[] or descriptor
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet_setsockopt()
   */
  readonly PACKET_FANOUT_DATA: readonly FilterInstruction[] | number;
  /**
   * No copies of the packets this host sends.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet_setsockopt()
   */
  readonly PACKET_IGNORE_OUTGOING: boolean;
  /**
   * Skips malformed packets of the transmit ring instead of stopping there.
   *
   * **EBUSY once there is a ring.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_LOSS: boolean;
  /**
   * Reports the interface a packet came in on, not the bond or bridge it was passed to.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet_setsockopt()
   */
  readonly PACKET_ORIGDEV: boolean;
  /**
   * Sends past the queueing discipline, straight to the card.
   *
   * **What finds no room is lost.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_QDISC_BYPASS: boolean;
  /**
   * Room before each packet in the ring.
   *
   * **EBUSY once there is a ring.**
   *
   * - value: integer from 0, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_RESERVE: number;
  /**
   * Packets a group with PACKET_FANOUT_ROLLOVER passed to another of its sockets.
   *
   * **EINVAL outside such a group.**
   *
   * - value: { all, huge, failed }
   * - access: get
   * - needs: a bound socket
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet_getsockopt()
   */
  readonly PACKET_ROLLOVER_STATS: PacketRollover;
  /**
   * Receives into a ring in shared memory, struct tpacket_req (or tpacket_req3).
   *
   * **What is in the ring is read through mmap(2), which nothing here does: recv gets no packets any more.**
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_RX_RING: Uint8Array;
  /**
   * Packets received and dropped since the last reading.
   *
   * **Reading it starts at 0 again.**
   *
   * - value: { packets, drops, freezes }
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_STATISTICS: PacketStatistics;
  /**
   * Where packets of a ring are stamped: SOF_TIMESTAMPING_RAW_HARDWARE by the card; without flags by the kernel.
   *
   * - value: TimestampingFlags
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_TIMESTAMP: TimestampingFlags;
  /**
   * Packets of the transmit ring say where their data begins.
   *
   * **EBUSY once there is a ring.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet_setsockopt()
   */
  readonly PACKET_TX_HAS_OFF: boolean;
  /**
   * Sends from a ring in shared memory, struct tpacket_req (or tpacket_req3).
   *
   * **The ring is written through mmap(2), which nothing here does.**
   *
   * - value: Uint8Array
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_TX_RING: Uint8Array;
  /**
   * Layout of the ring: 0 TPACKET_V1, 1 TPACKET_V2, 2 TPACKET_V3.
   *
   * **EBUSY once there is a ring.**
   *
   * - value: integer from 0 to 2
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet(7)
   */
  readonly PACKET_VERSION: number;
  /**
   * A struct virtio_net_hdr in front of each packet, with its segmentation and checksum.
   *
   * **EINVAL on a dgram socket.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_PACKET`
   * - source: packet_setsockopt()
   */
  readonly PACKET_VNET_HDR: boolean;
  /**
   * Length of that header: 10, or 12 with the number of buffers; 0 for none.
   *
   * **EINVAL for other lengths, and on a dgram socket.**
   *
   * - value: integer, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 6.4
   * - level: `SOL_PACKET`
   * - source: packet_setsockopt()
   */
  readonly PACKET_VNET_HDR_SZ: number;
  /**
   * Joins a group by its number, as 1 for RTNLGRP_LINK.
   *
   * **bind takes groups as bits instead, the first 32 only.**
   *
   * - value: integer
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_ADD_MEMBERSHIP: number;
  /**
   * Makes the sender of a broadcast see ENOBUFS when this socket could not take it.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_BROADCAST_ERROR: boolean;
  /**
   * Error replies carry the header of the request only, not all of it.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_CAP_ACK: boolean;
  /**
   * Leaves a group by its number.
   *
   * - value: integer
   * - access: set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_DROP_MEMBERSHIP: number;
  /**
   * Replies say in words what was wrong, and where: NLMSGERR_ATTR_MSG and NLMSGERR_ATTR_OFFS.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_EXT_ACK: boolean;
  /**
   * Dump requests are checked field by field, and filter what they return.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink_setsockopt()
   */
  readonly NETLINK_GET_STRICT_CHK: boolean;
  /**
   * Receives from every network namespace that has an id in this one; the id comes as a control message.
   *
   * **Turning it off takes no capability.**
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: CAP_NET_BROADCAST
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_LISTEN_ALL_NSID: boolean;
  /**
   * The groups this socket is in.
   *
   * - value: number[]
   * - access: get
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_LIST_MEMBERSHIPS: readonly number[];
  /**
   * No ENOBUFS when messages are lost, as the receive buffer was full.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_NO_ENOBUFS: boolean;
  /**
   * Delivers NETLINK_PKTINFO with each message: the group it was sent to.
   *
   * - value: boolean
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `SOL_NETLINK`
   * - source: netlink(7)
   */
  readonly NETLINK_PKTINFO: boolean;
  /**
   * All of these at once, struct mptcp_full_info.
   *
   * **It takes pointers to where the parts go, so only the counts and MPTCP_INFO are filled in.**
   *
   * - value: Uint8Array
   * - access: get
   * - needs: nothing
   * - since: Linux 6.5
   * - level: `SOL_MPTCP`
   * - source: linux/mptcp.h
   */
  readonly MPTCP_FULL_INFO: Uint8Array;
  /**
   * State of the Multipath TCP connection, struct mptcp_info.
   *
   * - value: Uint8Array
   * - access: get
   * - needs: nothing
   * - since: Linux 5.16
   * - level: `SOL_MPTCP`
   * - source: linux/mptcp.h
   */
  readonly MPTCP_INFO: Uint8Array;
  /**
   * Addresses of each subflow.
   *
   * - value: { local, remote }[]
   * - access: get
   * - needs: nothing
   * - since: Linux 5.16
   * - level: `SOL_MPTCP`
   * - source: linux/mptcp.h
   */
  readonly MPTCP_SUBFLOW_ADDRS: readonly Subflow[];
  /**
   * TCP_INFO of each subflow.
   *
   * - value: TcpInfo[]
   * - access: get
   * - needs: nothing
   * - since: Linux 5.16
   * - level: `SOL_MPTCP`
   * - source: linux/mptcp.h
   */
  readonly MPTCP_TCPINFO: readonly TcpInfo[];
  /**
   * Upper bound of the buffer.
   *
   * - value: bigint, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `AF_VSOCK`
   * - source: linux/vm_sockets.h
   */
  readonly SO_VM_SOCKETS_BUFFER_MAX_SIZE: bigint;
  /**
   * Lower bound of the buffer.
   *
   * - value: bigint, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `AF_VSOCK`
   * - source: linux/vm_sockets.h
   */
  readonly SO_VM_SOCKETS_BUFFER_MIN_SIZE: bigint;
  /**
   * Bytes that may wait to be read.
   *
   * - value: bigint, bytes
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `AF_VSOCK`
   * - source: linux/vm_sockets.h
   */
  readonly SO_VM_SOCKETS_BUFFER_SIZE: bigint;
  /**
   * How long connect waits.
   *
   * - value: number, milliseconds
   * - access: get, set; set at any time
   * - needs: nothing
   * - since: Linux 5.4 or older
   * - level: `AF_VSOCK`
   * - source: linux/vm_sockets.h
   */
  readonly SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD: number;
  /**
   * Identifier of the virtual machine at the other end.
   *
   * - value: integer
   * - access: get
   * - needs: a build option of the kernel
   * - since: Linux 5.4 or older
   * - level: `AF_VSOCK`
   * - source: linux/vm_sockets.h
   */
  readonly SO_VM_SOCKETS_PEER_HOST_VM_ID: number;
}

/** C names of the options that can be read. */
export type ReadableOption =
  | 'SO_ACCEPTCONN'
  | 'SO_BINDTODEVICE'
  | 'SO_BINDTOIFINDEX'
  | 'SO_BPF_EXTENSIONS'
  | 'SO_BROADCAST'
  | 'SO_BUF_LOCK'
  | 'SO_BUSY_POLL'
  | 'SO_COOKIE'
  | 'SO_DEBUG'
  | 'SO_DOMAIN'
  | 'SO_DONTROUTE'
  | 'SO_ERROR'
  | 'SO_GET_FILTER'
  | 'SO_INCOMING_CPU'
  | 'SO_INCOMING_NAPI_ID'
  | 'SO_KEEPALIVE'
  | 'SO_LINGER'
  | 'SO_LOCK_FILTER'
  | 'SO_MARK'
  | 'SO_MAX_PACING_RATE'
  | 'SO_MEMINFO'
  | 'SO_NETNS_COOKIE'
  | 'SO_NOFCS'
  | 'SO_NO_CHECK'
  | 'SO_OOBINLINE'
  | 'SO_PASSCRED'
  | 'SO_PASSPIDFD'
  | 'SO_PASSRIGHTS'
  | 'SO_PASSSEC'
  | 'SO_PEEK_OFF'
  | 'SO_PEERCRED'
  | 'SO_PEERGROUPS'
  | 'SO_PEERPIDFD'
  | 'SO_PEERSEC'
  | 'SO_PREFER_BUSY_POLL'
  | 'SO_PRIORITY'
  | 'SO_PROTOCOL'
  | 'SO_RCVBUF'
  | 'SO_RCVLOWAT'
  | 'SO_RCVMARK'
  | 'SO_RCVPRIORITY'
  | 'SO_RCVTIMEO'
  | 'SO_RESERVE_MEM'
  | 'SO_REUSEADDR'
  | 'SO_REUSEPORT'
  | 'SO_RXQ_OVFL'
  | 'SO_SELECT_ERR_QUEUE'
  | 'SO_SNDBUF'
  | 'SO_SNDLOWAT'
  | 'SO_SNDTIMEO'
  | 'SO_TIMESTAMP'
  | 'SO_TIMESTAMPING'
  | 'SO_TIMESTAMPNS'
  | 'SO_TXREHASH'
  | 'SO_TXTIME'
  | 'SO_TYPE'
  | 'SO_WIFI_STATUS'
  | 'SO_ZEROCOPY'
  | 'TCP_AO_GET_KEYS'
  | 'TCP_AO_INFO'
  | 'TCP_AO_REPAIR'
  | 'TCP_CC_INFO'
  | 'TCP_CONGESTION'
  | 'TCP_CORK'
  | 'TCP_DEFER_ACCEPT'
  | 'TCP_DELACK_MAX_US'
  | 'TCP_FASTOPEN'
  | 'TCP_FASTOPEN_CONNECT'
  | 'TCP_FASTOPEN_KEY'
  | 'TCP_FASTOPEN_NO_COOKIE'
  | 'TCP_INFO'
  | 'TCP_INQ'
  | 'TCP_IS_MPTCP'
  | 'TCP_KEEPCNT'
  | 'TCP_KEEPIDLE'
  | 'TCP_KEEPINTVL'
  | 'TCP_LINGER2'
  | 'TCP_MAXSEG'
  | 'TCP_NODELAY'
  | 'TCP_NOTSENT_LOWAT'
  | 'TCP_QUEUE_SEQ'
  | 'TCP_QUICKACK'
  | 'TCP_REPAIR'
  | 'TCP_REPAIR_QUEUE'
  | 'TCP_REPAIR_WINDOW'
  | 'TCP_RTO_MAX_MS'
  | 'TCP_RTO_MIN_US'
  | 'TCP_SAVED_SYN'
  | 'TCP_SAVE_SYN'
  | 'TCP_SYNCNT'
  | 'TCP_THIN_DUPACK'
  | 'TCP_THIN_LINEAR_TIMEOUTS'
  | 'TCP_TIMESTAMP'
  | 'TCP_TX_DELAY'
  | 'TCP_ULP'
  | 'TCP_USER_TIMEOUT'
  | 'TCP_WINDOW_CLAMP'
  | 'TCP_ZEROCOPY_RECEIVE'
  | 'IP_BIND_ADDRESS_NO_PORT'
  | 'IP_CHECKSUM'
  | 'IP_FREEBIND'
  | 'IP_HDRINCL'
  | 'IP_LOCAL_PORT_RANGE'
  | 'IP_MINTTL'
  | 'IP_MTU'
  | 'IP_MTU_DISCOVER'
  | 'IP_MULTICAST_ALL'
  | 'IP_MULTICAST_IF'
  | 'IP_MULTICAST_LOOP'
  | 'IP_MULTICAST_TTL'
  | 'IP_NODEFRAG'
  | 'IP_OPTIONS'
  | 'IP_PASSSEC'
  | 'IP_PKTINFO'
  | 'IP_PROTOCOL'
  | 'IP_RECVERR'
  | 'IP_RECVERR_RFC4884'
  | 'IP_RECVFRAGSIZE'
  | 'IP_RECVOPTS'
  | 'IP_RECVORIGDSTADDR'
  | 'IP_RECVTOS'
  | 'IP_RECVTTL'
  | 'IP_RETOPTS'
  | 'IP_TOS'
  | 'IP_TRANSPARENT'
  | 'IP_TTL'
  | 'IP_UNICAST_IF'
  | 'SO_ORIGINAL_DST'
  | 'IP6T_SO_ORIGINAL_DST'
  | 'IPV6_2292DSTOPTS'
  | 'IPV6_2292HOPLIMIT'
  | 'IPV6_2292HOPOPTS'
  | 'IPV6_2292PKTINFO'
  | 'IPV6_2292RTHDR'
  | 'IPV6_ADDR_PREFERENCES'
  | 'IPV6_AUTOFLOWLABEL'
  | 'IPV6_CHECKSUM'
  | 'IPV6_DONTFRAG'
  | 'IPV6_DSTOPTS'
  | 'IPV6_FLOWINFO'
  | 'IPV6_FLOWINFO_SEND'
  | 'IPV6_FREEBIND'
  | 'IPV6_HDRINCL'
  | 'IPV6_HOPOPTS'
  | 'IPV6_MINHOPCOUNT'
  | 'IPV6_MTU'
  | 'IPV6_MTU_DISCOVER'
  | 'IPV6_MULTICAST_ALL'
  | 'IPV6_MULTICAST_HOPS'
  | 'IPV6_MULTICAST_IF'
  | 'IPV6_MULTICAST_LOOP'
  | 'IPV6_PATHMTU'
  | 'IPV6_RECVDSTOPTS'
  | 'IPV6_RECVERR'
  | 'IPV6_RECVERR_RFC4884'
  | 'IPV6_RECVFRAGSIZE'
  | 'IPV6_RECVHOPLIMIT'
  | 'IPV6_RECVHOPOPTS'
  | 'IPV6_RECVORIGDSTADDR'
  | 'IPV6_RECVPATHMTU'
  | 'IPV6_RECVPKTINFO'
  | 'IPV6_RECVRTHDR'
  | 'IPV6_RECVTCLASS'
  | 'IPV6_ROUTER_ALERT'
  | 'IPV6_ROUTER_ALERT_ISOLATE'
  | 'IPV6_RTHDR'
  | 'IPV6_RTHDRDSTOPTS'
  | 'IPV6_TCLASS'
  | 'IPV6_TRANSPARENT'
  | 'IPV6_UNICAST_HOPS'
  | 'IPV6_UNICAST_IF'
  | 'IPV6_V6ONLY'
  | 'UDP_CORK'
  | 'UDP_ENCAP'
  | 'UDP_GRO'
  | 'UDP_NO_CHECK6_RX'
  | 'UDP_NO_CHECK6_TX'
  | 'UDP_SEGMENT'
  | 'UDPLITE_RECV_CSCOV'
  | 'UDPLITE_SEND_CSCOV'
  | 'ICMP_FILTER'
  | 'ICMPV6_FILTER'
  | 'PACKET_AUXDATA'
  | 'PACKET_COPY_THRESH'
  | 'PACKET_FANOUT'
  | 'PACKET_IGNORE_OUTGOING'
  | 'PACKET_LOSS'
  | 'PACKET_ORIGDEV'
  | 'PACKET_QDISC_BYPASS'
  | 'PACKET_RESERVE'
  | 'PACKET_ROLLOVER_STATS'
  | 'PACKET_STATISTICS'
  | 'PACKET_TIMESTAMP'
  | 'PACKET_TX_HAS_OFF'
  | 'PACKET_VERSION'
  | 'PACKET_VNET_HDR'
  | 'PACKET_VNET_HDR_SZ'
  | 'NETLINK_BROADCAST_ERROR'
  | 'NETLINK_CAP_ACK'
  | 'NETLINK_EXT_ACK'
  | 'NETLINK_GET_STRICT_CHK'
  | 'NETLINK_LISTEN_ALL_NSID'
  | 'NETLINK_LIST_MEMBERSHIPS'
  | 'NETLINK_NO_ENOBUFS'
  | 'NETLINK_PKTINFO'
  | 'MPTCP_FULL_INFO'
  | 'MPTCP_INFO'
  | 'MPTCP_SUBFLOW_ADDRS'
  | 'MPTCP_TCPINFO'
  | 'SO_VM_SOCKETS_BUFFER_MAX_SIZE'
  | 'SO_VM_SOCKETS_BUFFER_MIN_SIZE'
  | 'SO_VM_SOCKETS_BUFFER_SIZE'
  | 'SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD'
  | 'SO_VM_SOCKETS_PEER_HOST_VM_ID';

/** C names of the options that can be set. */
export type SettableOption =
  | 'SO_ATTACH_BPF'
  | 'SO_ATTACH_FILTER'
  | 'SO_ATTACH_REUSEPORT_CBPF'
  | 'SO_ATTACH_REUSEPORT_EBPF'
  | 'SO_BINDTODEVICE'
  | 'SO_BINDTOIFINDEX'
  | 'SO_BROADCAST'
  | 'SO_BUF_LOCK'
  | 'SO_BUSY_POLL'
  | 'SO_BUSY_POLL_BUDGET'
  | 'SO_CNX_ADVICE'
  | 'SO_DEBUG'
  | 'SO_DETACH_FILTER'
  | 'SO_DETACH_REUSEPORT_BPF'
  | 'SO_DEVMEM_DONTNEED'
  | 'SO_DONTROUTE'
  | 'SO_INCOMING_CPU'
  | 'SO_INQ'
  | 'SO_KEEPALIVE'
  | 'SO_LINGER'
  | 'SO_LOCK_FILTER'
  | 'SO_MARK'
  | 'SO_MAX_PACING_RATE'
  | 'SO_NOFCS'
  | 'SO_NO_CHECK'
  | 'SO_OOBINLINE'
  | 'SO_PASSCRED'
  | 'SO_PASSPIDFD'
  | 'SO_PASSRIGHTS'
  | 'SO_PASSSEC'
  | 'SO_PEEK_OFF'
  | 'SO_PREFER_BUSY_POLL'
  | 'SO_PRIORITY'
  | 'SO_RCVBUF'
  | 'SO_RCVBUFFORCE'
  | 'SO_RCVLOWAT'
  | 'SO_RCVMARK'
  | 'SO_RCVPRIORITY'
  | 'SO_RCVTIMEO'
  | 'SO_RESERVE_MEM'
  | 'SO_REUSEADDR'
  | 'SO_REUSEPORT'
  | 'SO_RXQ_OVFL'
  | 'SO_SELECT_ERR_QUEUE'
  | 'SO_SNDBUF'
  | 'SO_SNDBUFFORCE'
  | 'SO_SNDTIMEO'
  | 'SO_TIMESTAMP'
  | 'SO_TIMESTAMPING'
  | 'SO_TIMESTAMPNS'
  | 'SO_TXREHASH'
  | 'SO_TXTIME'
  | 'SO_WIFI_STATUS'
  | 'SO_ZEROCOPY'
  | 'TCP_AO_ADD_KEY'
  | 'TCP_AO_DEL_KEY'
  | 'TCP_AO_INFO'
  | 'TCP_AO_REPAIR'
  | 'TCP_CONGESTION'
  | 'TCP_CORK'
  | 'TCP_DEFER_ACCEPT'
  | 'TCP_DELACK_MAX_US'
  | 'TCP_FASTOPEN'
  | 'TCP_FASTOPEN_CONNECT'
  | 'TCP_FASTOPEN_KEY'
  | 'TCP_FASTOPEN_NO_COOKIE'
  | 'TCP_INQ'
  | 'TCP_KEEPCNT'
  | 'TCP_KEEPIDLE'
  | 'TCP_KEEPINTVL'
  | 'TCP_LINGER2'
  | 'TCP_MAXSEG'
  | 'TCP_MD5SIG'
  | 'TCP_MD5SIG_EXT'
  | 'TCP_NODELAY'
  | 'TCP_NOTSENT_LOWAT'
  | 'TCP_QUEUE_SEQ'
  | 'TCP_QUICKACK'
  | 'TCP_REPAIR'
  | 'TCP_REPAIR_OPTIONS'
  | 'TCP_REPAIR_QUEUE'
  | 'TCP_REPAIR_WINDOW'
  | 'TCP_RTO_MAX_MS'
  | 'TCP_RTO_MIN_US'
  | 'TCP_SAVE_SYN'
  | 'TCP_SYNCNT'
  | 'TCP_THIN_DUPACK'
  | 'TCP_THIN_LINEAR_TIMEOUTS'
  | 'TCP_TIMESTAMP'
  | 'TCP_TX_DELAY'
  | 'TCP_ULP'
  | 'TCP_USER_TIMEOUT'
  | 'TCP_WINDOW_CLAMP'
  | 'IP_ADD_MEMBERSHIP'
  | 'IP_ADD_SOURCE_MEMBERSHIP'
  | 'IP_BIND_ADDRESS_NO_PORT'
  | 'IP_BLOCK_SOURCE'
  | 'IP_CHECKSUM'
  | 'IP_DROP_MEMBERSHIP'
  | 'IP_DROP_SOURCE_MEMBERSHIP'
  | 'IP_FREEBIND'
  | 'IP_HDRINCL'
  | 'IP_LOCAL_PORT_RANGE'
  | 'IP_MINTTL'
  | 'IP_MSFILTER'
  | 'IP_MTU_DISCOVER'
  | 'IP_MULTICAST_ALL'
  | 'IP_MULTICAST_IF'
  | 'IP_MULTICAST_LOOP'
  | 'IP_MULTICAST_TTL'
  | 'IP_NODEFRAG'
  | 'IP_OPTIONS'
  | 'IP_PASSSEC'
  | 'IP_PKTINFO'
  | 'IP_RECVERR'
  | 'IP_RECVERR_RFC4884'
  | 'IP_RECVFRAGSIZE'
  | 'IP_RECVOPTS'
  | 'IP_RECVORIGDSTADDR'
  | 'IP_RECVTOS'
  | 'IP_RECVTTL'
  | 'IP_RETOPTS'
  | 'IP_ROUTER_ALERT'
  | 'IP_TOS'
  | 'IP_TRANSPARENT'
  | 'IP_TTL'
  | 'IP_UNBLOCK_SOURCE'
  | 'IP_UNICAST_IF'
  | 'IP_XFRM_POLICY'
  | 'MCAST_BLOCK_SOURCE'
  | 'MCAST_JOIN_GROUP'
  | 'MCAST_JOIN_SOURCE_GROUP'
  | 'MCAST_LEAVE_GROUP'
  | 'MCAST_LEAVE_SOURCE_GROUP'
  | 'MCAST_MSFILTER'
  | 'MCAST_UNBLOCK_SOURCE'
  | 'IPV6_2292DSTOPTS'
  | 'IPV6_2292HOPLIMIT'
  | 'IPV6_2292HOPOPTS'
  | 'IPV6_2292PKTINFO'
  | 'IPV6_2292RTHDR'
  | 'IPV6_ADDRFORM'
  | 'IPV6_ADDR_PREFERENCES'
  | 'IPV6_ADD_MEMBERSHIP'
  | 'IPV6_AUTOFLOWLABEL'
  | 'IPV6_CHECKSUM'
  | 'IPV6_DONTFRAG'
  | 'IPV6_DROP_MEMBERSHIP'
  | 'IPV6_DSTOPTS'
  | 'IPV6_FLOWINFO'
  | 'IPV6_FLOWINFO_SEND'
  | 'IPV6_FLOWLABEL_MGR'
  | 'IPV6_FREEBIND'
  | 'IPV6_HDRINCL'
  | 'IPV6_HOPOPTS'
  | 'IPV6_JOIN_ANYCAST'
  | 'IPV6_LEAVE_ANYCAST'
  | 'IPV6_MINHOPCOUNT'
  | 'IPV6_MTU'
  | 'IPV6_MTU_DISCOVER'
  | 'IPV6_MULTICAST_ALL'
  | 'IPV6_MULTICAST_HOPS'
  | 'IPV6_MULTICAST_IF'
  | 'IPV6_MULTICAST_LOOP'
  | 'IPV6_NEXTHOP'
  | 'IPV6_PKTINFO'
  | 'IPV6_RECVDSTOPTS'
  | 'IPV6_RECVERR'
  | 'IPV6_RECVERR_RFC4884'
  | 'IPV6_RECVFRAGSIZE'
  | 'IPV6_RECVHOPLIMIT'
  | 'IPV6_RECVHOPOPTS'
  | 'IPV6_RECVORIGDSTADDR'
  | 'IPV6_RECVPATHMTU'
  | 'IPV6_RECVPKTINFO'
  | 'IPV6_RECVRTHDR'
  | 'IPV6_RECVTCLASS'
  | 'IPV6_ROUTER_ALERT'
  | 'IPV6_ROUTER_ALERT_ISOLATE'
  | 'IPV6_RTHDR'
  | 'IPV6_RTHDRDSTOPTS'
  | 'IPV6_TCLASS'
  | 'IPV6_TRANSPARENT'
  | 'IPV6_UNICAST_HOPS'
  | 'IPV6_UNICAST_IF'
  | 'IPV6_V6ONLY'
  | 'IPV6_XFRM_POLICY'
  | 'UDP_CORK'
  | 'UDP_ENCAP'
  | 'UDP_GRO'
  | 'UDP_NO_CHECK6_RX'
  | 'UDP_NO_CHECK6_TX'
  | 'UDP_SEGMENT'
  | 'UDPLITE_RECV_CSCOV'
  | 'UDPLITE_SEND_CSCOV'
  | 'ICMP_FILTER'
  | 'ICMPV6_FILTER'
  | 'PACKET_ADD_MEMBERSHIP'
  | 'PACKET_AUXDATA'
  | 'PACKET_COPY_THRESH'
  | 'PACKET_DROP_MEMBERSHIP'
  | 'PACKET_FANOUT'
  | 'PACKET_FANOUT_DATA'
  | 'PACKET_IGNORE_OUTGOING'
  | 'PACKET_LOSS'
  | 'PACKET_ORIGDEV'
  | 'PACKET_QDISC_BYPASS'
  | 'PACKET_RESERVE'
  | 'PACKET_RX_RING'
  | 'PACKET_TIMESTAMP'
  | 'PACKET_TX_HAS_OFF'
  | 'PACKET_TX_RING'
  | 'PACKET_VERSION'
  | 'PACKET_VNET_HDR'
  | 'PACKET_VNET_HDR_SZ'
  | 'NETLINK_ADD_MEMBERSHIP'
  | 'NETLINK_BROADCAST_ERROR'
  | 'NETLINK_CAP_ACK'
  | 'NETLINK_DROP_MEMBERSHIP'
  | 'NETLINK_EXT_ACK'
  | 'NETLINK_GET_STRICT_CHK'
  | 'NETLINK_LISTEN_ALL_NSID'
  | 'NETLINK_NO_ENOBUFS'
  | 'NETLINK_PKTINFO'
  | 'SO_VM_SOCKETS_BUFFER_MAX_SIZE'
  | 'SO_VM_SOCKETS_BUFFER_MIN_SIZE'
  | 'SO_VM_SOCKETS_BUFFER_SIZE'
  | 'SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD';
