/** What can be checked, by the name that JSON has. */
export type Checked =
  | 'Linux'
  | 'Node'
  | '/proc'
  | 'capabilities'
  | 'addon'
  | 'network namespaces'
  | 'sock_diag'
  | 'bound-only sockets'
  | 'loopback'
  | 'packet sockets'
  | 'setting sysctls'
  | 'cases'
  | 'sysctls';

/**
 * The words of `sockwise doctor`. They load without the addon, since that may be what is missing. What is filled in is an argument,
 * so that a language chooses its own order.
 */
export interface DoctorWords {
  readonly names: Readonly<Record<Checked, string>>;
  /** Of the same width. */
  readonly yes: string;
  readonly no: string;
  /** A line below the findings. */
  readonly next: string;
  readonly whenLoaded: string;
  readonly whenNotLoaded: string;
  /** What was found, and what to do. */
  readonly andCure: (found: string, cure: string) => string;

  readonly mounted: string;
  readonly notMounted: string;
  readonly mountProc: string;
  readonly statusUnread: string;
  readonly mountForStatus: string;
  readonly allCapabilities: string;
  readonly withoutCapabilities: (names: string) => string;
  readonly lackOfCapabilities: string;
  readonly loaded: string;
  readonly notLoaded: string;
  readonly insideNamespace: string;
  readonly canBeMade: string;
  readonly onlyInUserNamespace: string;
  readonly allowNamespaces: string;
  readonly tcpSockets: (count: number | string) => string;
  readonly noInetDiag: string;
  readonly listed: string;
  readonly boundSince: string;
  readonly insideANamespace: string;
  readonly packetsNeed: string;
  readonly notTried: string;
  readonly up: string;
  readonly loopbackDown: string;
  readonly sysctlsNeed: string;
  readonly sysctlsUnread: string;
  readonly allRun: (count: number | string) => string;
  readonly someRun: (count: number | string, all: number | string) => string;
  readonly notTheseCases: (ids: string, why: string) => string;
  readonly semicolon: string;
  readonly usualSysctls: string;
  readonly sysctl: (name: string, value: string, usual: string) => string;
  readonly empty: string;
  /** What changes by a sysctl, then the cases it changes. */
  readonly touchedCases: (changes: string, ids: string) => string;
}

export const doctorEnglish: DoctorWords = {
  names: {
    Linux: 'Linux',
    Node: 'Node',
    '/proc': '/proc',
    capabilities: 'capabilities',
    addon: 'addon',
    'network namespaces': 'network namespaces',
    sock_diag: 'sock_diag',
    'bound-only sockets': 'bound-only sockets',
    loopback: 'loopback',
    'packet sockets': 'packet sockets',
    'setting sysctls': 'setting sysctls',
    cases: 'cases',
    sysctls: 'sysctls',
  },
  yes: 'yes',
  no: 'no ',
  next: 'try',
  whenLoaded: 'sockwise why 80, sockwise case G1, sockwise matrix --quick',
  whenNotLoaded: 'what the line of the addon says, then sockwise doctor again',
  andCure: (found, cure) => `${found}; ${cure}`,

  mounted: 'mounted',
  notMounted: 'not mounted',
  mountProc: 'mount /proc: sysctls and namespaces are reached through it',
  statusUnread: 'unknown, /proc/self/status cannot be read',
  mountForStatus: 'mount /proc',
  allCapabilities: 'all that matter',
  withoutCapabilities: (names) => `without ${names}`,
  lackOfCapabilities:
    'options marked with a capability in docs/options.md fail with EPERM; inside a namespace of its own the lab has them all',
  loaded: 'loaded',
  notLoaded: 'without it only sockwise --version, doctor and build work',
  insideNamespace: 'in a user namespace, where the commands start themselves again',
  canBeMade: 'can be made',
  onlyInUserNamespace: 'only in a user namespace',
  allowNamespaces:
    'run as root, or allow user namespaces (sysctl user.max_user_namespaces; in a container --cap-add SYS_ADMIN)',
  tcpSockets: (count) => `${count} TCP sockets here`,
  noInetDiag: 'kernel without CONFIG_INET_DIAG: load the modules inet_diag and tcp_diag',
  listed: 'listed',
  boundSince: 'Linux 6.8 lists them; before, such a holder of a port cannot be seen',
  insideANamespace: 'inside a namespace',
  packetsNeed: 'the cases with crafted segments are skipped without',
  notTried: 'not tried, there are no network namespaces',
  up: 'up',
  loopbackDown: 'what listens on 127.0.0.1 is not reached: ip link set lo up',
  sysctlsNeed:
    'the cases that set one are skipped; mount /proc/sys for writing (in a container --security-opt systempaths=unconfined)',
  sysctlsUnread: 'unknown, /proc/sys cannot be read',
  allRun: (count) => `all ${count} run here`,
  someRun: (count, all) => `${count} of ${all} run here`,
  notTheseCases: (ids, why) => `not ${ids}: ${why}`,
  semicolon: '; ',
  usualSysctls: 'those that matter are the defaults of the kernel',
  sysctl: (name, value, usual) => `${name} is ${value}, by default ${usual}`,
  empty: 'empty',
  touchedCases: (changes, ids) => `${changes} Cases: ${ids} (matrix --host-settings).`,
};
