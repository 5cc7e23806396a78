import { describe, expect, test } from 'vitest';
import { type Endpoint, World } from '../../src/explain/world.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';

/** A socket with port 80 whose connect() failed, and what bind(2) of another to an address returns then. */
function afterRefusal(family: 'IPv4' | 'IPv6', address: string, to: string, source: string): (at: string) => unknown {
  const world = new World();
  world.open('A', { protocol: 'tcp', family });
  world.made('A', { call: 'bind', address, port: 80 }, 'ok', { local: { address, port: 80 } });
  world.made('A', { call: 'connect', address: to, port: 81 }, 'ECONNREFUSED', { local: { address: source, port: 80 } });
  world.open('B', { protocol: 'tcp', family: 'IPv4' });
  return (at) => world.predict('B', { call: 'bind', address: at, port: 80 }).outcome;
}

describe('World', () => {
  test('leaves ::ffff:0.0.0.0 the source that a failed connect() chose', () => {
    const bind = afterRefusal('IPv6', '::ffff:0.0.0.0', '::ffff:127.0.0.1', '::ffff:127.0.0.1');
    expect(['127.0.0.1', '127.0.0.2', '0.0.0.0'].map(bind)).toEqual(['EADDRINUSE', 'ok', 'EADDRINUSE']);
  });

  test.each([
    ['IPv4', '0.0.0.0', '127.0.0.1'],
    ['IPv6', '::', '::ffff:127.0.0.1'],
  ] as const)('makes a wildcard of %s one again', (family, wildcard, to) => {
    expect(afterRefusal(family, wildcard, to, wildcard)('127.0.0.2')).toBe('EADDRINUSE');
  });

  test('does not guess the source', () => {
    const world = new World();
    world.open('A', { protocol: 'tcp', family: 'IPv6' });
    const local = { address: '::ffff:0.0.0.0', port: 80 };
    world.made('A', { call: 'bind', ...local }, 'ok', { local });
    const to = { call: 'connect', address: '::ffff:127.0.0.1', port: 81 } as const;
    expect(() => world.made('A', to, 'ECONNREFUSED')).toThrow('local');
    expect(world.sockets()).toMatchObject([{ localAddress: '::ffff:0.0.0.0' }]);
  });

  test('keeps a chosen port where connect() fails before the state changes', () => {
    const world = new World();
    world.open('A', { protocol: 'tcp', family: 'IPv6' });
    const local = { address: '::', port: 40_001 };
    world.made('A', { call: 'bind', address: '::', port: 0 }, 'ok', { local });
    world.made('A', { call: 'connect', address: 'fe80::1', port: 81 }, 'EINVAL', { local });
    expect(world.sockets()).toMatchObject([{ localPort: 40_001 }]);
    world.made('A', { call: 'connect', address: '::1', port: 81 }, 'ECONNREFUSED', { local });
    expect(world.sockets()).toEqual([]);
  });

  test.each(['EADDRNOTAVAIL', 'EHOSTUNREACH', 'EACCES'])('keeps a chosen port where no route is found: %s', (code) => {
    const world = new World();
    world.open('A', { protocol: 'tcp', family: 'IPv6' });
    const local = { address: '::', port: 40_001 };
    world.made('A', { call: 'bind', address: '::', port: 0 }, 'ok', { local });
    world.made('A', { call: 'connect', address: 'fd00::1', port: 81 }, code, { local });
    expect(world.sockets()).toMatchObject([{ localPort: 40_001 }]);
  });

  test('gives a chosen port back where EADDRNOTAVAIL is of the four-tuple', () => {
    const world = new World();
    const [local, remote] = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, port: 40_001 })) as [
      Endpoint,
      Endpoint,
    ];
    for (const name of ['A', 'B']) {
      world.open(name, { protocol: 'tcp', family: 'IPv4' });
      world.made(name, { call: 'bind', address: local.address, port: 0 }, 'ok', { local });
    }
    const connect = { call: 'connect', ...remote } as const;
    world.made('B', connect, 'ok', { local, remote });
    world.made('A', connect, 'EADDRNOTAVAIL', { local });
    expect(world.sockets().map(({ name }) => name)).toEqual(['B']);
  });
});

describeNeeding(canMakeNamespaces, 'needs network namespaces')('the kernel', () => {
  test('keeps a chosen port where IPv6 has no source address', () => {
    using namespace = NetworkNamespace.create();
    namespace.removeAddress('lo', '::1/128');
    namespace.run(() => {
      using first = Socket.open({ family: 'IPv6' }).bind({ address: '::' });
      const { port } = first.getsockname();
      expect(() => first.tryConnect({ address: '::1', port: 80 })).toThrow(
        expect.objectContaining({ code: 'EADDRNOTAVAIL' }),
      );
      using second = Socket.open({ family: 'IPv6' });
      expect(() => second.bind({ address: '::', port })).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
    });
  });
});
