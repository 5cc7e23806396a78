/**
 * A rule of the kernel about what becomes of sockets once they exist: who gets what arrives, how connections are closed, how
 * long their state is kept, what is reset.
 */
export interface LifeRule {
  /** One or two plain sentences. */
  readonly text: string;
  /** Where the kernel does it, as `tcp_close_state()`. */
  readonly kernel: string;
  /** Manual page or RFC section that says so, or that says otherwise. */
  readonly source: string;
  /** First Linux release it holds for, as `3.9`; absent where it is older than 3.0. */
  readonly since?: string;
  /** First Linux release it does not hold for. */
  readonly until?: string;
}

/** Functions are those of Linux 6.18. Ids are lasting; texts may change. */
const table = {
  // Addresses and ports
  'bind-source-connect-destination': {
    text: 'bind() sets the local address and port. connect() sets the remote ones, and the local ones only if bind() left them open.',
    kernel: 'inet_bind(), tcp_v4_connect(), __ip4_datagram_connect()',
    source: 'bind(2), connect(2)',
  },
  'source-by-route': {
    text: 'connect() replaces the wildcard by the source address of the route to the destination. From then on the socket holds that address only.',
    kernel: 'tcp_v4_connect(), __ip4_datagram_connect(), inet_bhash2_update_saddr()',
    source: 'ip(7) INADDR_ANY',
  },
  'udp-autobind': {
    text: 'A UDP socket gets its port at its first send or connect, even if that call fails. Receiving binds nothing.',
    kernel: 'inet_send_prepare(), inet_autobind(), __ip4_datagram_connect()',
    source: 'udp(7), ip(7)',
  },
  'port-given-back': {
    text: 'A TCP connection that fails gives back a port that bind() did not name, while getsockname() goes on reporting it.',
    kernel: 'tcp_set_state(): inet_put_port() unless SOCK_BINDPORT_LOCK',
    source: 'connect(2), getsockname(2)',
  },
  'option-read-at-later-bind': {
    text: 'setsockopt() only stores SO_REUSEADDR. The next bind() or listen() on the port reads it, on its own socket and on the sockets that are there.',
    kernel: 'sk_setsockopt(): sk_reuse, inet_bind_conflict(), inet_csk_listen_start()',
    source: 'socket(7) SO_REUSEADDR',
  },
  'option-inherited': {
    text: 'A connection has the SO_REUSEADDR that its listener had at the handshake, and a TIME_WAIT has that of its connection.',
    kernel: 'inet_csk_clone_lock(), inet_twsk_alloc(): tw_reuse',
    source: 'socket(7) SO_REUSEADDR, NOTES',
  },
  'listen-checks-again': {
    text: 'listen() repeats the check of bind(), now for a listener: of two sockets that share a port by SO_REUSEADDR the first to listen wins.',
    kernel: 'inet_csk_listen_start(), inet_bind_conflict()',
    source: 'listen(2) EADDRINUSE',
  },
  'time-wait-has-one-address': {
    text: 'A TIME_WAIT holds the one local address of its connection, even if the listener was bound to the wildcard.',
    kernel: 'inet_twsk_hashdance_schedule(), inet_rcv_saddr_equal()',
    source: 'RFC 9293 section 3.3.1',
  },
  'wildcard-is-no-list': {
    text: 'A socket on the wildcard keeps no list of addresses: it matches whatever address of the host a packet is for, when the packet arrives. 127.0.0.0/8 and addresses that are added later are among them.',
    kernel: 'inet_bind(), inet_rcv_saddr_equal(), compute_score()',
    source: 'ip(7) INADDR_ANY',
  },
  'one-socket-many-descriptors': {
    text: 'bind() and listen() act on a socket, not on a process. Many processes can have a descriptor of one socket, by fork() or over a Unix socket.',
    kernel: 'dup_fd(), scm_detach_fds()',
    source: 'fork(2), execve(2), unix(7) SCM_RIGHTS',
  },

  // Who gets what arrives
  'most-specific-wins': {
    text: 'What arrives goes to the socket that is bound to its destination address. A socket bound to the wildcard gets the rest.',
    kernel: 'compute_score() in inet_hashtables.c and udp.c',
    source: 'ip(7) INADDR_ANY',
  },
  'four-tuple-first': {
    text: 'A TCP segment belongs to the connection of its four-tuple, a TIME_WAIT included. A listener gets only what belongs to none, and answers everything except a SYN with a reset.',
    kernel: 'tcp_v4_rcv(), __inet_lookup_established(), tcp_rcv_state_process()',
    source: 'RFC 9293 section 3.10.7.2',
  },
  'udp-whoever-is-bound': {
    text: 'A UDP server has no connections: a datagram goes to whoever is bound when it arrives, and what a closed socket had not read is gone.',
    kernel: 'udp4_lib_lookup2()',
    source: 'udp(7)',
  },
  'udp-newest-wins': {
    text: 'Of UDP sockets that share an address by SO_REUSEADDR the one bound last gets every unicast datagram; with SO_REUSEPORT a hash of the addresses and ports chooses one.',
    kernel: 'udp4_lib_lookup2(), reuseport_select_sock()',
    source: 'socket(7) SO_REUSEPORT',
  },
  'multicast-copied': {
    text: 'Every member of a multicast group on the port gets a copy of each datagram.',
    kernel: '__udp4_lib_mcast_deliver()',
    source: 'ip(7) IP_ADD_MEMBERSHIP',
  },
  'reuseport-hash': {
    text: 'Among the listeners of a SO_REUSEPORT group a hash of the four-tuple chooses who gets a connection.',
    kernel: 'reuseport_select_sock()',
    source: 'socket(7) SO_REUSEPORT',
    since: '3.9',
  },

  // Closing
  'eleven-states': {
    text: 'A TCP connection is in one of ten states, or CLOSED, which means that there is none.',
    kernel: 'include/net/tcp_states.h (with TCP_NEW_SYN_RECV and TCP_BOUND_INACTIVE of its own)',
    source: 'RFC 9293 section 3.3.2',
  },
  'closing-states': {
    text: 'The end that closes first passes FIN_WAIT1, FIN_WAIT2 and TIME_WAIT; the other end passes CLOSE_WAIT and LAST_ACK.',
    kernel: 'tcp_close_state(), tcp_fin(), tcp_rcv_state_process()',
    source: 'RFC 9293 section 3.6, figure 12',
  },
  'first-fin-time-wait': {
    text: 'TIME_WAIT stays at the end that sends the first FIN. The other end keeps nothing.',
    kernel: 'tcp_fin(), tcp_rcv_state_process(), tcp_time_wait()',
    source: 'RFC 9293 section 3.6',
  },
  'last-closer-done': {
    text: 'The end that closes last is done once its FIN is acknowledged. Until then it repeats the FIN in LAST_ACK and holds its port.',
    kernel: 'tcp_rcv_state_process(), tcp_retransmit_timer(), tcp_orphan_retries()',
    source: 'RFC 9293 section 3.6; ip-sysctl: tcp_orphan_retries',
  },
  'fin-carries-ack': {
    text: 'A FIN acknowledges what has arrived, as every segment does: a side that closes while its ACK of the first FIN is still delayed sends one segment for both.',
    kernel: 'tcp_send_fin(), tcp_send_delayed_ack()',
    source: 'RFC 9293 sections 3.1 and 3.6',
  },
  'closing-crossed': {
    text: 'If the FINs of both ends cross, each end is in CLOSING until its own FIN is acknowledged, and then both are in TIME_WAIT.',
    kernel: 'tcp_fin(), tcp_rcv_state_process()',
    source: 'RFC 9293 section 3.6, figure 13',
  },
  'fin-behind-data': {
    text: 'close() sends what is queued, and the FIN behind it. Until all of it is acknowledged the socket is in FIN_WAIT1, or in LAST_ACK if the peer closed before.',
    kernel: '__tcp_close(), tcp_close_state(), tcp_send_fin()',
    source: 'socket(7) SO_LINGER; RFC 9293 section 3.10.4',
  },
  'death-closes': {
    text: 'When a process ends, by whatever signal, the kernel closes its sockets as close() does; the connections go on without a process.',
    kernel: 'exit_files(), inet_release(), tcp_close()',
    source: '_exit(2)',
  },
  'fin-wait2-alone': {
    text: 'Without the FIN of the peer there is no TIME_WAIT: the end that closed first stays in FIN_WAIT2, and only that FIN turns it into TIME_WAIT.',
    kernel: 'tcp_time_wait(), tcp_timewait_state_process()',
    source: 'RFC 9293 section 3.6',
  },
  'fin-timeout': {
    text: 'A FIN_WAIT2 that no process holds ends after tcp_fin_timeout (60 s). TIME_WAIT does not depend on it.',
    kernel: 'tcp_fin_time(), tcp_time_wait()',
    source: 'ip-sysctl: tcp_fin_timeout',
  },
  'half-closed-for-ever': {
    text: 'A FIN_WAIT2 that a process still holds, and an idle connection, have no timer: they may last for ever.',
    kernel: 'tcp_shutdown(), tcp_reset_keepalive_timer()',
    source: 'RFC 9293 section 3.6; tcp(7) SO_KEEPALIVE',
  },
  'linger2-over-60': {
    text: 'TCP_LINGER2 replaces tcp_fin_timeout for its socket, up to 120 s; a negative value resets at once. A time above 60 s lasts only twice the part above 60 s: 61 lasts 2 s.',
    kernel: 'do_tcp_setsockopt(): TCP_FIN_TIMEOUT_MAX, tcp_keepalive_timer(), __tcp_close()',
    source: 'tcp(7) TCP_LINGER2, which does not say so',
  },
  'accept-after-handshake': {
    text: 'accept() returns connections whose handshake is complete, in ESTABLISHED. Only with TCP_FASTOPEN can one be in SYN_RECV.',
    kernel: 'inet_csk_accept(), tcp_try_fastopen()',
    source: 'RFC 7413 section 4.2',
  },
  'shutdown-halves': {
    text: 'SHUT_WR sends FIN. SHUT_RD sends nothing and stops nothing: what arrives is still read. After both, what arrives is answered with a reset.',
    kernel: 'tcp_shutdown(): SEND_SHUTDOWN, tcp_rcv_state_process()',
    source: 'shutdown(2), which says otherwise of SHUT_RD',
  },
  'shutdown-of-listener': {
    text: 'SHUT_RD of a listener ends it: its queue is reset and new connections are refused, but a port that bind() named stays held. SHUT_WR does nothing to it.',
    kernel: 'inet_shutdown(), inet_csk_listen_stop()',
    source: 'shutdown(2), which does not say so',
  },
  'disconnect-resets': {
    text: 'connect() with AF_UNSPEC resets the connection, whatever SO_LINGER says; after shutdown(SHUT_WR) and the FIN of the peer there is nothing to reset. A port stays held only if bind() named its number.',
    kernel: 'tcp_disconnect(): tcp_need_reset(), __inet_put_port() unless SOCK_BINDPORT_LOCK',
    source: 'connect(2)',
  },

  // TIME_WAIT
  'time-wait-60s': {
    text: 'TIME_WAIT lasts 60 s, and each repeated FIN starts the 60 s again. Linux has no MSL; the standard sets it to 120 s, and so TIME_WAIT to 240 s.',
    kernel: 'TCP_TIMEWAIT_LEN (a constant; tcp_tw_timeout of Alibaba Cloud Linux changes it)',
    source: 'RFC 9293 section 3.4.2',
  },
  'time-wait-answers': {
    text: 'TIME_WAIT answers a repeated FIN or other old segment with its last ACK. After a FIN its 60 s start again.',
    kernel: 'tcp_timewait_state_process(), inet_twsk_reschedule()',
    source: 'RFC 9293 section 3.10.7.4',
  },
  'tw-buckets': {
    text: 'Above tcp_max_tw_buckets the kernel makes no TIME_WAIT and no FIN_WAIT2 without a process: the connection is gone at once.',
    kernel: 'inet_twsk_alloc(), tcp_time_wait()',
    source: 'ip-sysctl: tcp_max_tw_buckets',
  },
  'time-wait-removed': {
    text: 'Root can remove a TIME_WAIT by SOCK_DESTROY (ss --kill). The port is then free and a repeated FIN is answered with a reset.',
    kernel: 'tcp_diag_destroy(), inet_twsk_deschedule_put()',
    source: 'ss(8) --kill',
    since: '4.5',
  },
  'syn-in-time-wait': {
    text: 'A TIME_WAIT accepts a SYN if its timestamp is newer, or if timestamps do not decide and its sequence number is higher. It refuses an older timestamp whatever the number.',
    kernel: 'tcp_timewait_state_process(), tcp_paws_reject()',
    source: 'RFC 6191; RFC 7323 section 5; RFC 9293 section 3.10.7.4',
  },
  'initial-number': {
    text: 'The first sequence number is a hash of the four-tuple and a clock that counts once every 64 ns, 15.6 million times a second. Where this host has the TIME_WAIT of the four-tuple, it is 65,537 above the last number instead.',
    kernel: 'secure_tcp_seq(), tcp_twsk_unique(), tcp_timewait_state_process()',
    source: 'RFC 6528; RFC 9293 section 3.4.1',
  },
  'numbers-wrap': {
    text: 'Sequence numbers are compared modulo 2^32: a number is behind another if less than 2^31 lies between them.',
    kernel: 'after(), before()',
    source: 'RFC 9293 section 3.4',
  },
  'refused-syn-resets': {
    text: 'A client whose SYN a TIME_WAIT refuses answers the ACK it gets with a reset. That ends the TIME_WAIT, and the next SYN is accepted, unless tcp_rfc1337 is 1.',
    kernel: 'tcp_rcv_synsent_state_process(), tcp_timewait_state_process()',
    source: 'RFC 9293 section 3.5.2; ip-sysctl: tcp_rfc1337',
  },
  'time-wait-assassination': {
    text: 'A reset with exactly the next sequence number ends a TIME_WAIT, unless tcp_rfc1337 is 1. An old duplicate can cause such a reset.',
    kernel: 'tcp_timewait_state_process(): inet_twsk_deschedule_put()',
    source: 'RFC 1337 section 2; ip-sysctl: tcp_rfc1337',
  },
  paws: {
    text: 'A segment with a timestamp older than the last one is dropped, whatever its sequence number.',
    kernel: 'tcp_validate_incoming(), tcp_disordered_ack_check()',
    source: 'RFC 7323 section 5',
  },
  'old-window': {
    text: 'A new connection that starts above the old numbers drops old segments, because they are outside its window.',
    kernel: 'tcp_sequence()',
    source: 'RFC 9293 section 3.4.3',
  },

  // Resets
  'unread-data-resets': {
    text: 'close() with received data unread sends a reset instead of FIN, drops what was still to be sent, and keeps no state, whatever SO_LINGER says.',
    kernel: '__tcp_close(), tcp_send_active_reset()',
    source: 'RFC 2525 section 2.17; RFC 9293 section 3.6.1',
  },
  'linger-zero-resets': {
    text: 'With SO_LINGER {1, 0} close() drops what is unsent, sends a reset and leaves no state. A TIME_WAIT that is there already is not affected.',
    kernel: '__tcp_close(), tcp_disconnect(): tcp_need_reset()',
    source: 'socket(7) SO_LINGER; RFC 9293 section 3.10.5',
  },
  'linger-waits': {
    text: 'With SO_LINGER {1, n} close() waits until the peer has acknowledged everything, at most n seconds, on a non-blocking socket too. After that the kernel goes on as without the option.',
    kernel: 'inet_release(), __tcp_close(), sk_stream_wait_close()',
    source: 'socket(7) SO_LINGER',
  },
  'linger-not-at-exit': {
    text: 'When a process ends, SO_LINGER with a time does not delay it; {1, 0} still resets.',
    kernel: 'inet_release(): PF_EXITING',
    source: 'socket(7) SO_LINGER, which says otherwise',
  },
  'reset-after-data': {
    text: 'A program still reads what arrived before the reset, then gets ECONNRESET once, then the end of the stream; writing gives EPIPE.',
    kernel: 'tcp_reset(), tcp_recvmsg(), tcp_sendmsg()',
    source: 'RFC 9293 section 3.10.7.4, which lets the queue be flushed',
  },
  'reset-errno': {
    text: 'A reset gives EPIPE if the FIN of the peer came before it, and ECONNRESET otherwise. Later writes give EPIPE, and SIGPIPE unless MSG_NOSIGNAL is set.',
    kernel: 'tcp_reset(), tcp_sendmsg(), sk_stream_error()',
    source: 'send(2) EPIPE, ECONNRESET; signal(7)',
  },
  'reset-for-unknown': {
    text: 'A segment for a connection that the host does not know is answered with a reset.',
    kernel: 'tcp_v4_rcv(), tcp_v4_send_reset()',
    source: 'RFC 9293 section 3.10.7.1',
  },
  'data-in-fin-wait2-resets': {
    text: 'Data that arrives in a FIN_WAIT2 that no process holds is answered with a reset, and the FIN_WAIT2 is gone: no TIME_WAIT follows.',
    kernel: 'tcp_timewait_state_process()',
    source: 'RFC 9293 section 3.6.1',
  },
  'challenge-ack': {
    text: 'A SYN for an established connection is answered with an ACK. A client that has lost the connection answers it with a reset, which ends the old connection.',
    kernel: 'tcp_send_challenge_ack(), tcp_rcv_synsent_state_process()',
    source: 'RFC 5961 section 4; RFC 9293 section 3.5.1',
  },
  'repair-is-silent': {
    text: 'A socket in repair mode closes without sending anything. The peer learns of it at its next segment, which is answered with a reset.',
    kernel: '__tcp_close(): tp->repair, tcp_disconnect()',
    source: 'TCP_REPAIR needs CAP_NET_ADMIN over the network namespace',
  },

  // The accept queue
  'full-queue-drops-syn': {
    text: 'A SYN that finds the accept queue full is dropped without an answer, and the client sends it again. tcp_abort_on_overflow changes nothing here.',
    kernel: 'tcp_conn_request(): sk_acceptq_is_full()',
    source: 'listen(2); ip-sysctl: tcp_abort_on_overflow',
  },
  'abort-on-overflow': {
    text: 'If the queue is full when the last ACK of a handshake arrives, the ACK is dropped and comes again; with tcp_abort_on_overflow 1 it is answered with a reset.',
    kernel: 'tcp_check_req(), tcp_v4_syn_recv_sock()',
    source: 'ip-sysctl: tcp_abort_on_overflow',
  },
  'queue-dies-with-listener': {
    text: 'Closing a listener resets the connections in its queue, unless tcp_migrate_req is 1 and another listener of its SO_REUSEPORT group takes them. What accept() has returned lives on.',
    kernel: 'inet_csk_listen_stop(), reuseport_migrate_sock(), inet_reqsk_clone()',
    source: 'ip-sysctl: tcp_migrate_req',
    since: '5.14',
  },
  'defer-accept': {
    text: 'With TCP_DEFER_ACCEPT accept() returns a connection when data has arrived, or without data once the time is over.',
    kernel: 'tcp_check_req(): rskq_defer_accept',
    source: 'tcp(7) TCP_DEFER_ACCEPT',
  },
  'fast-open-cookie': {
    text: 'The first connection with TCP_FASTOPEN fetches a cookie; only the next ones carry data in the SYN. The server needs bit 2 of tcp_fastopen.',
    kernel: 'tcp_fastopen_cookie_check(), tcp_try_fastopen()',
    source: 'RFC 7413 section 4.1; ip-sysctl: tcp_fastopen',
  },

  // A peer that is gone
  'user-timeout': {
    text: 'TCP_USER_TIMEOUT ends a connection whose data is not acknowledged. It counts from the first retransmission and does nothing on an idle connection.',
    kernel: 'tcp_write_timeout(), retransmits_timed_out(), tcp_clamp_rto_to_user_timeout()',
    source: 'tcp(7) TCP_USER_TIMEOUT; RFC 5482',
  },
  'keepalive-idle-only': {
    text: 'Keepalive probes an idle connection only. While data is in flight, retransmission decides, up to tcp_retries2 (15 times, about 15 minutes).',
    kernel: 'tcp_keepalive_timer(), tcp_write_err()',
    source: 'tcp(7) SO_KEEPALIVE; ip-sysctl: tcp_retries2',
  },
} as const satisfies Readonly<Record<string, LifeRule>>;

/** Names a rule about the life of sockets, as `first-fin-time-wait`. */
export type LifeRuleId = keyof typeof table;

export const lifeRules: Readonly<Record<LifeRuleId, LifeRule>> = table;
