import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { bound, codeOf, connection, fill, nobody, set } from '../support/sockets.js';

expectNoLeakedSockets();

describe('send and recv', () => {
  test('a stream delivers bytes, in pieces of any size', async () => {
    const [client, accepted] = await connection();
    expect(await client.send('hello')).toBe(5);
    expect((await accepted.recv({ size: 2 })).toString()).toBe('he');
    expect((await accepted.recv()).toString()).toBe('llo');
    expect(accepted.tryRecv()).toBeUndefined();
    client.close();
    expect((await accepted.recv()).length).toBe(0);
    accepted.close();
  });

  test('datagrams go to an address and keep their bounds', async () => {
    using receiver = bound();
    using sender = bound();
    const address = receiver.getsockname();
    for (const text of ['one', '', 'three']) expect(await sender.send(text, { address })).toBe(text.length);
    expect([await receiver.recv(), await receiver.recv(), await receiver.recv()].map(String)).toEqual([
      'one',
      '',
      'three',
    ]);
  });

  test('a datagram longer than the memory is cut', async () => {
    using receiver = bound();
    receiver.trySend('twelve bytes', { address: receiver.getsockname() });
    expect((await receiver.recv({ size: 6 })).toString()).toBe('twelve');
    expect(receiver.tryRecv()).toBeUndefined();
  });

  test("received memory is the caller's alone", async () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    left.trySend('first');
    left.trySend('other');
    const first = await right.recv();
    const second = await right.recv();
    expect([first.toString(), second.toString()]).toEqual(['first', 'other']);
    left.close();
    right.close();
  });

  test('recv() into memory of the caller writes there and nowhere else', async () => {
    const [left, right] = Socket.pair();
    const memory = Buffer.alloc(10, '.');
    left.trySend('abcdefgh');
    const data = await right.recv({ buffer: memory.subarray(2, 6) });
    expect(data.toString()).toBe('abcd');
    expect(data.buffer).toBe(memory.buffer);
    expect(memory.toString()).toBe('..abcd....');
    left.close();
    right.close();
  });

  test('nothing at all can be sent and asked for', async () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    expect(left.trySend('')).toBe(0);
    expect(left.trySend(new Uint8Array(0))).toBe(0);
    expect((await right.recv()).length).toBe(0);
    left.trySend('dropped');
    expect((await right.recv({ size: 0 })).length).toBe(2 - 2);
    left.trySend('dropped');
    expect((await right.recv({ buffer: new Uint8Array(0) })).length).toBe(0);
    left.close();
    right.close();
  });

  test('a megabyte in one piece arrives whole', async () => {
    const [client, accepted] = await connection();
    const payload = Buffer.alloc(1_000_000, 'sockwise');
    const send = async (): Promise<void> => {
      for (let sent = 0; sent < payload.length; ) sent += await client.send(payload.subarray(sent));
      client.shutdown('write');
    };
    const receive = async (): Promise<Buffer> => {
      const pieces: Buffer[] = [];
      for (;;) {
        const piece = await accepted.recv({ size: 300_000 });
        if (piece.length === 0) return Buffer.concat(pieces);
        pieces.push(piece);
      }
    };
    const [, received] = await Promise.all([send(), receive()]);
    expect(received.equals(payload)).toBe(true);
    client.close();
    accepted.close();
  });

  test('trySend() is undefined where the socket takes no more, and send() waits until it does', async () => {
    const [left, right] = Socket.pair();
    const payload = Buffer.alloc(65_536);
    fill(left, payload);
    expect(left.trySend('x')).toBeUndefined();
    let done = false;
    const waiting = left.send(payload).then((sent) => {
      done = true;
      return sent;
    });
    await new Promise(setImmediate);
    expect(done).toBe(false);
    while (!done) {
      right.tryRecv();
      await new Promise(setImmediate);
    }
    expect(await waiting).toBeGreaterThan(0);
    left.close();
    right.close();
  });

  test('MSG_PEEK leaves the data, MSG_TRUNC tells the length it had', async () => {
    using socket = bound();
    socket.trySend('twelve bytes', { address: socket.getsockname() });
    expect((await socket.recv({ flags: ['MSG_PEEK'] })).toString()).toBe('twelve bytes');
    expect((await socket.recv({ flags: ['MSG_TRUNC'], size: 4 })).toString()).toBe('twel');
    expect(socket.tryRecv()).toBeUndefined();
  });

  test('MSG_TRUNC on a stream discards, and shows nothing that was in memory before', async () => {
    const [left, right] = Socket.pair();
    left.trySend('secret');
    await right.recv();
    const [client, accepted] = await connection();
    client.trySend('hello');
    expect([...(await accepted.recv({ flags: ['MSG_TRUNC'] }))]).toEqual([0, 0, 0, 0, 0]);
    for (const socket of [left, right, client, accepted]) socket.close();
  });

  test('MSG_OOB goes beside the stream', async () => {
    const [client, accepted] = await connection();
    client.trySend('!', { flags: ['MSG_OOB'] });
    client.trySend('x');
    expect((await accepted.recv({ flags: ['MSG_OOB'] })).toString()).toBe('!');
    expect((await accepted.recv()).toString()).toBe('x');
    client.close();
    accepted.close();
  });

  test('writing to a connection the peer has closed is EPIPE in the end, and no signal', async () => {
    const [client, accepted] = await connection();
    accepted.close();
    expect((await client.recv()).length).toBe(0);
    client.trySend('answered by RST');
    expect(await codeOf(() => client.trySend('x'))).toBe('EPIPE');
    client.close();
  });

  test('a datagram too long is EMSGSIZE, with the address it was for', async () => {
    using socket = bound();
    const address = nobody('dgram');
    await expect(socket.send(Buffer.alloc(70_000), { address })).rejects.toMatchObject({
      code: 'EMSGSIZE',
      syscall: 'send',
      address: '127.0.0.1',
      port: address.port,
    });
  });

  test('a Uint8Array of another realm is one', async () => {
    const [left, right] = Socket.pair();
    const foreign = runInContext('new Uint8Array([104, 105])', createContext()) as Uint8Array;
    expect(foreign instanceof Uint8Array).toBe(false);
    left.trySend(foreign);
    expect((await right.recv()).toString()).toBe('hi');
    left.close();
    right.close();
  });
});

describe('sendmsg and recvmsg', () => {
  test('several pieces make one message, which comes with its sender', async () => {
    using receiver = bound();
    using sender = bound();
    const address = receiver.getsockname();
    expect(await sender.sendmsg({ data: ['one ', Buffer.from('two'), ''], address })).toBe(7);
    expect(await receiver.recvmsg()).toEqual({
      data: Buffer.from('one two'),
      address: sender.getsockname(),
      control: [],
      flags: [],
    });
  });

  test('a cut datagram says MSG_TRUNC', async () => {
    using socket = bound();
    socket.trySendmsg({ data: 'twelve bytes', address: socket.getsockname() });
    const message = await socket.recvmsg({ size: 6 });
    expect([message.data.toString(), message.flags]).toEqual(['twelve', ['MSG_TRUNC']]);
  });

  test('a record of a seqpacket socket says MSG_EOR only if it was sent so', async () => {
    const [left, right] = Socket.pair({ type: 'seqpacket' });
    left.trySendmsg({ data: 'record', flags: ['MSG_EOR'] });
    expect((await right.recvmsg()).data.toString()).toBe('record');
    left.close();
    expect((await right.recvmsg()).data.length).toBe(0);
    right.close();
  });

  test('tryRecvmsg() is undefined where there is nothing', () => {
    using socket = bound();
    expect(socket.tryRecvmsg()).toBeUndefined();
  });

  test('no piece at all is an empty datagram', async () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    expect(left.trySendmsg({ data: [] })).toBe(0);
    expect((await right.recvmsg()).data.length).toBe(0);
    left.close();
    right.close();
  });
});

describe('sendmmsg and recvmmsg', () => {
  test('several datagrams cross at once, each with its address', async () => {
    using receiver = bound();
    using other = bound();
    using sender = bound();
    const messages = ['one', '', 'three'].map((data) => ({ data, address: receiver.getsockname() }));
    expect(await sender.sendmmsg([...messages, { data: 'elsewhere', address: other.getsockname() }])).toBe(4);
    const received = await receiver.recvmmsg({ count: 10 });
    expect(received.map(({ data, address }) => [data.toString(), address])).toEqual(
      ['one', '', 'three'].map((text) => [text, sender.getsockname()]),
    );
    expect((await other.recv()).toString()).toBe('elsewhere');
  });

  test('takes no more than it is asked for, and cuts what is longer than size', async () => {
    using socket = bound();
    const address = socket.getsockname();
    socket.trySendmmsg(['12345678', 'abc', 'x'].map((data) => ({ data, address })));
    const first = await socket.recvmmsg({ count: 2, size: 4 });
    expect(first.map(({ data, flags }) => [data.toString(), flags])).toEqual([
      ['1234', ['MSG_TRUNC']],
      ['abc', []],
    ]);
    expect((await socket.recvmmsg({ count: 2 })).map(({ data }) => data.toString())).toEqual(['x']);
    expect(socket.tryRecvmmsg({ count: 2 })).toBeUndefined();
  });

  test('reports how many went out before one failed', async () => {
    using socket = bound();
    const address = socket.getsockname();
    const messages = [
      { data: 'fits', address },
      { data: Buffer.alloc(70_000), address },
    ];
    expect(socket.trySendmmsg(messages)).toBe(1);
    expect(await codeOf(() => socket.trySendmmsg(messages.slice(1)))).toBe('EMSGSIZE');
  });

  test('1,024 messages are the most', async () => {
    using socket = bound();
    set(socket, 'SO_RCVBUF', 4_000_000);
    const address = socket.getsockname();
    const messages = Array.from({ length: 1025 }, () => ({ data: 'x', address }));
    expect(await codeOf(() => socket.trySendmmsg(messages))).toBe('ERR_OUT_OF_RANGE');
    expect(socket.trySendmmsg(messages.slice(1))).toBe(1024);
    expect(socket.tryRecvmmsg({ count: 1024, size: 1 })?.length).toBeGreaterThan(100);
  });
});
