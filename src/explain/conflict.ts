import type { RuleId, RuleOutcome, UnpredictableId } from './rules.js';

/** What is known of a setting of a socket that another process may own. */
export type Known<Value> = Value | 'unknown';

/** The options of a socket that count when another wants its port. */
export interface SharingOptions {
  /** Default false. */
  readonly SO_REUSEADDR?: Known<boolean> | undefined;
  readonly SO_REUSEPORT?: Known<boolean> | undefined;
}

/**
 * A socket that is there. The fields are those of the rows of `listSockets`, so that a row can be given as it is; but no row
 * shows its options.
 */
export interface ExistingSocket {
  readonly protocol: 'tcp' | 'udp';
  /** Of the socket: a v4-mapped connection is `IPv6`. */
  readonly family: 'IPv4' | 'IPv6';
  /** `BOUND` is a TCP socket that only has a port; `CLOSE` is the same, and a UDP socket that is not connected. */
  readonly state:
    | 'BOUND'
    | 'CLOSE'
    | 'CLOSE_WAIT'
    | 'CLOSING'
    | 'ESTABLISHED'
    | 'FIN_WAIT1'
    | 'FIN_WAIT2'
    | 'LAST_ACK'
    | 'LISTEN'
    | 'SYN_RECV'
    | 'SYN_SENT'
    | 'TIME_WAIT';
  readonly localAddress: string;
  readonly localPort: number;
  /** Absent or the wildcard where it is not connected. */
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  /** The socket's own user (`sk_uid`). Default 0. */
  readonly uid?: Known<number> | undefined;
  /** Interface it is bound to, 0 (the default) for none. */
  readonly interfaceIndex?: number | undefined;
  /** `IPV6_V6ONLY`. Default: true for a specific IPv6 address, which sets it, and false for the wildcard. */
  readonly v6only?: boolean | undefined;
  /** Not known if left out; `{}` is a socket that has none of them. */
  readonly options?: SharingOptions | undefined;
  /** A FIN_WAIT2 that no process holds is a minisocket after a while, and TIME_WAIT always is. Default `unknown` where {@link inode} is 0. */
  readonly minisocket?: Known<boolean> | undefined;
  /** As in `/proc/PID/fd`; 0 where no process holds the socket. */
  readonly inode?: number | undefined;
  /** TIME_WAIT and FIN_WAIT2 only: whether the connection used TCP timestamps. Default `unknown`. */
  readonly timestamps?: Known<boolean> | undefined;
}

/** What one call is going to return. */
export interface CallPrediction<Existing extends ExistingSocket = ExistingSocket> {
  readonly call: 'bind' | 'listen' | 'connect';
  /** `ok` or the name of the errno; `undefined` where it cannot be predicted. */
  readonly outcome: RuleOutcome | undefined;
  /** What decides. Where the outcome is not predicted: the rule that decides if nothing hidden does. */
  readonly rule: RuleId;
  /** The sockets in the way, as they were given, or those with which the port is shared. */
  readonly sockets: readonly Existing[];
  /** Why the outcome is not predicted. */
  readonly unpredictable?: UnpredictableId;
}
