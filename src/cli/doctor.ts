import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Command } from 'commander';
import { listSockets, namespacesAvailable, NetworkNamespace, Socket } from '../index.js';
import { codeOf } from '../lab/record/recorder.js';

/** Something the package can use, whether it is here, and what to do if not. */
interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  readonly cure?: string;
}

type Check = () => Finding;

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
  switch (access.how) {
    case 'root':
      return { what, ok: true, found: 'this process can make them' };
    case 'user-namespace':
      return { what, ok: true, found: 'after starting again in a user namespace, which the commands do by themselves' };
    case 'none':
      return {
        what,
        ok: false,
        found: access.reason,
        cure: 'run as root, or allow user namespaces (sysctl user.max_user_namespaces; in a container --cap-add SYS_ADMIN)',
      };
  }
}

/** `undefined` where /proc is not mounted. */
function effectiveCapabilities(): bigint | undefined {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  } catch {
    return undefined;
  }
}

function capabilities(): Finding {
  const mask = effectiveCapabilities();
  if (mask === undefined)
    return { what: 'capabilities', ok: false, found: 'unknown, /proc/self/status cannot be read', cure: 'mount /proc' };
  const wanted = { CAP_NET_BIND_SERVICE: 10n, CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n, CAP_SYS_ADMIN: 21n };
  const missing = Object.entries(wanted)
    .filter(([, bit]) => (mask & (1n << bit)) === 0n)
    .map(([name]) => name);
  const found = missing.length === 0 ? 'all that matter' : `without ${missing.join(', ')}`;
  const cure =
    'options marked with a capability in docs/options.md fail with EPERM; inside a namespace of its own the lab has them all';
  return { what: 'capabilities', ok: missing.length === 0, found, ...(missing.length > 0 && { cure }) };
}

function boundSockets(): string {
  using socket = Socket.open().bind({ address: '127.0.0.1' });
  const name = socket.getsockname();
  const rows = listSockets({ localPort: 'port' in name ? name.port : 0, state: 'BOUND' });
  if (rows.length === 0) throw new Error('the kernel does not list sockets that are only bound');
  return 'listed';
}

function packetSockets(): string {
  using namespace = NetworkNamespace.create();
  namespace.run(() => Socket.open({ family: 'packet', type: 'raw' }).close());
  return 'inside a namespace';
}

const checks: readonly Check[] = [
  () => ({ what: 'Linux', ok: process.platform === 'linux', found: `${process.platform} ${release()}` }),
  () => ({ what: 'Node', ok: true, found: `${process.version}, Node-API ${process.versions['napi'] ?? '?'}` }),
  () =>
    attempt(
      '/proc',
      () => readFileSync('/proc/version', 'utf8').slice(0, 5),
      'mount /proc: sysctls and namespaces are reached through it',
    ),
  namespaces,
  capabilities,
  () =>
    attempt(
      'sock_diag',
      () => `${listSockets().length} TCP sockets here`,
      'kernel without CONFIG_INET_DIAG: load the modules inet_diag and tcp_diag',
    ),
  () =>
    attempt('bound-only sockets', boundSockets, 'Linux 6.8 lists them; before, such a holder of a port cannot be seen'),
  () =>
    attempt('packet sockets', packetSockets, 'needs namespaces; the cases with crafted segments are skipped without'),
];

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('say what is available here and how to get the rest')
    .option('--json', 'print the findings as JSON')
    .action(({ json }: { json?: boolean }) => {
      const findings = checks.map((check) => check());
      if (json === true) {
        console.log(JSON.stringify(findings, undefined, 2));
        return;
      }
      for (const { what, ok, found, cure } of findings) {
        console.log(`${ok ? 'yes' : 'no '}  ${what.padEnd(20)} ${found}`);
        if (cure !== undefined) console.log(`     ${''.padEnd(20)} ${cure}`);
      }
    });
}
