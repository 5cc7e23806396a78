import { describe, expect, test } from 'vitest';
import { destroySocket, UsageError } from '../../../src/index.js';
import { english } from '../../../src/lab/draw/report-words.js';
import { destroyLacking, lacking } from '../../../src/lab/run/needs.js';

describe('what a case needs', () => {
  test('is SOCK_DESTROY, and the kernel is asked to destroy a socket that cannot be', () => {
    const told: [target: unknown, count: number][] = [];
    const reason = destroyLacking((target) => {
      const count = destroySocket(target);
      told.push([target, count]);
      return count;
    });
    // A kernel without it says so in the same words.
    if (reason !== undefined)
      expect(english.notRun(reason)).toMatch(/^it needs SOCK_DESTROY: .*CONFIG_INET_DIAG_DESTROY/);
    else expect(told).toEqual([[expect.objectContaining({ localPort: 0, remotePort: 0, cookie: 0n }), 0]]);
  });

  test('is told as lacking where the kernel was built without it', () => {
    const without = (): number => {
      throw new UsageError('ERR_NOT_SUPPORTED', 'the kernel was built without CONFIG_INET_DIAG_DESTROY');
    };
    const reason = destroyLacking(without);
    expect(reason).toEqual({
      lacks: 'destroy-socket',
      said: 'the kernel was built without CONFIG_INET_DIAG_DESTROY',
    });
    const met = (): undefined => undefined;
    const nodes = { 'node-20': met, 'node-22': met, 'node-24': met, 'node-26': met };
    const others = { 'other-user': met, 'packet-socket': met, compiler: met, ipv6: met, ...nodes };
    const answers = { ...others, 'destroy-socket': () => reason };
    expect(lacking(['packet-socket', 'destroy-socket'], answers)).toBe(reason);
    expect(lacking(['packet-socket'], answers)).toBeUndefined();
  });

  test('is not lacking for another reason', () => {
    const broken = (): number => {
      throw new Error('something else');
    };
    expect(() => destroyLacking(broken)).toThrow('something else');
  });
});
