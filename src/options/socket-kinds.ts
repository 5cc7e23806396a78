/** Sockets that options are on, by the names of the arguments of socket(2). */
export const socketKinds = {
  tcp4: ['AF_INET', 'SOCK_STREAM', ''],
  tcp6: ['AF_INET6', 'SOCK_STREAM', ''],
  udp4: ['AF_INET', 'SOCK_DGRAM', ''],
  udp6: ['AF_INET6', 'SOCK_DGRAM', ''],
  // A raw socket of IPPROTO_RAW only sends, and has no IP_ROUTER_ALERT; EGP is a protocol nobody speaks any more.
  raw4: ['AF_INET', 'SOCK_RAW', 'IPPROTO_EGP'],
  raw6: ['AF_INET6', 'SOCK_RAW', 'IPPROTO_EGP'],
  'raw6-any': ['AF_INET6', 'SOCK_RAW', 'IPPROTO_RAW'],
  'raw4-icmp': ['AF_INET', 'SOCK_RAW', 'IPPROTO_ICMP'],
  'raw6-icmp': ['AF_INET6', 'SOCK_RAW', 'IPPROTO_ICMPV6'],
  udplite4: ['AF_INET', 'SOCK_DGRAM', 'IPPROTO_UDPLITE'],
  packet: ['AF_PACKET', 'SOCK_RAW', ''],
  netlink: ['AF_NETLINK', 'SOCK_RAW', 'NETLINK_ROUTE'],
  unix: ['AF_UNIX', 'SOCK_STREAM', ''],
  'unix-dgram': ['AF_UNIX', 'SOCK_DGRAM', ''],
  mptcp: ['AF_INET', 'SOCK_STREAM', 'IPPROTO_MPTCP'],
  vsock: ['AF_VSOCK', 'SOCK_STREAM', ''],
} as const satisfies Record<string, readonly [domain: string, type: string, protocol: string]>;

/** A socket that has the option; the level names one if the row does not. */
export type SocketKind = keyof typeof socketKinds;
