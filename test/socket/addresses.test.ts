import { closeSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { SystemCallError } from '../../src/errors.js';
import { native } from '../../src/native/load.js';
import type { Family } from '../../src/address.js';
import type { AddressInput } from '../../src/socket/sockaddr.js';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { needs } from '../support/needs.js';
import { privateNetwork } from '../support/namespaces.js';
import { codeOf, listening } from '../support/sockets.js';

expectNoLeakedSockets();

const folder = mkdtempSync(join(tmpdir(), 'sockwise-'));
afterAll(() => rmSync(folder, { recursive: true }));

function openOr(context: Pick<TestContext, 'skip'>, settings: Parameters<typeof Socket.open>[0]): Socket | undefined {
  try {
    return Socket.open(settings);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    needs(context, false, error.message, error.code === 'EPERM' ? 'machine' : 'kernel');
    return undefined;
  }
}

describe('bind', () => {
  test('without an address binds the wildcard and a port the kernel chooses', () => {
    using socket = Socket.open();
    expect(socket.getsockname()).toEqual({ family: 'IPv4', address: '0.0.0.0', port: 0 });
    const { address, port } = socket.bind().getsockname();
    expect(address).toBe('0.0.0.0');
    expect(port).toBeGreaterThan(0);
  });

  test.each(['127.0.0.1', '127.1.2.3', '::1', '::', '::ffff:127.0.0.1'])('binds %s', (address) => {
    using socket = Socket.open({ family: address.includes(':') ? 'IPv6' : 'IPv4' });
    socket.bind({ address });
    expect(socket.getsockname().address).toBe(address);
  });

  test('fails with EADDRINUSE, address and port while a listener has them', () => {
    using holder = listening();
    const { port } = holder.getsockname();
    using socket = Socket.open();
    let error: unknown;
    try {
      socket.bind({ address: '127.0.0.1', port });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      message: `bind EADDRINUSE: address already in use 127.0.0.1:${port}`,
      syscall: 'bind',
      code: 'EADDRINUSE',
      address: '127.0.0.1',
      port,
    });
  });

  test('names the wildcard that was bound for want of an address', () => {
    using holder = Socket.open().bind().listen();
    const { port } = holder.getsockname();
    using socket = Socket.open();
    expect(() => socket.bind({ port })).toThrow(`bind EADDRINUSE: address already in use 0.0.0.0:${port}`);
  });

  test('fails with EINVAL the second time', async () => {
    using socket = Socket.open().bind({ address: '127.0.0.1' });
    expect(await codeOf(() => socket.bind({ address: '127.0.0.1' }))).toBe('EINVAL');
  });

  test('fails with EADDRNOTAVAIL for an address of another host', () => {
    using socket = Socket.open();
    expect(() => socket.bind({ address: '192.0.2.1' })).toThrow(/^bind EADDRNOTAVAIL: .* 192\.0\.2\.1$/);
  });
});

describe('listen', () => {
  test('fails with what listen(2) says, also where getsockname(2) would fail as well', () => {
    const socket = Socket.open();
    closeSync(socket.fd);
    try {
      expect(() => socket.listen()).toThrow(/^listen EBADF: bad file descriptor$/);
    } finally {
      socket.detach();
    }
  });
});

describe('IPv6 scope', () => {
  const linkLocal = Object.entries(networkInterfaces())
    .flatMap(([name, addresses = []]) => addresses.map((address) => ({ ...address, name })))
    .find(({ address }) => address.startsWith('fe80:'));

  test('a zone is an interface, by name or by number', () => {
    using byName = Socket.open({ family: 'IPv6', type: 'dgram' });
    byName.bind({ address: '::1%lo' });
    expect(byName.getsockname().address).toBe('::1');
    using byNumber = Socket.open({ family: 'IPv6', type: 'dgram' });
    byNumber.bind({ address: '::1%1' });
    expect(byNumber.getsockname().address).toBe('::1');
  });

  test('a link-local address keeps its scope', ({ skip }) => {
    if (linkLocal === undefined) return skip('no interface has a link-local address');
    const { address, scopeid, name } = linkLocal;
    using socket = Socket.open({ family: 'IPv6', type: 'dgram' });
    socket.bind({ address: `${address}%${name}` });
    expect(socket.getsockname()).toMatchObject({ address, scopeId: scopeid });
    using other = Socket.open({ family: 'IPv6', type: 'dgram' });
    other.bind({ address, scopeId: scopeid });
    expect(other.getsockname()).toMatchObject({ address, scopeId: scopeid });
  });

  test('a link-local address without one is EINVAL', async () => {
    using socket = Socket.open({ family: 'IPv6', type: 'dgram' });
    expect(await codeOf(() => socket.bind({ address: 'fe80::1' }))).toBe('EINVAL');
  });

  test.each(['::1%nosuchinterface', '::1%', '::1%lo\0x', '::1%-1'])('there is no zone in %j', async (address) => {
    using socket = Socket.open({ family: 'IPv6' });
    expect(await codeOf(() => socket.bind({ address }))).toBe('ERR_ADDRESS_INVALID');
  });

  test('a zone and another scopeId contradict each other', async () => {
    using socket = Socket.open({ family: 'IPv6' });
    expect(await codeOf(() => socket.bind({ address: '::1%lo', scopeId: 7 }))).toBe('ERR_ADDRESS_INVALID');
  });

  test('a flow label comes back', async () => {
    using receiver = Socket.open({ family: 'IPv6', type: 'dgram' }).bind({ address: '::1' });
    using sender = Socket.open({ family: 'IPv6', type: 'dgram' });
    await sender.connect({ ...receiver.getsockname(), flowInfo: 0 });
    expect(sender.getpeername()).toEqual(receiver.getsockname());
  });
});

describe('unix', () => {
  test('a path is a file, and comes back', async () => {
    const path = join(folder, 'späth');
    using listener = Socket.open({ family: 'unix' }).bind({ path }).listen();
    expect(statSync(path).isSocket()).toBe(true);
    expect(listener.getsockname()).toEqual({ family: 'unix', path });
    using client = Socket.open({ family: 'unix' });
    await client.connect({ path });
    expect(client.getpeername()).toEqual({ family: 'unix', path });
    using accepted = await listener.accept();
    expect(accepted.getpeername()).toEqual({ family: 'unix', path: '' });
  });

  test('bind to a path that exists is EADDRINUSE and names it', () => {
    const path = join(folder, 'taken');
    using holder = Socket.open({ family: 'unix' }).bind({ path });
    expect(holder.closed).toBe(false);
    using socket = Socket.open({ family: 'unix' });
    expect(() => socket.bind({ path })).toThrow(`bind EADDRINUSE: address already in use ${path}`);
  });

  test('connect to a path that does not is ENOENT', async () => {
    using socket = Socket.open({ family: 'unix' });
    expect(await codeOf(() => socket.connect({ path: join(folder, 'none') }))).toBe('ENOENT');
  });

  test('an abstract name is not a file, and may contain NUL', async () => {
    const path = `\0sockwise\0${process.pid}`;
    using listener = Socket.open({ family: 'unix', type: 'seqpacket' }).bind({ path }).listen();
    expect(listener.getsockname()).toEqual({ family: 'unix', path });
    using other = Socket.open({ family: 'unix', type: 'seqpacket' });
    expect(() => other.bind({ path })).toThrow(`@sockwise@${process.pid}`);
    await other.connect({ path });
    (await listener.accept()).close();
  });

  test('a name that is not UTF-8 keeps its bytes, and its owner can be answered', async () => {
    const pathBytes = Buffer.concat([Buffer.from(`\0sockwise ${process.pid} `), Buffer.of(0xff, 0xfe, 0)]);
    const path = pathBytes.toString();
    using asker = Socket.open({ family: 'unix', type: 'dgram' }).bind({ pathBytes });
    expect(asker.getsockname()).toEqual({ family: 'unix', path, pathBytes });
    using answerer = Socket.open({ family: 'unix', type: 'dgram' }).bind();
    asker.trySend('question', { address: answerer.getsockname() });
    const { address } = await answerer.recvmsg({ timeoutMs: 5000 });
    expect(address).toEqual({ family: 'unix', path, pathBytes });
    expect(answerer.trySend('answer', { address })).toBe(6);
    expect((await asker.recv({ timeoutMs: 5000 })).toString()).toBe('answer');

    using other = Socket.open({ family: 'unix', type: 'dgram' });
    expect(() => other.bind({ pathBytes })).toThrow(/^bind EADDRINUSE: address already in use @sockwise/);
    // What it looks like is another name.
    expect(await codeOf(() => other.bind({ path }))).toBeUndefined();
  });

  test('a file name that is not UTF-8 as well', () => {
    const pathBytes = Buffer.concat([Buffer.from(join(folder, 'latin1-')), Buffer.of(0xe4)]);
    using socket = Socket.open({ family: 'unix' }).bind({ pathBytes });
    expect(statSync(pathBytes).isSocket()).toBe(true);
    expect(socket.getsockname()).toEqual({ family: 'unix', path: pathBytes.toString(), pathBytes });
  });

  test('bytes that are UTF-8 come back as text, and two names contradict each other', async () => {
    const path = `\0sockwise-ä-${process.pid}`;
    using socket = Socket.open({ family: 'unix', type: 'dgram' });
    expect(await codeOf(() => socket.bind({ path: 'x', pathBytes: Buffer.from(path) }))).toBe('ERR_ADDRESS_INVALID');
    expect(await codeOf(() => socket.bind({ pathBytes: path as never }))).toBe('ERR_ARGUMENT_INVALID');
    expect(await codeOf(() => socket.bind({ pathBytes: Buffer.from('/a\0b') }))).toBe('ERR_ADDRESS_INVALID');
    socket.bind({ pathBytes: Buffer.from(path) });
    expect(socket.getsockname()).toEqual({ family: 'unix', path });
  });

  test('a listener whose queue is full refuses at once: it is not waited for', async () => {
    using listener = Socket.open({ family: 'unix' }).bind().listen({ backlog: 0 });
    using first = Socket.open({ family: 'unix' });
    using second = Socket.open({ family: 'unix' });
    await first.connect(listener.getsockname());
    expect(await codeOf(() => second.connect(listener.getsockname()))).toBe('EAGAIN');
    (await listener.accept()).close();
    await second.connect(listener.getsockname());
    (await listener.accept()).close();
  });

  test('no path at all asks the kernel for an abstract name', () => {
    using socket = Socket.open({ family: 'unix', type: 'dgram' });
    expect(socket.getsockname()).toEqual({ family: 'unix', path: '' });
    socket.bind();
    // unix(7), autobind.
    expect(socket.getsockname()).toMatchObject({ path: expect.stringMatching(/^\0[0-9a-f]{5}$/) });
  });

  test('107 bytes of path fit, 108 do not; 108 bytes of abstract name fit', async () => {
    using abstract = Socket.open({ family: 'unix', type: 'dgram' });
    const name = `\0${String(process.pid)}`.padEnd(108, 'x');
    abstract.bind({ path: name });
    expect(abstract.getsockname()).toEqual({ family: 'unix', path: name });
    using path = Socket.open({ family: 'unix', type: 'dgram' });
    const longest = join(folder, 'x'.repeat(107 - folder.length - 1));
    expect(longest.length).toBe(107);
    expect(await codeOf(() => path.bind({ path: `${longest}y` }))).toBe('ERR_ADDRESS_INVALID');
    path.bind({ path: longest });
    expect(path.getsockname()).toEqual({ family: 'unix', path: longest });
  });

  test('bytes count, not characters; no half of a name is bound', async () => {
    using socket = Socket.open({ family: 'unix', type: 'dgram' });
    expect(await codeOf(() => socket.bind({ path: `/${'ä'.repeat(54)}` }))).toBe('ERR_ADDRESS_INVALID');
    expect(await codeOf(() => socket.bind({ path: join(folder, 'a\0b') }))).toBe('ERR_ADDRESS_INVALID');
    expect(socket.getsockname()).toEqual({ family: 'unix', path: '' });
  });
});

describe('netlink', () => {
  test('bind asks the kernel for a port id', () => {
    using socket = Socket.open({ family: 'netlink', type: 'raw' }).bind();
    expect(socket.getsockname()).toMatchObject({ family: 'netlink', groups: 0 });
    expect(socket.getsockname()).not.toMatchObject({ pid: 0 });
  });

  test('a message reaches the kernel, and the answer comes from pid 0', async () => {
    using socket = Socket.open({ family: 'netlink', type: 'raw' }).bind();
    // NLMSG_NOOP with NLM_F_REQUEST | NLM_F_ACK is acknowledged with NLMSG_ERROR 0: rfc 3549 section 2.3.2.
    const message = Buffer.alloc(16);
    message.writeUInt32LE(16, 0);
    message.writeUInt16LE(1, 4);
    message.writeUInt16LE(5, 6);
    message.writeUInt32LE(42, 8);
    socket.trySend(message, { address: { family: 'netlink', pid: 0, groups: 0 } });
    const { data, address } = await socket.recvmsg({ timeoutMs: 5000 });
    expect(address).toEqual({ family: 'netlink', pid: 0, groups: 0 });
    expect(data.readUInt16LE(4)).toBe(2);
    expect(data.readInt32LE(16)).toBe(0);
  });
});

describe('packet', () => {
  // Where others send too, their frames may fill the buffer before ours comes.
  const network = privateNetwork();

  test('frames of the loopback interface come with their device address', async (context) => {
    const socket = network.run(() => openOr(context, { family: 'packet', type: 'dgram', protocol: 0x0800 }));
    if (socket === undefined) return;
    using packets = socket;
    const loopback = native.if_nametoindex('lo');
    packets.bind({ protocol: 0x0800, interfaceIndex: loopback });
    expect(packets.getsockname()).toMatchObject({ family: 'packet', protocol: 0x0800, interfaceIndex: loopback });
    using sender = network.run(() => Socket.open({ type: 'dgram' }));
    const marker = `sockwise ${process.pid} ${Math.random()}`;
    sender.trySend(marker, { address: { address: '127.0.0.1', port: 9 } });
    for (;;) {
      const { data, address } = await packets.recvmsg({ timeoutMs: 5000 });
      if (!data.includes(marker)) continue;
      expect(address).toMatchObject({
        family: 'packet',
        protocol: 0x0800,
        interfaceIndex: loopback,
        hardwareAddress: '00:00:00:00:00:00',
      });
      break;
    }
  });
});

describe('vsock', () => {
  test('binds a port of any cid', (context) => {
    const socket = openOr(context, { family: 'vsock' });
    if (socket === undefined) return;
    using vsock = socket;
    vsock.bind({ port: 2 ** 32 - 1 });
    expect(vsock.getsockname()).toMatchObject({ family: 'vsock', cid: 2 ** 32 - 1 });
  });
});

describe('a bad address', () => {
  test.each<[Family, AddressInput, string]>([
    ['IPv4', { address: 'localhost' }, 'ERR_ADDRESS_INVALID'],
    ['IPv4', { address: '::1' }, 'ERR_ADDRESS_INVALID'],
    ['IPv4', { address: '127.0.0.1\0' }, 'ERR_ADDRESS_INVALID'],
    ['IPv4', { address: '' }, 'ERR_ADDRESS_INVALID'],
    ['IPv4', { address: 7 as never }, 'ERR_ARGUMENT_INVALID'],
    ['IPv4', { address: null as never }, 'ERR_ARGUMENT_INVALID'],
    ['IPv4', { family: 'IPv6', address: '127.0.0.1' }, 'ERR_ADDRESS_INVALID'],
    ['IPv4', { path: '/x' }, 'ERR_ADDRESS_INVALID'],
    ['IPv4', { host: '127.0.0.1' } as never, 'ERR_ADDRESS_INVALID'],
    ['IPv4', { port: 65_536 }, 'ERR_OUT_OF_RANGE'],
    ['IPv4', { port: -1 }, 'ERR_OUT_OF_RANGE'],
    ['IPv4', { port: 1.5 }, 'ERR_OUT_OF_RANGE'],
    ['IPv4', { port: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    ['IPv4', { port: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
    ['IPv4', { port: '80' as never }, 'ERR_ARGUMENT_INVALID'],
    ['IPv4', null as never, 'ERR_ARGUMENT_INVALID'],
    ['IPv4', 80 as never, 'ERR_ARGUMENT_INVALID'],
    ['IPv4', '127.0.0.1' as never, 'ERR_ARGUMENT_INVALID'],
    ['IPv6', { address: '127.0.0.1' }, 'ERR_ADDRESS_INVALID'],
    ['IPv6', { address: 'x'.repeat(100_000) }, 'ERR_ADDRESS_INVALID'],
    ['IPv6', { scopeId: 2 ** 32 }, 'ERR_OUT_OF_RANGE'],
    ['IPv6', { flowInfo: 2 ** 28 }, 'ERR_OUT_OF_RANGE'],
    ['unix', { path: 5 as never }, 'ERR_ARGUMENT_INVALID'],
    ['unix', { path: '/'.repeat(70_000) }, 'ERR_ADDRESS_INVALID'],
    ['unix', { address: '/x' }, 'ERR_ADDRESS_INVALID'],
    ['netlink', { pid: 2 ** 32 }, 'ERR_OUT_OF_RANGE'],
    ['netlink', { groups: -1 }, 'ERR_OUT_OF_RANGE'],
  ])('%s %j is %s', async (family, address, code) => {
    using socket = Socket.open({ family, type: 'dgram' });
    const before = socket.getsockname();
    expect(await codeOf(() => socket.bind(address))).toBe(code);
    expect(await codeOf(() => socket.tryConnect(address))).toBe(code);
    expect(await codeOf(() => socket.trySend('x', { address }))).toBe(code);
    expect(socket.getsockname()).toEqual(before);
  });

  test.each<[AddressInput, string]>([
    [{ hardwareAddress: 'xx:00' }, 'ERR_ADDRESS_INVALID'],
    [{ hardwareAddress: '00:11:22:33:44:55:66:77:88' }, 'ERR_ADDRESS_INVALID'],
    [{ hardwareAddress: '' }, 'ERR_ADDRESS_INVALID'],
    [{ hardwareAddress: 5 as never }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 65_536 }, 'ERR_OUT_OF_RANGE'],
    [{ interfaceIndex: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
  ])('packet %j is %s', async (address, code) => {
    const { writeAddress } = await import('../../src/socket/sockaddr.js');
    expect(await codeOf(() => writeAddress('packet', address))).toBe(code);
  });
});

describe('what a sockaddr may be is for the kernel to say', () => {
  const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

  test('bytes are bound to, connected to and sent to as they are', async () => {
    using receiver = Socket.open({ type: 'dgram' }).bind({ bytes: hex('020000007f0000010000000000000000') });
    const { address, port } = receiver.getsockname();
    expect([address, port]).toEqual(['127.0.0.1', expect.any(Number)]);
    const at = { bytes: hex(`0200${port.toString(16).padStart(4, '0')}7f0000010000000000000000`) };
    using sender = Socket.open({ type: 'dgram' });
    expect(sender.trySend('sendto', { address: at })).toBe(6);
    expect(sender.trySendmsg({ data: 'sendmsg', address: at })).toBe(7);
    expect(sender.trySendmmsg([{ data: 'sendmmsg', address: at }])).toBe(1);
    await sender.connect(at);
    expect(sender.getpeername()).toEqual(receiver.getsockname());
    expect(receiver.tryRecvmmsg({ count: 4 })?.map(({ data }) => data.toString())).toEqual([
      'sendto',
      'sendmsg',
      'sendmmsg',
    ]);
    await sender.connect({ bytes: new Uint8Array(16) });
    expect(await codeOf(() => sender.getpeername())).toBe('ENOTCONN');
  });

  test.each<[Family, AddressInput, string | undefined]>([
    // inet_bind(): AF_UNSPEC with the wildcard was let in for the sake of old programs.
    ['IPv4', { family: 'unspec' }, undefined],
    ['IPv4', { family: 'unspec', address: '127.0.0.1' }, 'EAFNOSUPPORT'],
    ['IPv4', { family: 'IPv6' }, 'EAFNOSUPPORT'],
    ['IPv4', { family: 'unix', path: '/x' }, 'EINVAL'],
    ['IPv4', { bytes: new Uint8Array() }, 'EINVAL'],
    ['IPv4', { bytes: Uint8Array.of(2, 0, 0) }, 'EINVAL'],
    ['IPv4', { bytes: new Uint8Array(129) }, 'EINVAL'],
    ['IPv4', { bytes: new Uint8Array(65_536) }, 'EINVAL'],
    ['IPv6', { family: 'IPv4' }, 'EINVAL'],
    ['unix', { family: 'IPv4' }, 'EINVAL'],
    ['IPv4', { bytes: new Uint8Array(65_537) }, 'ERR_OUT_OF_RANGE'],
    ['IPv4', { family: 'ipv4' as never }, 'ERR_ARGUMENT_INVALID'],
    ['IPv4', { family: 1n as never }, 'ERR_ARGUMENT_INVALID'],
  ])('bind(2) of an %s socket to %o: %s', async (family, address, code) => {
    using socket = Socket.open({ family, type: 'dgram' });
    expect(await codeOf(() => socket.bind(address))).toBe(code);
    // AF_UNSPEC was bound to a port of the kernel's choice.
    if (code === undefined) expect(socket.getsockname()).toHaveProperty('port', expect.any(Number));
  });

  test('an IPv6 socket takes an IPv4 address to send to, and an error names it', async () => {
    using socket = Socket.open({ family: 'IPv6', type: 'dgram' });
    const address = { family: 'IPv4', address: '127.0.0.1', port: 9 } as const;
    socket.setOption('IPV6_V6ONLY', false);
    expect(await codeOf(() => socket.trySend('x', { address }))).toBeUndefined();
    using other = Socket.open({ type: 'dgram' });
    expect(() => other.bind({ bytes: hex('0a000050000000000000000000000000000000000000000100000000') })).toThrow(
      expect.objectContaining({ code: 'EAFNOSUPPORT', address: '::1', port: 80 }),
    );
  });

  test('a message does not go to what the kernel would cut', async () => {
    using socket = Socket.open({ type: 'dgram' });
    const address = { bytes: new Uint8Array(129) };
    expect(await codeOf(() => socket.trySend('x', { address }))).toBe('EINVAL');
    expect(await codeOf(() => socket.trySendmsg({ data: 'x', address }))).toBe('ERR_OUT_OF_RANGE');
    expect(await codeOf(() => socket.trySendmmsg([{ data: 'x', address }]))).toBe('ERR_OUT_OF_RANGE');
  });
});
