// Why kernels differ, and what is known of those that are not at hand.

/**
 * Differences that a run showed: for each, the cases whose rows differ by it. `since` is the first release with the newer behaviour,
 * absent where it is not the version but how the kernel was built.
 */
export const shown = [
  {
    cases: ['C18'],
    since: '6.14',
    what: 'connect() takes over a TIME_WAIT when it is as old as net.ipv4.tcp_tw_reuse_delay says, by default 1000 ms. Before, it did so as soon as the clock of the kernel showed another second, after anything up to a second.',
    kernel: 'tcp_twsk_unique()',
  },
  {
    cases: ['C22'],
    since: '6.10',
    what: 'A host with the TIME_WAIT answers the SYN of a new connection with a number above the last one of the old. Before, it had chosen that number too, and lost it on the way to the listener: the answer came from the clock, as any other. Mended by commit 41eecbd712b7.',
    kernel: 'tcp_timewait_state_process(), tcp_v4_fill_cb()',
  },
  {
    cases: ['S19'],
    since: '6.8',
    what: 'sock_diag lists sockets that are only bound, so that the process that holds one is found.',
    kernel: 'tcp_diag_dump_icsk(): TCP_BOUND_INACTIVE',
  },
  {
    cases: ['S11', 'L3', 'L4'],
    what: 'This build of 6.1 has no SOCK_DESTROY, so no row can remove a TIME_WAIT; these rows are not run there. L4 is confirmed on 6.1 only because the rows that qualify it are missing.',
    kernel: 'CONFIG_INET_DIAG_DESTROY',
  },
];

/** Pairs of sockets on one port that differ, by where the two sockets are. */
export const shownPairs = [
  {
    matches: ({ first, second }) => first === '::ffff:0.0.0.0' && second === '::ffff:127.0.0.1',
    what: 'Linux 6.1 does not find a socket bound to ::ffff:0.0.0.0 when a v4-mapped address is bound: both bind, and both listen.',
    kernel: 'inet_bind2_bucket_match_addr_any()',
  },
  {
    matches: ({ otherUser }) => otherUser,
    what: 'The short cut of SO_REUSEPORT: on 6.1 a port remembers the user of its first SO_REUSEPORT socket for every address, and lets a wildcard of that user in although a connection of another user is there. Later kernels remember one address.',
    kernel: 'sk_reuseport_match(), FASTREUSEPORT_ANY',
  },
];

/** What 6.1 lacks and the library says. The tests of each run there. */
export const lacking = [
  [
    'listSockets() and waitForState() do not see a socket that is only bound; doctor says so',
    '6.8',
    'tcp_diag_dump_icsk(): TCP_BOUND_INACTIVE',
  ],
  [
    'getOption() and setOption() of a newer option fail with ENOPROTOOPT and say which version has it',
    '',
    '[options](options.md)',
  ],
  ['destroySocket() fails with ERR_NOT_SUPPORTED where the kernel has no SOCK_DESTROY', '', 'CONFIG_INET_DIAG_DESTROY'],
];

/** Known from sources and manual pages, for kernels that are not at hand. Read, not run. */
export const read = [
  ['3.9', 'SO_REUSEPORT.', 'socket(7)'],
  ['4.2', 'IP_BIND_ADDRESS_NO_PORT.', 'ip(7)'],
  ['4.12', 'net.ipv4.tcp_tw_recycle is gone.', 'ip-sysctl.rst'],
  [
    '5.7',
    'SO_BINDTODEVICE without CAP_NET_RAW for a socket that is bound to no device; net.ipv4.ip_autobind_reuse.',
    'socket(7), ip-sysctl.rst',
  ],
  [
    '5.14',
    'net.ipv4.tcp_migrate_req: connections of a closing listener go to its SO_REUSEPORT group.',
    'ip-sysctl.rst',
  ],
  [
    '6.1',
    'A second table of bound sockets, by port and address. Its first releases did not see TIME_WAIT, and compared some v4-mapped and dual-stack addresses wrongly; stable releases mended that one by one.',
    'inet_bind2_bucket',
  ],
  ['6.3', 'IP_LOCAL_PORT_RANGE.', 'ip(7)'],
  [
    '6.8',
    'The short cut of SO_REUSEADDR at bind() no longer works: before, a port on which all sockets had it was shared without a look at each.',
    'inet_csk_get_port(): fastreuse',
  ],
  ['6.15', 'TCP_RTO_MAX_MS and net.ipv4.tcp_rto_max_ms.', 'ip-sysctl.rst'],
  [
    '6.17',
    "A connection that no process holds keeps its user. Before, it counted as root's, and SO_REUSEPORT of another user did not get past it.",
    'sock_i_uid(), sk_uid()',
  ],
  [
    '6.18',
    'A port is shared by connect() again once its bound socket is closed. Before, it was not until every socket of the port was gone.',
    'sk_is_connect_bind(), inet_bind_bucket_destroy()',
  ],
  [
    'Alibaba Cloud Linux 2 and 3',
    'net.ipv4.tcp_tw_timeout: TIME_WAIT lasts 1 to 600 s. doctor says so where a host has it.',
    'the manual of that system',
  ],
];
