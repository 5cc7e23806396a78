import { closeSync, existsSync, mkdtempSync, openSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SocketType } from '../../src/socket/open.js';
import { Socket } from '../../src/socket/socket.js';
import type { Family } from '../../src/address.js';
import { built, run, runScript, scriptArguments } from '../support/children.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { codeOf, connection } from '../support/sockets.js';

expectNoLeakedSockets();

const refused = ['EPERM', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT'];

describe('Socket.open', () => {
  test.each<[Family, SocketType, number]>([
    ['IPv4', 'stream', 0],
    ['IPv4', 'dgram', 0],
    ['IPv4', 'raw', 1],
    ['IPv6', 'stream', 0],
    ['IPv6', 'dgram', 0],
    ['IPv6', 'raw', 58],
    ['unix', 'stream', 0],
    ['unix', 'dgram', 0],
    ['unix', 'seqpacket', 0],
    ['netlink', 'raw', 0],
    ['packet', 'raw', 0x0800],
    ['packet', 'dgram', 0x0003],
    ['vsock', 'stream', 0],
  ])('opens %s %s, which reports its family', (family, type, protocol, ...rest) => {
    void rest;
    let socket: Socket;
    try {
      socket = Socket.open({ family, type, protocol });
    } catch (error) {
      // No CAP_NET_RAW, or a kernel without the family: the kernel says so itself.
      expect(refused).toContain((error as { code: string }).code);
      return;
    }
    using opened = socket;
    expect(opened.family).toBe(family);
    expect(opened.getsockname().family).toBe(family);
  });

  test.each(['tcp', 'udp', 'mptcp'] as const)('takes the protocol %s by name', (protocol) => {
    using socket = Socket.open({ type: protocol === 'udp' ? 'dgram' : 'stream', protocol });
    expect(socket.fd).toBeGreaterThan(2);
  });

  test('sets close-on-exec and O_NONBLOCK, and nothing else', async () => {
    const { stdout } = await runScript(`
      const socket = Socket.open();
      const { readFileSync } = await import('node:fs');
      console.log(readFileSync('/proc/self/fdinfo/' + socket.fd, 'utf8'));
    `);
    // O_RDWR | O_NONBLOCK | O_CLOEXEC, proc_pid_fdinfo(5).
    expect(stdout).toMatch(/^flags:\t02004002$/m);
  });

  test('leaves no descriptor behind when an option is refused', async () => {
    expect(await codeOf(() => Socket.open({ family: 'unix', options: { TCP_NODELAY: 1 as never } }))).toMatch(/^E/);
  });

  test('fails with EMFILE where the process may open no more', async () => {
    const script = `
      import { encodeAddress, ifIndexToName, ifNameToIndex } from ${JSON.stringify(built)};
      const open = [];
      let code;
      try { for (;;) open.push(Socket.open()); } catch (error) { code = error.code; }
      const codeOf = (call) => { try { call(); } catch (error) { return error.code; } };
      const pair = codeOf(() => Socket.pair());
      const names = [
        codeOf(() => ifNameToIndex('lo')),
        codeOf(() => ifIndexToName(1)),
        codeOf(() => encodeAddress({ family: 'IPv6', address: 'fe80::1%lo' })),
      ];
      open.pop().close();
      const again = Socket.open();
      console.log(code, pair, again.fd > 0, ...names);
      process.exit();
    `;
    const quoted = ['node', ...scriptArguments(script)]
      .slice(1)
      .map((argument) => `'${argument.replaceAll("'", `'\\''`)}'`);
    const { stdout, stderr } = await run('sh', ['-c', `ulimit -n 60; exec '${process.execPath}' ${quoted.join(' ')}`]);
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe('EMFILE EMFILE true EMFILE EMFILE EMFILE');
  });
});

describe('Socket.pair', () => {
  test.each(['stream', 'dgram', 'seqpacket'] as const)('makes two connected %s sockets', async (type) => {
    const [left, right] = Socket.pair({ type });
    expect(left.trySend('to the right')).toBe(12);
    expect((await right.recv()).toString()).toBe('to the right');
    expect(right.trySend('and back')).toBe(8);
    expect((await left.recv()).toString()).toBe('and back');
    expect(left.getpeername()).toEqual({ family: 'unix', path: '' });
    left.close();
    right.close();
  });

  test('the kernel has no raw unix pair', async () => {
    // unix_create() makes a datagram socket of SOCK_RAW.
    const [left, right] = Socket.pair({ type: 'raw' });
    left.close();
    right.close();
  });
});

describe('Socket.adopt', () => {
  test('takes over a descriptor, with the family the kernel tells', async () => {
    const [client, accepted] = await connection();
    const fd = client.detach();
    expect(client.closed).toBe(true);
    using adopted = Socket.adopt(fd);
    expect(adopted.fd).toBe(fd);
    expect(adopted.family).toBe('IPv4');
    adopted.trySend('still here');
    expect((await accepted.recv()).toString()).toBe('still here');
    accepted.close();
  });

  test('refuses a descriptor another Socket owns, and leaves it open', async () => {
    using socket = Socket.open();
    expect(await codeOf(() => Socket.adopt(socket.fd))).toBe('ERR_SOCKET_BUSY');
    expect(socket.getsockname()).toMatchObject({ family: 'IPv4', port: 0 });
  });

  test('refuses a socket of another family than the one asked for, and leaves it open', async () => {
    const [left, right] = Socket.pair();
    const fd = left.detach();
    expect(await codeOf(() => Socket.adopt(fd, { family: 'IPv4' }))).toBe('ERR_ARGUMENT_INVALID');
    expect(await codeOf(() => Socket.adopt(fd, { family: 'IPv5' as never }))).toBe('ERR_ARGUMENT_INVALID');
    expect(await codeOf(() => Socket.adopt(fd, { domain: 1 } as never))).toBe('ERR_ARGUMENT_INVALID');
    using adopted = Socket.adopt(fd, { family: 'unix' });
    adopted.trySend('still here');
    expect((await right.recv()).toString()).toBe('still here');
    right.close();
  });

  test('refuses what is not a socket with ENOTSOCK, and leaves it open', async () => {
    const fd = openSync('/dev/null', 'r');
    expect(await codeOf(() => Socket.adopt(fd))).toBe('ENOTSOCK');
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('/dev/null');
    closeSync(fd);
  });

  test('fails with EBADF for a number nobody has', async () => {
    expect(await codeOf(() => Socket.adopt(2 ** 31 - 1))).toBe('EBADF');
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 31])('calls %s out of range', async (fd) => {
    expect(await codeOf(() => Socket.adopt(fd))).toBe('ERR_OUT_OF_RANGE');
  });

  test('a descriptor that the event loop watches for Node can be waited for as well', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const fd: number = (server as unknown as { _handle: { fd: number } })._handle.fd;
    const adopted = Socket.adopt(fd, { family: 'IPv4' });
    expect(await codeOf(() => adopted.accept({ timeoutMs: 1 }))).toBe('ERR_TIMED_OUT');
    expect(adopted.getsockname().port).toBeGreaterThan(0);
    expect(adopted.detach()).toBe(fd);
    server.close();
    await once(server, 'close');
  });
});

describe('the end of a Socket', () => {
  test('close() twice is fine, anything else is ERR_SOCKET_CLOSED', async () => {
    const socket = Socket.open({ type: 'dgram' });
    expect(socket.closed).toBe(false);
    socket.close();
    socket.close();
    await socket.closeAsync();
    expect(socket.closed).toBe(true);
    const calls: Array<() => unknown> = [
      () => socket.fd,
      () => socket.bind(),
      () => socket.listen(),
      () => socket.tryAccept(),
      () => socket.tryConnect({ port: 1 }),
      () => socket.disconnect(),
      () => socket.getsockname(),
      () => socket.getpeername(),
      () => socket.shutdown('both'),
      () => socket.trySend('x'),
      () => socket.tryRecv(),
      () => socket.trySendmsg({ data: 'x' }),
      () => socket.tryRecvmsg(),
      () => socket.trySendmmsg([{ data: 'x' }]),
      () => socket.tryRecvmmsg({ count: 1 }),
      () => socket.getOption('SO_ERROR'),
      () => socket.setOption('SO_REUSEADDR', 1 as never),
      () => socket.detach(),
    ];
    for (const call of calls) expect(await codeOf(call), String(call)).toBe('ERR_SOCKET_CLOSED');
  });

  test('waiting calls on a closed socket reject, they do not throw', async () => {
    const socket = Socket.open({ type: 'dgram' });
    socket.close();
    const calls = [
      socket.accept(),
      socket.connect({ port: 1 }),
      socket.recv(),
      socket.send('x'),
      socket.recvmsg(),
      socket.sendmsg({ data: 'x' }),
      socket.recvmmsg({ count: 1 }),
      socket.sendmmsg([{ data: 'x' }]),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
  });

  test('`using` closes', () => {
    let fd: number;
    {
      using socket = Socket.open();
      fd = socket.fd;
      expect(existsSync(`/proc/self/fd/${fd}`)).toBe(true);
    }
    expect(existsSync(`/proc/self/fd/${fd}`)).toBe(false);
  });

  test('`await using` closes', async () => {
    let fd: number;
    {
      await using socket = Socket.open();
      fd = socket.fd;
    }
    expect(existsSync(`/proc/self/fd/${fd}`)).toBe(false);
  });

  test("detach() leaves the descriptor open and in nobody's care", async () => {
    const socket = Socket.open();
    const fd = socket.detach();
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toMatch(/^socket:/);
    expect(await codeOf(() => socket.detach())).toBe('ERR_SOCKET_CLOSED');
    Socket.adopt(fd).close();
    expect(existsSync(`/proc/self/fd/${fd}`)).toBe(false);
  });

  test('a closed Socket does not touch the next owner of its number', async () => {
    const old = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    const waiting = codeOf(() => old.recv());
    const { fd } = old;
    old.close();
    using next = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    expect(next.fd).toBe(fd);
    const received = next.recv();
    old.close();
    await old.closeAsync();
    expect(await waiting).toBe('ERR_SOCKET_CLOSED');
    expect(next.getsockname().family).toBe('IPv4');
    next.trySend('x', { address: next.getsockname() });
    expect((await received).toString()).toBe('x');
  });

  test('a file may take the number too', () => {
    const socket = Socket.open();
    const { fd } = socket;
    socket.close();
    const folder = mkdtempSync(join(tmpdir(), 'sockwise-'));
    const file = openSync(join(folder, 'file'), 'w');
    expect(file).toBe(fd);
    socket.close();
    expect(existsSync(`/proc/self/fd/${file}`)).toBe(true);
    closeSync(file);
    rmSync(folder, { recursive: true });
  });
});
