import type { SocketQuery, SocketState } from '../../index.js';

/**
 * States of what listens or is connected. For BOUND the kernel walks its table of ports too, which all namespaces share
 * (inet_diag_dump_icsk()): eight times as long where a host has a small table of connections.
 */
export const connectionStates: readonly SocketState[] = [
  'LISTEN',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
];

/** The same, asked for without BOUND where no such socket could be among them: it has no remote port. */
export function cheaper(filter: SocketQuery): SocketQuery {
  const { protocol = 'tcp', state, remotePort } = filter;
  const isConnection = typeof remotePort === 'number' && remotePort !== 0;
  return protocol === 'tcp' && state === undefined && isConnection ? { ...filter, state: connectionStates } : filter;
}
