import { codeOf } from '../errors.js';
import { listSockets, namespacesAvailable, NetworkNamespace, Socket } from '../index.js';
import { cases, hostSettings } from '../claims/index.js';
import { english, missing } from '../lab/index.js';

/** Something the package can use, whether it is here, and what to do if not. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  readonly cure?: string;
}

function attempt(what: string, use: () => string, cure: string): Finding {
  try {
    return { what, ok: true, found: use() };
  } catch (error) {
    return { what, ok: false, found: codeOf(error), cure };
  }
}

function namespaces(): Finding {
  const what = 'network namespaces';
  const access = namespacesAvailable();
  if (access.how === 'root') {
    const isInside = process.env['SOCKWISE_IN_USER_NAMESPACE'] !== undefined;
    const found = isInside ? 'in a user namespace, where the commands start themselves again' : 'can be made';
    return { what, ok: true, found };
  }
  const cure =
    'run as root, or allow user namespaces (sysctl user.max_user_namespaces; in a container --cap-add SYS_ADMIN)';
  return { what, ok: false, found: access.how === 'none' ? access.reason : 'only in a user namespace', cure };
}

function boundSockets(): string {
  using socket = Socket.open().bind({ address: '127.0.0.1' });
  const { port } = socket.getsockname();
  const rows = listSockets({ localPort: port, state: 'BOUND' });
  if (rows.length === 0) throw new Error('the kernel does not list sockets that are only bound');
  return 'listed';
}

function packetSockets(): string {
  using namespace = NetworkNamespace.create();
  namespace.run(() => Socket.open({ family: 'packet', type: 'raw' }).close());
  return 'inside a namespace';
}

/** Which cases run here, by the same question the matrix asks, and why the others do not. */
function runnable(): Finding {
  const what = 'cases';
  const access = namespacesAvailable();
  const isolation = access.how === 'none' ? 'loopback' : 'namespaces';
  const why = access.how === 'none' ? access.reason : undefined;
  const reasons = new Map<string, string[]>();
  for (const testCase of cases) {
    const lack = missing(testCase, isolation, why);
    if (lack === undefined) continue;
    const reason = english.notRun(lack);
    reasons.set(reason, [...(reasons.get(reason) ?? []), testCase.id]);
  }
  const left = [...reasons.values()].flat().length;
  const found = left === 0 ? `all ${cases.length} run here` : `${cases.length - left} of ${cases.length} run here`;
  const cure = [...reasons].map(([reason, ids]) => `not ${ids.join(' ')}: ${reason}`).join('; ');
  return { what, ok: left === 0, found, ...(left > 0 && { cure }) };
}

/** Sysctls that are not the kernel's defaults: what a service meets here, and cases do not unless asked to. */
function sysctls(): Finding[] {
  const what = 'sysctls';
  const settings = hostSettings(cases);
  if (settings.length === 0) return [{ what, ok: true, found: 'those that matter are the defaults of the kernel' }];
  return settings.map(({ name, value, default: usual, changes, cases: touched }) => ({
    what,
    ok: true,
    found: `${name} is ${value === '' ? 'empty' : value}, by default ${usual === '' ? 'empty' : usual}`,
    cure: [changes, ...(touched.length === 0 ? [] : [`Cases: ${touched.join(' ')} (matrix --host-settings).`])].join(
      ' ',
    ),
  }));
}

/** What can be found out with the addon, in the process that asks. */
export function checks(): Finding[] {
  return [
    namespaces(),
    attempt(
      'sock_diag',
      () => `${listSockets().length} TCP sockets here`,
      'kernel without CONFIG_INET_DIAG: load the modules inet_diag and tcp_diag',
    ),
    attempt('bound-only sockets', boundSockets, 'Linux 6.8 lists them; before, such a holder of a port cannot be seen'),
    attempt('packet sockets', packetSockets, 'needs namespaces; the cases with crafted segments are skipped without'),
    runnable(),
    ...sysctls(),
  ];
}
