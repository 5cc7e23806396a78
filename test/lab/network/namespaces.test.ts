import { expect, onTestFinished, test, vi } from 'vitest';
import { newHost } from '../../../src/lab/network/namespaces.js';
import { NetworkNamespace } from '../../../src/netns/namespace.js';
import { readSysctl } from '../../../src/netns/sysctl.js';
import { canMakeNamespaces } from '../../support/namespaces.js';
import { describeNeeding, needs } from '../../support/needs.js';

function opened(make: () => NetworkNamespace): NetworkNamespace {
  const namespace = make();
  onTestFinished(() => namespace.close());
  return namespace;
}

function childEntries(): string | undefined {
  try {
    return readSysctl('net.ipv4.tcp_child_ehash_entries');
  } catch {
    return undefined;
  }
}

const reason = 'only root can make network namespaces in this process';
describeNeeding(canMakeNamespaces, reason)('a namespace of the lab', () => {
  test('has a small TCP hash of its own, and the limits of one that shares the machine’s', (context) => {
    needs(context, childEntries() !== undefined, 'Linux before 6.0 has no net.ipv4.tcp_child_ehash_entries');
    const before = childEntries();
    const [small, shared] = [opened(newHost), opened(() => NetworkNamespace.create())];
    expect(small.sysctl('net.ipv4.tcp_ehash_entries')).toBe('512');
    expect(Number(shared.sysctl('net.ipv4.tcp_ehash_entries'))).toBeLessThan(0);
    for (const name of ['net.ipv4.tcp_max_tw_buckets', 'net.ipv4.tcp_max_syn_backlog'])
      expect(small.sysctl(name)).toBe(shared.sysctl(name));
    // The machine's own setting stays.
    expect(childEntries()).toBe(before);
  });

  test('begins with the sysctls of SOCKWISE_LAB_SYSCTLS', () => {
    vi.stubEnv('SOCKWISE_LAB_SYSCTLS', JSON.stringify({ 'net.ipv4.tcp_timestamps': '0', 'net.core.somaxconn': '1' }));
    onTestFinished(() => void vi.unstubAllEnvs());
    const namespace = opened(newHost);
    expect(namespace.sysctl('net.ipv4.tcp_timestamps')).toBe('0');
    expect(namespace.sysctl('net.core.somaxconn')).toBe('1');
  });
});
