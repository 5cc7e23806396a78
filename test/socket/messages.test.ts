import { closeSync, fstatSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { native } from '../../src/native/load.js';
import type { ReceivedControlMessage, SendControlMessage } from '../../src/socket/messages.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { run, scriptArguments } from '../support/children.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { bound, codeOf, connection, set } from '../support/sockets.js';

expectNoLeakedSockets();

const loopback = native.if_nametoindex('lo');

async function exchange(
  receiver: Socket,
  control: readonly SendControlMessage[] = [],
): Promise<readonly ReceivedControlMessage[]> {
  using sender = Socket.open({ family: receiver.family, type: 'dgram' });
  sender.trySendmsg({ data: 'x', address: receiver.getsockname(), control });
  return (await receiver.recvmsg({ controlSize: 512, timeoutMs: 5000 })).control;
}

function rights(control: readonly ReceivedControlMessage[]): readonly number[] {
  const [message] = control;
  return message?.type === 'SCM_RIGHTS' ? message.fds : [];
}

describe('SCM_RIGHTS', () => {
  test('passes a connection that goes on working, close-on-exec', async () => {
    const [left, right] = Socket.pair();
    const [client, accepted] = await connection();
    await left.sendmsg({ data: 'take it', control: [{ type: 'SCM_RIGHTS', fds: [accepted.fd] }] });
    accepted.close();
    const message = await right.recvmsg({ controlSize: 64 });
    const [fd = -1] = rights(message.control);
    expect(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(/^flags:\t02004002$/m);
    using passed = Socket.adopt(fd);
    client.trySend('through another descriptor');
    expect((await passed.recv()).toString()).toBe('through another descriptor');
    for (const socket of [left, right, client]) socket.close();
  });

  test('passes several, of any kind, in order', async () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    const file = openSync('/dev/null', 'r');
    left.trySendmsg({ data: 'x', control: [{ type: 'SCM_RIGHTS', fds: [file, left.fd] }] });
    const fds = rights((await right.recvmsg({ controlSize: 64 })).control);
    expect(readlinkSync(`/proc/self/fd/${fds[0]}`)).toBe('/dev/null');
    expect(fstatSync(fds[1] ?? -1).ino).toBe(fstatSync(left.fd).ino);
    for (const fd of [file, ...fds]) closeSync(fd);
    left.close();
    right.close();
  });

  test('without room none arrives, and MSG_CTRUNC says so', async () => {
    const [left, right] = Socket.pair();
    left.trySendmsg({ data: 'x', control: [{ type: 'SCM_RIGHTS', fds: [left.fd] }] });
    const message = await right.recvmsg();
    expect([message.data.toString(), message.control, message.flags]).toEqual(['x', [], ['MSG_CTRUNC']]);
    left.close();
    right.close();
  });

  test('with room for one of three, one arrives and the others are closed by the kernel', async () => {
    const [left, right] = Socket.pair();
    left.trySendmsg({ data: 'x', control: [{ type: 'SCM_RIGHTS', fds: [left.fd, left.fd, left.fd] }] });
    const message = await right.recvmsg({ controlSize: 20 });
    expect(message.flags).toContain('MSG_CTRUNC');
    const fds = rights(message.control);
    expect(fds).toHaveLength(1);
    for (const fd of fds) closeSync(fd);
    left.close();
    right.close();
  });

  test('253 go at once, 254 do not', async () => {
    const [left, right] = Socket.pair();
    const send = (count: number) => () =>
      left.trySendmsg({
        data: 'x',
        control: [{ type: 'SCM_RIGHTS', fds: Array.from({ length: count }, () => left.fd) }],
      });
    expect(await codeOf(send(254))).toBe('ERR_OUT_OF_RANGE');
    expect(await codeOf(send(0))).toBe('ERR_OUT_OF_RANGE');
    expect(await codeOf(send(253))).toBeUndefined();
    const fds = rights((await right.recvmsg({ controlSize: 2048 })).control);
    expect(fds).toHaveLength(253);
    for (const fd of fds) closeSync(fd);
    left.close();
    right.close();
  });

  test('a descriptor nobody has is EBADF', async () => {
    const [left, right] = Socket.pair();
    const control = [{ type: 'SCM_RIGHTS', fds: [2 ** 31 - 1] }] as const;
    expect(await codeOf(() => left.trySendmsg({ data: 'x', control }))).toBe('EBADF');
    left.close();
    right.close();
  });

  test('over TCP they go nowhere', async () => {
    const [client, accepted] = await connection();
    client.trySendmsg({ data: 'x', control: [{ type: 'SCM_RIGHTS', fds: [client.fd] }] });
    expect((await accepted.recvmsg({ controlSize: 64 })).control).toEqual([]);
    client.close();
    accepted.close();
  });
});

describe('SCM_CREDENTIALS', () => {
  test('the kernel tells who sent, once SO_PASSCRED asks', async () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    set(right, 'SO_PASSCRED', 1);
    left.trySend('x');
    const { control } = await right.recvmsg({ controlSize: 64 });
    expect(control).toEqual([
      { type: 'SCM_CREDENTIALS', pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() },
    ]);
    left.close();
    right.close();
  });

  test("one's own may be sent, another's pid needs CAP_SYS_ADMIN", async () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    set(right, 'SO_PASSCRED', 1);
    const mine = {
      type: 'SCM_CREDENTIALS',
      pid: process.pid,
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
    } as const;
    left.trySendmsg({ data: 'x', control: [mine] });
    expect((await right.recvmsg({ controlSize: 64 })).control).toEqual([mine]);
    // With the capability the kernel still wants a process to have the number.
    const forged = await codeOf(() => left.trySendmsg({ data: 'x', control: [{ ...mine, pid: 2 ** 31 - 1 }] }));
    expect(['EPERM', 'ESRCH']).toContain(forged);
    left.close();
    right.close();
  });
});

describe('packet info', () => {
  test('IP_PKTINFO tells the address a datagram was sent to', async ({ skip }) => {
    if (typeof native.constants['IP_PKTINFO'] !== 'number') return skip('constants.gen.inc has no IP_PKTINFO');
    using receiver = Socket.open({ type: 'dgram' }).bind({ address: '0.0.0.0' });
    set(receiver, 'IP_PKTINFO', 1);
    const { port } = receiver.getsockname() as { port: number };
    using sender = bound();
    sender.trySend('x', { address: { address: '127.0.0.7', port } });
    const { control } = await receiver.recvmsg({ controlSize: 64 });
    expect(control).toEqual([
      { type: 'IP_PKTINFO', interfaceIndex: loopback, address: '127.0.0.7', specificAddress: '127.0.0.7' },
    ]);
  });

  test('IP_PKTINFO chooses the source', async ({ skip }) => {
    if (typeof native.constants['IP_PKTINFO'] !== 'number') return skip('constants.gen.inc has no IP_PKTINFO');
    using receiver = bound();
    using sender = Socket.open({ type: 'dgram' }).bind();
    const control = [{ type: 'IP_PKTINFO', interfaceIndex: 0, address: '127.0.0.9' }] as const;
    sender.trySendmsg({ data: 'x', address: receiver.getsockname(), control });
    expect((await receiver.recvmsg()).address).toMatchObject({ address: '127.0.0.9' });
  });

  test('IP_PKTINFO of a broadcast can be sent back: its source is the address of this host', async (context) => {
    needs(context, canMakeNamespaces, 'only a host of its own has a broadcast address to itself');
    using namespace = NetworkNamespace.create();
    namespace.setLink('lo', { up: true });
    using receiver = namespace.run(() =>
      Socket.open({ type: 'dgram', options: { IP_PKTINFO: true } }).bind({ address: '0.0.0.0' }),
    );
    const options = { SO_BROADCAST: true };
    using sender = namespace.run(() => Socket.open({ type: 'dgram', options }).bind({ address: '127.0.0.1' }));
    sender.trySend('who?', { address: { address: '127.255.255.255', port: receiver.getsockname().port } });
    const { address, control } = await receiver.recvmsg({ controlSize: 64, timeoutMs: 5000 });
    expect(control).toMatchObject([{ address: '127.255.255.255', specificAddress: '127.0.0.1' }]);
    receiver.trySendmsg({ data: 'me', address, control: control.filter((one) => one.type === 'IP_PKTINFO') });
    expect(String(await sender.recv({ timeoutMs: 5000 }))).toBe('me');
  });

  test('IPV6_PKTINFO tells and chooses', async () => {
    using receiver = bound('dgram', '::1');
    set(receiver, 'IPV6_RECVPKTINFO', 1);
    const info = { type: 'IPV6_PKTINFO', interfaceIndex: loopback, address: '::1' } as const;
    expect(await exchange(receiver, [info])).toEqual([info]);
    const elsewhere = { ...info, address: '2001:db8::1' };
    using sender = Socket.open({ family: 'IPv6', type: 'dgram' });
    const send = () => sender.trySendmsg({ data: 'x', address: receiver.getsockname(), control: [elsewhere] });
    expect(await codeOf(send)).toBe('EINVAL');
  });
});

describe('timestamps', () => {
  test.each(['SO_TIMESTAMP', 'SO_TIMESTAMPNS'] as const)('%s is the time of arrival, now', async (option) => {
    using receiver = bound();
    set(receiver, option, 1);
    const before = BigInt(Date.now() - 2) * 1_000_000n;
    const [message] = await exchange(receiver);
    const after = BigInt(Date.now() + 2) * 1_000_000n;
    expect(message?.type).toBe(option.replace('SO_', 'SCM_'));
    const nanoseconds = message !== undefined && 'nanoseconds' in message ? message.nanoseconds : 0n;
    expect(nanoseconds).toBeGreaterThan(before);
    expect(nanoseconds).toBeLessThan(after);
  });

  test('SO_TIMESTAMPING tells software time, and no hardware time on loopback', async () => {
    using receiver = bound();
    // SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE.
    set(receiver, 'SO_TIMESTAMPING', 8 | 16);
    const before = BigInt(Date.now() - 2) * 1_000_000n;
    // The kernel switches its clock on for the first socket that asks, and that takes a while, net_enable_timestamp().
    let message: ReceivedControlMessage | undefined;
    while (message === undefined) [message] = await exchange(receiver);
    expect(message).toMatchObject({ type: 'SCM_TIMESTAMPING', hardwareNanoseconds: 0n });
    expect(message?.type === 'SCM_TIMESTAMPING' && message.softwareNanoseconds > before).toBe(true);
  });

  test('one that is cut by MSG_CTRUNC comes raw, and the data with it', async () => {
    using receiver = bound();
    set(receiver, 'SO_TIMESTAMPNS', 1);
    receiver.trySend('data', { address: receiver.getsockname() });
    const { data, control, flags } = await receiver.recvmsg({ controlSize: 20 });
    expect(data.toString()).toBe('data');
    expect(flags).toEqual(['MSG_CTRUNC']);
    expect(control).toEqual([{ type: 'raw', level: 1, cmsgType: 35, bytes: expect.any(Uint8Array) }]);
  });
});

describe('header fields', () => {
  test.each([
    ['IP_TTL', 'IP_RECVTTL', '127.0.0.1', 17],
    ['IP_TOS', 'IP_RECVTOS', '127.0.0.1', 0x10],
    ['IPV6_HOPLIMIT', 'IPV6_RECVHOPLIMIT', '::1', 23],
    ['IPV6_TCLASS', 'IPV6_RECVTCLASS', '::1', 0x20],
  ] as const)('%s is sent and received', async (type, option, address, value) => {
    if (typeof native.constants[type] !== 'number') return;
    using receiver = bound('dgram', address);
    set(receiver, option, 1);
    expect(await exchange(receiver)).not.toEqual([{ type, value }]);
    expect(await exchange(receiver, [{ type, value }])).toEqual([{ type, value }]);
  });

  test('several messages go together', async () => {
    using receiver = bound('dgram', '::1');
    set(receiver, 'IPV6_RECVHOPLIMIT', 1);
    set(receiver, 'IPV6_RECVPKTINFO', 1);
    const sent = [
      { type: 'IPV6_PKTINFO', interfaceIndex: loopback, address: '::1' },
      { type: 'IPV6_HOPLIMIT', value: 9 },
    ] as const;
    const received = await exchange(receiver, sent);
    expect(received).toHaveLength(2);
    expect(received).toEqual(expect.arrayContaining([...sent]));
  });
});

describe('SCM_PIDFD', () => {
  test('is a descriptor of the sender, close-on-exec, for the receiver to close', async (context) => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    const asked = await codeOf(() => right.setOption('SO_PASSPIDFD', true));
    left.trySend('x');
    const { control } = await right.recvmsg({ controlSize: 64, timeoutMs: 5000 });
    left.close();
    right.close();
    needs(context, asked === undefined, `SO_PASSPIDFD is ${asked}: it is Linux 6.5 and later`, 'kernel');
    expect(control).toEqual([{ type: 'SCM_PIDFD', fd: expect.any(Number) }]);
    const fd = control[0]?.type === 'SCM_PIDFD' ? control[0].fd : -1;
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
    closeSync(fd);
    expect(info).toMatch(new RegExp(`^Pid:\\t${process.pid}$`, 'm'));
    // O_CLOEXEC, in octal.
    expect(info).toMatch(/^flags:\t02[0-7]{6}$/m);
  });

  test('is the errno where no descriptor is left', async (context) => {
    const script = `
      const { closeSync, openSync } = await import('node:fs');
      const [left, right] = Socket.pair({ type: 'dgram' });
      try { right.setOption('SO_PASSPIDFD', true); } catch (error) { console.log(error.code); process.exit(); }
      left.trySend('x');
      const taken = [];
      try { for (;;) taken.push(openSync('/dev/null')); } catch {}
      const { control } = right.tryRecvmsg({ controlSize: 64 });
      for (const fd of taken) closeSync(fd);
      console.log(JSON.stringify(control));
      left.close();
      right.close();
    `;
    const limited = ['-c', 'ulimit -n 60; exec "$0" "$@"', process.execPath, ...scriptArguments(script)];
    const { stdout } = await run('sh', limited);
    needs(context, stdout !== 'ENOPROTOOPT\n', 'SO_PASSPIDFD is Linux 6.5 and later', 'kernel');
    expect(stdout).toBe('[{"type":"SCM_PIDFD","fd":-24}]\n');
  });
});

describe('raw messages', () => {
  test('go as they are given', async () => {
    const [left, right] = Socket.pair();
    const bytes = new Uint8Array(Int32Array.of(left.fd).buffer);
    left.trySendmsg({ data: 'x', control: [{ type: 'raw', level: 1, cmsgType: 1, bytes }] });
    const fds = rights((await right.recvmsg({ controlSize: 64 })).control);
    expect(fds).toHaveLength(1);
    for (const fd of fds) closeSync(fd);
    left.close();
    right.close();
  });

  test('what is not known comes raw', async () => {
    using receiver = bound('dgram', '::1');
    // SO_TIMESTAMP_NEW, for machines whose time_t has 32 bits: struct __kernel_sock_timeval.
    receiver.setOption({ level: 1, optname: 63, bytes: new Uint8Array(Int32Array.of(1).buffer) });
    using sender = Socket.open({ family: 'IPv6', type: 'dgram' });
    const before = BigInt(Math.floor(Date.now() / 1000));
    sender.trySend('x', { address: receiver.getsockname() });
    const { control } = await receiver.recvmsg({ controlSize: 512, timeoutMs: 5000 });
    expect(control).toEqual([{ type: 'raw', level: 1, cmsgType: 63, bytes: expect.any(Uint8Array) }]);
    const [message] = control;
    if (message?.type !== 'raw') throw new Error('there is no message');
    expect(message.bytes).toHaveLength(16);
    const [seconds] = new BigInt64Array(message.bytes.slice().buffer);
    expect(seconds).toBeGreaterThanOrEqual(before);
    expect(seconds).toBeLessThanOrEqual(before + 60n);
  });

  test('the kernel refuses one it does not know', async () => {
    using socket = bound();
    const control = [{ type: 'raw', level: 0, cmsgType: 999, bytes: new Uint8Array(4) }] as const;
    expect(await codeOf(() => socket.trySendmsg({ data: 'x', control, address: socket.getsockname() }))).toBe('EINVAL');
  });
});

describe('bad control messages', () => {
  test.each<[unknown, string]>([
    ['SCM_RIGHTS', 'ERR_ARGUMENT_INVALID'],
    [[null], 'ERR_ARGUMENT_INVALID'],
    [[7], 'ERR_ARGUMENT_INVALID'],
    [[{}], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'toString' }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'SCM_TIMESTAMP', nanoseconds: 1 }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'SCM_RIGHTS' }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'SCM_RIGHTS', fds: [-1] }], 'ERR_OUT_OF_RANGE'],
    [[{ type: 'SCM_RIGHTS', fds: ['1'] }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'SCM_CREDENTIALS', pid: 1.5, uid: 0, gid: 0 }], 'ERR_OUT_OF_RANGE'],
    [[{ type: 'SCM_CREDENTIALS', pid: 1, uid: 2 ** 32, gid: 0 }], 'ERR_OUT_OF_RANGE'],
    [[{ type: 'IPV6_PKTINFO', interfaceIndex: 0, address: 'x' }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'IPV6_PKTINFO', interfaceIndex: 0 }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'IPV6_PKTINFO', interfaceIndex: -1, address: '::1' }], 'ERR_OUT_OF_RANGE'],
    [[{ type: 'IPV6_HOPLIMIT', value: 256 }], 'ERR_OUT_OF_RANGE'],
    [[{ type: 'UDP_SEGMENT', segmentSize: 0 }], 'ERR_OUT_OF_RANGE'],
    [[{ type: 'UDP_SEGMENT', segmentSize: 65_536 }], 'ERR_OUT_OF_RANGE'],
    [[{ type: 'UDP_GRO', segmentSize: 1 }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'SCM_PIDFD', fd: 1 }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'IP_RECVERR' }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'raw', level: 0, cmsgType: 0, bytes: new Uint8Array(new SharedArrayBuffer(4)) }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'raw', level: 0, cmsgType: 0, bytes: 'text' }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'raw', level: 0, cmsgType: 0 }], 'ERR_ARGUMENT_INVALID'],
    [[{ type: 'raw', level: 2 ** 31, cmsgType: 0, bytes: new Uint8Array(0) }], 'ERR_OUT_OF_RANGE'],
    [[{ type: 'raw', level: 0, cmsgType: 0, bytes: new Uint8Array(70_000) }], 'ERR_OUT_OF_RANGE'],
    [
      Array.from({ length: 3000 }, () => ({ type: 'raw', level: 0, cmsgType: 0, bytes: new Uint8Array(16) })),
      'ERR_OUT_OF_RANGE',
    ],
  ])('is refused (%#): %o', async (control, code) => {
    const [left, right] = Socket.pair();
    expect(await codeOf(() => left.trySendmsg({ data: 'x', control: control as never }))).toBe(code);
    expect(right.tryRecv()).toBeUndefined();
    left.close();
    right.close();
  });
});
