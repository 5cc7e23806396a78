import type { OptionSpec } from './spec.js';

/**
 * Every option this package knows by name, sorted by level and name. Man pages: socket(7), tcp(7), ip(7), ipv6(7), udp(7),
 * unix(7), vsock(7); where they are silent, the kernel's do_tcp_setsockopt(), do_ip_setsockopt(), do_ipv6_setsockopt() and
 * sk_setsockopt().
 */
export const catalog = {
  SO_ACCEPTCONN: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'get', number: 30,
    doc: 'Whether the socket listens.',
  },
  SO_ATTACH_BPF: {
    level: 'SOL_SOCKET', kind: 'fd', access: 'set', number: 50,
    doc: 'Attaches an eBPF program, by its descriptor, as filter.',
  },
  SO_ATTACH_FILTER: {
    level: 'SOL_SOCKET', kind: 'filter', access: 'set', number: 26, example: [{ code: 6, jt: 0, jf: 0, k: 0xffffffff }], on: 'udp4',
    doc: 'Runs a classic BPF program on each packet: it returns how many bytes to keep.',
    trap: 'On a TCP socket Linux 6.18 wants CAP_NET_ADMIN for it: EPERM.',
  },
  SO_ATTACH_REUSEPORT_CBPF: {
    level: 'SOL_SOCKET', kind: 'filter', access: 'set', number: 51,
    doc: 'A classic BPF program that picks the socket of a SO_REUSEPORT group by returning its index.',
    trap: 'A socket that has it before bind owns a group and cannot join another: EADDRINUSE.',
  },
  SO_ATTACH_REUSEPORT_EBPF: {
    level: 'SOL_SOCKET', kind: 'fd', access: 'set', number: 52,
    doc: 'The same as eBPF, by its descriptor.',
  },
  SO_BINDTODEVICE: {
    level: 'SOL_SOCKET', kind: 'text', access: 'both', number: 25, example: 'lo', longest: 15,
    doc: 'Only packets of this interface; empty for any.',
    trap: 'Without CAP_NET_RAW it can be set once and not changed.',
  },
  SO_BINDTOIFINDEX: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 62, example: 1,
    doc: 'As SO_BINDTODEVICE, by index; 0 for any.',
  },
  SO_BROADCAST: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 6, example: true, on: 'udp4',
    doc: 'Lets datagrams go to broadcast addresses.',
  },
  SO_BUF_LOCK: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 72, example: 3, since: '5.14',
    doc: '1 and 2 (or 3) keep the kernel from changing the send and the receive buffer.',
  },
  SO_BUSY_POLL: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 46, example: 50, unit: 'microseconds', needs: 'CAP_NET_ADMIN',
    doc: 'How long to poll the card when there is nothing to read.',
    trap: 'Lowering it needs no capability.',
  },
  SO_BUSY_POLL_BUDGET: {
    level: 'SOL_SOCKET', kind: 'int', access: 'set', number: 70, example: 16, needs: 'CAP_NET_ADMIN', since: '5.11',
    doc: 'Packets one busy poll may take.',
  },
  SO_CNX_ADVICE: {
    level: 'SOL_SOCKET', kind: 'int', access: 'set', number: 53, example: 1, needs: 'a connection',
    doc: '1 tells that the connection goes badly, so that another route is tried.',
    trap: 'EINVAL for anything but 1; needs a route.',
  },
  SO_COOKIE: {
    level: 'SOL_SOCKET', kind: 'uint64', access: 'get', number: 57,
    doc: 'Names the socket for as long as the machine runs; the same number as in sock_diag.',
  },
  SO_DEBUG: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 1, example: true, needs: 'CAP_NET_ADMIN',
    doc: 'Turns on debugging of the socket.',
  },
  SO_DETACH_FILTER: {
    level: 'SOL_SOCKET', kind: 'int', access: 'set', number: 27,
    doc: 'Removes the filter; the value is ignored.',
    trap: 'ENOENT if there is none.',
  },
  SO_DETACH_REUSEPORT_BPF: {
    level: 'SOL_SOCKET', kind: 'int', access: 'set', number: 68,
    doc: 'Removes the program of the group; the value is ignored.',
    trap: 'ENOENT if there is none.',
  },
  SO_DOMAIN: {
    level: 'SOL_SOCKET', kind: 'int', access: 'get', number: 39,
    doc: 'The address family of the socket, as 2 for AF_INET.',
  },
  SO_DONTROUTE: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 5, example: true,
    doc: 'Sends only to hosts on a link of this one, not through a gateway.',
  },
  SO_ERROR: {
    level: 'SOL_SOCKET', kind: 'int', access: 'get', number: 4, sideEffect: 'clears',
    doc: 'The pending errno, 0 if there is none.',
    trap: 'Reading clears it.',
  },
  SO_INCOMING_CPU: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 49, example: 0,
    doc: 'CPU that processed the last packet; set, it steers SO_REUSEPORT to the listener of that CPU.',
  },
  SO_INCOMING_NAPI_ID: {
    level: 'SOL_SOCKET', kind: 'uint', access: 'get', number: 56,
    doc: 'Queue of the card that the last packet came from.',
  },
  SO_INQ: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'set', number: 84, example: true, since: '6.17', on: 'unix',
    doc: 'Delivers how many bytes are left to read.',
  },
  SO_KEEPALIVE: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 9, example: true,
    doc: 'Probes an idle connection, so that a dead peer is noticed.',
    trap: 'The first probe is sent after two hours unless TCP_KEEPIDLE says otherwise.',
  },
  SO_LINGER: {
    level: 'SOL_SOCKET', kind: 'linger', access: 'both', number: 13, example: { on: true, seconds: 5 }, unit: 'seconds',
    doc: 'What close does with unsent data. On with 0 seconds: the peer gets RST and there is no TIME_WAIT.',
    trap: 'On with seconds above 0 close blocks the thread, on a non-blocking socket too. Inherited through accept.',
  },
  SO_LOCK_FILTER: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 44, example: true,
    doc: 'Makes the attached filter permanent.',
    trap: 'It cannot be turned off again: EPERM.',
  },
  SO_MARK: {
    level: 'SOL_SOCKET', kind: 'uint', access: 'both', number: 36, example: 7, needs: 'CAP_NET_ADMIN',
    doc: 'Mark for policy routing and packet filters.',
  },
  SO_MAX_PACING_RATE: {
    level: 'SOL_SOCKET', kind: 'uint64', access: 'both', number: 47, example: 1000000n, unit: 'bytes per second',
    doc: 'Upper bound for the pacing of TCP, and of fq.',
  },
  SO_MEMINFO: {
    level: 'SOL_SOCKET', kind: 'meminfo', access: 'get', number: 55, moves: true,
    doc: 'Memory of the socket.',
  },
  SO_NETNS_COOKIE: {
    level: 'SOL_SOCKET', kind: 'uint64', access: 'get', number: 71, since: '5.14',
    doc: 'Names the network namespace of the socket.',
  },
  SO_NOFCS: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 43, example: true,
    doc: 'Sends frames without a checksum, where the card can.',
  },
  SO_NO_CHECK: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 11, example: true, on: 'udp4',
    doc: 'Sends UDP over IPv4 without a checksum.',
  },
  SO_OOBINLINE: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 10, example: true,
    doc: 'Leaves urgent data in the stream.',
  },
  SO_PASSCRED: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 16, example: true, on: 'unix',
    doc: 'Delivers SCM_CREDENTIALS with each message.',
  },
  SO_PASSPIDFD: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 76, example: true, since: '6.5', on: 'unix',
    doc: 'Delivers SCM_PIDFD with each message.',
  },
  SO_PASSRIGHTS: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 83, example: false, since: '6.16', on: 'unix',
    doc: 'Whether descriptors may arrive; on by default.',
  },
  SO_PASSSEC: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 34, example: true, on: 'unix',
    doc: 'Delivers SCM_SECURITY with each message.',
  },
  SO_PEEK_OFF: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 42, example: 4, on: 'unix',
    doc: 'Where MSG_PEEK reads; -1 for the beginning.',
  },
  SO_PEERCRED: {
    level: 'SOL_SOCKET', kind: 'ucred', access: 'get', number: 17, on: 'unix',
    doc: 'Process and user at the other end, as they were at connect or listen.',
  },
  SO_PEERGROUPS: {
    level: 'SOL_SOCKET', kind: 'gids', access: 'get', number: 59, on: 'unix',
    doc: 'Supplementary groups of the process at the other end.',
  },
  SO_PEERPIDFD: {
    level: 'SOL_SOCKET', kind: 'fd', access: 'get', number: 77, since: '6.5', on: 'unix', sideEffect: 'opens',
    doc: 'A descriptor for the process at the other end, which the caller has to close.',
  },
  SO_PEERSEC: {
    level: 'SOL_SOCKET', kind: 'text', access: 'get', number: 31, needs: 'a build option of the kernel', on: 'unix', longest: 255,
    doc: 'Security label of the peer.',
  },
  SO_PREFER_BUSY_POLL: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 69, example: true, needs: 'CAP_NET_ADMIN', since: '5.11',
    doc: 'Prefers polling to interrupts while busy polling.',
  },
  SO_PRIORITY: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 12, example: 3,
    doc: 'Priority of the packets in queueing disciplines.',
    trap: 'Above 6 it needs CAP_NET_ADMIN; setting IP_TOS overwrites it.',
  },
  SO_PROTOCOL: {
    level: 'SOL_SOCKET', kind: 'int', access: 'get', number: 38,
    doc: 'The protocol of the socket, as 6 for TCP.',
  },
  SO_RCVBUF: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 8, example: 65536, unit: 'bytes', when: 'before connect', readBack: 'at least',
    doc: 'Bytes that may wait to be read.',
    trap: 'Linux stores twice the value, cuts it to net.core.rmem_max, and stops tuning the size by itself. The window scale is fixed at the handshake: set it on the listener, or before connect.',
  },
  SO_RCVBUFFORCE: {
    level: 'SOL_SOCKET', kind: 'int', access: 'set', number: 33, example: 65536, unit: 'bytes', needs: 'CAP_NET_ADMIN',
    doc: 'As SO_RCVBUF, over net.core.rmem_max.',
  },
  SO_RCVLOWAT: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 18, example: 64, unit: 'bytes',
    doc: 'Bytes that must be there before the socket counts as readable.',
  },
  SO_RCVMARK: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 75, example: true, needs: 'CAP_NET_ADMIN', since: '5.19', on: 'udp4',
    doc: 'Delivers the mark of each packet.',
  },
  SO_RCVPRIORITY: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 82, example: true, since: '6.14', on: 'udp4',
    doc: 'Delivers the priority of each packet.',
  },
  SO_RCVTIMEO: {
    level: 'SOL_SOCKET', kind: 'timeval', access: 'both', number: 20, example: 1500, unit: 'milliseconds', readBack: 'at least',
    doc: 'How long a blocking receive or accept waits.',
    trap: 'No effect on non-blocking sockets, so not on those made by Socket.open. The kernel rounds up to a tick.',
  },
  SO_RESERVE_MEM: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 73, example: 65536, unit: 'bytes', needs: 'a memory cgroup', since: '5.16', readBack: 'at least',
    doc: 'Memory kept for the socket under a memory cgroup.',
    trap: 'EOPNOTSUPP outside a memory cgroup.',
  },
  SO_REUSEADDR: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 2, example: true, when: 'before bind',
    doc: 'Lets bind share an address and port with sockets that have it too and do not listen, TIME_WAIT included.',
    trap: 'The old socket needs it as well: it is inherited through accept and into TIME_WAIT, so set it from the first start on. For UDP the newest socket gets every unicast datagram.',
  },
  SO_REUSEPORT: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 15, example: true, when: 'before bind',
    doc: 'Lets several sockets of one user bind, and listen on, the same address and port; connections are spread by a hash.',
    trap: 'All of them must have it. Closing a listener resets what waits in its queue.',
  },
  SO_RXQ_OVFL: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 40, example: true, on: 'udp4',
    doc: 'Delivers the number of dropped packets with each message.',
  },
  SO_SELECT_ERR_QUEUE: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 45, example: true, on: 'udp4',
    doc: 'Makes poll report POLLPRI for the error queue.',
  },
  SO_SNDBUF: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 7, example: 65536, unit: 'bytes', when: 'before connect', readBack: 'at least',
    doc: 'Bytes that may wait to be sent.',
    trap: 'Linux stores twice the value, cuts it to net.core.wmem_max, and stops tuning the size by itself.',
  },
  SO_SNDBUFFORCE: {
    level: 'SOL_SOCKET', kind: 'int', access: 'set', number: 32, example: 65536, unit: 'bytes', needs: 'CAP_NET_ADMIN',
    doc: 'As SO_SNDBUF, over net.core.wmem_max.',
  },
  SO_SNDLOWAT: {
    level: 'SOL_SOCKET', kind: 'int', access: 'get', number: 19, unit: 'bytes',
    doc: 'Always 1 on Linux.',
  },
  SO_SNDTIMEO: {
    level: 'SOL_SOCKET', kind: 'timeval', access: 'both', number: 21, example: 1500, unit: 'milliseconds', readBack: 'at least',
    doc: 'How long a blocking send or connect waits.',
    trap: 'No effect on non-blocking sockets.',
  },
  SO_TIMESTAMP: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 29, example: true, on: 'udp4',
    doc: 'Delivers SCM_TIMESTAMP, microseconds, with each message.',
  },
  SO_TIMESTAMPING: {
    level: 'SOL_SOCKET', kind: 'timestamping', access: 'both', number: 37, example: { flags: 24, bindPhc: 0 }, on: 'udp4',
    doc: 'SOF_TIMESTAMPING_ flags: where packets are stamped and how it is told.',
  },
  SO_TIMESTAMPNS: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 35, example: true, on: 'udp4',
    doc: 'Delivers SCM_TIMESTAMPNS, nanoseconds, with each message.',
  },
  SO_TXREHASH: {
    level: 'SOL_SOCKET', kind: 'int', access: 'both', number: 74, example: 0, since: '5.18',
    doc: 'Whether a retransmission may take another route: 1 yes, 0 no.',
    trap: '-1 stands for the default, which reads as 1.',
  },
  SO_TXTIME: {
    level: 'SOL_SOCKET', kind: 'txtime', access: 'both', number: 61, example: { clockId: 1, flags: 0 }, on: 'udp4',
    doc: 'Lets messages say when to be sent (SCM_TXTIME).',
    trap: 'Clocks other than CLOCK_TAI need no capability only with an etf or fq queue that takes them.',
  },
  SO_TYPE: {
    level: 'SOL_SOCKET', kind: 'int', access: 'get', number: 3,
    doc: 'The type of the socket: 1 SOCK_STREAM, 2 SOCK_DGRAM, 3 SOCK_RAW, 5 SOCK_SEQPACKET.',
  },
  SO_WIFI_STATUS: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 41, example: true, on: 'udp4',
    doc: 'Tells whether a wireless frame was acknowledged.',
  },
  SO_ZEROCOPY: {
    level: 'SOL_SOCKET', kind: 'bool', access: 'both', number: 60, example: true,
    doc: 'Allows MSG_ZEROCOPY.',
  },

  TCP_AO_ADD_KEY: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'set', number: 38, needs: 'a build option of the kernel', since: '6.7',
    doc: 'Key of the TCP authentication option, struct tcp_ao_add, RFC 5925.',
  },
  TCP_AO_DEL_KEY: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'set', number: 39, needs: 'a build option of the kernel', since: '6.7',
    doc: 'Removes a key, struct tcp_ao_del.',
  },
  TCP_AO_GET_KEYS: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'get', number: 41, needs: 'a build option of the kernel', since: '6.7',
    doc: 'Its keys, struct tcp_ao_getsockopt.',
  },
  TCP_AO_INFO: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'both', number: 40, needs: 'a build option of the kernel', since: '6.7',
    doc: 'State of the authentication option, struct tcp_ao_info_opt.',
  },
  TCP_AO_REPAIR: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'both', number: 42, needs: 'a build option of the kernel', since: '6.7',
    doc: 'Its sequence numbers, struct tcp_ao_repair.',
  },
  TCP_CC_INFO: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'get', number: 26, moves: true,
    doc: 'State of the congestion control: union tcp_cc_info, empty for those that have none.',
  },
  TCP_CONGESTION: {
    level: 'IPPROTO_TCP', kind: 'text', access: 'both', number: 13, example: 'reno', longest: 15,
    doc: 'Congestion control by name, as cubic.',
    trap: 'Names outside net.ipv4.tcp_allowed_congestion_control need CAP_NET_ADMIN.',
  },
  TCP_CORK: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'both', number: 3, example: true,
    doc: 'Sends only full segments until it is turned off.',
    trap: 'For at most 200 ms.',
  },
  TCP_DEFER_ACCEPT: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 9, example: 5, unit: 'seconds', when: 'before listen', readBack: 'different',
    doc: 'Wakes accept only when data has come.',
    trap: 'Kept as a number of SYN-ACK retransmissions, so it reads back rounded up: 5 as 7.',
  },
  TCP_DELACK_MAX_US: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 46, example: 20000, unit: 'microseconds', since: '6.15',
    doc: 'Longest delay of an ACK.',
  },
  TCP_FASTOPEN: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 23, example: 16, when: 'before listen',
    doc: 'Connections with data in the SYN that may wait; makes a listener accept them.',
    trap: 'Needs bit 2 of net.ipv4.tcp_fastopen.',
  },
  TCP_FASTOPEN_CONNECT: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'both', number: 30, example: true, when: 'before connect',
    doc: 'connect sends nothing until data can go with the SYN.',
  },
  TCP_FASTOPEN_KEY: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'both', number: 33, example: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    doc: 'Keys of the fast open cookie: 16 bytes, or 32 for two.',
    trap: 'EINVAL for other lengths.',
  },
  TCP_FASTOPEN_NO_COOKIE: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'both', number: 34, example: true,
    doc: 'Fast open without a cookie.',
  },
  TCP_INFO: {
    level: 'IPPROTO_TCP', kind: 'tcpInfo', access: 'get', number: 11, moves: true,
    doc: 'Everything the kernel knows about the connection.',
  },
  TCP_INQ: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'both', number: 36, example: true,
    doc: 'Delivers how many bytes are left to read.',
  },
  TCP_IS_MPTCP: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'get', number: 43, since: '6.10',
    doc: 'Whether the connection is Multipath TCP and has not fallen back.',
  },
  TCP_KEEPCNT: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 6, example: 3,
    doc: 'Unanswered probes after which the connection is dropped with ETIMEDOUT.',
  },
  TCP_KEEPIDLE: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 4, example: 30, unit: 'seconds', apple: 'TCP_KEEPALIVE',
    doc: 'Idle time before the first keep-alive probe.',
    trap: 'Needs SO_KEEPALIVE.',
  },
  TCP_KEEPINTVL: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 5, example: 5, unit: 'seconds',
    doc: 'Time between keep-alive probes.',
  },
  TCP_LINGER2: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 8, example: 10, unit: 'seconds',
    doc: 'How long FIN_WAIT2 lives without its process; -1 for not at all.',
    trap: 'Not the length of TIME_WAIT, which is 60 s and fixed. Above 120 it reads 120.',
  },
  TCP_MAXSEG: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 2, example: 1000, unit: 'bytes', when: 'before connect', readBack: 'different',
    doc: 'Largest segment to announce.',
    trap: 'Read before the handshake it is the default; set values show once connected.',
  },
  TCP_MD5SIG: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'set', number: 14, needs: 'a build option of the kernel',
    doc: 'Key for signed segments, struct tcp_md5sig, RFC 2385.',
  },
  TCP_MD5SIG_EXT: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'set', number: 32, needs: 'a build option of the kernel',
    doc: 'As TCP_MD5SIG, for a prefix or interface.',
  },
  TCP_NODELAY: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'both', number: 1, example: true,
    doc: 'Sends small segments at once, without waiting for an ACK (Nagle off).',
  },
  TCP_NOTSENT_LOWAT: {
    level: 'IPPROTO_TCP', kind: 'uint', access: 'both', number: 25, example: 16384, unit: 'bytes',
    doc: 'Bytes not yet sent below which the socket counts as writable.',
  },
  TCP_QUEUE_SEQ: {
    level: 'IPPROTO_TCP', kind: 'uint', access: 'both', number: 21, example: 1000, needs: 'TCP_REPAIR',
    doc: 'Sequence number of the chosen queue.',
    trap: 'Only while the socket is closed.',
  },
  TCP_QUICKACK: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'both', number: 12, example: false,
    doc: 'Acknowledges at once.',
    trap: 'Not permanent: the kernel goes back to delaying when it sees fit.',
  },
  TCP_REPAIR: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 19, example: 1, needs: 'CAP_NET_ADMIN',
    doc: '1 takes the socket out of the network, to read and set its state; 0 puts it back, -1 without a window probe.',
    trap: 'Closed in repair mode the connection vanishes without a packet.',
  },
  TCP_REPAIR_OPTIONS: {
    level: 'IPPROTO_TCP', kind: 'repairOptions', access: 'set', number: 22, needs: 'TCP_REPAIR',
    doc: 'Options that were negotiated: 2 MSS, 3 window scale, 4 SACK, 8 timestamps.',
  },
  TCP_REPAIR_QUEUE: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 20, example: 1, needs: 'TCP_REPAIR',
    doc: 'Which queue repair reads and writes: 1 receive, 2 send.',
  },
  TCP_REPAIR_WINDOW: {
    level: 'IPPROTO_TCP', kind: 'repairWindow', access: 'both', number: 29, needs: 'TCP_REPAIR',
    doc: 'Windows of the connection.',
  },
  TCP_RTO_MAX_MS: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 44, example: 5000, unit: 'milliseconds', since: '6.15',
    doc: 'Longest time between retransmissions.',
    trap: 'From 1000 to 120000.',
  },
  TCP_RTO_MIN_US: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 45, example: 100000, unit: 'microseconds', since: '6.15',
    doc: 'Shortest time before a retransmission.',
  },
  TCP_SAVED_SYN: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'get', number: 28, needs: 'a connection', sideEffect: 'clears',
    doc: 'The SYN that was kept; read once.',
  },
  TCP_SAVE_SYN: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 27, example: 1, when: 'before listen',
    doc: 'Makes a listener keep the SYN of each connection: 1 with IP header, 2 with Ethernet too.',
  },
  TCP_SYNCNT: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 7, example: 2, when: 'before connect',
    doc: 'SYN retransmissions before connect gives up.',
  },
  TCP_THIN_DUPACK: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'both', number: 17, example: true, readBack: 'different',
    doc: 'Does nothing any more.',
  },
  TCP_THIN_LINEAR_TIMEOUTS: {
    level: 'IPPROTO_TCP', kind: 'bool', access: 'both', number: 16, example: true,
    doc: 'Retransmits without backing off while little is in flight.',
  },
  TCP_TIMESTAMP: {
    level: 'IPPROTO_TCP', kind: 'uint', access: 'both', number: 24, example: 3000000000, unit: 'milliseconds', needs: 'TCP_REPAIR', readBack: 'at least', moves: true,
    doc: 'Value of the timestamp clock.',
  },
  TCP_TX_DELAY: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 37, example: 10000, unit: 'microseconds',
    doc: 'Delays every packet: a longer round trip without a link that has one.',
  },
  TCP_ULP: {
    level: 'IPPROTO_TCP', kind: 'text', access: 'both', number: 31, example: 'tls', needs: 'a connection', longest: 15,
    doc: 'Protocol on top of TCP inside the kernel, as tls.',
  },
  TCP_USER_TIMEOUT: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 18, example: 10000, unit: 'milliseconds',
    doc: 'How long data may stay unacknowledged before the connection is dropped with ETIMEDOUT.',
    trap: '0 is the default of about 15 minutes. With keep-alive it decides instead of TCP_KEEPCNT.',
  },
  TCP_WINDOW_CLAMP: {
    level: 'IPPROTO_TCP', kind: 'int', access: 'both', number: 10, example: 32768, unit: 'bytes', readBack: 'at least',
    doc: 'Upper bound of the announced window.',
  },
  TCP_ZEROCOPY_RECEIVE: {
    level: 'IPPROTO_TCP', kind: 'bytes', access: 'get', number: 35, needs: 'a connection', sideEffect: 'takes',
    doc: 'Maps received pages: struct tcp_zerocopy_receive.',
    trap: 'It takes pointers, so nothing is mapped: only what the structure says of the queue is read.',
  },

  IP_ADD_MEMBERSHIP: {
    level: 'IPPROTO_IP', kind: 'mreqn', access: 'set', number: 35, example: { multicastAddress: '239.1.2.3', localAddress: '127.0.0.1' },
    doc: 'Joins a group on an interface.',
  },
  IP_ADD_SOURCE_MEMBERSHIP: {
    level: 'IPPROTO_IP', kind: 'mreqSource', access: 'set', number: 39, example: { multicastAddress: '232.1.2.3', interfaceAddress: '127.0.0.1', sourceAddress: '127.0.0.1' },
    doc: 'Joins a group for one sender.',
  },
  IP_BIND_ADDRESS_NO_PORT: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 24, example: true, when: 'before bind',
    doc: 'bind to port 0 takes no port; connect or listen chooses it, so that ports are shared between destinations.',
  },
  IP_BLOCK_SOURCE: {
    level: 'IPPROTO_IP', kind: 'mreqSource', access: 'set', number: 38,
    doc: 'No more datagrams of a group from this sender.',
  },
  IP_CHECKSUM: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 23, example: true,
    doc: 'Delivers the checksum of each datagram.',
  },
  IP_DROP_MEMBERSHIP: {
    level: 'IPPROTO_IP', kind: 'mreqn', access: 'set', number: 36,
    doc: 'Leaves a group.',
    trap: 'EADDRNOTAVAIL if it was not joined.',
  },
  IP_DROP_SOURCE_MEMBERSHIP: {
    level: 'IPPROTO_IP', kind: 'mreqSource', access: 'set', number: 40,
    doc: 'Leaves a group for one sender.',
  },
  IP_FREEBIND: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 15, example: true, when: 'before bind',
    doc: 'Lets bind take an address this host does not have, or not yet.',
  },
  IP_HDRINCL: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 3, example: true, on: 'raw4',
    doc: 'The IP header is part of what is sent and received.',
  },
  IP_LOCAL_PORT_RANGE: {
    level: 'IPPROTO_IP', kind: 'portRange', access: 'both', number: 51, example: { low: 40000, high: 40100 }, when: 'before bind', since: '6.3',
    doc: 'Narrows the ephemeral port range of this socket; 0 for the bound of the system.',
  },
  IP_MINTTL: {
    level: 'IPPROTO_IP', kind: 'int', access: 'both', number: 21, example: 250, unit: 'hops',
    doc: 'Drops packets with a lower TTL, RFC 5082.',
  },
  IP_MSFILTER: {
    level: 'IPPROTO_IP', kind: 'bytes', access: 'set', number: 41,
    doc: 'The whole list of senders, struct ip_msfilter.',
    trap: 'Reading it takes a structure that says what to read, so it is not done here.',
  },
  IP_MTU: {
    level: 'IPPROTO_IP', kind: 'int', access: 'get', number: 14, unit: 'bytes', needs: 'a connection',
    doc: 'Path MTU of the connection.',
  },
  IP_MTU_DISCOVER: {
    level: 'IPPROTO_IP', kind: 'int', access: 'both', number: 10, example: 2,
    doc: 'Path MTU discovery: 0 never, 1 as the route says, 2 always, 3 probe, 4 interface, 5 omit.',
  },
  IP_MULTICAST_ALL: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 49, example: false,
    doc: 'Datagrams of every group joined on this host, not only by this socket.',
  },
  IP_MULTICAST_IF: {
    level: 'IPPROTO_IP', kind: 'multicastIf', access: 'both', number: 32, example: { localAddress: '127.0.0.1' },
    doc: 'Interface that datagrams to groups leave by.',
    trap: 'Only the address reads back.',
  },
  IP_MULTICAST_LOOP: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 34, example: false,
    doc: 'Delivers what is sent to a group to this host too.',
  },
  IP_MULTICAST_TTL: {
    level: 'IPPROTO_IP', kind: 'int', access: 'both', number: 33, example: 4, unit: 'hops',
    doc: 'TTL of datagrams to groups.',
  },
  IP_NODEFRAG: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 22, example: true, on: 'raw4',
    doc: 'Leaves fragments as they are on their way out.',
  },
  IP_OPTIONS: {
    level: 'IPPROTO_IP', kind: 'bytes', access: 'both', number: 4, example: Uint8Array.of(1, 1, 1, 1),
    doc: 'IP options for every packet, at most 40 bytes.',
  },
  IP_PKTINFO: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 8, example: true,
    doc: 'Delivers the address and interface each datagram came to.',
  },
  IP_PROTOCOL: {
    level: 'IPPROTO_IP', kind: 'int', access: 'get', number: 52, since: '6.4', on: 'raw4',
    doc: 'The protocol of a raw socket.',
  },
  IP_RECVERR: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 11, example: true,
    doc: 'Queues ICMP errors for MSG_ERRQUEUE.',
  },
  IP_RECVERR_RFC4884: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 26, example: true,
    doc: 'Reads the extensions of ICMP errors.',
  },
  IP_RECVFRAGSIZE: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 25, example: true,
    doc: 'Delivers the size of the largest fragment.',
  },
  IP_RECVOPTS: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 6, example: true,
    doc: 'Delivers IP options as they came.',
  },
  IP_RECVORIGDSTADDR: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 20, example: true,
    doc: 'Delivers where a redirected datagram was sent.',
  },
  IP_RECVTOS: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 13, example: true,
    doc: 'Delivers the TOS byte of each datagram.',
  },
  IP_RECVTTL: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 12, example: true,
    doc: 'Delivers the TTL of each datagram.',
  },
  IP_RETOPTS: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 7, example: true,
    doc: 'Delivers IP options ready for an answer.',
  },
  IP_ROUTER_ALERT: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'set', number: 5, example: true, needs: 'CAP_NET_RAW', on: 'raw4',
    doc: 'Takes packets with the router alert option.',
  },
  IP_TOS: {
    level: 'IPPROTO_IP', kind: 'int', access: 'both', number: 1, example: 16,
    doc: 'DSCP, shifted left by two.',
    trap: 'TCP keeps the two ECN bits to itself.',
  },
  IP_TRANSPARENT: {
    level: 'IPPROTO_IP', kind: 'bool', access: 'both', number: 19, example: true, when: 'before bind', needs: 'CAP_NET_ADMIN',
    doc: 'Lets bind take foreign addresses, for a transparent proxy.',
  },
  IP_TTL: {
    level: 'IPPROTO_IP', kind: 'int', access: 'both', number: 2, example: 32, unit: 'hops',
    doc: 'Time to live of packets sent.',
  },
  IP_UNBLOCK_SOURCE: {
    level: 'IPPROTO_IP', kind: 'mreqSource', access: 'set', number: 37,
    doc: 'Takes back IP_BLOCK_SOURCE.',
  },
  IP_UNICAST_IF: {
    level: 'IPPROTO_IP', kind: 'netIndex', access: 'both', number: 50, example: 1,
    doc: 'Interface to route by, without restricting what is received.',
  },
  MCAST_BLOCK_SOURCE: {
    level: 'IPPROTO_IP', kind: 'groupSourceReq', access: 'set', number: 43,
    doc: 'No more datagrams of a group from this sender.',
  },
  MCAST_JOIN_GROUP: {
    level: 'IPPROTO_IP', kind: 'groupReq', access: 'set', number: 42, example: { interfaceIndex: 1, group: '239.1.2.4' },
    doc: 'Joins a group on an interface by index.',
  },
  MCAST_JOIN_SOURCE_GROUP: {
    level: 'IPPROTO_IP', kind: 'groupSourceReq', access: 'set', number: 46, example: { interfaceIndex: 1, group: '232.1.2.4', source: '127.0.0.1' },
    doc: 'Joins a group for one sender.',
  },
  MCAST_LEAVE_GROUP: {
    level: 'IPPROTO_IP', kind: 'groupReq', access: 'set', number: 45,
    doc: 'Leaves a group.',
  },
  MCAST_LEAVE_SOURCE_GROUP: {
    level: 'IPPROTO_IP', kind: 'groupSourceReq', access: 'set', number: 47,
    doc: 'Leaves a group for one sender.',
  },
  MCAST_MSFILTER: {
    level: 'IPPROTO_IP', kind: 'bytes', access: 'set', number: 48,
    doc: 'The whole list of senders, struct group_filter.',
    trap: 'Reading it takes a structure that says what to read, so it is not done here.',
  },
  MCAST_UNBLOCK_SOURCE: {
    level: 'IPPROTO_IP', kind: 'groupSourceReq', access: 'set', number: 44,
    doc: 'Takes back MCAST_BLOCK_SOURCE.',
  },
  SO_ORIGINAL_DST: {
    level: 'IPPROTO_IP', kind: 'sockaddr', access: 'get', number: 80, needs: 'a build option of the kernel', on: 'tcp4',
    doc: 'Where a redirected connection was going (netfilter).',
  },

  IP6T_SO_ORIGINAL_DST: {
    level: 'IPPROTO_IPV6', kind: 'sockaddr', access: 'get', number: 80, needs: 'a build option of the kernel', on: 'tcp6',
    doc: 'Where a redirected connection was going (netfilter).',
  },
  IPV6_ADDRFORM: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'set', number: 1, example: 2, needs: 'a connection',
    doc: 'AF_INET turns a connected v4-mapped socket into an IPv4 one.',
  },
  IPV6_ADDR_PREFERENCES: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 72, example: 2, readBack: 'different',
    doc: 'IPV6_PREFER_SRC_ flags: 1 temporary, 2 public source address, RFC 5014.',
    trap: 'Reads back with the defaults of the other choices added.',
  },
  IPV6_ADD_MEMBERSHIP: {
    level: 'IPPROTO_IPV6', kind: 'mreq6', access: 'set', number: 20, example: { multicastAddress: 'ff01::123', interfaceIndex: 1 },
    doc: 'Joins a group on an interface.',
  },
  IPV6_AUTOFLOWLABEL: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 70, example: false, readBack: 'different',
    doc: 'Chooses a flow label for each connection.',
  },
  IPV6_CHECKSUM: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 7, example: 2, on: 'raw6',
    doc: 'Offset of the checksum the kernel fills in; -1 for none.',
  },
  IPV6_DONTFRAG: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 62, example: true,
    doc: 'Refuses to fragment: EMSGSIZE.',
  },
  IPV6_DROP_MEMBERSHIP: {
    level: 'IPPROTO_IPV6', kind: 'mreq6', access: 'set', number: 21,
    doc: 'Leaves a group.',
  },
  IPV6_DSTOPTS: {
    level: 'IPPROTO_IPV6', kind: 'bytes', access: 'both', number: 59, example: Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0), needs: 'CAP_NET_RAW',
    doc: 'Destination options for every packet.',
  },
  IPV6_FLOWINFO_SEND: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 33, example: true,
    doc: 'Takes the flow label from the address of sendmsg and connect.',
  },
  IPV6_FLOWLABEL_MGR: {
    level: 'IPPROTO_IPV6', kind: 'bytes', access: 'set', number: 32,
    doc: 'Flow labels, struct in6_flowlabel_req.',
    trap: 'Reading it takes a structure that says what to read, so it is not done here.',
  },
  IPV6_FREEBIND: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 78, example: true, when: 'before bind',
    doc: 'Lets bind take an address this host does not have, or not yet.',
  },
  IPV6_HDRINCL: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 36, example: true, on: 'raw6',
    doc: 'The IPv6 header is part of what is sent.',
  },
  IPV6_HOPOPTS: {
    level: 'IPPROTO_IPV6', kind: 'bytes', access: 'both', number: 54, example: Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0), needs: 'CAP_NET_RAW',
    doc: 'Hop-by-hop options for every packet.',
  },
  IPV6_JOIN_ANYCAST: {
    level: 'IPPROTO_IPV6', kind: 'mreq6', access: 'set', number: 27, needs: 'CAP_NET_ADMIN',
    doc: 'Joins an anycast address.',
  },
  IPV6_LEAVE_ANYCAST: {
    level: 'IPPROTO_IPV6', kind: 'mreq6', access: 'set', number: 28,
    doc: 'Leaves an anycast address.',
  },
  IPV6_MINHOPCOUNT: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 73, example: 250, unit: 'hops',
    doc: 'Drops packets with a lower hop limit, RFC 5082.',
  },
  IPV6_MTU: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 24, example: 1400, unit: 'bytes', needs: 'a connection', readBack: 'different',
    doc: 'Path MTU; set, an upper bound.',
    trap: 'Reading needs a connection.',
  },
  IPV6_MTU_DISCOVER: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 23, example: 2,
    doc: 'Path MTU discovery, numbers as IP_MTU_DISCOVER.',
  },
  IPV6_MULTICAST_ALL: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 29, example: false,
    doc: 'Datagrams of every group joined on this host, not only by this socket.',
  },
  IPV6_MULTICAST_HOPS: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 18, example: 4, unit: 'hops',
    doc: 'Hop limit of datagrams to groups.',
  },
  IPV6_MULTICAST_IF: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 17, example: 1,
    doc: 'Index of the interface that datagrams to groups leave by.',
  },
  IPV6_MULTICAST_LOOP: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 19, example: false,
    doc: 'Delivers what is sent to a group to this host too.',
  },
  IPV6_NEXTHOP: {
    level: 'IPPROTO_IPV6', kind: 'bytes', access: 'set', number: 9, needs: 'CAP_NET_RAW',
    doc: 'Next hop, a sockaddr_in6.',
    trap: 'Linux knows it as a control message only: ENOPROTOOPT.',
  },
  IPV6_PATHMTU: {
    level: 'IPPROTO_IPV6', kind: 'bytes', access: 'get', number: 61, needs: 'a connection',
    doc: 'Path MTU of the connection, struct ip6_mtuinfo.',
  },
  IPV6_PKTINFO: {
    level: 'IPPROTO_IPV6', kind: 'bytes', access: 'set', number: 50,
    doc: 'Source address and interface of what is sent, struct in6_pktinfo.',
  },
  IPV6_RECVDSTOPTS: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 58, example: true,
    doc: 'Delivers destination options.',
  },
  IPV6_RECVERR: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 25, example: true,
    doc: 'Queues ICMPv6 errors for MSG_ERRQUEUE.',
  },
  IPV6_RECVERR_RFC4884: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 31, example: true,
    doc: 'Reads the extensions of ICMPv6 errors.',
  },
  IPV6_RECVFRAGSIZE: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 77, example: true,
    doc: 'Delivers the size of the largest fragment.',
  },
  IPV6_RECVHOPLIMIT: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 51, example: true,
    doc: 'Delivers the hop limit of each datagram.',
  },
  IPV6_RECVHOPOPTS: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 53, example: true,
    doc: 'Delivers hop-by-hop options.',
  },
  IPV6_RECVORIGDSTADDR: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 74, example: true,
    doc: 'Delivers where a redirected datagram was sent.',
  },
  IPV6_RECVPATHMTU: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 60, example: true,
    doc: 'Delivers changes of the path MTU.',
  },
  IPV6_RECVPKTINFO: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 49, example: true,
    doc: 'Delivers the address and interface each datagram came to.',
  },
  IPV6_RECVRTHDR: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 56, example: true,
    doc: 'Delivers routing headers.',
  },
  IPV6_RECVTCLASS: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 66, example: true,
    doc: 'Delivers the traffic class of each datagram.',
  },
  IPV6_ROUTER_ALERT: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 22, example: 3, on: 'raw6-any', readBack: 'different',
    doc: 'Takes packets with this router alert value.',
    trap: 'Only on IPPROTO_RAW sockets. It reads as 1, whatever the value.',
  },
  IPV6_ROUTER_ALERT_ISOLATE: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 30, example: true, on: 'raw6',
    doc: 'Alerts of this network namespace only.',
  },
  IPV6_RTHDR: {
    level: 'IPPROTO_IPV6', kind: 'bytes', access: 'both', number: 57, example: Uint8Array.of(0, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    doc: 'Routing header for every packet.',
  },
  IPV6_RTHDRDSTOPTS: {
    level: 'IPPROTO_IPV6', kind: 'bytes', access: 'both', number: 55, example: Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0), needs: 'CAP_NET_RAW',
    doc: 'Destination options in front of a routing header.',
  },
  IPV6_TCLASS: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 67, example: 16,
    doc: 'Traffic class of packets sent.',
    trap: 'Not for v4-mapped peers: set IP_TOS too.',
  },
  IPV6_TRANSPARENT: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 75, example: true, when: 'before bind', needs: 'CAP_NET_ADMIN',
    doc: 'Lets bind take foreign addresses, for a transparent proxy.',
  },
  IPV6_UNICAST_HOPS: {
    level: 'IPPROTO_IPV6', kind: 'int', access: 'both', number: 16, example: 32, unit: 'hops',
    doc: 'Hop limit of packets sent; -1 for the default.',
  },
  IPV6_UNICAST_IF: {
    level: 'IPPROTO_IPV6', kind: 'netIndex', access: 'both', number: 76, example: 1,
    doc: 'Interface to route by, without restricting what is received.',
  },
  IPV6_V6ONLY: {
    level: 'IPPROTO_IPV6', kind: 'bool', access: 'both', number: 26, example: true, when: 'before bind',
    doc: 'No IPv4 through v4-mapped addresses.',
    trap: 'EINVAL once bound; binding a specific IPv6 address turns it on.',
  },

  UDP_CORK: {
    level: 'IPPROTO_UDP', kind: 'bool', access: 'both', number: 1, example: true,
    doc: 'Gathers what is sent into one datagram until it is turned off.',
  },
  UDP_ENCAP: {
    level: 'IPPROTO_UDP', kind: 'int', access: 'both', number: 100, example: 2, readBack: 'different',
    doc: 'Kind of encapsulation, as 2 for IPsec.',
  },
  UDP_GRO: {
    level: 'IPPROTO_UDP', kind: 'bool', access: 'both', number: 104, example: true,
    doc: 'Delivers several datagrams of a sender as one.',
  },
  UDP_NO_CHECK6_RX: {
    level: 'IPPROTO_UDP', kind: 'bool', access: 'both', number: 102, example: true, on: 'udp6',
    doc: 'Takes UDP over IPv6 without a checksum.',
  },
  UDP_NO_CHECK6_TX: {
    level: 'IPPROTO_UDP', kind: 'bool', access: 'both', number: 101, example: true, on: 'udp6',
    doc: 'Sends UDP over IPv6 without a checksum.',
  },
  UDP_SEGMENT: {
    level: 'IPPROTO_UDP', kind: 'int', access: 'both', number: 103, example: 1200, unit: 'bytes',
    doc: 'Cuts one large send into datagrams of this size.',
  },

  MPTCP_FULL_INFO: {
    level: 'SOL_MPTCP', kind: 'bytes', access: 'get', number: 4, moves: true, since: '6.5',
    doc: 'All of these at once, struct mptcp_full_info.',
    trap: 'It takes pointers to where the parts go, so only the counts and MPTCP_INFO are filled in.',
  },
  MPTCP_INFO: {
    level: 'SOL_MPTCP', kind: 'bytes', access: 'get', number: 1, moves: true, since: '5.16',
    doc: 'State of the Multipath TCP connection, struct mptcp_info.',
  },
  MPTCP_SUBFLOW_ADDRS: {
    level: 'SOL_MPTCP', kind: 'subflowAddresses', access: 'get', number: 3, moves: true, since: '5.16',
    doc: 'Addresses of each subflow.',
  },
  MPTCP_TCPINFO: {
    level: 'SOL_MPTCP', kind: 'subflowInfos', access: 'get', number: 2, moves: true, since: '5.16',
    doc: 'TCP_INFO of each subflow.',
  },

  SO_VM_SOCKETS_BUFFER_MAX_SIZE: {
    level: 'AF_VSOCK', kind: 'uint64', access: 'both', number: 2, example: 524288n, unit: 'bytes',
    doc: 'Upper bound of the buffer.',
  },
  SO_VM_SOCKETS_BUFFER_MIN_SIZE: {
    level: 'AF_VSOCK', kind: 'uint64', access: 'both', number: 1, example: 256n, unit: 'bytes',
    doc: 'Lower bound of the buffer.',
  },
  SO_VM_SOCKETS_BUFFER_SIZE: {
    level: 'AF_VSOCK', kind: 'uint64', access: 'both', number: 0, example: 131072n, unit: 'bytes',
    doc: 'Bytes that may wait to be read.',
  },
  SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD: {
    level: 'AF_VSOCK', kind: 'timeval', access: 'both', number: 6, example: 1500, unit: 'milliseconds', readBack: 'at least',
    doc: 'How long connect waits.',
  },
  SO_VM_SOCKETS_PEER_HOST_VM_ID: {
    level: 'AF_VSOCK', kind: 'int', access: 'get', number: 3, needs: 'a build option of the kernel',
    doc: 'Identifier of the virtual machine at the other end.',
  },
} as const satisfies Record<string, OptionSpec>;
