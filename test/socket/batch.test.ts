import { closeSync, fstatSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MessageBatch } from '../../src/socket/batch.js';
import { Socket } from '../../src/socket/socket.js';
import { encodeAddress } from '../../src/socket/sockaddr.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { bound, codeOf, set } from '../support/sockets.js';

expectNoLeakedSockets();

const invalid = 'ERR_ARGUMENT_INVALID';
const range = 'ERR_OUT_OF_RANGE';

/** Segments of one UDP_GRO receive, sent with UDP_SEGMENT: five of 1,000 bytes and one of 500. */
const segments = { data: Buffer.alloc(5500, 7), control: [{ type: 'UDP_SEGMENT', segmentSize: 1000 }] } as const;

describe('recvmmsg', () => {
  test('gives each message its control messages and flags', () => {
    using receiver = bound();
    using sender = bound();
    set(receiver, 'IP_RECVTTL', 1);
    const address = receiver.getsockname();
    sender.trySendmmsg([
      { data: 'one', address, control: [{ type: 'IP_TTL', value: 11 }] },
      { data: 'a longer one', address, control: [{ type: 'IP_TTL', value: 22 }] },
      { data: '', address },
    ]);
    const from = sender.getsockname();
    expect(receiver.tryRecvmmsg({ count: 4, size: 8, controlSize: 64 })).toEqual([
      { data: Buffer.from('one'), address: from, control: [{ type: 'IP_TTL', value: 11 }], flags: [] },
      { data: Buffer.from('a longer'), address: from, control: [{ type: 'IP_TTL', value: 22 }], flags: ['MSG_TRUNC'] },
      { data: Buffer.alloc(0), address: from, control: [{ type: 'IP_TTL', value: 64 }], flags: [] },
    ]);
  });

  test('says into what the kernel joined datagrams, without MSG_CTRUNC', () => {
    using receiver = bound();
    using sender = bound();
    set(receiver, 'UDP_GRO', 1);
    const address = receiver.getsockname();
    sender.trySendmmsg([
      { ...segments, address },
      { data: 'single', address },
    ]);
    const [joined, single] = receiver.tryRecvmmsg({ count: 2, size: 65_536, controlSize: 64 }) ?? [];
    expect([joined?.data.length, joined?.control, joined?.flags]).toEqual([
      5500,
      [{ type: 'UDP_GRO', segmentSize: 1000 }],
      [],
    ]);
    expect([single?.data.toString(), single?.control, single?.flags]).toEqual(['single', [], []]);
  });

  test('drops control messages without room for them, and says so', () => {
    using receiver = bound();
    set(receiver, 'IP_RECVTTL', 1);
    receiver.trySend('x', { address: receiver.getsockname() });
    const [message] = receiver.tryRecvmmsg({ count: 1 }) ?? [];
    expect([message?.control, message?.flags]).toEqual([[], ['MSG_CTRUNC']]);
  });

  test('takes descriptors, close-on-exec', () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    const rights = (fd: number) => [{ type: 'SCM_RIGHTS', fds: [fd] }] as const;
    left.trySendmmsg([
      { data: 'l', control: rights(left.fd) },
      { data: 'r', control: rights(right.fd) },
    ]);
    const got = right.tryRecvmmsg({ count: 2, controlSize: 24 }) ?? [];
    const fds = got.flatMap(({ control: [message] }) => (message?.type === 'SCM_RIGHTS' ? message.fds : []));
    expect(fds.map((fd) => fstatSync(fd).ino)).toEqual([left, right].map(({ fd }) => fstatSync(fd).ino));
    for (const fd of fds) closeSync(fd);
    left.close();
    right.close();
  });
});

describe('sendmmsg', () => {
  test('stops at the message that cannot go, and reports how many went', async () => {
    using receiver = bound();
    using sender = bound();
    const address = receiver.getsockname();
    const tooLong = { data: Buffer.alloc(70_000), address };
    expect(sender.trySendmmsg([{ data: '1', address }, { data: '2', address }, tooLong])).toBe(2);
    expect(await codeOf(() => sender.trySendmmsg([tooLong, { data: '1', address }]))).toBe('EMSGSIZE');
    expect(receiver.tryRecvmmsg({ count: 9 })?.map(({ data }) => data.toString())).toEqual(['1', '2']);
  });

  test('refuses what cannot be a batch', async () => {
    using socket = bound();
    const control = [{ type: 'SCM_PIDFD', fd: 1 }] as never;
    expect(await codeOf(() => socket.trySendmmsg([{ data: 'x', control }]))).toBe(invalid);
    expect(await codeOf(() => socket.trySendmmsg([{ data: 'x', control: 5 as never }]))).toBe(invalid);
    expect(await codeOf(() => socket.trySendmmsg([{ data: 'x' }], { first: 0 }))).toBe(invalid);
    expect(await codeOf(() => socket.tryRecvmmsg({ count: 1, controlSize: -1 }))).toBe(range);
    expect(await codeOf(() => socket.tryRecvmmsg({ count: 1, controlSize: 70_000 }))).toBe(range);
  });
});

describe('a MessageBatch', () => {
  test('goes back to where its messages came from, without an object for each', async () => {
    using server = bound();
    using one = bound();
    using two = bound();
    const address = encodeAddress(server.getsockname());
    for (const [client, text] of [
      [one, 'from one'],
      [two, 'from two'],
      [one, 'once more from one'],
    ] as const)
      client.trySend(text, { address });
    const batch = new MessageBatch({ count: 8, size: 100 });
    expect(await server.recvmmsg(batch, { timeoutMs: 5000 })).toBe(3);
    expect([0, 1, 2].map((index) => batch.data(index).toString())).toEqual([
      'from one',
      'from two',
      'once more from one',
    ]);
    expect([0, 1].map((index) => batch.address(index))).toEqual([one.getsockname(), two.getsockname()]);
    expect(await server.sendmmsg(batch, { count: 3 })).toBe(3);
    expect([one.tryRecv(), one.tryRecv(), two.tryRecv()].map(String)).toEqual([
      'from one',
      'once more from one',
      'from two',
    ]);
  });

  test('sends any bytes of a buffer of the caller, each to its address', () => {
    using one = bound();
    using two = bound();
    using sender = bound();
    const buffer = Buffer.from('abcdefgh');
    const [first, second] = [encodeAddress(one.getsockname()), encodeAddress(two.getsockname())];
    const batch = new MessageBatch({ count: 4, buffer });
    batch.set(0, 0, 3, first).set(1, 2, 4, second).set(2, 8, 0, first).set(3, 7, 1, second);
    expect(sender.trySendmmsg(batch)).toBe(4);
    expect(one.tryRecvmmsg({ count: 4 })?.map(({ data }) => data.toString())).toEqual(['abc', '']);
    expect(two.tryRecvmmsg({ count: 4 })?.map(({ data }) => data.toString())).toEqual(['cdef', 'h']);
    expect(sender.trySendmmsg(batch, { first: 3 })).toBe(1);
    expect(sender.trySendmmsg(batch, { first: 1, count: 1 })).toBe(1);
    expect(two.tryRecvmmsg({ count: 4 })?.map(({ data }) => data.toString())).toEqual(['h', 'cdef']);
  });

  test('carries control messages and flags both ways', () => {
    using receiver = bound();
    using sender = bound();
    set(receiver, 'UDP_GRO', 1);
    const batch = new MessageBatch({ count: 2, buffer: segments.data, controlSize: 24 });
    const to = encodeAddress(receiver.getsockname());
    batch.set(0, 0, 5500, to).setControl(0, segments.control).set(1, 0, 10, to);
    expect(sender.trySendmmsg(batch)).toBe(2);
    const into = new MessageBatch({ count: 4, size: 5000, controlSize: 24 });
    expect(receiver.tryRecvmmsg(into)).toBe(2);
    expect([into.data(0).length, into.control(0), into.flags(0)]).toEqual([
      5000,
      [{ type: 'UDP_GRO', segmentSize: 1000 }],
      ['MSG_TRUNC'],
    ]);
    expect([into.data(1).length, into.control(1), into.flags(1)]).toEqual([10, [], []]);
  });

  test('on a connected socket has no addresses to send to', () => {
    using receiver = bound();
    using sender = bound();
    sender.tryConnect(receiver.getsockname());
    const batch = new MessageBatch({ count: 1, buffer: Buffer.from('text') }).set(0, 0, 4);
    expect(sender.trySendmmsg(batch)).toBe(1);
    expect(receiver.tryRecv()?.toString()).toBe('text');
  });

  test('refuses rows that point outside its memory, whoever wrote them', async () => {
    using socket = bound();
    const batch = new MessageBatch({ count: 2, size: 4, controlSize: 24 });
    const to = encodeAddress(socket.getsockname());
    const high = 2 ** 31 - 1;
    const columns = [
      [0, 5],
      [0, -1],
      [0, high],
      [1, -1],
      [1, 9],
      [2, -1],
      [2, 256],
      [3, 129],
      [3, -1],
      [4, -1],
      [5, high],
    ] as const;
    for (const [column, value] of columns) {
      batch.set(0, 0, 4, to).set(1, 4, 4, to);
      if (column === 1) batch.table[8] = 0;
      batch.table[8 + column] = value;
      expect([column, value, await codeOf(() => socket.trySendmmsg(batch, { first: 1 }))]).toEqual([
        column,
        value,
        range,
      ]);
      if (column < 2) expect(await codeOf(() => batch.data(1))).toBe(range);
    }
    expect(socket.tryRecv()).toBeUndefined();
    batch.set(0, 0, 4, to);
    expect(socket.trySendmmsg(batch, { count: 1 })).toBe(1);
    expect(socket.tryRecv()?.length).toBe(4);
  });

  test.each<[string, () => unknown, string]>([
    ['no settings', () => new MessageBatch(undefined as never), invalid],
    ['count 0', () => new MessageBatch({ count: 0 }), range],
    ['count 1,025', () => new MessageBatch({ count: 1025 }), range],
    ['size 0', () => new MessageBatch({ count: 1, size: 0 }), range],
    ['size NaN', () => new MessageBatch({ count: 1, size: Number.NaN }), range],
    ['controlSize -1', () => new MessageBatch({ count: 1, controlSize: -1 }), range],
    ['buffer text', () => new MessageBatch({ count: 1, buffer: 'text' as never }), invalid],
    ['an unknown setting', () => new MessageBatch({ count: 1, bytes: 1 } as never), invalid],
    ['index 1 of 1', () => new MessageBatch({ count: 1 }).set(1, 0, 0), range],
    ['index -1', () => new MessageBatch({ count: 1 }).data(-1), range],
    ['offset -1', () => new MessageBatch({ count: 1 }).set(0, -1, 0), range],
    ['length 2 ** 31', () => new MessageBatch({ count: 1 }).set(0, 0, 2 ** 31), range],
    [
      'an address that is not encoded',
      () => new MessageBatch({ count: 1 }).set(0, 0, 0, { port: 1 } as never),
      invalid,
    ],
    [
      'control messages without room',
      () => new MessageBatch({ count: 1 }).setControl(0, [{ type: 'IP_TTL', value: 1 }]),
      range,
    ],
  ])('refuses %s', async (_, make, code) => {
    expect(await codeOf(make)).toBe(code);
  });

  test('refuses to receive into a buffer that is too short, and takes nothing', async () => {
    using socket = bound();
    socket.trySend('x', { address: socket.getsockname() });
    const batch = new MessageBatch({ count: 2, size: 10, buffer: Buffer.alloc(19) });
    expect(await codeOf(() => socket.tryRecvmmsg(batch))).toBe(range);
    expect(await codeOf(() => socket.trySendmmsg(batch, { first: 2 }))).toBe(range);
    expect(await codeOf(() => socket.trySendmmsg(batch, { count: 3 }))).toBe(range);
    expect(socket.tryRecv()?.toString()).toBe('x');
  });
});

describe('an encoded address', () => {
  test.each<[string, Parameters<typeof encodeAddress>[0], string]>([
    ['IPv4', { address: '127.0.0.1', port: 258 }, '020001027f000001'],
    ['IPv6', { address: '::1', port: 258 }, '0a00010200000000'],
    ['unix', { path: '/a' }, '01002f6100'],
    ['unspec', { family: 'unspec', port: 258 }, '0000010200000000'],
    ['raw', { bytes: Uint8Array.of(9, 8, 7) }, '090807'],
    ['netlink', { pid: 1 }, '1000000001000000'],
    ['vsock', { cid: 2, port: 3 }, '2800000003000000'],
  ])('of %s is the sockaddr', (_, address, hex) => {
    const { bytes } = encodeAddress(address);
    expect(Buffer.from(bytes).toString('hex').slice(0, hex.length)).toBe(hex);
  });

  test('does not change with the object it was made of, nor with its bytes', () => {
    using receiver = bound();
    using sender = bound();
    const address = { ...receiver.getsockname() };
    const encoded = encodeAddress(address);
    address.port = 1;
    encoded.bytes.fill(0);
    expect(sender.trySend('x', { address: encoded })).toBe(1);
    expect(sender.trySendmsg({ data: 'y', address: encoded })).toBe(1);
    expect(sender.trySendmmsg([{ data: 'z', address: encoded }])).toBe(1);
    expect(receiver.tryRecvmmsg({ count: 4 })?.map(({ data }) => data.toString())).toEqual(['x', 'y', 'z']);
    expect(encodeAddress(encoded)).toBe(encoded);
  });

  test('names where a call failed', () => {
    using socket = bound('stream');
    const error = { code: 'EINVAL', address: '127.0.0.1', port: 40_000 };
    expect(() => socket.bind(encodeAddress({ address: '127.0.0.1', port: 40_000 }))).toThrow(
      expect.objectContaining(error),
    );
  });

  test.each<[unknown, string]>([
    [undefined, invalid],
    [null, invalid],
    ['127.0.0.1:80', invalid],
    [{}, 'ERR_ADDRESS_INVALID'],
    [{ port: 80 }, 'ERR_ADDRESS_INVALID'],
    [{ address: 'localhost' }, 'ERR_ADDRESS_INVALID'],

    [{ family: 'toString' }, invalid],
    [{ bytes: 'text' }, invalid],
    [{ bytes: new Uint8Array(129) }, range],
    [{ bytes: new Uint8Array(4), port: 1 }, invalid],
  ])('is not made of %j', async (address, code) => {
    expect(await codeOf(() => encodeAddress(address as never))).toBe(code);
  });
});
