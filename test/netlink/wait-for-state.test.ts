import { afterEach, describe, expect, test, vi } from 'vitest';
import type { FourTuple, InternetAddress } from '../../src/address.js';
import type { SocketQuery } from '../../src/netlink/filter.js';
import { NetlinkExchange } from '../../src/netlink/exchange.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { type StateTarget, StateTimeoutError, waitForState } from '../../src/netlink/wait-for-state.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { socketDescriptors } from '../support/descriptors.js';
import { canMakeNamespaces, privateNetwork } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';
import { listsBoundOnly } from '../support/kernel.js';

const network = privateNetwork();
const openSocket: typeof Socket.open = (settings) => network.run(() => Socket.open(settings));
const list = ((query: SocketQuery) => network.run(() => listSockets(query))) as typeof listSockets;
const open: Disposable[] = [];

function use<T extends Disposable>(resource: T): T {
  open.push(resource);
  return resource;
}

afterEach(() => {
  for (const resource of open.splice(0).reverse()) resource[Symbol.dispose]();
});

function nameOf(socket: Socket): InternetAddress {
  const name = socket.getsockname();
  if (name.family !== 'IPv4' && name.family !== 'IPv6') throw new Error('not an internet socket');
  return name;
}

async function connection(
  address = '127.0.0.1',
): Promise<{ listener: Socket; near: Socket; far: Socket; tuple: FourTuple }> {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  const listener = use(openSocket({ family })).bind({ address }).listen();
  const near = use(openSocket({ family }));
  const { port } = nameOf(listener);
  near.bind({ address });
  await near.connect({ address, port }, { timeoutMs: 2000 });
  const far = use(await listener.accept({ timeoutMs: 2000 }));
  return {
    listener,
    near,
    far,
    tuple: { localAddress: address, localPort: nameOf(near).port, remoteAddress: address, remotePort: port },
  };
}

function mirrored({ localAddress, localPort, remoteAddress, remotePort }: FourTuple): FourTuple {
  return { localAddress: remoteAddress, localPort: remotePort, remoteAddress: localAddress, remotePort: localPort };
}

// Where the machine's own network has to do, other programs may have sockets on the same port, but not on this address.
const alone = '127.83.117.98';

const atOnce = { deadlineMs: 0 };

describe.skipIf(process.platform !== 'linux')('waitForState', () => {
  test.each(['127.0.0.1', '::1'])(
    'follows a connection of %s by its four-tuple until it is in TIME_WAIT',
    async (address) => {
      const { near, far, tuple } = await connection(address);
      expect(await network.waitForState(tuple, 'ESTABLISHED', atOnce)).toMatchObject({
        state: 'ESTABLISHED',
        ...tuple,
      });
      const closing = network.waitForState(tuple, 'TIME_WAIT');
      near.close();
      await network.waitForState(mirrored(tuple), 'CLOSE_WAIT');
      far.close();
      expect(await closing).toMatchObject({ state: 'TIME_WAIT', ...tuple });
      expect(await network.waitForState(mirrored(tuple), 'gone')).toBeUndefined();
    },
  );

  test('finds a socket by itself and by its descriptor', async () => {
    const { listener, near, far } = await connection();
    expect((await network.waitForState(listener, 'LISTEN', atOnce)).localPort).toBe(nameOf(listener).port);
    expect((await network.waitForState(near, 'ESTABLISHED', atOnce)).localPort).toBe(nameOf(near).port);
    expect((await network.waitForState(far.fd, 'ESTABLISHED', atOnce)).remotePort).toBe(nameOf(near).port);
  });

  test('says where this kernel lists no socket that is only bound', () => {
    const message = (running: string): string => new StateTimeoutError('BOUND', ['gone'], 5, { running }).message;
    expect(message('6.1.176')).toBe(
      'waitForState: not BOUND within 5 ms, last seen gone (Linux lists sockets that are only bound from 6.8 on, this is 6.1.176)',
    );
    expect(message('6.8.0')).toMatch(/last seen gone$/);
    expect(new StateTimeoutError('LISTEN', ['gone'], 5, { running: '6.1.176' }).message).toMatch(/last seen gone$/);
  });

  test('knows a socket that is only bound, or still connecting', async () => {
    const listener = use(openSocket({})).bind({ address: '127.0.0.1' });
    if (listsBoundOnly) expect(await network.waitForState(listener, 'BOUND', atOnce)).toMatchObject({ remotePort: 0 });
    listener.listen({ backlog: 0 });
    const first = use(openSocket({}));
    await first.connect({ address: '127.0.0.1', port: nameOf(listener).port }, { timeoutMs: 2000 });
    const second = use(openSocket({}));
    // Linux admits one connection more than the backlog says; the SYN after that is dropped.
    expect(second.tryConnect({ address: '127.0.0.1', port: nameOf(listener).port })).toBe(false);
    expect(await network.waitForState(second, 'SYN_SENT')).toMatchObject({ timer: { kind: 'retransmit' } });
  });

  test('knows the TIME_WAIT of a socket whose descriptor is still open', async () => {
    const { near, far } = await connection();
    near.shutdown('write');
    await network.waitForState(far, 'CLOSE_WAIT');
    far.close();
    expect((await network.waitForState(near, 'TIME_WAIT')).inode).toBe(0);
    expect(near.closed).toBe(false);
  });

  test('goes on watching a socket that is closed meanwhile', async () => {
    const { near, far } = await connection();
    const gone = network.waitForState(near, 'gone');
    await near.send(Buffer.from('never read'));
    near.close();
    // Data nobody read makes this close a reset, which ends the other side too.
    far.close();
    expect(await gone).toBeUndefined();
  });

  test('the listener of the same address and port is not taken for a connection that is gone', async () => {
    const { listener, tuple } = await connection();
    const none = { ...mirrored(tuple), remotePort: 1 };
    expect(list({ localPort: tuple.remotePort, localAddress: '127.0.0.1', state: 'LISTEN' })).toHaveLength(1);
    expect(await network.waitForState(none, 'gone', atOnce)).toBeUndefined();
    expect(listener.closed).toBe(false);
  });

  test('a four-tuple in IPv4 finds a v4-mapped socket', async () => {
    const listener = use(openSocket({ family: 'IPv6' }))
      .bind({ address: '::' })
      .listen();
    const near = use(openSocket({}));
    const { port } = nameOf(listener);
    await near.connect({ address: '127.0.0.1', port }, { timeoutMs: 2000 });
    const tuple = {
      localAddress: '127.0.0.1',
      localPort: port,
      remoteAddress: '127.0.0.1',
      remotePort: nameOf(near).port,
    };
    expect(await network.waitForState(tuple, 'ESTABLISHED')).toMatchObject({
      family: 'IPv6',
      localAddress: '::ffff:127.0.0.1',
    });
  });

  test('of a filter one match is enough, and gone means none', async () => {
    const { near, far, listener } = await connection(alone);
    const { port } = nameOf(listener);
    expect(await network.waitForState({ port, localAddress: alone }, 'LISTEN', atOnce)).toMatchObject({
      localPort: port,
    });
    await expect(network.waitForState({ port, localAddress: alone }, 'gone', atOnce)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_TIMED_OUT' }),
    );
    listener.close();
    await near.send(Buffer.from('never read'));
    near.close();
    far.close();
    expect(await network.waitForState({ port, localAddress: alone }, 'gone')).toBeUndefined();
  });

  test('looks a connection and a listener up by name, and reads the table only for what has none', async () => {
    const { listener, near, far, tuple } = await connection();
    const dump = vi.spyOn(NetlinkExchange.prototype, 'dump');
    try {
      await network.waitForState(near, 'ESTABLISHED', atOnce);
      await network.waitForState(far.fd, 'ESTABLISHED', atOnce);
      await network.waitForState(listener, 'LISTEN', atOnce);
      const closing = network.waitForState(near, 'TIME_WAIT');
      near.close();
      await network.waitForState(far, 'CLOSE_WAIT');
      far.close();
      expect(await closing).toMatchObject({ state: 'TIME_WAIT', ...tuple });
      expect(dump).not.toHaveBeenCalled();
      // Without it nothing is ever found that is only bound.
      if (!listsBoundOnly) return;
      const bound = use(openSocket({})).bind({ address: '127.0.0.1' });
      await network.waitForState(bound, 'BOUND', atOnce);
      expect(dump).toHaveBeenCalled();
    } finally {
      dump.mockRestore();
    }
  });

  test('finds each of two listeners that share an address', async () => {
    const options = { SO_REUSEPORT: true };
    const one = use(openSocket({ options })).bind({ address: '127.0.0.1' }).listen();
    const two = use(openSocket({ options })).bind(nameOf(one)).listen();
    for (const listener of [one, two]) {
      const row = await network.waitForState(listener, 'LISTEN', atOnce);
      expect(row.cookie).toBe(listener.getOption('SO_COOKIE'));
    }
    one.close();
    expect((await network.waitForState(two, 'LISTEN', atOnce)).cookie).toBe(two.getOption('SO_COOKIE'));
  });

  test('says which state it saw last when the deadline has passed', async () => {
    const { tuple } = await connection();
    await expect(network.waitForState(tuple, 'TIME_WAIT', { deadlineMs: 20 })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_TIMED_OUT', wanted: 'TIME_WAIT', lastStates: ['ESTABLISHED'] }),
    );
    await expect(network.waitForState({ ...tuple, localPort: 1 }, 'LISTEN', atOnce)).rejects.toThrow(
      expect.objectContaining({ lastStates: ['gone'] }),
    );
  });

  test('rejects with the reason of its signal', async () => {
    const { tuple } = await connection();
    const controller = new AbortController();
    const waiting = network.waitForState(tuple, 'TIME_WAIT', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(network.waitForState(tuple, 'ESTABLISHED', { signal: controller.signal })).rejects.toThrow('enough');
  });

  test('refuses what can never be listed', async () => {
    const fresh = use(openSocket({}));
    const closed = openSocket({});
    closed.close();
    const refused: [unknown, unknown, string][] = [
      [fresh, 'BOUND', 'ERR_ARGUMENT_INVALID'],
      [closed, 'BOUND', 'ERR_SOCKET_CLOSED'],
      [use(openSocket({ family: 'unix' })), 'LISTEN', 'ERR_NOT_SUPPORTED'],
      [1.5, 'LISTEN', 'ERR_OUT_OF_RANGE'],
      [-1, 'LISTEN', 'ERR_OUT_OF_RANGE'],
      [2 ** 31 - 1, 'LISTEN', 'EBADF'],
      [{ port: 1, state: 'LISTEN' }, 'LISTEN', 'ERR_ARGUMENT_INVALID'],
      [null, 'LISTEN', 'ERR_ARGUMENT_INVALID'],
      [{ port: 1 }, 'listen', 'ERR_ARGUMENT_INVALID'],
    ];
    for (const [target, state, code] of refused) {
      await expect(network.waitForState(target as StateTarget, state as 'LISTEN', atOnce)).rejects.toThrow(
        expect.objectContaining({ code }),
      );
    }
    await expect(network.waitForState({ port: 1 }, 'LISTEN', { deadlineMs: Number.NaN })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
  });

  test('closes its netlink socket, however it ends', async () => {
    const { tuple } = await connection();
    // Which ones, not how many: one that an earlier test has left may be collected, and closed, meanwhile.
    const before = new Set(socketDescriptors());
    const opened = (): string[] => socketDescriptors().filter((one) => !before.has(one));
    const waiting = network.waitForState(tuple, 'TIME_WAIT', { deadlineMs: 20 });
    const during = opened();
    await expect(waiting).rejects.toThrow();
    expect(during).toHaveLength(1);
    await network.waitForState(tuple, 'ESTABLISHED');
    expect(opened()).toEqual([]);
  });
});

describeNeeding(canMakeNamespaces, 'no CAP_SYS_ADMIN')('waitForState and namespaces', () => {
  test('looks in the namespace of the call, and refuses a socket of another', async () => {
    using namespace = NetworkNamespace.create();
    const listener = namespace.run(() => use(Socket.open({})).bind({ address: '127.0.0.1', port: 80 }).listen());
    expect(await namespace.waitForState(listener, 'LISTEN', atOnce)).toMatchObject({ localPort: 80 });
    await expect(waitForState(listener, 'LISTEN', atOnce)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }),
    );
    const gone = namespace.waitForState({ localPort: 80 }, 'gone');
    listener.close();
    expect(await gone).toBeUndefined();
  });

  test('a four-tuple finds a connection that is bound to an interface', async () => {
    using namespace = NetworkNamespace.create();
    const listener = namespace.run(() => use(Socket.open({})).bind({ address: '127.0.0.1', port: 80 }).listen());
    const near = namespace.run(() => use(Socket.open({}))).bind({ address: '127.0.0.1', port: 1234 });
    near.setOption('SO_BINDTODEVICE', 'lo');
    await near.connect({ address: '127.0.0.1', port: 80 }, { timeoutMs: 2000 });
    const tuple = { localAddress: '127.0.0.1', localPort: 1234, remoteAddress: '127.0.0.1', remotePort: 80 };
    expect(await namespace.waitForState(tuple, 'ESTABLISHED', atOnce)).toMatchObject({ interfaceIndex: 1 });
    expect(await namespace.waitForState({ ...tuple, interfaceIndex: 1 }, 'ESTABLISHED', atOnce)).toMatchObject({
      localPort: 1234,
    });
    const dump = vi.spyOn(NetlinkExchange.prototype, 'dump');
    expect(await namespace.waitForState(near, 'ESTABLISHED', atOnce)).toMatchObject({ interfaceIndex: 1 });
    expect(dump).not.toHaveBeenCalled();
    dump.mockRestore();
    expect(listener.closed).toBe(false);
  });
});
