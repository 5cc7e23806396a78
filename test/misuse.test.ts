import { describe, expect, test } from 'vitest';
import * as sockwise from '../src/index.js';
import { canMakeNamespaces } from './support/namespaces.js';
import { describeNeeding } from './support/needs.js';
import { expectNoLeakedSockets } from './support/descriptors.js';
import { codeOf } from './support/sockets.js';

expectNoLeakedSockets();

const {
  encodeAddress,
  explanationText,
  explanationWords,
  findOwners,
  formatAddress,
  isLoopback,
  isWildcard,
  listSockets,
  NetworkNamespace,
  reservePort,
  Socket,
  supports,
  unmapped,
  waitForState,
} = sockwise;

/** What no caller could have meant, and every kind of value there is. */
const nonsense: readonly unknown[] = [
  null,
  1,
  Number.NaN,
  1n,
  true,
  Symbol('s'),
  () => {},
  [],
  {},
  Object.create(null),
  Object.create(null, { constructor: { get: () => expect.fail('looked at') } }),
];

const loose = (value: unknown): never => value as never;
/** Never a TypeError from inside, and never the error of another argument. */
const refused = /^ERR_(ARGUMENT_INVALID|ADDRESS_INVALID|OPTION_UNKNOWN|OUT_OF_RANGE)$/;

const calls: Readonly<
  Record<string, readonly [call: (value: unknown) => unknown, allowed?: (value: unknown) => boolean]>
> = {
  isLoopback: [(value) => isLoopback(loose(value))],
  isWildcard: [(value) => isWildcard(loose(value))],
  unmapped: [(value) => unmapped(loose(value))],
  formatAddress: [(value) => formatAddress(loose(value))],
  'formatAddress of a path': [(path) => formatAddress(loose({ family: 'unix', path }))],
  encodeAddress: [(value) => encodeAddress(loose(value))],
  'encodeAddress of a family': [(family) => encodeAddress(loose({ family }))],
  'reservePort({ options })': [
    (options) => reservePort(loose({ address: '127.0.0.1', options })).release(),
    // Nothing to set.
    (value) => typeof value === 'object' && value !== null,
  ],
  supports: [(value) => supports(loose(value))],
  'listSockets({ mark })': [(mark) => listSockets(loose({ mark }))],
  'listSockets({ localPort })': [(localPort) => listSockets(loose({ localPort })), (value) => value === 1],
  'waitForState(target)': [
    (target) => waitForState(loose(target), 'LISTEN', { deadlineMs: 0 }),
    // A descriptor, or a filter that every socket passes.
    (value) => value === 1 || (typeof value === 'object' && value !== null),
  ],
  findOwners: [(inodes) => findOwners(loose(inodes)), Array.isArray],
  'findOwners([inode])': [(inode) => findOwners([loose(inode)]), (value) => value === 1],
  explanationWords: [(language) => explanationWords(loose(language))],
  explanationText: [(explanation) => explanationText(loose(explanation))],
  'waitForState({ signal })': [(signal) => waitForState({ localPort: 1 }, 'gone', { signal: loose(signal) })],
};

describe('an argument of the wrong type is ERR_ARGUMENT_INVALID or what says more', () => {
  test.each(Object.entries(calls))('%s', async (_, [call, allowed = () => false]) => {
    for (const value of nonsense) {
      if (allowed(value)) continue;
      const code = await codeOf(() => call(value));
      expect([typeof value, code]).toEqual([typeof value, expect.stringMatching(refused)]);
    }
  });
});

describeNeeding(canMakeNamespaces, 'needs CAP_SYS_ADMIN')('a NetworkNamespace', () => {
  test('refuses what is no function, no namespace and no settings', async () => {
    using namespace = NetworkNamespace.create();
    for (const value of nonsense) {
      if (typeof value !== 'function')
        expect(await codeOf(() => namespace.run(loose(value)))).toBe('ERR_ARGUMENT_INVALID');
      expect(await codeOf(() => namespace.addVeth(loose(value), { name: 'a', peerName: 'b' }))).toBe(
        'ERR_ARGUMENT_INVALID',
      );
      const settings = (): unknown => namespace.addVeth(namespace, loose(value));
      expect(await codeOf(settings)).toBe('ERR_ARGUMENT_INVALID');
      expect(await codeOf(() => namespace.removeNeighbour(loose(value)))).toBe('ERR_ARGUMENT_INVALID');
    }
    expect(await codeOf(() => namespace.addAddress('lo', '10.0.0.1/8', loose(null)))).toBe('ERR_ARGUMENT_INVALID');
  });
});

describe('what the kernel can say is left to it', () => {
  test('a negative backlog is as long as the system allows', () => {
    using listener = Socket.open().bind({ address: '127.0.0.1' }).listen({ backlog: -1 });
    expect(listener.getOption('SO_ACCEPTCONN')).toBe(true);
  });

  test('SO_LINGER with negative seconds, and TCP_DEFER_ACCEPT -1', () => {
    using socket = Socket.open();
    socket.setOption('SO_LINGER', { on: true, seconds: -1 }).setOption('TCP_DEFER_ACCEPT', 7);
    expect(socket.getOption('SO_LINGER').on).toBe(true);
    expect(socket.getOption('TCP_DEFER_ACCEPT')).toBe(7);
    socket.setOption('TCP_DEFER_ACCEPT', -1);
    expect(socket.getOption('TCP_DEFER_ACCEPT')).toBe(0);
  });

  test('IP_LOCAL_PORT_RANGE with low above high is EINVAL', async (context) => {
    if (!supports('IP_LOCAL_PORT_RANGE')) context.skip('this kernel has no IP_LOCAL_PORT_RANGE');
    using socket = Socket.open();
    const set = (): unknown => socket.setOption('IP_LOCAL_PORT_RANGE', { low: 40_000, high: 30_000 });
    expect(await codeOf(set)).toBe('EINVAL');
  });
});

describeNeeding(canMakeNamespaces, 'needs CAP_SYS_ADMIN')('reservePort', () => {
  test('keeps the zone of a link-local address', () => {
    using namespace = NetworkNamespace.create();
    namespace.addAddress('lo', 'fe80::1/64');
    namespace.run(() => {
      using reservation = reservePort({ address: 'fe80::1%lo' });
      expect(reservation.address).toBe('fe80::1%lo');
      using socket = Socket.open({ family: 'IPv6' });
      expect(() => socket.bind({ address: reservation.address, port: reservation.port })).toThrow(
        expect.objectContaining({ code: 'EADDRINUSE' }),
      );
    });
  });
});
