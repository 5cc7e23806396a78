/** What an option's value may be: its type in TypeScript, how the docs write it, and what else there is to say. */
interface KindSpec {
  readonly type: string;
  /** Where it differs from the type. */
  readonly text?: string;
  readonly doc?: string;
}

/** The kinds of values. Each has a codec in `codec.ts` and its neighbours. */
export const kinds = {
  bool: { type: 'boolean' },
  int: { type: 'number', text: 'integer', doc: 'Signed, 32 bits.' },
  uint: { type: 'number', text: 'integer, unsigned', doc: 'Unsigned, 32 bits.' },
  uint64: { type: 'bigint' },
  fd: { type: 'number', text: 'descriptor' },
  netIndex: { type: 'number', text: 'interface index', doc: '0 for none; in network byte order on its way.' },
  linger: { type: 'Linger', text: '{ on, seconds }' },
  timeval: { type: 'number', doc: 'Milliseconds, in steps of 0.001; 0 is no limit.' },
  text: { type: 'string' },
  bytes: { type: 'Uint8Array' },
  ucred: { type: 'UserCredentials', text: '{ pid, uid, gid }' },
  gids: { type: 'readonly number[]', text: 'number[]' },
  mreqn: { type: 'Membership', text: '{ multicastAddress, localAddress?, interfaceIndex? }' },
  mreqSource: { type: 'SourceMembership', text: '{ multicastAddress, interfaceAddress, sourceAddress }' },
  mreq6: { type: 'Membership6', text: '{ multicastAddress, interfaceIndex }' },
  groupReq: { type: 'GroupMembership', text: '{ interfaceIndex, group }' },
  groupSourceReq: { type: 'GroupSourceMembership', text: '{ interfaceIndex, group, source }' },
  multicastIf: { type: 'MulticastInterface', text: '{ localAddress?, interfaceIndex? }' },
  meminfo: { type: 'MemoryInfo' },
  filter: { type: 'readonly FilterInstruction[]', text: '{ code, jt, jf, k }[]' },
  filterOrFd: {
    type: 'readonly FilterInstruction[] | number',
    text: '{ code, jt, jf, k }[] or descriptor',
    doc: 'A classic BPF program, or the descriptor of an eBPF one.',
  },
  portRange: { type: 'PortRange', text: '{ low, high }' },
  sockaddr: { type: 'InternetEndpoint', text: '{ address, port }' },
  txtime: { type: 'TransmitTime', text: '{ clockId, flags }' },
  timestamping: { type: 'Timestamping', text: '{ flags, bindPhc? }' },
  timestampingFlags: { type: 'TimestampingFlags' },
  packetMreq: { type: 'PacketMembership', text: '{ interfaceIndex, type, hardwareAddress? }' },
  packetStatistics: { type: 'PacketStatistics', text: '{ packets, drops, freezes }' },
  packetFanout: { type: 'PacketFanout', text: '{ groupId, mode, flags?, maxMembers? }' },
  packetRollover: { type: 'PacketRollover', text: '{ all, huge, failed }' },
  netlinkGroups: { type: 'readonly number[]', text: 'number[]', doc: 'The numbers of netlink groups.' },
  icmpTypes: { type: 'readonly number[]', text: 'number[] from 0 to 31', doc: 'Types of ICMP messages, 0 to 31.' },
  icmp6Types: { type: 'readonly number[]', text: 'number[] from 0 to 255', doc: 'Types of ICMPv6 messages, 0 to 255.' },
  repairWindow: { type: 'RepairWindow', text: '{ sndWl1, sndWnd, maxWindow, rcvWnd, rcvWup }' },
  repairOptions: { type: 'readonly RepairOption[]', text: '{ code, value }[]' },
  tcpInfo: { type: 'TcpInfo' },
  subflowInfos: { type: 'readonly TcpInfo[]', text: 'TcpInfo[]' },
  subflowAddresses: { type: 'readonly Subflow[]', text: '{ local, remote }[]' },
} as const satisfies Record<string, KindSpec>;

/** How the value of an option is laid out, which decides its codec. */
export type Kind = keyof typeof kinds;
