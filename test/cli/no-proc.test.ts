import type { MatrixResult } from '../../src/lab/record/result.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ChildResult, run } from '../support/children.js';
import { noExperiments, program } from '../support/matrix.js';
import { needs } from '../support/needs.js';

/** Runs in a mount namespace of its own after `mounts`; nobody else's /proc is touched, mount_namespaces(7). */
function after(mounts: string, command: readonly string[]): Promise<ChildResult> {
  const script = `${mounts} && exec "$@"`;
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const args = [...asRoot, '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command];
  return run('unshare', args, { deadlineMs: 60_000 });
}

const withoutProc = (...command: readonly string[]): Promise<ChildResult> =>
  after('mount -t tmpfs none /proc', command);

const sockwise = (...args: readonly string[]): Promise<ChildResult> => withoutProc(process.execPath, program, ...args);

async function hides(): Promise<boolean> {
  try {
    return (await withoutProc('test', '!', '-e', '/proc/self')).code === 0;
  } catch {
    // There is no unshare(1).
    return false;
  }
}

describe('without /proc', () => {
  beforeEach(async (context) => {
    needs(context, await hides(), 'no mount namespace with an empty /proc can be made here');
  });

  test('doctor says what is missing and what to do, and goes on to the end', async () => {
    const { code, stdout, stderr } = await sockwise('doctor');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^no {3}\/proc +not mounted; mount \/proc/m);
    expect(stdout).toMatch(/^no {3}network namespaces +there is no \/proc\S+: \/proc is not mounted/m);
    expect(stdout).toMatch(/^no {3}capabilities +unknown/m);
    expect(stdout).toMatch(/^no {3}packet sockets +not tried/m);
    expect(stdout).toMatch(/^no {3}sysctls +unknown/m);
  }, 60_000);

  test('matrix runs what needs no namespace, and skips the rest with the reason', async () => {
    const { code, stdout, stderr } = await sockwise('matrix', '--quick', '--json', '--case', 'G1', 'G4', 'S18');
    expect([code, stderr]).toEqual([0, '']);
    const { mode, cases } = JSON.parse(stdout) as MatrixResult;
    expect(mode).toBe('loopback');
    expect(cases.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(cases.find(({ id }) => id === 'G1')?.verdict).toBe('confirmed');
    const skipped = cases.filter(({ verdict }) => verdict === 'skipped');
    expect(skipped).not.toHaveLength(0);
    for (const { because } of skipped) expect(because).toMatch(/needs a network of its own: .*\/proc is not mounted/);
  }, 60_000);
});

describe('with a /proc/sys that is read-only, as containers have it', () => {
  const container = (...args: readonly string[]): Promise<ChildResult> =>
    after('mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys', [
      process.execPath,
      program,
      ...args,
    ]);

  beforeEach(async (context) => {
    needs(context, await hides(), 'no mount namespace can be made here');
    needs(context, noExperiments === undefined, `no network namespace: ${noExperiments ?? ''}`);
  });

  test('doctor says so and what to do', async () => {
    const { code, stdout, stderr } = await container('doctor');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^no {3}setting sysctls +EROFS; .*systempaths=unconfined/m);
  }, 60_000);

  test('a case that sets a sysctl is skipped, and one that sets none runs', async () => {
    const { code, stdout, stderr } = await container('matrix', '--json', '--case', 'G8', 'G9', 'P1');
    expect([code, stderr]).toEqual([0, '']);
    const { cases } = JSON.parse(stdout) as MatrixResult;
    const by = new Map(cases.map(({ id, verdict, unrun }) => [id, [verdict, unrun?.[0]?.why]]));
    expect(by.get('G8')).toEqual(['confirmed', undefined]);
    expect(by.get('G9')).toEqual(['skipped', { lacks: 'sysctl', said: 'net.ipv4.tcp_fin_timeout' }]);
    expect(by.get('P1')).toEqual(['skipped', { lacks: 'sysctl', said: 'net.ipv4.tcp_rfc1337' }]);
  }, 60_000);
});
