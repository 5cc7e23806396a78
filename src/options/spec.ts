import type { TcpInfo } from './tcp-info.js';

/** `struct linger`, socket(7). */
export interface Linger {
  readonly on: boolean;
  /** Whole seconds; with 0 close(2) resets the connection. */
  readonly seconds: number;
}

/** `struct ucred`, unix(7). */
export interface UserCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** `struct ip_mreqn`, ip(7): the interface by index, or by its address, or (neither) by the routing table. */
export interface Membership {
  readonly multicastAddress: string;
  readonly localAddress?: string | undefined;
  readonly interfaceIndex?: number | undefined;
}

/** `struct ip_mreq_source`, ip(7). */
export interface SourceMembership {
  readonly multicastAddress: string;
  readonly interfaceAddress: string;
  readonly sourceAddress: string;
}

/** `struct ipv6_mreq`, ipv6(7). */
export interface Membership6 {
  readonly multicastAddress: string;
  readonly interfaceIndex: number;
}

/** `struct group_req`, RFC 3678 section 5.1; IPv4 or IPv6. */
export interface GroupMembership {
  readonly interfaceIndex: number;
  readonly group: string;
}

/** `struct group_source_req`, RFC 3678 section 5.1. */
export interface GroupSourceMembership extends GroupMembership {
  readonly source: string;
}

/** The interface datagrams to a group leave by: by its address, or by index. */
export interface MulticastInterface {
  readonly localAddress?: string | undefined;
  readonly interfaceIndex?: number | undefined;
}

/** `SK_MEMINFO_*`, bytes but for `drops`, which counts packets. */
export interface MemoryInfo {
  readonly receiveAllocated: number;
  readonly receiveBuffer: number;
  readonly sendAllocated: number;
  readonly sendBuffer: number;
  readonly forwardAllocated: number;
  readonly sendQueued: number;
  readonly optionMemory: number;
  readonly backlog: number;
  readonly drops: number;
}

/** In the order of `SK_MEMINFO_*`, a word each. */
export const memoryFields: readonly (keyof MemoryInfo)[] = [
  'receiveAllocated',
  'receiveBuffer',
  'sendAllocated',
  'sendBuffer',
  'forwardAllocated',
  'sendQueued',
  'optionMemory',
  'backlog',
  'drops',
];

/** An instruction of classic BPF, `struct sock_filter`. */
export interface FilterInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

export interface PortRange {
  readonly low: number;
  readonly high: number;
}

export interface InternetEndpoint {
  readonly address: string;
  readonly port: number;
}

/** `struct sock_txtime`, SO_TXTIME. */
export interface TransmitTime {
  /** A `CLOCK_` number, as 11 for CLOCK_TAI. */
  readonly clockId: number;
  readonly flags: number;
}

/** `struct so_timestamping`. */
export interface Timestamping {
  readonly flags: TimestampingFlags;
  /** Clock of the network card to stamp by, with the flag `SOF_TIMESTAMPING_BIND_PHC`. Default 0. */
  readonly bindPhc?: number | undefined;
}

/** By C name; bits that this package has no name for as a number. */
export type TimestampingFlags = readonly (TimestampingFlag | number)[];

export type TimestampingFlag = (typeof timestampingFlags)[number];

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

/** `struct packet_mreq`, packet(7). */
export interface PacketMembership {
  readonly interfaceIndex: number;
  readonly type: PacketMembershipType;
  /** Of the group, with `PACKET_MR_MULTICAST` and `PACKET_MR_UNICAST`, as `01:00:5e:00:00:01`. */
  readonly hardwareAddress?: string | undefined;
}

export type PacketMembershipType = (typeof packetMemberships)[number];

/** `PACKET_MR_`, in the order of their numbers. */
export const packetMemberships = [
  'PACKET_MR_MULTICAST',
  'PACKET_MR_PROMISC',
  'PACKET_MR_ALLMULTI',
  'PACKET_MR_UNICAST',
] as const;

/** `struct tpacket_stats_v3`, packet(7): what happened since the last reading. */
export interface PacketStatistics {
  /** Packets that arrived, those dropped included. */
  readonly packets: number;
  readonly drops: number;
  /** How often the ring was full, with TPACKET_V3. */
  readonly freezes: number;
}

/** `struct fanout_args`, packet(7). */
export interface PacketFanout {
  /** Names the group within its network namespace. */
  readonly groupId: number;
  /** How packets are spread; a number where this package has no name for it. */
  readonly mode: PacketFanoutMode | number;
  readonly flags?: readonly PacketFanoutFlag[] | undefined;
  /** Of the group, given by its first socket; default 256. Linux 5.11. */
  readonly maxMembers?: number | undefined;
}

export type PacketFanoutMode = (typeof packetFanoutModes)[number];

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

export type PacketFanoutFlag = (typeof packetFanoutFlags)[number];

/** `PACKET_FANOUT_FLAG_`, in the order of their bits, the first of which is 0x1000. */
export const packetFanoutFlags = [
  'PACKET_FANOUT_FLAG_ROLLOVER',
  'PACKET_FANOUT_FLAG_UNIQUEID',
  'PACKET_FANOUT_FLAG_IGNORE_OUTGOING',
  'PACKET_FANOUT_FLAG_DEFRAG',
] as const;

/** `struct tpacket_rollover_stats`: packets that another socket of the group got, as this one's was full. */
export interface PacketRollover {
  readonly all: bigint;
  /** Those of a flow that is larger than others. */
  readonly huge: bigint;
  /** Those that found no socket with room. */
  readonly failed: bigint;
}

/** `struct mptcp_subflow_addrs`. */
export interface Subflow {
  readonly local: InternetEndpoint;
  readonly remote: InternetEndpoint;
}

/** `struct tcp_repair_window`. */
export interface RepairWindow {
  readonly sndWl1: number;
  readonly sndWnd: number;
  readonly maxWindow: number;
  readonly rcvWnd: number;
  readonly rcvWup: number;
}

/** `struct tcp_repair_opt`: a TCP option that was negotiated. */
export interface RepairOption {
  readonly code: number;
  readonly value: number;
}

/** The JavaScript value of each kind of row. */
export interface ValueByKind {
  readonly bool: boolean;
  /** Signed, 32 bits. */
  readonly int: number;
  /** Unsigned, 32 bits. */
  readonly uint: number;
  readonly uint64: bigint;
  /** A descriptor. */
  readonly fd: number;
  /** An interface index, 0 for none; in network byte order on its way. */
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
  readonly portRange: PortRange;
  readonly sockaddr: InternetEndpoint;
  readonly txtime: TransmitTime;
  readonly timestamping: Timestamping;
  readonly timestampingFlags: TimestampingFlags;
  readonly packetMreq: PacketMembership;
  readonly packetStatistics: PacketStatistics;
  readonly packetFanout: PacketFanout;
  readonly packetRollover: PacketRollover;
  /** A classic BPF program, or the descriptor of an eBPF one. */
  readonly filterOrFd: readonly FilterInstruction[] | number;
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

export type Kind = keyof ValueByKind;

export type Level =
  | 'SOL_SOCKET'
  | 'IPPROTO_TCP'
  | 'IPPROTO_IP'
  | 'IPPROTO_IPV6'
  | 'IPPROTO_UDP'
  | 'IPPROTO_UDPLITE'
  | 'SOL_RAW'
  | 'IPPROTO_ICMPV6'
  | 'SOL_PACKET'
  | 'SOL_NETLINK'
  | 'SOL_MPTCP'
  | 'AF_VSOCK';

/** A socket that has the option; the level names one if the row does not. */
export type Place =
  | 'tcp4'
  | 'tcp6'
  | 'udp4'
  | 'udp6'
  | 'raw4'
  | 'raw6'
  | 'raw6-any'
  | 'raw4-icmp'
  | 'raw6-icmp'
  | 'udplite4'
  | 'packet'
  | 'netlink'
  | 'unix'
  | 'unix-dgram'
  | 'mptcp'
  | 'vsock';

/** What an option may take beyond a socket that has it. */
export type Need =
  | 'CAP_NET_ADMIN'
  | 'CAP_NET_BROADCAST'
  | 'CAP_NET_RAW'
  | 'TCP_REPAIR'
  | 'a bound socket'
  | 'a connection'
  | 'a memory cgroup'
  | 'a build option of the kernel';

interface Row<K extends Kind> {
  readonly level: Level;
  /** The level for a group of IPv6, where the value names a group of either family: the number is the same. */
  readonly level6?: Level;
  readonly kind: K;
  readonly access: 'get' | 'set' | 'both';
  /** One line: what it does. */
  readonly doc: string;
  /** The surprise. */
  readonly trap?: string;
  /** A value to set, not the default. */
  readonly example?: ValueByKind[K];
  readonly unit?: 'bytes' | 'seconds' | 'milliseconds' | 'microseconds' | 'bytes per second' | 'hops' | 'segments';
  /** What the kernel takes, which answers EINVAL to the rest. The doc or the trap tells of single values beside it. */
  readonly range?: readonly [low: number, high: number];
  /** What is passed on of what is an `int`: of the rest the kernel would make another number, and say nothing. */
  readonly bounds?: readonly [low: number, high: number];
  /** The last moment at which setting it has its full effect. */
  readonly when?: 'before bind' | 'before connect' | 'before listen' | 'once connected';
  /** What setting it takes: one of these. */
  readonly needs?: readonly Need[];
  /** Linux version that has it, where it is not in every one supported (5.4). */
  readonly since?: string;
  /** Number in Linux's UAPI headers; for SOL_SOCKET the asm-generic one. */
  readonly number: number;
  readonly on?: Place;
  /** How what is read relates to what was set, if it is not the same. */
  readonly readBack?: 'at least' | 'different';
  /** Reading clears what is read, opens a descriptor or takes data, so a snapshot leaves it out. */
  readonly sideEffect?: 'clears' | 'opens' | 'takes';
  /** A measurement, which changes by itself: no difference between two snapshots. */
  readonly moves?: true;
  /** Bytes of text, without the terminating NUL. */
  readonly longest?: number;
  /** Another name on Apple's systems. */
  readonly apple?: string;
}

/** A row of the catalogue. The kind picks the type of the example, so a wrong one does not compile. */
export type OptionSpec = { readonly [K in Kind]: Row<K> }[Kind];

/** Where an option of a level is found. */
export const placeOfLevel: { readonly [L in Level]: Place } = {
  SOL_SOCKET: 'tcp4',
  IPPROTO_TCP: 'tcp4',
  IPPROTO_IP: 'udp4',
  IPPROTO_IPV6: 'udp6',
  IPPROTO_UDP: 'udp4',
  IPPROTO_UDPLITE: 'udplite4',
  SOL_RAW: 'raw4-icmp',
  IPPROTO_ICMPV6: 'raw6-icmp',
  SOL_PACKET: 'packet',
  SOL_NETLINK: 'netlink',
  SOL_MPTCP: 'mptcp',
  AF_VSOCK: 'vsock',
};
