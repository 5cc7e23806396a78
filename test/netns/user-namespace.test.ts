import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { namespacesAvailable, reexecInUserNamespace } from '../../src/netns/user-namespace.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';
import { built } from '../support/children.js';
import { canBecomeNobody, NOBODY } from '../support/users.js';

// What a command does with this module: once more inside if that is needed, then the work.
function program(work: string): string {
  return `
    import { namespacesAvailable, NetworkNamespace, reexecInUserNamespace } from '${built}';
    const access = namespacesAvailable();
    if (access.how === 'user-namespace') {
      process.exitCode = await reexecInUserNamespace(['--input-type=module', '-e', process.env.PROGRAM, 'one', 'two words']);
    } else {
      if (access.how === 'none') { console.log(access.reason); process.exit(77); }
      ${work}
    }`;
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly outcome: Promise<Outcome>;
  /** Resolves when the program has written this. */
  wrote(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  output(): string;
}

/** A process that has ended and that nobody has waited for yet is a zombie, proc_pid_stat(5). */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function start(work: string, env: NodeJS.ProcessEnv = {}): Running {
  const source = program(work);
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: { PATH: process.env['PATH'], PROGRAM: source, ...env },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
    // Root gives up its user, so that the test shows what an ordinary one gets.
    ...(canBecomeNobody && { uid: NOBODY, gid: NOBODY }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    outcome: once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr })),
    async wrote(text) {
      while (!stdout.includes(text)) await once(child.stdout, 'data');
    },
    kill: (signal) => void child.kill(signal),
    output: () => stdout,
  };
}

const probe = await start(`console.log('inside')`).outcome;
const refused = probe.code === 77 ? probe.stdout.trim() : undefined;

describe('namespacesAvailable', () => {
  test.runIf(canMakeNamespaces)('is root where this process can make a namespace itself', () => {
    expect(namespacesAvailable()).toEqual({ how: 'root' });
  });

  test.skipIf(canMakeNamespaces)('says what is in the way where it cannot', () => {
    const access = namespacesAvailable();
    expect(['user-namespace', 'none']).toContain(access.how);
    if (access.how === 'none') expect(access.reason).not.toBe('');
  });
});

describeNeeding(refused === undefined, refused ?? '')('reexecInUserNamespace, where the machine lets it', () => {
  test('gives an ordinary user a root of his own, with namespaces and sockets in them', async () => {
    const { code, stdout, stderr } = await start(`
      const one = NetworkNamespace.create();
      const two = NetworkNamespace.create();
      one.addVeth(two, { name: 'veth0', peerName: 'veth0' });
      one.addAddress('veth0', '192.168.0.1/24');
      one.setSysctl('net.ipv4.tcp_fin_timeout', 5);
      console.log(JSON.stringify([process.getuid(), one.getLink('veth0').hasCarrier, one.sysctl('net.ipv4.tcp_fin_timeout')]));
    `).outcome;
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([0, true, '5']);
    expect(code).toBe(0);
  });

  test('passes on arguments and the environment', async () => {
    const { stdout } = await start(`console.log(JSON.stringify([process.argv.slice(1), process.env.GREETING]))`, {
      GREETING: 'a=b c',
    }).outcome;
    expect(JSON.parse(stdout)).toEqual([['one', 'two words'], 'a=b c']);
  });

  test('resolves with the exit code', async () => {
    expect((await start('process.exitCode = 3').outcome).code).toBe(3);
  });

  test('resolves with 128 and the number of the signal that ended it', async () => {
    expect((await start(`process.kill(process.pid, 'SIGKILL')`).outcome).code).toBe(128 + 9);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes on %s', async (signal) => {
    const running = start(`
      process.on('${signal}', () => { console.log('got ${signal}'); process.exit(5); });
      setInterval(() => {}, 1000);
      console.log('ready');
    `);
    await running.wrote('ready');
    running.kill(signal);
    const { code, stdout } = await running.outcome;
    expect(stdout).toContain(`got ${signal}`);
    expect(code).toBe(5);
  });

  test('ends the program with the process that started it, also where that is killed', async () => {
    const running = start(`
      setInterval(() => {}, 1000);
      console.log('pid', process.pid, 'ready');
    `);
    await running.wrote('ready');
    const pid = Number(/pid (\d+)/.exec(running.output())?.[1]);
    expect(isRunning(pid)).toBe(true);
    running.kill('SIGKILL');
    await running.outcome;
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
  });

  test('is done once only', async () => {
    const { stdout } = await start(`reexecInUserNamespace([]).catch((error) => console.log(error.code))`).outcome;
    expect(stdout.trim()).toBe('ERR_NOT_SUPPORTED');
  });
});

describe('reexecInUserNamespace', () => {
  test.each([[[1]], ['text'], [null], [['a\0b']], [['\0']]])('refuses %j', async (argv) => {
    await expect(reexecInUserNamespace(argv as string[])).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }),
    );
  });
});
