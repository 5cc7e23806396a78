import { describe, expect, test, vi } from 'vitest';
import { destroySocket } from '../../src/netlink/destroy-socket.js';
import { lookUpSocket } from '../../src/netlink/look-up-socket.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { listSocketColumns } from '../../src/netlink/socket-columns.js';
import { NetlinkExchange } from '../../src/netlink/exchange.js';
import { ifIndexToName, ifNameToIndex } from '../../src/socket/interface-name.js';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { bound, codeOf, connection, type InternetSocket, listening } from '../support/sockets.js';
import { lacksBoundOnly, listsBoundOnly } from '../support/kernel.js';
import { needs } from '../support/needs.js';

expectNoLeakedSockets();

function tupleOf(socket: InternetSocket) {
  const [local, remote] = [socket.getsockname(), socket.getpeername()];
  return {
    localAddress: local.address,
    localPort: local.port,
    remoteAddress: remote.address,
    remotePort: remote.port,
  };
}

/** What `call` returns, and how many whole tables it made the kernel send. */
function counted<T>(call: () => T): [result: T, dumps: number] {
  const dump = vi.spyOn(NetlinkExchange.prototype, 'dump');
  try {
    return [call(), dump.mock.calls.length];
  } finally {
    dump.mockRestore();
  }
}

describe('lookUpSocket finds, without reading the table of the kernel,', () => {
  test('either end of a connection by its Socket, its descriptor and its four-tuple', async () => {
    const [client, accepted] = await connection();
    for (const socket of [client, accepted]) {
      const cookie = socket.getOption('SO_COOKIE');
      for (const target of [socket, socket.fd, tupleOf(socket)]) {
        const [row, dumps] = counted(() => lookUpSocket(target));
        expect([row?.cookie, row?.state, dumps]).toEqual([cookie, 'ESTABLISHED', 0]);
      }
    }
    client.close();
    accepted.close();
  });

  test('a UDP socket that is bound, to an address or to all, or connected', () => {
    using bare = bound('dgram');
    using everywhere = bound('dgram', '0.0.0.0');
    using six = bound('dgram', '::1');
    using connected = Socket.open({ type: 'dgram' });
    connected.tryConnect(bare.getsockname());
    for (const socket of [bare, everywhere, six, connected]) {
      const [row, dumps] = counted(() => lookUpSocket(socket));
      expect([row?.cookie, row?.protocol, dumps]).toEqual([socket.getOption('SO_COOKIE'), 'udp', 0]);
    }
    using shared = Socket.open({ type: 'dgram', options: { SO_REUSEPORT: true } }).bind({ address: '127.0.0.1' });
    using other = Socket.open({ type: 'dgram', options: { SO_REUSEPORT: true } }).bind(shared.getsockname());
    for (const socket of [shared, other]) expect(lookUpSocket(socket)?.cookie).toBe(socket.getOption('SO_COOKIE'));
  });

  test('one listener of several on one port', () => {
    const options = { SO_REUSEPORT: true };
    using first = Socket.open({ options }).bind({ address: '127.0.0.1' }).listen();
    const { port } = first.getsockname();
    using second = Socket.open({ options }).bind({ address: '127.0.0.1', port }).listen();
    for (const socket of [first, second])
      expect(lookUpSocket(socket)).toMatchObject({ cookie: socket.getOption('SO_COOKIE'), state: 'LISTEN' });
    using only = listening('::1');
    const [row, dumps] = counted(() => lookUpSocket(only));
    expect([row?.cookie, dumps]).toEqual([only.getOption('SO_COOKIE'), 0]);
  });

  test('a connection in listSockets, by a four-tuple', async () => {
    const [client, accepted] = await connection();
    const tuple = tupleOf(client);
    const [[row, ...others], dumps] = counted(() => listSockets({ ...tuple, info: true }));
    expect([row?.cookie, row?.info?.state, others, dumps]).toEqual([
      client.getOption('SO_COOKIE'),
      'ESTABLISHED',
      [],
      0,
    ]);
    // A condition that the kernel does not test in a look-up.
    expect(listSockets({ ...tuple, state: 'LISTEN' })).toEqual([]);
    expect(listSockets({ ...tuple, state: 'ESTABLISHED' })).toHaveLength(1);
    client.close();
    accepted.close();
    expect(lookUpSocket({ ...tuple, localPort: 1 })).toBeUndefined();
  });
});

describe('by reading the table', () => {
  test('lookUpSocket finds a cookie and a socket that is only bound, of TCP and UDP', async (context) => {
    needs(context, listsBoundOnly, lacksBoundOnly, 'kernel');
    for (const type of ['stream', 'dgram'] as const) {
      using socket = bound(type);
      const cookie = socket.getOption('SO_COOKIE');
      const { port } = socket.getsockname();
      const protocol = type === 'stream' ? 'tcp' : 'udp';
      expect(lookUpSocket(socket)).toMatchObject({ cookie, localPort: port, protocol });
      expect(lookUpSocket({ cookie })).toMatchObject({ cookie, localPort: port, protocol });
      expect(listSockets({ protocol, cookie }).map(({ localPort }) => localPort)).toEqual([port]);
      expect(listSocketColumns({ protocol, cookie }).length).toBe(1);
      expect(lookUpSocket({ cookie, protocol: type === 'stream' ? 'udp' : 'tcp' })).toBeUndefined();
      // The next number is a socket of somebody else. Without CAP_NET_ADMIN destroying is refused before one is looked for.
      if (type === 'stream' && canMakeNamespaces)
        expect(await codeOf(() => destroySocket({ protocol, cookie: 2n ** 64n - 2n }))).toBeUndefined();
    }
  });

  test('what is not there is undefined', () => {
    expect(lookUpSocket({ cookie: 2n ** 64n - 2n })).toBeUndefined();
    expect(listSockets({ cookie: 2n ** 64n - 2n })).toEqual([]);
  });
});

test.each<[unknown, string]>([
  [undefined, 'ERR_ARGUMENT_INVALID'],
  ['127.0.0.1:80', 'ERR_ARGUMENT_INVALID'],
  [-1, 'ERR_OUT_OF_RANGE'],
  [{}, 'ERR_ARGUMENT_INVALID'],
  [{ fd: '3' }, 'ERR_ARGUMENT_INVALID'],
  [{ cookie: 5 }, 'ERR_ARGUMENT_INVALID'],
  [{ cookie: -1n }, 'ERR_OUT_OF_RANGE'],
  [{ localAddress: '127.0.0.1', localPort: 1 }, 'ERR_ARGUMENT_INVALID'],
  [{ localAddress: '127.0.0.1', localPort: 1, remoteAddress: '127.0.0.1', remotePort: 65_536 }, 'ERR_OUT_OF_RANGE'],
  [{ localAddress: '127.0.0.1', localPort: 1, remoteAddress: '10.0.0.0/8', remotePort: 1 }, 'ERR_ADDRESS_INVALID'],
])('lookUpSocket refuses %o', async (target, code) => {
  expect(await codeOf(() => lookUpSocket(target as never))).toBe(code);
});

describe('dup', () => {
  test('is another owner of the same socket: the connection ends with the last', async () => {
    const [client, accepted] = await connection();
    const other = client.dup();
    expect(other.fd).not.toBe(client.fd);
    expect([other.family, other.getOption('SO_COOKIE')]).toEqual([client.family, client.getOption('SO_COOKIE')]);
    client.close();
    expect(client.closed).toBe(true);
    other.trySend('still here');
    expect((await accepted.recv({ timeoutMs: 5000 })).toString()).toBe('still here');
    const waiting = other.recv({ timeoutMs: 5000 });
    accepted.trySend('heard');
    expect((await waiting).toString()).toBe('heard');
    other.close();
    expect((await accepted.recv({ timeoutMs: 5000 })).length).toBe(0);
    accepted.close();
    expect(await codeOf(() => other.dup())).toBe('ERR_SOCKET_CLOSED');
  });

  test('each may wait for itself', async () => {
    using socket = bound();
    using other = socket.dup();
    const both = [socket.recv({ timeoutMs: 5000 }), other.recv({ timeoutMs: 5000 })];
    for (const text of ['one', 'two']) socket.trySend(text, { address: socket.getsockname() });
    expect((await Promise.all(both)).map(String).sort()).toEqual(['one', 'two']);
  });
});

describe('the name and index of an interface need no right', () => {
  test('lo', async () => {
    const index = ifNameToIndex('lo');
    expect(index).toBeGreaterThan(0);
    expect(ifIndexToName(index)).toBe('lo');
    expect(await codeOf(() => ifNameToIndex('no such'))).toBe('ENODEV');
    expect(await codeOf(() => ifNameToIndex('lo\0x'))).toBe('ERR_ARGUMENT_INVALID');
    expect(await codeOf(() => ifIndexToName(2 ** 30))).toBe('ENXIO');
    expect(await codeOf(() => ifIndexToName(-1))).toBe('ERR_OUT_OF_RANGE');
  });
});
