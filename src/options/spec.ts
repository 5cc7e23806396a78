import type { Kind } from './kinds.js';
import type { MemoryInfo, ValueByKind } from './values.gen.js';
import type { SocketKind } from './socket-kinds.js';

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

/** The level of an option, by its C name. */
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

interface SpecOf<K extends Kind> {
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
  /** Where it is documented, if not in the man page of its level. */
  readonly source?: string;
  /** Linux version that has it, where it is not in every one supported (5.4). */
  readonly since?: string;
  /** Number in Linux's UAPI headers; for SOL_SOCKET the asm-generic one. */
  readonly number: number;
  readonly on?: SocketKind;
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
export type OptionSpec = { readonly [K in Kind]: SpecOf<K> }[Kind];

/** Where an option of a level is found. */
export const socketOfLevel: { readonly [L in Level]: SocketKind } = {
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
