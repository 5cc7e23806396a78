import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { cases } from '../../src/claims/cases.js';
import { type Checked, doctorEnglish, type DoctorWords } from '../../src/cli/doctor-words.js';
import { doctorChinese } from '../../src/cli/doctor-words.zh.js';
import { root } from '../support/children.js';
import { filledIn, foreignMark, marksIn } from '../support/chinese.js';
import { matrix, program, sockwise } from '../support/matrix.js';
import { needs } from '../support/needs.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { canBecomeNobody, NOBODY } from '../support/users.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';

interface Finding {
  readonly what: Checked;
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

  test('doctor says so in Chinese', async () => {
    const { code, stdout, stderr } = await sockwise(['doctor', '--lang', 'zh'], { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^有 {2}Linux .*\n有 {2}Node /);
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      expect.stringMatching(/^缺 {2}原生插件 .*；没有它，只能用 /),
      expect.stringMatching(/^试 {2}先照原生插件那一行说的做/),
    ]);
  });

  test('--version has its answer', async () => {
    const { code, stdout, stderr } = await sockwise(['--version'], { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+(-\w+\.\d+)?\n$/);
  });
});

test('doctor checks the same in Chinese, column by column', async () => {
  const all = JSON.parse((await sockwise(['doctor', '--json'])).stdout) as readonly Finding[];
  const { code, stdout, stderr } = await sockwise(['doctor', '--lang', 'zh']);
  expect([code, stderr]).toEqual([0, '']);
  // Other tests may set sysctls of this machine meanwhile.
  const found = all.filter(({ what }) => what !== 'sysctls');
  const lines = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !line.includes('内核参数'));
  expect(lines.length).toBe(found.length + 1);
  for (const [index, { what, ok }] of found.entries()) {
    const name = doctorChinese.names[what];
    expect(lines[index]).toMatch(new RegExp(`^${ok ? '有' : '缺'} {2}${name} {1,20}\\S`));
    // A Chinese character is as wide as two letters.
    const wide = name.match(/[\u2e80-\uffff]/g)?.length ?? 0;
    expect(lines[index]?.slice(3 + name.length).search(/\S/)).toBe(21 - name.length - wide);
  }
});

const doctorKeys = Object.keys(doctorEnglish) as (keyof DoctorWords)[];

test.each(doctorKeys)('the word %s of doctor fills in the same in both languages', (key) => {
  expect(marksIn(filledIn(doctorChinese[key]))).toEqual(marksIn(filledIn(doctorEnglish[key])));
  expect(filledIn(doctorChinese[key])).not.toMatch(foreignMark);
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
  const by = (name: Checked): Finding | undefined => found.find(({ what }) => what === name);
  expect(by('capabilities')).toMatchObject({ ok: false });
  needs(context, by('network namespaces')?.ok === true, 'user namespaces are not allowed here');
  expect(by('network namespaces')?.found).toContain('user namespace');
  expect(by('packet sockets')).toMatchObject({ ok: true });
});

test('an ordinary user is told of the network outside, not of the one inside the user namespace', (context) => {
  needs(context, canBecomeNobody && canMakeNamespaces, 'only root can make a network for another user');
  const doctor = `import { spawnSync } from 'node:child_process';
    const { SOCKWISE_IN_USER_NAMESPACE: _, ...env } = process.env;
    const { stdout } = spawnSync(process.execPath, [${JSON.stringify(program)}, 'doctor', '--json'], {
      uid: ${NOBODY}, gid: ${NOBODY}, cwd: ${JSON.stringify(root)}, encoding: 'utf8', env });
    process.stdout.write(stdout);`;
  using namespace = NetworkNamespace.create();
  namespace.setSysctl('net.ipv4.tcp_fin_timeout', '7');
  using listener = namespace
    .run(() => Socket.open())
    .bind({ address: '127.0.0.1' })
    .listen();
  const { stdout } = namespace.run(() =>
    spawnSync(process.execPath, ['--input-type=module', '-e', doctor], { encoding: 'utf8' }),
  );
  listener.close();
  needs(context, stdout !== '', 'the checkout cannot be read by another user');
  const found = JSON.parse(stdout) as readonly Finding[];
  const by = (name: Checked): Finding | undefined => found.find(({ what }) => what === name);
  needs(context, by('network namespaces')?.ok === true, 'user namespaces are not allowed here');
  expect(by('loopback')).toMatchObject({ ok: true });
  expect(by('sock_diag')?.found).toMatch(/^1 TCP socket/);
  expect(by('sysctls')?.found).toMatch(/net\.ipv4\.tcp_fin_timeout is 7/);
});
