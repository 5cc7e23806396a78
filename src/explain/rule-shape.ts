/** Who must act for a cure to work. `us`: the program that gets the error; `the other`: the program that holds the port. */
export type CureNeeds = 'us' | 'the other' | 'both' | 'root' | 'time';

/** Something that helps. Cures of a rule stand in the order in which they should be tried. */
export interface Cure {
  /** What to do, in the imperative. */
  readonly text: string;
  /** Who must act: whose program is to be changed, or which right it takes. */
  readonly needs: CureNeeds;
  /** What it comes to, where it can be tried on copies of the sockets. */
  readonly action?: CureAction;
}

/** What a cure of a port does, for a trial of it. */
export type PortAction =
  | 'SO_REUSEADDR on both'
  | 'SO_REUSEPORT on both'
  | 'one user'
  | 'stop the holder'
  | 'remove connections'
  | 'another port'
  | 'addresses apart'
  | 'another address'
  | 'another source address'
  | 'a source port of its own'
  | 'a local address'
  | 'IP_FREEBIND'
  | 'ip_nonlocal_bind'
  | 'IP_BIND_ADDRESS_NO_PORT'
  | 'ip_local_port_range'
  | 'tcp_timestamps'
  | 'CAP_NET_BIND_SERVICE'
  | 'ip_unprivileged_port_start';

/** What a cure of a unix socket does. */
export type UnixAction = 'another path' | 'an abstract name' | 'unlink' | 'stop and unlink';

/** What helps against a rule, as one of a few words. */
export type CureAction = PortAction | UnixAction;

/** What the kernel answers where the rule decides: `ok`, or the errno of the call. */
export type RuleOutcome =
  | 'ok'
  | 'EACCES'
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'EAFNOSUPPORT'
  | 'EAGAIN'
  | 'ECONNREFUSED'
  | 'EINVAL'
  | 'EISCONN'
  | 'ENETUNREACH'
  | 'ENOENT'
  | 'ENOTDIR'
  | 'EOPNOTSUPP';

/** The calls a rule can decide. */
export type DecidedCall = 'bind' | 'listen' | 'connect';

/** A rule of the kernel: its sentence, where it stands in the kernel, and what helps. */
export interface Rule {
  /** One plain sentence. */
  readonly text: string;
  /** The calls it decides. */
  readonly calls: readonly DecidedCall[];
  /** The sockets it is about. */
  readonly protocols: readonly ('tcp' | 'udp' | 'unix')[];
  /** `ok`, or the name of the errno. */
  readonly outcome: RuleOutcome;
  /** Where the kernel decides it, as `inet_bind_conflict()`. */
  readonly kernel: string;
  /** Manual page or RFC section that says so, or that says otherwise. */
  readonly source: string;
  /** First Linux release it holds for, as `3.9`; absent where it is older than 3.0. */
  readonly since?: string;
  /** First Linux release it does not hold for. */
  readonly until?: string;
  /** Empty where nothing is wrong. */
  readonly cures: readonly Cure[];
}
