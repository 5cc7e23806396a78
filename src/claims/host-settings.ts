import { readFileSync } from 'node:fs';
import { codeOf } from '../errors.js';
import { NetworkNamespace, SystemCallError } from '../index.js';
import { giveSysctls } from '../lab/network/namespaces.js';
import type { HostSetting } from '../lab/record/result.js';
import type { Case } from '../lab/run/case.js';

/** A sysctl that a case depends on. */
interface KnownSetting {
  readonly name: string;
  /** Of the kernel; `undefined` where it follows from the memory of the machine. */
  readonly default: string | undefined;
  /** What it changes, in one sentence. */
  readonly changes: string;
  /** Cases it decides, and those that name it. */
  readonly cases: readonly string[];
}

function setting(
  name: string,
  usual: number | string | undefined,
  changes: string,
  ...cases: readonly string[]
): KnownSetting {
  return { name, default: usual === undefined ? undefined : String(usual), changes, cases };
}

/** ip-sysctl.rst, and the sources of Linux 6.18 where it is silent. The last two are not in every kernel. */
export const knownSettings: readonly KnownSetting[] = [
  setting('net.core.somaxconn', 4096, 'listen() cuts a longer backlog to this value.', 'S18'),
  setting(
    'net.ipv4.ip_autobind_reuse',
    0,
    'If it is 1, bind() to port 0 shares ports between sockets with SO_REUSEADDR once all ports are taken.',
    'C3',
  ),
  setting(
    'net.ipv4.ip_local_port_range',
    '32768 60999',
    'bind() to port 0 and connect() choose from these ports: with fewer ports there are fewer connections to one destination.',
    'C3',
    'C14',
    'C21',
  ),
  setting(
    'net.ipv4.ip_local_reserved_ports',
    '',
    'bind() to port 0 and connect() never choose these ports; a program can still bind them by number.',
  ),
  setting('net.ipv4.ip_nonlocal_bind', 0, 'If it is 1, bind() accepts an IPv4 address that the machine does not have.'),
  setting('net.ipv4.ip_unprivileged_port_start', 1024, 'Ports below this value need CAP_NET_BIND_SERVICE.'),
  setting(
    'net.ipv4.tcp_abort_on_overflow',
    0,
    'If it is 1, a handshake that finds the accept queue full at its last ACK is reset; otherwise the client tries again.',
    'L8',
    'R5',
  ),
  setting(
    'net.ipv4.tcp_fastopen',
    1,
    'Bit 1 allows clients, bit 2 servers to send data with the SYN (TCP Fast Open).',
    'R16',
  ),
  setting(
    'net.ipv4.tcp_fin_timeout',
    60,
    'A closed socket whose peer does not close stays in FIN_WAIT2 for this many seconds; TIME_WAIT does not depend on it.',
    'G9',
    'G11',
    'S6',
    'S11',
    'A11',
    'L2',
    'R10',
  ),
  setting(
    'net.ipv4.tcp_keepalive_time',
    7200,
    'An idle connection with SO_KEEPALIVE sends its first probe after this many seconds.',
  ),
  setting(
    'net.ipv4.tcp_max_syn_backlog',
    undefined,
    'A listener keeps at most this many handshakes; without syncookies further SYNs are dropped.',
  ),
  setting(
    'net.ipv4.tcp_max_tw_buckets',
    undefined,
    'Above this number of TIME_WAITs and closed FIN_WAIT2s the kernel keeps none: the port is free at once.',
    'G9',
    'S11',
    'L3',
    'L4',
    'P1',
  ),
  setting(
    'net.ipv4.tcp_migrate_req',
    0,
    'If it is 1, connections in the queue of a closing listener go to another listener of its SO_REUSEPORT group.',
    'S7',
    'S18',
    'L8',
    'R8',
    'R17',
  ),
  setting(
    'net.ipv4.tcp_orphan_retries',
    0,
    'A closed socket in FIN_WAIT1 or LAST_ACK retransmits this often to a peer that is gone; 0 means 8 times.',
    'A9',
    'L2',
  ),
  setting(
    'net.ipv4.tcp_retries2',
    15,
    'A connection retransmits its data this often before it ends with ETIMEDOUT.',
    'R11',
  ),
  setting('net.ipv4.tcp_rfc1337', 0, 'If it is 1, an RST does not end a TIME_WAIT.', 'S17', 'S21', 'R14', 'P1'),
  setting(
    'net.ipv4.tcp_syn_retries',
    6,
    'connect() sends its SYN this many times again before it fails with ETIMEDOUT.',
  ),
  setting('net.ipv4.tcp_syncookies', 1, 'If it is 0, SYNs that find the queue of handshakes full are dropped.'),
  setting(
    'net.ipv4.tcp_timestamps',
    1,
    'Without timestamps connect() takes over no TIME_WAIT, and a TIME_WAIT accepts a SYN by its sequence number alone.',
    'C13',
    'C18',
    'C22',
    'S17',
    'L4',
    'L11',
  ),
  setting(
    'net.ipv4.tcp_tw_reuse',
    2,
    'connect() takes over a TIME_WAIT of the same four-tuple if it is 1, on loopback if it is 2, and never if it is 0.',
    'G9',
    'C18',
    'C21',
    'C22',
    'S2',
    'S11',
    'S14',
    'L9',
    'L11',
  ),
  setting(
    'net.ipv4.tcp_tw_reuse_delay',
    1000,
    'connect() takes over a TIME_WAIT once it is this many milliseconds old.',
    'G9',
    'C18',
    'S2',
  ),
  setting('net.ipv6.bindv6only', 0, 'If it is 1, a socket on [::] leaves IPv4 alone unless it sets IPV6_V6ONLY to 0.'),
  setting('net.ipv6.ip_nonlocal_bind', 0, 'If it is 1, bind() accepts an IPv6 address that the machine does not have.'),
  setting(
    'net.ipv4.tcp_tw_timeout',
    60,
    'TIME_WAIT lasts this many seconds. Only Alibaba Cloud Linux has this sysctl; elsewhere TIME_WAIT lasts 60 s.',
    'G4',
    'C12',
    'S6',
    'A11',
  ),
  setting(
    'net.ipv4.tcp_tw_recycle',
    0,
    'If it is 1, TIME_WAIT is short and the SYNs of clients behind one NAT are dropped. Linux 4.12 removed it.',
    'G9',
  ),
];

/** Values by name, without those that this kernel does not have. */
export type SysctlValues = Readonly<Record<string, string>>;

function valueOf(read: (name: string) => string, name: string): string | undefined {
  try {
    return read(name).trim().replaceAll(/\s+/g, ' ');
  } catch {
    // This kernel has none, or /proc is not mounted.
    return undefined;
  }
}

function valuesBy(read: (name: string) => string): SysctlValues {
  return Object.fromEntries(
    knownSettings.flatMap(({ name }) => {
      const value = valueOf(read, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The values of the machine go into the user namespace by the environment: the network there is another. */
const variable = 'SOCKWISE_HOST_SYSCTLS';

/** Of the namespace the program was started in. */
export function hostValues(): SysctlValues {
  const carried = process.env[variable];
  if (carried !== undefined) return JSON.parse(carried) as SysctlValues;
  return valuesBy((name) => readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8'));
}

/** For the process that is started in a user namespace. */
export function carryHostValues(): void {
  process.env[variable] = JSON.stringify(hostValues());
}

/** Those of a new namespace, where one can be made: they have what follows from the machine too. */
export function defaultValues(): SysctlValues {
  try {
    using namespace = NetworkNamespace.create();
    return valuesBy((name) => namespace.sysctl(name));
  } catch (error) {
    // Not allowed, or no /proc.
    if (!(error instanceof SystemCallError) && codeOf(error) !== 'ERR_NOT_SUPPORTED') throw error;
    return Object.fromEntries(
      knownSettings.flatMap(({ name, default: usual }) => (usual === undefined ? [] : [[name, usual]])),
    );
  }
}

/** The settings of which the values are not the defaults, with the cases that they touch. None is used. */
export function differingSettings(
  cases: readonly Case[],
  values: SysctlValues,
  defaults: SysctlValues,
): readonly HostSetting[] {
  return knownSettings.flatMap(({ name, changes, cases: decided }) => {
    const [value, usual] = [values[name], defaults[name]];
    if (value === undefined || usual === undefined || value === usual) return [];
    const touched = cases.filter((one) => decided.includes(one.id)).map(({ id }) => id);
    return [{ name, value, default: usual, changes, cases: touched, used: false }];
  });
}

/** How this machine differs from the kernel's defaults, with which cases run in namespaces. */
export function hostSettings(cases: readonly Case[]): readonly HostSetting[] {
  return differingSettings(cases, hostValues(), defaultValues());
}

function canBeSet(namespace: NetworkNamespace, { name, value }: HostSetting): boolean {
  try {
    namespace.setSysctl(name, value);
    return true;
  } catch (error) {
    // A user namespace may not have it, or not be allowed to set it.
    if (error instanceof SystemCallError) return false;
    throw error;
  }
}

/** Has every host of this run start with these settings, as far as they can be set in a namespace. Returns which are used. */
export function useHostSettings(settings: readonly HostSetting[]): readonly HostSetting[] {
  using namespace = NetworkNamespace.create();
  const used = settings.map((one) => ({ ...one, used: canBeSet(namespace, one) }));
  giveSysctls(Object.fromEntries(used.filter((one) => one.used).map(({ name, value }) => [name, value])));
  return used;
}
