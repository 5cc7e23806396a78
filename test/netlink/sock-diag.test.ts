import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { InternetAddress } from '../../src/address.js';
import type { SocketQuery } from '../../src/netlink/filter.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { listSocketColumns } from '../../src/netlink/socket-columns.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { canMakeNamespaces, openDescriptors, privateNetwork } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { lacksBoundOnly, listsBoundOnly } from '../support/kernel.js';

const network = privateNetwork();
const openSocket: typeof Socket.open = (settings) => network.run(() => Socket.open(settings));
const list = ((query: SocketQuery) => network.run(() => listSockets(query))) as typeof listSockets;
const columnsOf: typeof listSocketColumns = (query) => network.run(() => listSocketColumns(query));
// Where the machine's own network has to do, other programs may have sockets on the same port, but not on this address.
const alone = '127.83.117.99';

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

function bound(address = '127.0.0.1', type: 'stream' | 'dgram' = 'stream'): Socket {
  return use(openSocket({ family: address.includes(':') ? 'IPv6' : 'IPv4', type })).bind({ address });
}

async function connected(listener: Socket, address = '127.0.0.1'): Promise<{ near: Socket; far: Socket }> {
  const near = use(openSocket({ family: address.includes(':') ? 'IPv6' : 'IPv4' }));
  if (address === alone) near.bind({ address });
  await near.connect({ address, port: nameOf(listener).port }, { timeoutMs: 2000 });
  return { near, far: use(await listener.accept({ timeoutMs: 2000 })) };
}

describe.skipIf(process.platform !== 'linux')('listSockets', () => {
  test('lists a listener with its accept queue and its backlog', async () => {
    const listener = bound().listen({ backlog: 7 });
    const { port } = nameOf(listener);
    const [before] = list({ localPort: port, localAddress: '127.0.0.1', state: 'LISTEN' });
    expect(before).toMatchObject({
      protocol: 'tcp',
      family: 'IPv4',
      state: 'LISTEN',
      localAddress: '127.0.0.1',
      localPort: port,
      remotePort: 0,
      receiveQueue: 0,
      sendQueue: 7,
      uid: process.getuid?.(),
    });
    const near = use(openSocket({}));
    await near.connect({ address: '127.0.0.1', port }, { timeoutMs: 2000 });
    expect(list({ localPort: port, localAddress: '127.0.0.1', state: 'LISTEN' })[0]?.receiveQueue).toBe(1);
  });

  test('lists a socket that is only bound', (context) => {
    needs(context, listsBoundOnly, lacksBoundOnly, 'kernel');
    const socket = use(openSocket({}));
    socket.bind({ address: alone });
    const { port } = nameOf(socket);
    expect(list({ localPort: port, localAddress: alone }).map(({ state }) => state)).toEqual(['BOUND']);
    expect(list({ localPort: port, localAddress: alone, state: 'BOUND' })).toHaveLength(1);
    expect(list({ localPort: port, localAddress: alone, state: ['LISTEN', 'CLOSE'] })).toHaveLength(0);
  });

  test('lists both ends of a connection, and what was not read yet', async () => {
    const listener = bound(alone).listen();
    const { near, far } = await connected(listener, alone);
    await far.send(Buffer.from('12345'));
    const [row, ...others] = list({ localPort: nameOf(near).port, remotePort: nameOf(listener).port });
    expect(others).toEqual([]);
    expect(row).toMatchObject({ state: 'ESTABLISHED', receiveQueue: 5, shutdown: { read: false, write: false } });
    expect(list({ port: nameOf(near).port, localAddress: alone })).toHaveLength(2);
  });

  test('tells a closed FIN_WAIT2 and a TIME_WAIT by timer and time left', async () => {
    const listener = bound().listen();
    const { near, far } = await connected(listener);
    const filter = { localPort: nameOf(near).port, remotePort: nameOf(listener).port };
    expect(list(filter)[0]?.timer?.kind).not.toBe('time-wait');
    near.close();
    expect(await network.waitForState(filter, 'FIN_WAIT2')).toMatchObject({ inode: 0, timer: { kind: 'time-wait' } });
    far.close();
    await network.waitForState(filter, 'TIME_WAIT');
    const [row] = list({ ...filter, state: 'TIME_WAIT' });
    expect(row).toMatchObject({ state: 'TIME_WAIT', inode: 0, timer: { kind: 'time-wait', retransmits: 0 } });
    expect(row?.timer?.remainingMs).toBeGreaterThan(50_000);
    expect(row?.timer?.remainingMs).toBeLessThanOrEqual(60_000);
    expect(list({ ...filter, state: 'FIN_WAIT2' })).toEqual([]);
  });

  test('a v4-mapped connection is IPv6 and matches an IPv4 address', async () => {
    const listener = bound('::').listen();
    const { near } = await connected(listener);
    const filter: SocketQuery = { localPort: nameOf(listener).port, remotePort: nameOf(near).port };
    expect(list({ ...filter, localAddress: '127.0.0.1' })).toMatchObject([
      { family: 'IPv6', localAddress: '::ffff:127.0.0.1', state: 'ESTABLISHED' },
    ]);
    expect(list({ ...filter, family: 'IPv4' })).toEqual([]);
    expect(list({ ...filter, localAddress: '127.0.0.2' })).toEqual([]);
  });

  test('tells IPV6_V6ONLY of a listener', () => {
    const listener = bound('::1').listen();
    expect(list({ localPort: nameOf(listener).port, localAddress: '::1' })).toMatchObject([
      { family: 'IPv6', localAddress: '::1', v6only: true },
    ]);
    const dual = bound('::').listen();
    expect(list({ localPort: nameOf(dual).port, localAddress: '::' })).toMatchObject([
      { localAddress: '::', v6only: false },
    ]);
  });

  test('leaves out details that were not asked for, and sends those that were', () => {
    const listener = bound(alone).listen();
    const filter = { localPort: nameOf(listener).port, localAddress: alone };
    const [plain] = list(filter);
    for (const detail of ['info', 'memory', 'congestion', 'tos']) expect(plain).not.toHaveProperty(detail);
    const [full] = list({ ...filter, info: true, memory: true, congestion: true, tos: true });
    expect(full?.info).toMatchObject({ state: 'LISTEN', unacked: 0, sacked: 511 });
    expect(full?.info).toEqual(listener.getOption('TCP_INFO'));
    expect(full?.memory?.receiveBuffer).toBeGreaterThan(0);
    expect(full?.congestion).toMatch(/^[a-z]+/);
    expect(full?.tos).toBe(0);
  });

  test.each<[string, (port: number) => SocketQuery, number]>([
    ['a local port range around it', (port) => ({ localPort: { low: port, high: port } }), 1],
    ['a range below it', (port) => ({ localPort: { low: 0, high: port - 1 } }), 0],
    ['its port on either side', (port) => ({ port }), 1],
    ['its address', (port) => ({ localPort: port, localAddress: alone }), 1],
    ['its prefix', (port) => ({ localPort: port, localAddress: '127.0.0.0/8' }), 1],
    ['every IPv4 address', (port) => ({ localPort: port, localAddress: '0.0.0.0/0' }), 1],
    ['another prefix', (port) => ({ localPort: port, localAddress: '10.0.0.0/8' }), 0],
    ['the wildcard, which it is not bound to', (port) => ({ localPort: port, localAddress: '0.0.0.0' }), 0],
    ['an IPv6 prefix', (port) => ({ localPort: port, localAddress: 'fd00::/8' }), 0],
    ['its remote address, which is none', (port) => ({ localPort: port, remoteAddress: alone }), 0],
    ['no interface', (port) => ({ localPort: port, interfaceIndex: 0 }), 1],
    ['another interface', (port) => ({ localPort: port, interfaceIndex: 1 }), 0],
    ['IPv6', (port) => ({ localPort: port, family: 'IPv6' }), 0],
    ['UDP', (port) => ({ localPort: port, protocol: 'udp' }), 0],
  ])('the kernel filters by %s', (_, query, count) => {
    const { port } = nameOf(bound(alone).listen());
    expect(list({ localPort: port, localAddress: alone })).toHaveLength(1);
    const own = list(query(port)).filter((row) => row.localAddress === alone && row.localPort === port);
    expect(own).toHaveLength(count);
  });

  test('lists UDP sockets: CLOSE, and ESTABLISHED once connected', async () => {
    const receiver = bound('127.0.0.1', 'dgram');
    const sender = bound('127.0.0.1', 'dgram');
    const filter: SocketQuery = { protocol: 'udp', localPort: nameOf(sender).port };
    expect(list(filter)).toMatchObject([{ protocol: 'udp', state: 'CLOSE', remotePort: 0 }]);
    await sender.connect({ address: '127.0.0.1', port: nameOf(receiver).port });
    expect(list(filter)).toMatchObject([{ state: 'ESTABLISHED', remotePort: nameOf(receiver).port }]);
  });

  test('lists unix sockets by abstract name, with their peers', async () => {
    const path = `\0sockwise-${randomUUID()}`;
    expect(list({ protocol: 'unix', path })).toEqual([]);
    const listener = use(openSocket({ family: 'unix' }))
      .bind({ path })
      .listen({ backlog: 3 });
    expect(list({ protocol: 'unix', path })).toMatchObject([{ type: 'stream', state: 'LISTEN', path, sendQueue: 3 }]);
    const near = use(openSocket({ family: 'unix' }));
    await near.connect({ path });
    const far = use(await listener.accept({ timeoutMs: 2000 }));
    await near.send(Buffer.from('123'));
    const [row] = list({ protocol: 'unix', path, state: 'ESTABLISHED', memory: true });
    const [peer] = list({ protocol: 'unix' }).filter(({ inode }) => inode === row?.peerInode);
    expect(row).toMatchObject({ path, receiveQueue: 3, uid: process.getuid?.() });
    expect(row?.memory?.sendBuffer).toBeGreaterThan(0);
    expect(peer?.peerInode).toBe(row?.inode);
    expect(far.closed).toBe(false);
  });

  test.each<[string, SocketQuery, string]>([
    ['an unknown field', { locaPort: 1 } as SocketQuery, 'ERR_ARGUMENT_INVALID'],
    ['an unknown protocol', { protocol: 'icmp' } as unknown as SocketQuery, 'ERR_ARGUMENT_INVALID'],
    ['an unknown family', { family: 4 } as unknown as SocketQuery, 'ERR_ARGUMENT_INVALID'],
    ['an unknown state', { state: 'OPEN' } as unknown as SocketQuery, 'ERR_ARGUMENT_INVALID'],
    ['an object for a state', { state: 'toString' } as unknown as SocketQuery, 'ERR_ARGUMENT_INVALID'],
    ['a port below zero', { port: -1 }, 'ERR_OUT_OF_RANGE'],
    ['a port above 65535', { localPort: 65_536 }, 'ERR_OUT_OF_RANGE'],
    ['half a port', { remotePort: 1.5 }, 'ERR_OUT_OF_RANGE'],
    ['NaN', { port: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    ['a range upside down', { port: { low: 2, high: 1 } }, 'ERR_OUT_OF_RANGE'],
    ['a text for a port', { port: '80' } as unknown as SocketQuery, 'ERR_ARGUMENT_INVALID'],
    ['a name for an address', { localAddress: 'localhost' }, 'ERR_ADDRESS_INVALID'],
    ['an empty address', { localAddress: '' }, 'ERR_ADDRESS_INVALID'],
    ['a prefix too long', { localAddress: '10.0.0.0/33' }, 'ERR_ADDRESS_INVALID'],
    ['a prefix of no length', { localAddress: '10.0.0.0/' }, 'ERR_ADDRESS_INVALID'],
    ['a number for a cgroup', { cgroupId: 1 } as unknown as SocketQuery, 'ERR_ARGUMENT_INVALID'],
    ['null', null as unknown as SocketQuery, 'ERR_ARGUMENT_INVALID'],
    ['a port of a unix socket', { protocol: 'unix', port: 1 } as unknown as SocketQuery, 'ERR_ARGUMENT_INVALID'],
  ])('refuses %s', (_, query, code) => {
    const before = openDescriptors();
    expect(() => list(query)).toThrow(expect.objectContaining({ code }));
    expect(openDescriptors()).toBe(before);
  });

  test('leaves no descriptor behind', () => {
    const before = openDescriptors();
    for (let i = 0; i < 50; i += 1) list();
    expect(openDescriptors()).toBe(before);
  });
});

describe.skipIf(process.platform !== 'linux')('listSocketColumns', () => {
  test('holds what listSockets lists', async () => {
    const listener = bound('::').listen();
    const { near } = await connected(listener);
    await connected(listener, '::1');
    const closing = { localPort: nameOf(near).port, remotePort: nameOf(listener).port };
    near.close();
    // The last state it reaches by itself: rows that change between two looks cannot be compared.
    await network.waitForState(closing, 'FIN_WAIT2');
    const filter = {
      port: nameOf(listener).port,
      state: ['LISTEN', 'ESTABLISHED', 'FIN_WAIT2', 'CLOSE_WAIT'],
    } as const;
    const rows = list(filter);
    const columns = columnsOf(filter);
    expect(rows.length).toBeGreaterThanOrEqual(5);
    expect(columns.length).toBe(rows.length);
    rows.forEach((row, index) => {
      expect({
        family: columns.families[index] === 2 ? 'IPv4' : 'IPv6',
        state: columns.stateOf(index),
        localAddress: columns.localAddressOf(index),
        localPort: columns.localPorts[index],
        remoteAddress: columns.remoteAddressOf(index),
        remotePort: columns.remotePorts[index],
        timer: columns.timerOf(index),
        receiveQueue: columns.receiveQueues[index],
        sendQueue: columns.sendQueues[index],
        uid: columns.uids[index],
        inode: columns.inodes[index],
        interfaceIndex: columns.interfaceIndexes[index],
        cookie: columns.cookies[index],
      }).toEqual({
        family: row.family,
        state: row.state,
        localAddress: row.localAddress,
        localPort: row.localPort,
        remoteAddress: row.remoteAddress,
        remotePort: row.remotePort,
        timer: row.timer?.kind,
        receiveQueue: row.receiveQueue,
        sendQueue: row.sendQueue,
        uid: row.uid,
        inode: row.inode,
        interfaceIndex: row.interfaceIndex,
        cookie: row.cookie,
      });
    });
  });

  test('grows over many thousand sockets without losing one', (context) => {
    needs(context, canMakeNamespaces, 'no CAP_SYS_ADMIN');
    using namespace = NetworkNamespace.create();
    const count = 3000;
    const sockets = namespace.run(() =>
      Array.from({ length: count }, (_, index) =>
        use(Socket.open({ type: 'dgram' })).bind({ address: '127.0.0.1', port: 2000 + index }),
      ),
    );
    const columns = namespace.run(() => listSocketColumns({ protocol: 'udp' }));
    expect(columns.length).toBe(sockets.length);
    expect([...columns.localPorts].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, index) => 2000 + index),
    );
    expect(new Set(columns.cookies).size).toBe(count);
  });
});
