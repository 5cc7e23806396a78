import type { Cure, Rule } from './rule-shape.js';
import { unixRules } from './unix-rules.js';

export type * from './rule-shape.js';

const tcp = ['tcp'] as const;
const udp = ['udp'] as const;
const both = ['tcp', 'udp'] as const;
const atBind = ['bind'] as const;
const atBindOrListen = ['bind', 'listen'] as const;

const reuseAddrOnBoth: Cure = {
  text: 'Set SO_REUSEADDR on the new socket before bind(), and on the server that leaves the connections behind: connections take the option over from their listener.',
  needs: 'both',
  action: 'SO_REUSEADDR on both',
};
const reuseAddrOnBoundOnes: Cure = {
  text: 'Set SO_REUSEADDR on both sockets before bind().',
  needs: 'both',
  action: 'SO_REUSEADDR on both',
};
const stopTheOther: Cure = {
  text: 'Stop the program that holds the port, or let it close its socket.',
  needs: 'the other',
  action: 'stop the holder',
};
const anotherPort: Cure = {
  text: 'Bind another port, or port 0 to let the kernel choose.',
  needs: 'us',
  action: 'another port',
};
const anotherAddress: Cure = {
  text: 'Bind both sockets to addresses that do not overlap, such as two different addresses of the machine, and neither to the wildcard.',
  needs: 'both',
  action: 'addresses apart',
};
const reusePortOnBoth: Cure = {
  text: 'If several sockets are meant to share the port, set SO_REUSEPORT on all of them before bind(), and run them as one user.',
  needs: 'both',
  action: 'SO_REUSEPORT on both',
};
const letTheKernelChoose: Cure = {
  text: 'Do not bind a fixed source port: connect() chooses one that is free for this destination.',
  needs: 'us',
  action: 'a source port of its own',
};
const closeUnused: Cure = {
  text: 'Close sockets that are no longer used.',
  needs: 'us',
  action: 'stop the holder',
};
const widenTheRange: Cure = {
  text: 'Widen net.ipv4.ip_local_port_range.',
  needs: 'root',
  action: 'ip_local_port_range',
};
const clearTimeWait: Cure = {
  text: 'Let the other end close first: TIME_WAIT stays with the end that sends the first FIN.',
  needs: 'the other',
};

/**
 * The rules by which Linux decides bind(2), listen(2) and connect(2) where sockets or addresses are in the way. Ids are
 * lasting; texts may change.
 *
 * Functions are those of Linux 6.18.
 */
const table = {
  'port-free': {
    text: 'No other socket of this protocol has the port, so nothing can be in the way.',
    calls: atBindOrListen,
    protocols: both,
    outcome: 'ok',
    kernel: 'inet_csk_get_port(), udp_lib_get_port()',
    source: 'bind(2)',
    cures: [],
  },
  'addresses-apart': {
    text: 'Two sockets can have one port if their addresses do not overlap: two different addresses, or IPv4 and IPv6-only. A wildcard overlaps with every address of its family, and [::] without IPV6_V6ONLY with IPv4 as well.',
    calls: atBindOrListen,
    protocols: both,
    outcome: 'ok',
    kernel: 'inet_rcv_saddr_equal()',
    source: 'ip(7), ipv6(7) IPV6_V6ONLY',
    cures: [],
  },
  'devices-apart': {
    text: 'Two sockets that are bound to different devices never conflict.',
    calls: atBindOrListen,
    protocols: both,
    outcome: 'ok',
    kernel: 'inet_bind_conflict(), udp_lib_lport_inuse()',
    source: 'socket(7) SO_BINDTODEVICE',
    cures: [],
  },
  'reuseaddr-shared': {
    text: 'Two TCP sockets share an address and port if both have SO_REUSEADDR and the older one does not listen. Connections and TIME_WAIT count with the option their listener had when they were accepted.',
    calls: atBindOrListen,
    protocols: tcp,
    outcome: 'ok',
    kernel: 'inet_bind_conflict()',
    source: 'socket(7) SO_REUSEADDR',
    cures: [],
  },
  'reuseport-shared': {
    text: 'Sockets of one user share an address and port, as listeners too, if all of them have SO_REUSEPORT.',
    calls: atBindOrListen,
    protocols: both,
    outcome: 'ok',
    kernel: 'inet_bind_conflict(), udp_lib_lport_inuse()',
    source: 'socket(7) SO_REUSEPORT',
    since: '3.9',
    cures: [],
  },
  'reuseport-over-minisocket': {
    text: 'A connection that was closed (TIME_WAIT, or FIN_WAIT2 without a process) has no user, so SO_REUSEPORT on it and on the new socket is enough.',
    calls: atBindOrListen,
    protocols: tcp,
    outcome: 'ok',
    kernel: 'inet_bind_conflict(): sk_state == TCP_TIME_WAIT',
    source: 'socket(7) SO_REUSEPORT',
    since: '3.9',
    cures: [],
  },
  'udp-reuseaddr-shared': {
    text: 'UDP sockets share an address and port if both have SO_REUSEADDR, whoever owns them; the one bound last gets the unicast datagrams.',
    calls: atBind,
    protocols: udp,
    outcome: 'ok',
    kernel: 'udp_lib_lport_inuse()',
    source: 'ip(7), socket(7) SO_REUSEADDR',
    cures: [],
  },
  'held-by-listener': {
    text: 'A listener keeps its address and port for itself: while it listens no overlapping socket can be bound, with SO_REUSEADDR or without, unless both have SO_REUSEPORT and one user.',
    calls: atBindOrListen,
    protocols: tcp,
    outcome: 'EADDRINUSE',
    kernel: 'inet_bind_conflict(): sk_state != TCP_LISTEN',
    source: 'bind(2), socket(7) SO_REUSEADDR',
    cures: [stopTheOther, reusePortOnBoth, anotherAddress, anotherPort],
  },
  'held-by-bound-socket': {
    text: 'A socket that is bound and does not listen keeps its address and port, unless both sockets have SO_REUSEADDR, or both have SO_REUSEPORT and one user.',
    calls: atBindOrListen,
    protocols: tcp,
    outcome: 'EADDRINUSE',
    kernel: 'inet_bind_conflict()',
    source: 'bind(2), socket(7) SO_REUSEADDR',
    cures: [stopTheOther, reuseAddrOnBoundOnes, reusePortOnBoth, anotherPort],
  },
  'held-by-connection': {
    text: 'A connection keeps its local address and port, unless it and the new socket both have SO_REUSEADDR, or both have SO_REUSEPORT and one user.',
    calls: atBindOrListen,
    protocols: tcp,
    outcome: 'EADDRINUSE',
    kernel: 'inet_bind_conflict(), inet_csk_clone_lock()',
    source: 'bind(2), socket(7) SO_REUSEADDR',
    cures: [
      reuseAddrOnBoth,
      {
        text: 'Close the connection, or end the process that holds it.',
        needs: 'the other',
        action: 'stop the holder',
      },
      { text: 'Remove the connection with `destroySocket` (ss --kill).', needs: 'root', action: 'remove connections' },
      anotherPort,
    ],
  },
  'held-by-closing-connection': {
    text: 'A connection that its process has closed keeps its local address and port until the other end has answered or the kernel gives up, unless it and the new socket both have SO_REUSEADDR or both have SO_REUSEPORT.',
    calls: atBindOrListen,
    protocols: tcp,
    outcome: 'EADDRINUSE',
    kernel: 'inet_bind_conflict(), inet_twsk_alloc()',
    source: 'tcp(7) TCP_LINGER2, tcp_fin_timeout; RFC 9293 section 3.6',
    cures: [
      reuseAddrOnBoth,
      {
        text: 'Wait: a closed FIN_WAIT2 lasts tcp_fin_timeout (60 s), the others until retransmission gives up.',
        needs: 'time',
      },
      { text: 'Close the other end of the connection.', needs: 'the other' },
      { text: 'Remove the connection with `destroySocket` (ss --kill).', needs: 'root', action: 'remove connections' },
      anotherPort,
    ],
  },
  'held-by-time-wait': {
    text: 'A connection in TIME_WAIT keeps its local address and port for 60 s, unless the connection and the new socket both have SO_REUSEADDR, or both have SO_REUSEPORT. The option on the new socket alone is not enough.',
    calls: atBindOrListen,
    protocols: tcp,
    outcome: 'EADDRINUSE',
    kernel: 'inet_bind_conflict(), inet_twsk_alloc(), TCP_TIMEWAIT_LEN',
    source: 'socket(7) NOTES; RFC 9293 section 3.6.1',
    cures: [
      reuseAddrOnBoth,
      { text: 'Wait until TIME_WAIT ends, 60 s after it began.', needs: 'time' },
      clearTimeWait,
      { text: 'Remove the TIME_WAIT with `destroySocket` (ss --kill).', needs: 'root', action: 'remove connections' },
      anotherPort,
    ],
  },
  'reuseport-other-user': {
    text: 'SO_REUSEPORT shares only among sockets of one user: the user that called socket(), or for an accepted socket accept(). Root is no exception.',
    calls: atBindOrListen,
    protocols: both,
    outcome: 'EADDRINUSE',
    kernel: 'inet_bind_conflict(): uid_eq(), udp_lib_lport_inuse()',
    source: 'socket(7) SO_REUSEPORT',
    since: '3.9',
    cures: [
      { text: 'Run all programs that share the port as one user.', needs: 'both', action: 'one user' },
      { text: 'Open the socket as that user, or fchown() it, before bind().', needs: 'root', action: 'one user' },
      stopTheOther,
      anotherPort,
    ],
  },
  'reuseport-own-group': {
    text: 'A socket that had a SO_REUSEPORT program attached before bind() owns a group already, and cannot join another.',
    calls: atBind,
    protocols: both,
    outcome: 'EADDRINUSE',
    kernel: 'inet_csk_bind_conflict(): reuseport_cb_ok, udp_lib_lport_inuse()',
    source: 'socket(7) SO_ATTACH_REUSEPORT_CBPF',
    since: '4.5',
    cures: [{ text: 'Attach the program after bind(), to any socket of the group.', needs: 'us' }],
  },
  'held-by-udp-socket': {
    text: 'A UDP socket keeps its address and port until it is closed, unless both sockets have SO_REUSEADDR, or both have SO_REUSEPORT and one user.',
    calls: atBind,
    protocols: udp,
    outcome: 'EADDRINUSE',
    kernel: 'udp_lib_lport_inuse()',
    source: 'bind(2), socket(7) SO_REUSEADDR',
    cures: [stopTheOther, reusePortOnBoth, anotherAddress, anotherPort],
  },
  'no-port-left-for-bind': {
    text: 'bind() to port 0 fails if every port of the ephemeral range conflicts on this address. TCP sockets never share a port that bind() chose.',
    calls: atBindOrListen,
    protocols: both,
    outcome: 'EADDRINUSE',
    kernel: 'inet_csk_find_open_port(), udp_lib_get_port()',
    source: 'bind(2) EADDRINUSE; ip(7) ip_local_port_range',
    cures: [
      {
        text: 'Set IP_BIND_ADDRESS_NO_PORT before bind(), so that connect() chooses the port for its destination.',
        needs: 'us',
        action: 'IP_BIND_ADDRESS_NO_PORT',
      },
      {
        text: 'Bind another local address: each has the range for itself.',
        needs: 'us',
        action: 'another address',
      },
      closeUnused,
      widenTheRange,
    ],
  },
  'no-port-left-for-connect': {
    text: 'connect() without a source port fails if every port of the ephemeral range is bound or has a connection to this destination.',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'EADDRNOTAVAIL',
    kernel: '__inet_hash_connect()',
    source: 'connect(2) EADDRNOTAVAIL; ip(7) ip_local_port_range',
    cures: [
      {
        text: 'Bind another local address with IP_BIND_ADDRESS_NO_PORT: each address has the range for itself.',
        needs: 'us',
        action: 'another source address',
      },
      { text: 'Keep connections open and use them again.', needs: 'us' },
      widenTheRange,
      { text: 'Set net.ipv4.tcp_tw_reuse=1, so that connect() takes over ports in TIME_WAIT.', needs: 'root' },
    ],
  },
  'no-udp-port-left': {
    text: 'A UDP socket without a port gets one at its first send or connect, and EAGAIN if no port of the ephemeral range is left.',
    calls: ['connect'],
    protocols: udp,
    outcome: 'EAGAIN',
    kernel: 'inet_autobind(), udp_lib_get_port()',
    source: 'connect(2) EAGAIN; udp(7)',
    cures: [closeUnused, widenTheRange],
  },
  'privileged-port': {
    text: 'Ports below ip_unprivileged_port_start (1024) are for processes with CAP_NET_BIND_SERVICE.',
    calls: atBind,
    protocols: both,
    outcome: 'EACCES',
    kernel: '__inet_bind(), __inet6_bind(): inet_port_requires_bind_service()',
    source: 'bind(2) EACCES; ip(7) ip_unprivileged_port_start',
    cures: [
      { text: 'Use a port from 1024 up.', needs: 'us', action: 'another port' },
      {
        text: 'Give the program CAP_NET_BIND_SERVICE (setcap cap_net_bind_service=+ep, or AmbientCapabilities= of systemd).',
        needs: 'root',
        action: 'CAP_NET_BIND_SERVICE',
      },
      { text: 'Let systemd or another process of root open the socket, and take it over.', needs: 'root' },
      {
        text: 'Lower net.ipv4.ip_unprivileged_port_start.',
        needs: 'root',
        action: 'ip_unprivileged_port_start',
      },
    ],
  },
  'address-not-local': {
    text: 'bind() takes only addresses of this machine, unless the socket has IP_FREEBIND or IP_TRANSPARENT or ip_nonlocal_bind is set.',
    calls: atBind,
    protocols: both,
    outcome: 'EADDRNOTAVAIL',
    kernel: 'inet_addr_valid_or_nonlocal(), ipv6_chk_addr()',
    source: 'bind(2) EADDRNOTAVAIL; ip(7) IP_FREEBIND, ip_nonlocal_bind',
    cures: [
      {
        text: 'Bind an address of this machine (`ip address`), or the wildcard.',
        needs: 'us',
        action: 'a local address',
      },
      { text: 'Set IP_FREEBIND to bind an address that the machine gets later.', needs: 'us', action: 'IP_FREEBIND' },
      {
        text: 'Set net.ipv4.ip_nonlocal_bind=1, or net.ipv6.ip_nonlocal_bind=1.',
        needs: 'root',
        action: 'ip_nonlocal_bind',
      },
    ],
  },
  'four-tuple-taken': {
    text: 'Two connections cannot have the same local and remote address and port. connect() says EADDRNOTAVAIL, not EADDRINUSE.',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'EADDRNOTAVAIL',
    kernel: '__inet_check_established()',
    source: 'connect(2) EADDRNOTAVAIL; RFC 9293 section 3.4',
    cures: [
      letTheKernelChoose,
      {
        text: 'Bind another source port or address, or connect to another destination.',
        needs: 'us',
        action: 'another port',
      },
    ],
  },
  'four-tuple-in-time-wait': {
    text: 'connect() from a port given to bind() cannot take over a connection in TIME_WAIT, or in FIN_WAIT2 without a process, that had no timestamps.',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'EADDRNOTAVAIL',
    kernel: 'tcp_twsk_unique(): tw_ts_recent_stamp',
    source: 'tcp(7) tcp_timestamps; RFC 6191',
    cures: [
      letTheKernelChoose,
      { text: 'Wait until TIME_WAIT ends, 60 s after it began.', needs: 'time' },
      { text: 'Leave net.ipv4.tcp_timestamps on at both ends.', needs: 'root', action: 'tcp_timestamps' },
    ],
  },
  'time-wait-taken-over': {
    text: 'connect() from a port given to bind() takes over a TIME_WAIT of the same four-tuple at once if that connection had timestamps, whatever tcp_tw_reuse says.',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'ok',
    kernel: '__inet_check_established(), tcp_twsk_unique()',
    source: 'RFC 6191 section 2',
    cures: [],
  },
  'tcp-tw-reuse': {
    text: 'connect() that chooses its port takes over a TIME_WAIT of the same four-tuple if tcp_tw_reuse allows it (1: yes, 2: on loopback), the connection had timestamps, and it has waited for tcp_tw_reuse_delay (1 s).',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'ok',
    kernel: '__inet_hash_connect(), tcp_twsk_unique()',
    source: 'ip-sysctl: tcp_tw_reuse, tcp_tw_reuse_delay; RFC 6191',
    cures: [],
  },
  'four-tuple-free': {
    text: 'connect() from a bound port looks only at connections with the same local and remote address and port.',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'ok',
    kernel: '__inet_check_established()',
    source: 'connect(2)',
    cures: [],
  },
  'port-chosen': {
    text: 'connect() without a source port takes a port of the ephemeral range that no bind() holds and that has no connection to this destination.',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'ok',
    kernel: '__inet_hash_connect()',
    source: 'ip(7) ip_local_port_range',
    cures: [],
  },
  'port-chosen-by-bind': {
    text: 'bind() to port 0, and listen() without bind(), take a port of the ephemeral range on which this address conflicts with nobody.',
    calls: atBindOrListen,
    protocols: both,
    outcome: 'ok',
    kernel: 'inet_csk_find_open_port(), udp_lib_get_port()',
    source: 'ip(7) ip_local_port_range',
    cures: [],
  },
  'port-left-to-connect': {
    text: 'With IP_BIND_ADDRESS_NO_PORT bind() to port 0 only fixes the address: connect() or listen() chooses the port.',
    calls: atBind,
    protocols: both,
    outcome: 'ok',
    kernel: '__inet_bind(): BIND_ADDRESS_NO_PORT',
    source: 'ip(7) IP_BIND_ADDRESS_NO_PORT',
    since: '4.2',
    cures: [],
  },
  'source-of-other-family': {
    text: 'A socket that is bound to an IPv4 address (::ffff:1.2.3.4) cannot connect to an IPv6 address.',
    calls: ['connect'],
    protocols: both,
    outcome: 'EAFNOSUPPORT',
    kernel: 'ip6_dst_lookup_tail()',
    source: 'RFC 3493 section 3.7',
    cures: [{ text: 'Bind an IPv6 address or [::], or leave bind() out.', needs: 'us' }],
  },
  'udp-connect': {
    text: 'connect() of a UDP socket only fixes its addresses: it asks nobody, and any number of sockets may have one destination.',
    calls: ['connect'],
    protocols: udp,
    outcome: 'ok',
    kernel: '__ip4_datagram_connect(), __ip6_datagram_connect()',
    source: 'udp(7), connect(2)',
    cures: [],
  },
  'nobody-listens': {
    text: 'A SYN to a port on which nobody listens is answered with a reset.',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'ECONNREFUSED',
    kernel: 'tcp_v4_send_reset(), tcp_reset()',
    source: 'connect(2) ECONNREFUSED; RFC 9293 section 3.5.2',
    cures: [
      { text: 'Start the server, and let it listen on this address.', needs: 'the other' },
      { text: 'Check address, port and family: a server on another address does not answer.', needs: 'us' },
    ],
  },
  'bound-already': {
    text: 'A socket is bound once: bind() fails if it has a port, listens or is connected.',
    calls: atBind,
    protocols: both,
    outcome: 'EINVAL',
    kernel: '__inet_bind(), __inet6_bind()',
    source: 'bind(2) EINVAL',
    cures: [{ text: 'Open a new socket.', needs: 'us' }],
  },
  'address-too-short': {
    text: 'The address given to bind() must be as long as the family of the socket needs: an IPv4 address on an IPv6 socket is too short.',
    calls: atBind,
    protocols: both,
    outcome: 'EINVAL',
    kernel: 'inet_bind_sk(), inet6_bind_sk()',
    source: 'bind(2) EINVAL',
    cures: [
      {
        text: 'Give an address of the family of the socket; on IPv6 sockets write IPv4 addresses as ::ffff:1.2.3.4.',
        needs: 'us',
      },
    ],
  },
  'address-of-other-family': {
    text: 'An IPv4 socket cannot be bound or connected to an IPv6 address.',
    calls: ['bind', 'connect'],
    protocols: both,
    outcome: 'EAFNOSUPPORT',
    kernel: '__inet_bind(), tcp_v4_connect()',
    source: 'bind(2), connect(2) EAFNOSUPPORT',
    cures: [{ text: 'Open an IPv6 socket.', needs: 'us' }],
  },
  'mapped-address-on-v6only': {
    text: 'A socket with IPV6_V6ONLY cannot be bound to an IPv4 address (::ffff:1.2.3.4).',
    calls: atBind,
    protocols: both,
    outcome: 'EINVAL',
    kernel: '__inet6_bind()',
    source: 'ipv6(7) IPV6_V6ONLY',
    cures: [{ text: 'Turn IPV6_V6ONLY off before bind(), or use an IPv4 socket.', needs: 'us' }],
  },
  'mapped-destination-on-v6only': {
    text: 'A socket with IPV6_V6ONLY cannot connect to an IPv4 address (::ffff:1.2.3.4). Binding to an IPv6 address sets the option.',
    calls: ['connect'],
    protocols: both,
    outcome: 'ENETUNREACH',
    kernel: 'tcp_v6_connect(), __ip6_datagram_connect()',
    source: 'ipv6(7) IPV6_V6ONLY',
    cures: [{ text: 'Use an IPv4 socket, or an IPv6 socket that is not bound to an IPv6 address.', needs: 'us' }],
  },
  'multicast-on-tcp6': {
    text: 'A TCP socket cannot be bound to an IPv6 multicast address (an IPv4 one passes).',
    calls: atBind,
    protocols: tcp,
    outcome: 'EINVAL',
    kernel: '__inet6_bind()',
    source: 'RFC 4291 section 2.7',
    cures: [{ text: 'Bind a unicast address or the wildcard.', needs: 'us' }],
  },
  'link-local-without-device': {
    text: 'A link-local IPv6 address, unicast or multicast, needs its interface: it means something else on each of them.',
    calls: ['bind', 'connect'],
    protocols: both,
    outcome: 'EINVAL',
    kernel: '__inet6_bind(), tcp_v6_connect(), __ip6_datagram_connect()',
    source: 'ipv6(7) sin6_scope_id; RFC 4007 section 6',
    cures: [{ text: 'Give the interface, as in fe80::1%eth0, or set SO_BINDTODEVICE.', needs: 'us' }],
  },
  'listen-on-connection': {
    text: 'listen() works on a socket that is not connected and not connecting.',
    calls: ['listen'],
    protocols: tcp,
    outcome: 'EINVAL',
    kernel: 'inet_listen(), __inet_listen_sk()',
    source: 'listen(2)',
    cures: [{ text: 'Open a new socket.', needs: 'us' }],
  },
  'listen-again': {
    text: 'listen() on a listener only changes its backlog.',
    calls: ['listen'],
    protocols: tcp,
    outcome: 'ok',
    kernel: '__inet_listen_sk()',
    source: 'listen(2)',
    cures: [],
  },
  'listen-on-udp': {
    text: 'Only stream sockets listen.',
    calls: ['listen'],
    protocols: udp,
    outcome: 'EOPNOTSUPP',
    kernel: 'sock_no_listen()',
    source: 'listen(2) EOPNOTSUPP',
    cures: [{ text: 'Leave listen() out: a bound UDP socket receives.', needs: 'us' }],
  },
  'connected-already': {
    text: 'A TCP socket that listens or is connected cannot be connected again.',
    calls: ['connect'],
    protocols: tcp,
    outcome: 'EISCONN',
    kernel: '__inet_stream_connect()',
    source: 'connect(2) EISCONN',
    cures: [{ text: 'Open a new socket, or dissolve the connection with `disconnect` first.', needs: 'us' }],
  },
  ...unixRules,
} as const satisfies Readonly<Record<string, Rule>>;

/** Names a rule, as `held-by-time-wait`. */
export type RuleId = keyof typeof table;

/** The rules of the kernel about bind(2), listen(2) and connect(2), by id. */
export const rules: Readonly<Record<RuleId, Rule>> = table;

/**
 * Why an outcome does not follow from what can be seen of the sockets.
 */
const reasons = {
  'reuseport-short-cut':
    'A port remembers the last socket with SO_REUSEPORT that was bound to it, and lets in a socket of the same user and address without comparing it with the others (sk_reuseport_match()). Which socket that was cannot be seen.',
  'reuseaddr-short-cut':
    'Before Linux 6.8 a port on which only sockets with SO_REUSEADDR were bound lets in another without comparing (fastreuse). Whether the option was changed after bind() cannot be seen.',
  'udp-order':
    'UDP looks at the sockets of a port from the newest to the oldest, and stops at the first that shares it by SO_REUSEPORT (udp_lib_lport_inuse()). The order of the binds decides.',
  'option-unknown': 'It depends on SO_REUSEADDR or SO_REUSEPORT of the other socket, which is not known.',
  'user-unknown': 'It depends on the user of the other socket, which is not known.',
  'v6only-unknown':
    'It depends on IPV6_V6ONLY of an IPv6 connection, which is not known: an IPv4 wildcard conflicts with one that came from a listener on [::].',
  'minisocket-unknown':
    'It depends on whether a closed FIN_WAIT2 is still a full socket with a user or a minisocket without one, which is not known.',
  'timestamps-unknown': 'It depends on whether the connection in TIME_WAIT had timestamps, which is not known.',
  'source-unknown': 'It depends on the source address the kernel chooses for the destination, which was not given.',
  'route-unknown': 'It depends on the routes: the socket is bound to an address that is not one of the machine.',
  'port-choice': 'It depends on the port the kernel chooses.',
  'bind-hash-before-6.9':
    'Linux 6.1 to 6.8 answered wrongly for some pairs of IPv4, v4-mapped and dual-stack sockets, and first releases of 6.1 did not see TIME_WAIT; stable releases mended that one by one. From 6.1.176 on it is predicted for 6.1.',
} as const satisfies Readonly<Record<string, string>>;

/** Names a reason for which an outcome is not predicted. */
export type UnpredictableId = keyof typeof reasons;

/** What {@link predictBind} cannot know, each with its reason. */
export const unpredictables: Readonly<Record<UnpredictableId, string>> = reasons;
