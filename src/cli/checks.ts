import { existsSync } from 'node:fs';
import { codeOf } from '../errors.js';
import { listSockets, namespacesAvailable, NetworkNamespace, Socket } from '../index.js';
import { cases, hostSettings, type Spoken } from '../claims/index.js';
import { missing } from '../lab/index.js';
import type { Checked, DoctorWords } from './doctor-words.js';

/** Something the package can use, whether it is here, and what to do if not. */
export interface Finding {
  readonly what: Checked;
  readonly ok: boolean;
  readonly found: string;
  readonly cure?: string;
}

const hasProc = (): boolean => existsSync('/proc/sys/net');

function attempt(what: Checked, use: () => string, cure: string): Finding {
  try {
    return { what, ok: true, found: use() };
  } catch (error) {
    return { what, ok: false, found: codeOf(error), cure };
  }
}

function namespaces(words: DoctorWords): Finding {
  const what = 'network namespaces';
  const access = namespacesAvailable();
  if (access.how === 'root') {
    const isInside = process.env['SOCKWISE_IN_USER_NAMESPACE'] !== undefined;
    const found = isInside ? words.insideNamespace : words.canBeMade;
    return { what, ok: true, found };
  }
  const found = access.how === 'none' ? access.reason : words.onlyInUserNamespace;
  return { what, ok: false, found, cure: hasProc() ? words.allowNamespaces : words.mountForStatus };
}

/** Where nothing leaves this namespace the loopback device may be down, as `unshare --net` leaves it. */
function loopback({ up }: DoctorWords): string {
  using socket = Socket.open({ type: 'dgram' });
  socket.connectOnce({ address: '127.0.0.1', port: 9 });
  return up;
}

function boundSockets({ listed }: DoctorWords): string {
  using socket = Socket.open().bind({ address: '127.0.0.1' });
  const { port } = socket.getsockname();
  const rows = listSockets({ localPort: port, state: 'BOUND' });
  if (rows.length === 0) throw new Error('the kernel does not list sockets that are only bound');
  return listed;
}

function packetSockets({ insideANamespace }: DoctorWords): string {
  using namespace = NetworkNamespace.create();
  namespace.run(() => Socket.open({ family: 'packet', type: 'raw' }).close());
  return insideANamespace;
}

/** Sets a sysctl to what it is, in a namespace of its own. */
function settable({ insideANamespace }: DoctorWords): string {
  using namespace = NetworkNamespace.create();
  namespace.setSysctl('net.ipv4.tcp_fin_timeout', namespace.sysctl('net.ipv4.tcp_fin_timeout'));
  return insideANamespace;
}

/** Which cases run here if sysctls can be set, by the same question the matrix asks, and why the others do not. */
function runnable(words: DoctorWords, spoken: Spoken): Finding {
  const what = 'cases';
  const access = namespacesAvailable();
  const isolation = access.how === 'none' ? 'loopback' : 'namespaces';
  const why = access.how === 'none' ? access.reason : undefined;
  const reasons = new Map<string, string[]>();
  for (const testCase of cases) {
    const lack = missing(testCase, isolation, why);
    if (lack === undefined) continue;
    const reason = spoken.words.notRun(lack);
    reasons.set(reason, [...(reasons.get(reason) ?? []), testCase.id]);
  }
  const left = [...reasons.values()].flat().length;
  const found = left === 0 ? words.allRun(cases.length) : words.someRun(cases.length - left, cases.length);
  const cure = [...reasons].map(([reason, ids]) => words.notTheseCases(ids.join(' '), reason)).join(words.semicolon);
  return { what, ok: left === 0, found, ...(left > 0 && { cure }) };
}

/** Sysctls that are not the kernel's defaults: what a service meets here, and cases do not unless asked to. */
function sysctls(words: DoctorWords, spoken: Spoken): Finding[] {
  const what = 'sysctls';
  if (!hasProc()) return [{ what, ok: false, found: words.sysctlsUnread, cure: words.mountForStatus }];
  const settings = hostSettings(cases);
  if (settings.length === 0) return [{ what, ok: true, found: words.usualSysctls }];
  return settings.map(spoken.setting).map(({ name, value, default: usual, changes, cases: touched }) => ({
    what,
    ok: true,
    found: words.sysctl(name, value || words.empty, usual || words.empty),
    cure: touched.length === 0 ? changes : words.touchedCases(changes, touched.join(' ')),
  }));
}

/** What needs network namespaces. */
function insideNamespaces(words: DoctorWords): Finding[] {
  return [
    attempt('packet sockets', () => packetSockets(words), words.packetsNeed),
    attempt('setting sysctls', () => settable(words), words.sysctlsNeed),
  ];
}

function notTried(words: DoctorWords): Finding {
  return { what: 'packet sockets', ok: false, found: words.notTried };
}

/** Of the network that this process is in. */
export function networkChecks(words: DoctorWords): Finding[] {
  return [
    attempt('loopback', () => loopback(words), words.loopbackDown),
    attempt('sock_diag', () => words.tcpSockets(listSockets().length), words.noInetDiag),
    attempt('bound-only sockets', () => boundSockets(words), words.boundSince),
  ];
}

/** What can be found out with the addon. */
export function checks(words: DoctorWords, spoken: Spoken, network: readonly Finding[]): Finding[] {
  const spaces = namespaces(words);
  return [
    spaces,
    ...network,
    ...(spaces.ok ? insideNamespaces(words) : [notTried(words)]),
    runnable(words, spoken),
    ...sysctls(words, spoken),
  ];
}
