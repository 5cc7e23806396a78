/** The advice of cases that something besides the matrix gives too, by the id of the case. */
export const sharedAdvice = {
  R5: 'Watch ListenOverflows and the accept queue (Recv-Q of the listener). Use a longer backlog or more acceptors. Leave tcp_abort_on_overflow off: with it a client cannot tell an overloaded server from a crashed one.',
  R11: 'Set both, to the same total: keepalive for idle connections, TCP_USER_TIMEOUT for those with data on its way.',
  C14: 'Count with 28,232 connections to one destination, or set net.ipv4.ip_local_port_range wider. For more use more source addresses, or more ports or addresses on the other side.',
  G11: 'Close what you have accepted when read() returns 0: CLOSE_WAIT has no timer, and each such client costs a descriptor until the server ends. Write only the bytes that you have, not the whole buffer.',
} as const;
