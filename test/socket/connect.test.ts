import { describe, expect, test } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { bound, codeOf, connection, deaf, listening, set } from '../support/sockets.js';

expectNoLeakedSockets();

describe('listen and accept', () => {
  test.each(['127.0.0.1', '::1'])(
    'a connection to %s is accepted, and both ends agree on its addresses',
    async (address) => {
      using listener = listening(address);
      using client = Socket.open({ family: listener.family });
      expect(await client.connect(listener.getsockname())).toBe(client);
      using accepted = await listener.accept();
      expect(accepted.family).toBe(listener.family);
      expect(accepted.getpeername()).toEqual(client.getsockname());
      expect(client.getpeername()).toEqual(accepted.getsockname());
      expect(client.getpeername()).toEqual(listener.getsockname());
    },
  );

  test('listen() on an unbound socket binds the wildcard to a port the kernel chooses', () => {
    using listener = Socket.open().listen();
    expect(listener.getsockname().address).toBe('0.0.0.0');
    expect(listener.getsockname().port).toBeGreaterThan(0);
  });

  test('listen() a second time changes the backlog only', () => {
    using listener = listening();
    const before = listener.getsockname();
    listener.listen({ backlog: 0 });
    expect(listener.getsockname()).toEqual(before);
  });

  test('of two sockets bound to one address with SO_REUSEADDR one may listen: the other gets EADDRINUSE and its name', () => {
    using first = Socket.open({ options: { SO_REUSEADDR: true } }).bind({ address: '127.0.0.1' });
    const address = first.getsockname();
    using second = Socket.open({ options: { SO_REUSEADDR: true } }).bind(address);
    first.listen();
    expect(() => second.listen()).toThrow(`listen EADDRINUSE: address already in use 127.0.0.1:${address.port}`);
  });

  test('tryAccept() is undefined while there is nobody', async () => {
    using listener = listening();
    expect(listener.tryAccept()).toBeUndefined();
    using client = Socket.open();
    await client.connect(listener.getsockname());
    using accepted = listener.tryAccept();
    expect(accepted?.getpeername()).toEqual(client.getsockname());
    expect(listener.tryAccept()).toBeUndefined();
  });

  test('accept() on a socket that does not listen is EINVAL, on a datagram socket EOPNOTSUPP', async () => {
    using socket = Socket.open();
    expect(await codeOf(() => socket.accept())).toBe('EINVAL');
    using datagrams = Socket.open({ type: 'dgram' });
    expect(await codeOf(() => datagrams.accept())).toBe('EOPNOTSUPP');
    expect(await codeOf(() => datagrams.listen())).toBe('EOPNOTSUPP');
  });

  test('a connection reset in the accept queue is accepted all the same, and tells when it is read', async () => {
    using listener = listening();
    const client = Socket.open();
    await client.connect(listener.getsockname());
    set(client, 'SO_LINGER', 1, 0);
    client.close();
    // Linux keeps it in the queue; other systems drop it with ECONNABORTED, accept(2).
    using accepted = await listener.accept();
    expect(await codeOf(() => accepted.recv())).toBe('ECONNRESET');
    expect((await accepted.recv()).length).toBe(0);
  });

  test('a reset connection does not take the place of the next', async () => {
    using listener = listening();
    const waiting = [listener.accept(), listener.accept()];
    const first = Socket.open();
    await first.connect(listener.getsockname());
    set(first, 'SO_LINGER', 1, 0);
    first.close();
    using second = Socket.open();
    await second.connect(listener.getsockname());
    const accepted = await Promise.all(waiting);
    const results = await Promise.all(accepted.map((socket) => codeOf(() => socket.tryRecv())));
    expect(new Set(results)).toEqual(new Set(['ECONNRESET', undefined]));
    for (const socket of accepted) socket.close();
  });

  test('shutdown("read") stops a listener, and its waiters get EINVAL', async () => {
    using listener = listening();
    const waiting = codeOf(() => listener.accept());
    listener.shutdown('read');
    expect(await waiting).toBe('EINVAL');
    using client = Socket.open();
    expect(await codeOf(() => client.connect(listener.getsockname()))).toBe('ECONNREFUSED');
  });
});

describe('connect', () => {
  test('to a port nobody listens at is ECONNREFUSED, with address and port', async () => {
    using client = Socket.open();
    using nobody = deaf('stream');
    const address = nobody.getsockname();
    await expect(client.connect(address)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: '127.0.0.1',
      port: address.port,
      message: `connect ECONNREFUSED: connection refused 127.0.0.1:${address.port}`,
    });
  });

  test('a second time is EISCONN', async () => {
    const [client, accepted] = await connection();
    expect(await codeOf(() => client.connect(accepted.getsockname()))).toBe('EISCONN');
    client.close();
    accepted.close();
  });

  test('an aborted signal keeps it from connecting at all', async () => {
    using listener = listening();
    using client = Socket.open();
    const reason = new Error('enough');
    await expect(client.connect(listener.getsockname(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(listener.tryAccept()).toBeUndefined();
    expect(await codeOf(() => client.connect(listener.getsockname(), { timeoutMs: -1 }))).toBe('ERR_OUT_OF_RANGE');
    expect(listener.tryAccept()).toBeUndefined();
  });

  test('to a unix listener with a full queue is EAGAIN: there is nothing to wait for', async () => {
    using listener = Socket.open({ family: 'unix' }).bind().listen({ backlog: 0 });
    using first = Socket.open({ family: 'unix' });
    await first.connect(listener.getsockname());
    using second = Socket.open({ family: 'unix' });
    expect(await codeOf(() => second.connect(listener.getsockname(), { timeoutMs: 1000 }))).toBe('EAGAIN');
    (await listener.accept()).close();
  });
});

describe('what connect(2) says', () => {
  test('after a refused connection the next one is made, as soon as somebody listens', async () => {
    using first = Socket.open({ options: { SO_REUSEADDR: true } }).bind({ address: '127.0.0.1' });
    const address = first.getsockname();
    using client = Socket.open();
    for (let i = 0; i < 3; i++) expect(await codeOf(() => client.connect(address))).toBe('ECONNREFUSED');
    using listener = Socket.open({ options: { SO_REUSEADDR: true } })
      .bind(address)
      .listen();
    expect(await client.connect(address)).toBe(client);
    (await listener.accept()).close();
  });

  test('connectOnce() tells a connection that it starts from one that is on its way', async () => {
    using listener = listening('127.0.0.1', 0);
    using queued = Socket.open();
    expect(queued.connectOnce(listener.getsockname())).toBe('EINPROGRESS');
    await queued.poll(['POLLOUT']);
    expect(queued.connectOnce(listener.getsockname())).toBe('done');
    expect(await codeOf(() => queued.connectOnce(listener.getsockname()))).toBe('EISCONN');
    // The queue is full, so the SYN of this one is dropped.
    using late = Socket.open();
    expect(late.connectOnce(listener.getsockname())).toBe('EINPROGRESS');
    expect(late.connectOnce(listener.getsockname())).toBe('EALREADY');
    expect(late.tryConnect(listener.getsockname())).toBe(false);
    using datagrams = bound();
    expect(datagrams.connectOnce(listener.getsockname())).toBe('done');
  });

  test('connectOnce() throws what became of it, and may try again', async () => {
    using nobody = deaf('stream');
    using client = Socket.open();
    for (let i = 0; i < 2; i++) {
      expect(client.connectOnce(nobody.getsockname())).toBe('EINPROGRESS');
      await client.poll(['POLLOUT']);
      expect(await codeOf(() => client.connectOnce(nobody.getsockname()))).toBe('ECONNREFUSED');
    }
  });
});

describe('MSG_FASTOPEN without a cookie', () => {
  const flags = ['MSG_FASTOPEN'] as const;

  test('the bare call connects and takes nothing', async () => {
    using listener = listening();
    using client = Socket.open();
    expect(() => client.trySend('hello', { address: listener.getsockname(), flags })).toThrow(
      expect.objectContaining({ code: 'EINPROGRESS' }),
    );
    using accepted = await listener.accept();
    expect(accepted.tryRecv()).toBeUndefined();
  });

  test('send() and sendmsg() wait for the connection and send', async () => {
    using listener = listening();
    const address = listener.getsockname();
    using one = Socket.open();
    expect(await one.send('hello', { address, flags })).toBe(5);
    using two = Socket.open();
    expect(await two.sendmsg({ data: ['hel', 'lo'], address, flags })).toBe(5);
    for (let i = 0; i < 2; i++) {
      using accepted = await listener.accept();
      expect((await accepted.recv()).toString()).toBe('hello');
    }
  });

  test('a refusal rejects', async () => {
    using nobody = deaf('stream');
    using client = Socket.open();
    expect(await codeOf(() => client.send('hello', { address: nobody.getsockname(), flags }))).toBe('ECONNREFUSED');
  });
});

describe('disconnect', () => {
  test('dissolves the association of a datagram socket, and it may connect elsewhere', async () => {
    using one = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    using two = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    using socket = Socket.open({ type: 'dgram' });
    await socket.connect(one.getsockname());
    expect(socket.getpeername()).toEqual(one.getsockname());
    expect(socket.disconnect()).toBe(socket);
    expect(await codeOf(() => socket.getpeername())).toBe('ENOTCONN');
    expect(await codeOf(() => socket.trySend('x'))).toBe('EDESTADDRREQ');
    await socket.connect(two.getsockname());
    expect(socket.getpeername()).toEqual(two.getsockname());
  });

  test('resets a TCP connection; the socket may connect again', async () => {
    const [client, accepted] = await connection();
    client.disconnect();
    expect(await codeOf(() => accepted.recv())).toBe('ECONNRESET');
    accepted.close();
    using listener = listening();
    await client.connect(listener.getsockname());
    expect(client.getpeername()).toEqual(listener.getsockname());
    client.close();
    (await listener.accept()).close();
  });
});

describe('shutdown', () => {
  test('"write" ends what the peer receives, and leaves the other way open', async () => {
    const [client, accepted] = await connection();
    client.trySend('last words');
    client.shutdown('write');
    expect((await accepted.recv()).toString()).toBe('last words');
    expect((await accepted.recv()).length).toBe(0);
    expect(await codeOf(() => client.trySend('more'))).toBe('EPIPE');
    accepted.trySend('answer');
    expect((await client.recv()).toString()).toBe('answer');
    client.close();
    accepted.close();
  });

  test('"read" ends a pending recv() with no bytes', async () => {
    const [client, accepted] = await connection();
    const received = client.recv();
    client.shutdown('read');
    expect((await received).length).toBe(0);
    expect(client.trySend('x')).toBe(1);
    expect((await accepted.recv()).toString()).toBe('x');
    client.close();
    accepted.close();
  });

  test('"both" is both', async () => {
    const [client, accepted] = await connection();
    client.shutdown('both');
    expect(await codeOf(() => client.trySend('x'))).toBe('EPIPE');
    expect((await client.recv()).length).toBe(0);
    expect((await accepted.recv()).length).toBe(0);
    client.close();
    accepted.close();
  });

  test('without a connection is ENOTCONN', async () => {
    using socket = Socket.open();
    expect(await codeOf(() => socket.shutdown('write'))).toBe('ENOTCONN');
  });

  test.each(['', 'rd', 1, undefined, 'toString'])('%j is no half', async (half) => {
    using socket = Socket.open();
    expect(await codeOf(() => socket.shutdown(half as never))).toBe('ERR_ARGUMENT_INVALID');
  });
});
