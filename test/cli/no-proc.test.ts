import type { MatrixResult } from '../../src/lab/record/result.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ChildResult, run } from '../support/children.js';
import { program } from '../support/matrix.js';
import { needs } from '../support/needs.js';

/** Runs in a mount namespace in which an empty folder lies over /proc; nobody else's is touched, mount_namespaces(7). */
function withoutProc(...command: readonly string[]): Promise<ChildResult> {
  const script = 'mount -t tmpfs none /proc && exec "$@"';
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const args = [...asRoot, '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command];
  return run('unshare', args, { deadlineMs: 60_000 });
}

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
    expect(stdout).toMatch(/^no {3}packet sockets/m);
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
