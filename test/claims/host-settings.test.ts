import { describe, expect, test } from 'vitest';
import { cases } from '../../src/claims/cases.js';
import { differingSettings, hostSettings, knownSettings } from '../../src/claims/host-settings.js';
import { matrixMarkdown } from '../../src/lab/draw/markdown.js';
import { matrixHtml } from '../../src/lab/draw/page/matrix.js';
import { hostSettingsText } from '../../src/lab/draw/text/host-settings.js';
import type { MatrixResult } from '../../src/lab/record/result.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { program } from '../support/matrix.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';
import { run } from '../support/children.js';

const matrixPage = (result: MatrixResult): string => matrixHtml(result, { articles: [] });

const defaults = Object.fromEntries(knownSettings.map(({ name, default: usual = '100' }) => [name, usual]));

test('the table names each sysctl once, and cases that there are', () => {
  const names = knownSettings.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const ids = new Set(cases.map(({ id }) => id));
  expect(knownSettings.flatMap((one) => one.cases).filter((id) => !ids.has(id))).toEqual([]);
  for (const { changes } of knownSettings) expect(changes).toMatch(/^\S.* .*\.$/);
});

describe('settings that differ', () => {
  test('are told with the cases that they decide and those that name them', () => {
    const [found, ...others] = differingSettings(cases, { ...defaults, 'net.ipv4.tcp_tw_reuse': '1' }, defaults);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ name: 'net.ipv4.tcp_tw_reuse', value: '1', default: '2', used: false });
    expect(found?.cases).toEqual(expect.arrayContaining(['C18', 'S2']));
  });

  test.each(knownSettings)('touch each case that names one: $name', ({ name, cases: touched }) => {
    const word = new RegExp(`\\b${name.slice(name.lastIndexOf('.') + 1)}\\b`);
    const naming = cases.filter(({ title, claim, advice, rules, rowNames }) =>
      [title, claim, advice, ...rules.map(({ text }) => text), ...rowNames].some((text) => word.test(text)),
    );
    expect(touched).toEqual(expect.arrayContaining(naming.map(({ id }) => id)));
  });

  test('are not those that this kernel lacks, nor those of which the default is not known', () => {
    expect(differingSettings(cases, { 'net.ipv4.tcp_tw_timeout': '10' }, {})).toEqual([]);
    expect(differingSettings(cases, {}, defaults)).toEqual([]);
    expect(differingSettings(cases, { 'net.ipv4.tcp_tw_timeout': '10' }, defaults)).toHaveLength(1);
  });

  test('are told apart by whether the cases ran with them', () => {
    const [found] = differingSettings(cases, { ...defaults, 'net.ipv4.ip_local_reserved_ports': '80' }, defaults);
    if (found === undefined) throw new Error('nothing differs');
    const result = { hostSettings: [found] } as unknown as MatrixResult;
    expect(hostSettingsText({ ...result, hostSettings: [] }, 80)).toEqual([]);
    const [left, ...more] = hostSettingsText(result, 400);
    expect(more).toEqual([]);
    expect(left).toMatch(/--host-settings.*\n {2}net\.ipv4\.ip_local_reserved_ports is 80 \(default: empty\)\. /);
    expect(hostSettingsText({ ...result, hostSettings: [{ ...found, used: true }] }, 400)[0]).toMatch(
      /^The cases ran with/,
    );
  });

  test('stand in Markdown and on the page as they do on the terminal', () => {
    const [found] = differingSettings(cases, { ...defaults, 'net.ipv4.tcp_fin_timeout': '7' }, defaults);
    if (found === undefined) throw new Error('nothing differs');
    const run = { kernel: '6.18', node: 'v24', mode: 'root', durationMs: 1, cases: [] } as const;
    for (const used of [true, false]) {
      const result: MatrixResult = { ...run, hostSettings: [{ ...found, used }] };
      const head = used ? 'The cases ran with these sysctls' : 'These sysctls of this machine differ';
      const setting = 'net.ipv4.tcp_fin_timeout is 7 (default: 60).';
      expect(hostSettingsText(result, 400).join()).toContain(head);
      for (const report of [matrixMarkdown, matrixPage]) {
        expect(report(result)).toContain(head);
        expect(report(result)).toContain(setting);
        expect(report(run)).not.toContain('sysctls');
      }
    }
  });
});

describeNeeding(canMakeNamespaces, 'needs network namespaces')('on a host with a sysctl of its own', () => {
  /** A command of the program there. Its namespace has tcp_fin_timeout 7. */
  async function there(...args: readonly string[]): Promise<string> {
    const script = 'echo 7 > /proc/sys/net/ipv4/tcp_fin_timeout && exec "$@"';
    const { stdout } = await run('unshare', ['-n', 'sh', '-c', script, 'sh', process.execPath, program, ...args]);
    return stdout;
  }

  test('it is found by what a new namespace has instead', () => {
    using host = NetworkNamespace.create();
    expect(host.run(() => hostSettings(cases))).toEqual([]);
    host.setSysctl('net.ipv4.tcp_fin_timeout', 7);
    const found = host.run(() => hostSettings(cases));
    expect(found).toMatchObject([{ name: 'net.ipv4.tcp_fin_timeout', value: '7', default: '60' }]);
  });

  test('doctor says so', async () => {
    expect(await there('doctor')).toMatch(/net\.ipv4\.tcp_fin_timeout is 7, by default 60; .*FIN_WAIT2.*\bL2\b/);
  });

  test('a case that it touches is run with the default, and says so; with --host-settings it runs with it', async () => {
    const [plain, asHost] = await Promise.all([
      there('case', 'L2', '--json'),
      there('case', 'L2', '--json', '--host-settings'),
    ]);
    const results = [plain, asHost].map((text) => JSON.parse(text) as MatrixResult);
    const lasting = results.map(({ cases: [seen] }) => {
      const row = seen?.rows.find(({ name }) => name === 'the client never closes');
      return JSON.stringify(row?.observed);
    });
    expect(lasting[0]).toContain('60 s');
    expect(lasting[1]).not.toContain('60 s');
    expect(results.map(({ hostSettings: found }) => found?.map(({ used }) => used))).toEqual([[false], [true]]);
  });

  test('a case that it does not touch says nothing of it', async () => {
    expect((JSON.parse(await there('case', 'R7', '--json')) as MatrixResult).hostSettings).toBeUndefined();
  });
});
