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
  const { remotePort } = filter;
  const isConnection = typeof remotePort === 'number' && remotePort !== 0;
  return isConnection ? connectionsOf(filter) : filter;
}

/** Those of the filter that listen or are connected, where it says nothing of states. */
export function connectionsOf<Query extends SocketQuery>(filter: Query): Query {
  const { protocol = 'tcp', state } = filter;
  return protocol === 'tcp' && state === undefined ? { ...filter, state: connectionStates } : filter;
}
