import { describe, expect, test } from 'vitest';
import { canMakeNamespaces } from '../support/namespaces.js';
import { matrix } from '../support/matrix.js';
import { needs } from '../support/needs.js';

// What a host may have set, and cases that meet it, with what they then say.
const settings = [
  ['net.ipv4.tcp_max_tw_buckets', '0', ['G1', 'G6', 'C13', 'L2'], /./],
  ['net.ipv4.tcp_timestamps', '0', ['S14'], /./],
  ['net.core.somaxconn', '1', ['C14', 'S18'], /the accept queue of 192\.168\.0\.1:\d+ on \w+ is full: 2 connections/],
  ['net.ipv4.tcp_ecn', '1', ['G3'], /ECN/],
] as const;

describe.each(settings)('where the hosts have %s %s', (sysctl, value, ids, says) => {
  test('every case ends with a verdict or a reason', { timeout: 60_000 }, async (context) => {
    needs(context, canMakeNamespaces, 'only root can make network namespaces in this process');
    const env = { SOCKWISE_LAB_SYSCTLS: JSON.stringify({ [sysctl]: value }) };
    const { cases } = await matrix(['--patience', '2', '--case', ...ids], { deadlineMs: 55_000, env });
    expect(cases.map(({ id, error }) => [id, error])).toEqual(ids.map((id) => [id, undefined]));
    for (const { because } of cases) expect(because).toMatch(says);
    for (const { verdict, because } of cases) if (verdict === 'skipped') expect(because).toMatch(/did not come about/);
  });
});
