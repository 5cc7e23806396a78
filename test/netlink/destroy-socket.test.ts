import { afterEach, beforeEach, expect, test } from 'vitest';
import { destroySocket } from '../../src/netlink/destroy-socket.js';
import type { SocketFilter } from '../../src/netlink/filter.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding, needs } from '../support/needs.js';
import { lacksBoundOnly, listsBoundOnly, noDestroy } from '../support/kernel.js';

describeNeeding(canMakeNamespaces, 'no CAP_SYS_ADMIN')('destroySocket', () => {
  const open: Disposable[] = [];
  let namespace: NetworkNamespace;

  beforeEach(() => {
    namespace = NetworkNamespace.create();
  });

  afterEach(() => {
    for (const resource of open.splice(0).reverse()) resource[Symbol.dispose]();
    namespace.close();
  });

  function use<T extends Disposable>(resource: T): T {
    open.push(resource);
    return resource;
  }

  const destroy = (target: SocketFilter): number => namespace.run(() => destroySocket(target));
  const states = (filter: SocketFilter): string[] => namespace.run(() => listSockets(filter)).map(({ state }) => state);

  async function connection(): Promise<{ listener: Socket; near: Socket; far: Socket }> {
    const listener = namespace
      .run(() => use(Socket.open({})))
      .bind({ address: '127.0.0.1', port: 80 })
      .listen();
    const near = namespace.run(() => use(Socket.open({}))).bind({ address: '127.0.0.1', port: 1234 });
    await near.connect({ address: '127.0.0.1', port: 80 }, { timeoutMs: 2000 });
    return { listener, near, far: use(await listener.accept({ timeoutMs: 2000 })) };
  }

  test('resets a connection: ECONNABORTED here, ECONNRESET there', async (context) => {
    needs(context, noDestroy === undefined, noDestroy ?? '', 'kernel');
    const { near, far } = await connection();
    const [row] = namespace.run(() => listSockets({ localPort: 1234 }));
    if (row === undefined) throw new Error('no row');
    expect(row.state).toBe('ESTABLISHED');
    expect(namespace.run(() => destroySocket(row))).toBe(1);
    await expect(near.recv({ timeoutMs: 2000 })).rejects.toThrow(expect.objectContaining({ code: 'ECONNABORTED' }));
    await expect(far.recv({ timeoutMs: 2000 })).rejects.toThrow(expect.objectContaining({ code: 'ECONNRESET' }));
    expect(namespace.run(() => destroySocket(row))).toBe(0);
  });

  test('forgets a TIME_WAIT', async (context) => {
    needs(context, noDestroy === undefined, noDestroy ?? '', 'kernel');
    const { near, far } = await connection();
    near.close();
    await namespace.waitForState({ localPort: 80, remotePort: 1234 }, 'CLOSE_WAIT');
    far.close();
    await namespace.waitForState({ localPort: 1234 }, 'TIME_WAIT');
    expect(destroy({ state: 'TIME_WAIT' })).toBe(1);
    expect(states({ localPort: 1234 })).toEqual([]);
  });

  test('a listener on a port given by number keeps it, and is only bound', (context) => {
    needs(context, noDestroy === undefined, noDestroy ?? '', 'kernel');
    const listener = namespace
      .run(() => use(Socket.open({})))
      .bind({ address: '127.0.0.1', port: 80 })
      .listen();
    expect(states({ localPort: 80 })).toEqual(['LISTEN']);
    expect(destroy({ localPort: 80 })).toBe(1);
    expect(states({ localPort: 80 })).toEqual(listsBoundOnly ? ['BOUND'] : []);
    expect(listener.closed).toBe(false);
  });

  test('a socket that is only bound is not found: none of a filter, an error for a row', (context) => {
    needs(context, listsBoundOnly, lacksBoundOnly, 'kernel');
    namespace.run(() => use(Socket.open({}))).bind({ address: '127.0.0.1', port: 80 });
    expect(destroy({ localPort: 80 })).toBe(0);
    const [row] = namespace.run(() => listSockets({ localPort: 80 }));
    if (row === undefined) throw new Error('no row');
    expect(() => namespace.run(() => destroySocket(row))).toThrow(
      expect.objectContaining({ code: 'ERR_NOT_SUPPORTED' }),
    );
  });

  test('an empty filter is refused', () => {
    expect(() => destroy({})).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }));
    expect(() => destroySocket(null as unknown as SocketFilter)).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }),
    );
  });
});
