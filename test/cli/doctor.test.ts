import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { cases } from '../../src/claims/cases.js';
import { root } from '../support/children.js';
import { matrix, program, sockwise } from '../support/matrix.js';
import { needs } from '../support/needs.js';
import { canBecomeNobody, NOBODY } from '../support/users.js';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  readonly cure?: string;
}

describe('without the addon', () => {
  const env = { SOCKWISE_NATIVE: '/nowhere/sockwise.node' };

  test('doctor says so, and how to get it, and goes on to the end', async () => {
    const { code, stdout, stderr } = await sockwise(['doctor', '--json'], { env });
    expect([code, stderr]).toEqual([0, '']);
    const found = JSON.parse(stdout) as readonly Finding[];
    expect(found.find(({ what }) => what === 'Node')?.ok).toBe(true);
    expect(found.at(-1)).toMatchObject({ what: 'addon', ok: false, found: expect.stringContaining('/nowhere') });
  });

  test.each([['matrix'], ['lab', '--list'], ['case', 'G1'], ['list']])(
    'sockwise %s ends with 2 and one line',
    async (...args) => {
      const { code, stdout, stderr } = await sockwise(args, { env });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(
        /^sockwise: no native addon for .*build it with .*\/nowhere\/sockwise\.node: no such file\n$/,
      );
    },
  );

  test('doctor prints one line a finding, and no stack', async () => {
    const { code, stdout, stderr } = await sockwise(['doctor'], { env });
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(yes|no ) {2}\S/);
    expect(lines.at(-2)).toMatch(/^no {3}addon .*build it with/);
    expect(lines.at(-1)).toMatch(/^try {2}what the line of the addon says/);
  });

  test('--version has its answer', async () => {
    const { code, stdout, stderr } = await sockwise(['--version'], { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

test('the cases that doctor says run here are those that the matrix does not skip', async () => {
  const { stdout } = await sockwise(['doctor', '--json']);
  const found = (JSON.parse(stdout) as readonly Finding[]).find(({ what }) => what === 'cases');
  const left = /^not ([A-Z\d ]+):/.exec(found?.cure ?? '')?.[1]?.split(' ') ?? [];
  expect(found?.found).toMatch(
    left.length === 0 ? /^all \d+ run here$/ : new RegExp(`^${cases.length - left.length} of`),
  );
  const result = await matrix(['--case', 'S2', ...left], { deadlineMs: 60_000 });
  for (const { id, verdict } of result.cases) if (left.includes(id)) expect([id, verdict]).toEqual([id, 'skipped']);
}, 70_000);

test('an ordinary user is told what runs in the user namespace', (context) => {
  needs(context, canBecomeNobody, 'only root can start a process as another user');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'doctor', '--json'], {
    uid: NOBODY,
    gid: NOBODY,
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, SOCKWISE_IN_USER_NAMESPACE: undefined },
  });
  needs(context, !/EACCES|permission denied/i.test(stderr), 'the checkout cannot be read by another user');
  expect([status, stderr]).toEqual([0, '']);
  const found = JSON.parse(stdout) as readonly Finding[];
  const by = (name: string): Finding | undefined => found.find(({ what }) => what === name);
  expect(by('capabilities')).toMatchObject({ ok: false });
  needs(context, by('network namespaces')?.ok === true, 'user namespaces are not allowed here');
  expect(by('network namespaces')?.found).toContain('user namespace');
  expect(by('packet sockets')).toMatchObject({ ok: true });
});
