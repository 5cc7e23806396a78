import { describe, expect, test } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { bound, codeOf } from '../support/sockets.js';

expectNoLeakedSockets();

const invalid = 'ERR_ARGUMENT_INVALID';
const range = 'ERR_OUT_OF_RANGE';
const unsupported = 'ERR_NOT_SUPPORTED';
const shared = new Uint8Array(new SharedArrayBuffer(4));
const threeMegabytes = new Uint8Array(3_000_000);
const loose = (value: unknown): never => value as never;

/** Each call on a bound datagram socket with a datagram in its queue, which a refused call must not take. */
const calls: ReadonlyArray<readonly [string, (socket: Socket) => unknown, string]> = [
  ['listen({ backlog: -1 }) on a datagram socket', (s) => s.listen({ backlog: -1 }), 'EOPNOTSUPP'],
  ['listen({ backlog: 1.5 })', (s) => s.listen({ backlog: 1.5 }), range],
  ['listen({ backlog: 2 ** 31 })', (s) => s.listen({ backlog: 2 ** 31 }), range],
  ["listen({ backlog: '1' })", (s) => s.listen({ backlog: loose('1') }), invalid],
  ['listen(1)', (s) => s.listen(loose(1)), invalid],
  ['listen(null)', (s) => s.listen(loose(null)), invalid],
  ['listen({ backlogs: 1 })', (s) => s.listen(loose({ backlogs: 1 })), invalid],
  ['accept(5)', (s) => s.accept(loose(5)), invalid],
  ['accept({ timeout: 5 })', (s) => s.accept(loose({ timeout: 5 })), invalid],
  ['connect(wait of 5)', (s) => s.connect({ port: 1 }, loose(5)), invalid],
  ['connect(unknown wait)', (s) => s.connect({ port: 1 }, loose({ timeout: 5 })), invalid],
  ['connect()', (s) => s.connect(loose(undefined)), invalid],
  ['send()', (s) => s.send(loose(undefined)), invalid],
  ['send(null)', (s) => s.send(loose(null)), invalid],
  ['send(5)', (s) => s.send(loose(5)), invalid],
  ['send([1])', (s) => s.send(loose([1])), invalid],
  ['send(new ArrayBuffer(4))', (s) => s.send(loose(new ArrayBuffer(4))), invalid],
  ['send(new Uint16Array(4))', (s) => s.send(loose(new Uint16Array(4))), invalid],
  ['send(new DataView)', (s) => s.send(loose(new DataView(new ArrayBuffer(4)))), invalid],
  [
    'send(an object that claims to be a Uint8Array)',
    (s) => s.send(loose(Object.create(Uint8Array.prototype))),
    invalid,
  ],
  ['send(shared memory)', (s) => s.send(shared), invalid],
  ["send('x', null)", (s) => s.send('x', loose(null)), invalid],
  ["send('x', { to: {} })", (s) => s.send('x', loose({ to: {} })), invalid],
  ["send('x', { flags: 'MSG_DONTWAIT' })", (s) => s.send('x', { flags: loose('MSG_DONTWAIT') }), invalid],
  ["send('x', { flags: [64] })", (s) => s.send('x', { flags: loose([64]) }), invalid],
  ["send('x', { flags: ['MSG_NONE'] })", (s) => s.send('x', { flags: loose(['MSG_NONE']) }), invalid],
  ["send('x', { flags: ['SOL_SOCKET'] })", (s) => s.send('x', { flags: loose(['SOL_SOCKET']) }), invalid],
  ["send('x', { flags: ['MSG_ZEROCOPY'] })", (s) => s.send('x', { flags: loose(['MSG_ZEROCOPY']) }), unsupported],
  [
    "sendmsg({ data: 'x', flags: ['MSG_ZEROCOPY'] })",
    (s) => s.sendmsg({ data: 'x', flags: loose(['MSG_ZEROCOPY']) }),
    unsupported,
  ],
  [
    "sendmmsg(['x'], { flags: ['MSG_ZEROCOPY'] })",
    (s) => s.sendmmsg([{ data: 'x' }], { flags: loose(['MSG_ZEROCOPY']) }),
    unsupported,
  ],
  ['recv(null)', (s) => s.recv(loose(null)), invalid],
  ['recv(100)', (s) => s.recv(loose(100)), invalid],
  ['recv({ length: 100 })', (s) => s.recv(loose({ length: 100 })), invalid],
  ['recv({ size: -1 })', (s) => s.recv({ size: -1 }), range],
  ['recv({ size: 0.5 })', (s) => s.recv({ size: 0.5 }), range],
  ['recv({ size: NaN })', (s) => s.recv({ size: Number.NaN }), range],
  ['recv({ size: 2 ** 31 })', (s) => s.recv({ size: 2 ** 31 }), range],
  ["recv({ size: '4' })", (s) => s.recv({ size: loose('4') }), invalid],
  ["recv({ buffer: 'text' })", (s) => s.recv({ buffer: loose('text') }), invalid],
  ['recv({ buffer: 5 })', (s) => s.recv({ buffer: loose(5) }), invalid],
  ['recv({ buffer: shared memory })', (s) => s.recv({ buffer: shared }), invalid],
  ['recv({ size, buffer })', (s) => s.recv(loose({ size: 1, buffer: new Uint8Array(1) })), invalid],
  ['recvmsg({ controlSize: -1 })', (s) => s.recvmsg({ controlSize: -1 }), range],
  ['recvmsg({ controlSize: 70_000 })', (s) => s.recvmsg({ controlSize: 70_000 }), range],
  ['recvmsg({ control: 5 })', (s) => s.recvmsg(loose({ control: 5 })), invalid],
  ['sendmsg()', (s) => s.sendmsg(loose(undefined)), invalid],
  ["sendmsg('x')", (s) => s.sendmsg(loose('x')), invalid],
  ['sendmsg({})', (s) => s.sendmsg(loose({})), invalid],
  ["sendmsg({ data: ['x', 5] })", (s) => s.sendmsg({ data: loose(['x', 5]) }), invalid],
  ['sendmsg of 1,025 parts', (s) => s.sendmsg({ data: Array.from({ length: 1025 }, () => 'x') }), range],
  ["sendmsg({ data: 'x', to: 1 })", (s) => s.sendmsg(loose({ data: 'x', to: 1 })), invalid],
  ["sendmsg({ data: 'x' }, unknown wait)", (s) => s.sendmsg({ data: 'x' }, loose({ timeout: 1 })), invalid],
  ['sendmmsg()', (s) => s.sendmmsg(loose(undefined)), invalid],
  ['sendmmsg([])', (s) => s.sendmmsg([]), range],
  ['sendmmsg([null])', (s) => s.sendmmsg(loose([null])), invalid],
  ["sendmmsg(['x'])", (s) => s.sendmmsg(loose(['x'])), invalid],
  ["sendmmsg([{ data: 'x', to: 1 }])", (s) => s.sendmmsg(loose([{ data: 'x', to: 1 }])), invalid],
  [
    'sendmmsg of more than 2 GiB',
    (s) => s.sendmmsg(Array.from({ length: 1024 }, () => ({ data: threeMegabytes }))),
    range,
  ],
  ['recvmmsg()', (s) => s.recvmmsg(loose(undefined)), invalid],
  ['recvmmsg({})', (s) => s.recvmmsg(loose({})), invalid],
  ['recvmmsg({ count: 0 })', (s) => s.recvmmsg({ count: 0 }), range],
  ['recvmmsg({ count: 1025 })', (s) => s.recvmmsg({ count: 1025 }), range],
  ['recvmmsg({ count: 1, size: 0 })', (s) => s.recvmmsg({ count: 1, size: 0 }), range],
  ['recvmmsg({ count: 1, size: 2 ** 31 })', (s) => s.recvmmsg({ count: 1, size: 2 ** 31 }), range],
];

describe('a call refuses what it cannot mean', () => {
  test.each(calls)('%s', async (_, call, code) => {
    using socket = bound();
    socket.trySend('x', { address: socket.getsockname() });
    expect(await codeOf(() => call(socket))).toBe(code);
    expect(socket.tryRecv()?.toString()).toBe('x');
    expect(socket.tryRecv()).toBeUndefined();
  });
});

describe('Socket.open and Socket.pair refuse', () => {
  test.each<[unknown, string]>([
    [null, invalid],
    ['IPv4', invalid],
    [{ family: 'ipv4' }, invalid],
    [{ family: 2 }, invalid],
    [{ family: '__proto__' }, invalid],
    [{ family: null }, invalid],
    [{ type: 'SOCK_STREAM' }, invalid],
    [{ type: 1 }, invalid],
    [{ protocol: 'sctp' }, invalid],
    [{ family: 'packet', type: 'raw', protocol: 'tcp' }, invalid],
    [{ family: 'netlink', type: 'raw', protocol: 'tcp' }, invalid],
    [{ family: 'unix', protocol: 'tcp' }, invalid],
    [{ protocol: -1 }, range],
    [{ protocol: 1.5 }, range],
    [{ protocol: 2 ** 31 }, range],
    [{ protocol: null }, invalid],
    [{ family: 'packet', type: 'raw', protocol: 0x1_0000 }, range],
    [{ domain: 'IPv4' }, invalid],
    [{ reuseAddress: true }, invalid],
  ])('%j', async (settings, code) => {
    expect(await codeOf(() => Socket.open(settings as never))).toBe(code);
  });

  test.each([null, 'stream', { type: 'tcp' }, { family: 'unix' }])('pair: %j', async (settings) => {
    expect(await codeOf(() => Socket.pair(settings as never))).toBe(invalid);
  });

  test('what the kernel does not have, with its errno', async () => {
    expect(await codeOf(() => Socket.open({ type: 'seqpacket' }))).toMatch(/^E(SOCKT|PROTO)NOSUPPORT$/);
    expect(await codeOf(() => Socket.open({ protocol: 250 }))).toMatch(/^E(PROTONOSUPPORT|INVAL)$/);
  });
});

describe('getters of the caller may do anything', () => {
  test('a getter that makes a call does not change what this one sends', async () => {
    using receiver = bound('dgram', '::1');
    using sender = Socket.open({ family: 'IPv6', type: 'dgram' });
    using other = Socket.open({ type: 'dgram' });
    receiver.setOption('IPV6_RECVHOPLIMIT', true).setOption('IPV6_RECVTCLASS', true);
    const to = receiver.getsockname();
    const mischief = (): void => {
      other.trySendmsg({
        data: 'y',
        address: { address: '127.0.0.1', port: 9 },
        control: [{ type: 'raw', level: 0, cmsgType: 2, bytes: Uint8Array.of(9, 9, 9, 9) }],
      });
    };
    const tricky = <T extends object>(given: T): T => {
      const copy = {};
      for (const [key, value] of Object.entries(given)) {
        const get = (): unknown => {
          void codeOf(mischief);
          return value;
        };
        Object.defineProperty(copy, key, { enumerable: true, get });
      }
      return copy as T;
    };
    const control = [
      tricky({ type: 'IPV6_HOPLIMIT', value: 9 } as const),
      tricky({ type: 'IPV6_TCLASS', value: 8 } as const),
    ];
    const address = tricky({ ...to, scopeId: 0, flowInfo: 0 });
    expect(sender.trySendmsg({ data: 'x', control, address })).toBe(1);
    const message = await receiver.recvmsg({ controlSize: 128, timeoutMs: 5000 });
    expect(message.data.toString()).toBe('x');
    expect(message.control).toEqual([
      { type: 'IPV6_HOPLIMIT', value: 9 },
      { type: 'IPV6_TCLASS', value: 8 },
    ]);
    expect(await sender.sendmmsg([tricky({ data: 'in a batch', address })])).toBe(1);
    expect((await receiver.recv({ timeoutMs: 5000 })).toString()).toBe('in a batch');
  });

  test('a getter that closes the socket makes the call fail, not touch the next owner', async () => {
    const socket = bound();
    const { fd } = socket;
    let next: Socket | undefined;
    const options = {
      get flags(): [] {
        socket.close();
        next = bound();
        return [];
      },
    };
    expect(await codeOf(() => socket.trySend('x', options))).toBe('ERR_SOCKET_CLOSED');
    expect(next?.fd).toBe(fd);
    expect(next?.tryRecv()).toBeUndefined();
    next?.close();
  });

  test('a getter that closes the socket within a wait ends the wait', async () => {
    const socket = bound();
    let calls = 0;
    const options = {
      get flags(): [] {
        // Twice at the call, then in the event.
        if (++calls === 3) socket.close();
        return [];
      },
    };
    const first = codeOf(() => socket.recv(options));
    const second = codeOf(() => socket.recv());
    socket.trySend('x', { address: socket.getsockname() });
    expect([await first, await second]).toEqual(['ERR_SOCKET_CLOSED', 'ERR_SOCKET_CLOSED']);
  });

  test('a getter that throws fails the call with what it threw', async () => {
    using socket = bound();
    const error = new Error('from the getter');
    const options = {
      get flags(): [] {
        throw error;
      },
    };
    await expect(socket.recv(options)).rejects.toBe(error);
  });

  test('memory that was transferred away is refused', async () => {
    using socket = bound();
    const bytes = new Uint8Array(4);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(await codeOf(() => socket.trySend(bytes, { address: socket.getsockname() }))).toBe(invalid);
    expect(await codeOf(() => socket.recv({ buffer: bytes }))).toBe(invalid);
    expect(await codeOf(() => socket.trySend(new Uint8Array(0), { address: socket.getsockname() }))).toBeUndefined();
  });
});
