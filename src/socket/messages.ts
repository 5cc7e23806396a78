import type { InternetAddress, SocketAddress } from '../address.js';

/** Credentials of a process, unix(7). */
export interface Credentials {
  /** Process, as the receiver's PID namespace numbers it; 0 for one it cannot see. */
  readonly pid: number;
  /** User; to send another than the process has takes CAP_SETUID. */
  readonly uid: number;
  /** Group; to send another takes CAP_SETGID. */
  readonly gid: number;
}

/** Fields of the IP header; `IPV6_2292HOPLIMIT` is what RFC 2292 called `IPV6_HOPLIMIT`. */
export interface HeaderField {
  /** Received with IP_RECVTTL, IP_RECVTOS, IPV6_RECVHOPLIMIT, IPV6_2292HOPLIMIT, IPV6_RECVTCLASS. */
  readonly type: 'IP_TTL' | 'IP_TOS' | 'IPV6_HOPLIMIT' | 'IPV6_2292HOPLIMIT' | 'IPV6_TCLASS';
  /** 0 to 255. */
  readonly value: number;
}

/**
 * An extension header of IPv6, its first two bytes included, RFC 3542; received with `IPV6_RECVHOPOPTS` and so on, or, by the
 * rules of RFC 2292, with the option of its own name.
 */
export interface ExtensionHeader {
  /** Which header it is. */
  readonly type:
    | 'IPV6_HOPOPTS'
    | 'IPV6_DSTOPTS'
    | 'IPV6_RTHDR'
    | 'IPV6_RTHDRDSTOPTS'
    | 'IPV6_2292HOPOPTS'
    | 'IPV6_2292DSTOPTS'
    | 'IPV6_2292RTHDR';
  /** The header as it stands in the packet: next header, length in units of 8 bytes without the first 8, options. */
  readonly bytes: Uint8Array;
}

/** The address a datagram was sent to, and the interface it came in on; when sending, the source to use. ipv6(7). */
export interface PacketInfo6 {
  /** Received with IPV6_RECVPKTINFO, IPV6_2292PKTINFO. */
  readonly type: 'IPV6_PKTINFO' | 'IPV6_2292PKTINFO';
  /** To send: 0 leaves the interface to the kernel. */
  readonly interfaceIndex: number;
  /** IPv6. To send: `::` leaves it to the kernel. */
  readonly address: string;
}

/** What can be sent and received. */
type EitherWay =
  /**
   * Descriptors passed over a Unix socket. The receiver owns them: adopt or close each. With `MSG_PEEK` every look makes
   * new ones.
   */
  | { readonly type: 'SCM_RIGHTS'; readonly fds: readonly number[] }
  | ({ readonly type: 'SCM_CREDENTIALS' } & Credentials)
  | PacketInfo6
  | HeaderField
  /** The mark of the packet, received with `SO_RCVMARK`; to send one takes CAP_NET_ADMIN or CAP_NET_RAW. */
  | { readonly type: 'SO_MARK'; readonly mark: number }
  /** The priority of the packet, received with `SO_RCVPRIORITY`, sent from Linux 6.14 on. */
  | { readonly type: 'SO_PRIORITY'; readonly priority: number }
  /** Traffic class and flow label as in `flowInfo` of an address, received with the option of this name. */
  | { readonly type: 'IPV6_FLOWINFO'; readonly flowInfo: number }
  | ExtensionHeader
  /** IP options to answer with: those of `IP_RECVOPTS`, with routes reversed, ip(7). */
  | { readonly type: 'IP_RETOPTS'; readonly options: Uint8Array }
  /** Anything else, or what was cut to the control space (MSG_CTRUNC), as it came; or as it should go. */
  | { readonly type: 'raw'; readonly level: number; readonly cmsgType: number; readonly bytes: Uint8Array };

/** Who found the error that a message of `IP_RECVERR` tells; a number where this package has no name for it. */
export type ErrorOrigin = (typeof origins)[number] | number;

/** SO_EE_ORIGIN_…, linux/errqueue.h, in their order. */
export const origins = ['none', 'local', 'icmp', 'icmp6', 'timestamping', 'zerocopy', 'txtime'] as const;

/**
 * What stands on the error queue (`MSG_ERRQUEUE`), struct sock_extended_err of ip(7) and ipv6(7): an error, or with the origin
 * `timestamping` the packet that was stamped. `PACKET_TX_TIMESTAMP` is that of packet sockets.
 */
export interface ExtendedError {
  /** The option that asked for it. */
  readonly type: 'IP_RECVERR' | 'IPV6_RECVERR' | 'PACKET_TX_TIMESTAMP';
  /** Name of the errno, as `ECONNREFUSED`; empty where it is 0, since not all that is queued has failed. */
  readonly code: string;
  /** Negative errno, as in Node. */
  readonly errno: number;
  /** Who found the error: this host, ICMP, or what reports a timestamp or a copy that was avoided. */
  readonly origin: ErrorOrigin;
  /** Type and code of the ICMP message (ee_type, ee_code); for other origins what those say there. */
  readonly icmpType: number;
  /** Code of the ICMP message (ee_code). With `zerocopy` it is 1 if the kernel has copied the data all the same. */
  readonly icmpCode: number;
  /** ee_info: with `EMSGSIZE` the path MTU. */
  readonly info: number;
  /** ee_data. */
  readonly data: number;
  /** Who reported it, where somebody did. */
  readonly offender?: SocketAddress | undefined;
}

/** `struct tpacket_auxdata`, packet(7): what a packet socket was not delivered of a packet. */
export interface PacketAuxiliaryData {
  /** Asked for with the option of this name. */
  readonly type: 'PACKET_AUXDATA';
  /** `TP_STATUS_` flags. */
  readonly status: readonly PacketStatus[];
  /** Bytes of the packet, and how many of them were kept. */
  readonly length: number;
  /** Bytes that were kept (tp_snaplen): fewer where a filter cut the packet. */
  readonly capturedLength: number;
  /** Where the network header begins in a frame of a ring; otherwise past the hardware header. */
  readonly networkOffset: number;
  /** The VLAN tag that was taken off the frame, `TP_STATUS_VLAN_VALID`. */
  readonly vlanTci?: number | undefined;
  /** Its Ethernet type, `TP_STATUS_VLAN_TPID_VALID`. */
  readonly vlanTpid?: number | undefined;
}

/** Bits of tp_status, linux/if_packet.h, from the lowest on. */
export const packetStatuses = [
  'TP_STATUS_USER',
  'TP_STATUS_COPY',
  'TP_STATUS_LOSING',
  'TP_STATUS_CSUMNOTREADY',
  'TP_STATUS_VLAN_VALID',
  'TP_STATUS_BLK_TMO',
  'TP_STATUS_VLAN_TPID_VALID',
  'TP_STATUS_CSUM_VALID',
  'TP_STATUS_GSO_TCP',
] as const;
/** A flag of `tp_status` in PACKET_AUXDATA, packet(7). */
export type PacketStatus = (typeof packetStatuses)[number];

/** `struct dmabuf_cmsg`: data that was received into memory of a device, Documentation/networking/devmem.rst. */
export interface DeviceMemory {
  /** `SCM_DEVMEM_LINEAR`: it was copied to the buffer of the call after all. */
  readonly type: 'SCM_DEVMEM_DMABUF' | 'SCM_DEVMEM_LINEAR';
  /** Where the data stands in the memory, in bytes (`frag_offset`). */
  readonly offset: bigint;
  /** Bytes of data. */
  readonly size: number;
  /** Names the memory in `SO_DEVMEM_DONTNEED`. */
  readonly token: number;
  /** The memory, as it was bound to the receive queue by netlink. */
  readonly dmabufId: number;
}

/** A control message as it can be sent. */
export type SendControlMessage =
  | EitherWay
  /**
   * The source to use: `specificAddress`, or `address` if there is none. So what was received can be sent back: the address a
   * broadcast went to is no source.
   */
  | {
      readonly type: 'IP_PKTINFO';
      readonly interfaceIndex: number;
      readonly address: string;
      readonly specificAddress?: string | undefined;
    }
  /** When to send, on the clock that `SO_TXTIME` chose; in nanoseconds. */
  | { readonly type: 'SCM_TXTIME'; readonly nanoseconds: bigint }
  /** The number by which a timestamp names this packet, with `SOF_TIMESTAMPING_OPT_ID`. Linux 6.13. */
  | { readonly type: 'SCM_TS_OPT_ID'; readonly id: number }
  /** The protocol by which IPsec policies are chosen, on a socket of `IPPROTO_RAW`, ip_cmsg_send(). 1 to 255. Linux 6.4. */
  | { readonly type: 'IP_PROTOCOL'; readonly protocol: number }
  /** The type of the TLS record that the data becomes, RFC 8446 appendix B.1, on a socket with the TCP_ULP `tls`. 0 to 255. */
  | { readonly type: 'TLS_SET_RECORD_TYPE'; readonly recordType: number }
  /** Cuts the data into datagrams of this many bytes, the last as long as what is left: udp(7). */
  | { readonly type: 'UDP_SEGMENT'; readonly segmentSize: number };

/** A control message as it is received. */
export type ReceivedControlMessage =
  | EitherWay
  /** The address a datagram was sent to, and this host's own that it came to: they differ for broadcast and multicast. */
  | {
      readonly type: 'IP_PKTINFO';
      readonly interfaceIndex: number;
      readonly address: string;
      readonly specificAddress: string;
    }
  /**
   * A descriptor of the sending process, pidfd_open(2), asked for with `SO_PASSPIDFD`. The receiver owns it: close it.
   * Below zero it is `-errno`: the kernel could not open one, for instance because the table of descriptors is full.
   */
  | { readonly type: 'SCM_PIDFD'; readonly fd: number }
  /** When the kernel received (or sent) the packet, in nanoseconds since 1970. */
  | { readonly type: 'SCM_TIMESTAMP' | 'SCM_TIMESTAMPNS'; readonly nanoseconds: bigint }
  /** Software time, and the raw hardware time; 0 where there is none. */
  | { readonly type: 'SCM_TIMESTAMPING'; readonly softwareNanoseconds: bigint; readonly hardwareNanoseconds: bigint }
  /** The interface that stamped the packet, and its length there; with `SOF_TIMESTAMPING_OPT_PKTINFO`. */
  | { readonly type: 'SCM_TIMESTAMPING_PKTINFO'; readonly interfaceIndex: number; readonly length: number }
  /** Measurements of a TCP connection at that time, by their names `TCP_NLA_`; with `SOF_TIMESTAMPING_OPT_STATS`. */
  | { readonly type: 'SCM_TIMESTAMPING_OPT_STATS'; readonly stats: Readonly<Record<string, number>> }
  | ExtendedError
  /** Where a datagram was sent before it was redirected here; with `IP_RECVORIGDSTADDR`, `IPV6_RECVORIGDSTADDR`. */
  | { readonly type: 'IP_ORIGDSTADDR' | 'IPV6_ORIGDSTADDR'; readonly destination: InternetAddress }
  /** The options of the IP header, as they came. */
  | { readonly type: 'IP_RECVOPTS'; readonly options: Uint8Array }
  /** Bytes of the largest fragment of the datagram. */
  | { readonly type: 'IP_RECVFRAGSIZE' | 'IPV6_RECVFRAGSIZE'; readonly size: number }
  /** The sum of the datagram as the card computed it, not folded, in network byte order. */
  | { readonly type: 'IP_CHECKSUM'; readonly checksum: number }
  /** The path MTU to a destination changed; with `IPV6_RECVPATHMTU`. */
  | { readonly type: 'IPV6_PATHMTU'; readonly destination: InternetAddress; readonly mtu: number }
  /** Security label of the sender; with `SO_PASSSEC`, `IP_PASSSEC`. */
  | { readonly type: 'SCM_SECURITY'; readonly label: string }
  /** Whether the receiver acknowledged a frame sent over Wi-Fi; with `SO_WIFI_STATUS`. */
  | { readonly type: 'SCM_WIFI_STATUS'; readonly acknowledged: boolean }
  /** Bytes still in the receive queue of a Unix stream; with `SO_INQ`. */
  | { readonly type: 'SCM_INQ'; readonly queued: number }
  | PacketAuxiliaryData
  /** The group a netlink message was sent to, 0 for none. */
  | { readonly type: 'NETLINK_PKTINFO'; readonly group: number }
  /** The id of the network namespace a netlink message came from, in the namespace of the socket. */
  | { readonly type: 'NETLINK_LISTEN_ALL_NSID'; readonly namespaceId: number }
  | DeviceMemory
  /** Packets this socket had dropped when the datagram was queued, since it was opened (mod 2^32). Absent while none was. */
  | { readonly type: 'SO_RXQ_OVFL'; readonly dropped: number }
  /** The data is several datagrams of this many bytes each, the last perhaps shorter: udp(7). */
  | { readonly type: 'UDP_GRO'; readonly segmentSize: number }
  /** The type of the TLS record that the data is from, as 23 for application data: Documentation/networking/tls.rst. */
  | { readonly type: 'TLS_GET_RECORD_TYPE'; readonly recordType: number }
  /** Bytes still in the receive queue, asked for with `TCP_INQ`. */
  | { readonly type: 'TCP_CM_INQ'; readonly queued: number };

/** A control message in the form this package knows. */
export type ControlMessage = SendControlMessage | ReceivedControlMessage;
