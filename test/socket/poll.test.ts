import { describe, expect, test } from 'vitest';
import type { PollEvent } from '../../src/socket/poll.js';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { keeper } from '../support/kept.js';
import { bound, codeOf, connection, deaf, fill, listening, set } from '../support/sockets.js';

expectNoLeakedSockets();
const keep = keeper();

async function kept(): Promise<[client: Socket, accepted: Socket]> {
  const [client, accepted] = await connection();
  return [keep(client), keep(accepted)];
}

describe('tryPoll', () => {
  test('reports what holds of what was asked for', async () => {
    const [client, accepted] = await kept();
    expect(accepted.tryPoll(['POLLIN'])).toEqual(new Set());
    expect(accepted.tryPoll(['POLLIN', 'POLLOUT'])).toEqual(new Set(['POLLOUT']));
    client.trySend('x');
    expect(accepted.tryPoll(['POLLIN', 'POLLOUT'])).toEqual(new Set(['POLLIN', 'POLLOUT']));
    expect(accepted.tryPoll([])).toEqual(new Set());
    expect(accepted.tryRecv()?.toString()).toBe('x');
    expect(accepted.tryPoll(['POLLIN'])).toEqual(new Set());
  });

  test('a listener is readable while a connection waits', async () => {
    using listener = listening();
    expect(listener.tryPoll(['POLLIN', 'POLLOUT'])).toEqual(new Set());
    using client = Socket.open();
    await client.connect(listener.getsockname());
    expect(listener.tryPoll(['POLLIN', 'POLLOUT'])).toEqual(new Set(['POLLIN']));
  });

  test('POLLRDHUP tells of the FIN while data is unread, POLLHUP that both halves are closed', async () => {
    const [client, accepted] = await kept();
    client.trySend('x');
    client.shutdown('write');
    expect(await accepted.poll(['POLLRDHUP'])).toEqual(new Set(['POLLRDHUP']));
    expect(accepted.tryRecv()?.toString()).toBe('x');
    expect(accepted.tryPoll(['POLLIN', 'POLLRDHUP'])).toEqual(new Set(['POLLIN', 'POLLRDHUP']));
    accepted.shutdown('write');
    expect(await accepted.poll([])).toEqual(new Set(['POLLHUP']));
  });

  test('POLLERR is reported unasked, and getsockopt(SO_ERROR) ends it', async () => {
    const [client, accepted] = await kept();
    set(client, 'SO_LINGER', 1, 0);
    client.close();
    expect(await accepted.poll([])).toEqual(new Set(['POLLERR', 'POLLHUP']));
    expect(await codeOf(() => accepted.tryRecv())).toBe('ECONNRESET');
    expect(accepted.tryPoll([])).toEqual(new Set(['POLLHUP']));
  });

  test('POLLPRI tells of urgent data', async () => {
    const [client, accepted] = await kept();
    expect(accepted.tryPoll(['POLLPRI'])).toEqual(new Set());
    client.trySend('!', { flags: ['MSG_OOB'] });
    expect(await accepted.poll(['POLLPRI'])).toEqual(new Set(['POLLPRI']));
    expect(accepted.tryRecv({ flags: ['MSG_OOB'] })?.toString()).toBe('!');
    expect(accepted.tryPoll(['POLLPRI'])).toEqual(new Set());
  });

  test.each<[unknown, string]>([
    [undefined, 'ERR_ARGUMENT_INVALID'],
    ['POLLIN', 'ERR_ARGUMENT_INVALID'],
    [['POLLNVAL'], 'ERR_ARGUMENT_INVALID'],
    [[1], 'ERR_ARGUMENT_INVALID'],
    [['toString'], 'ERR_ARGUMENT_INVALID'],
    [[Symbol('POLLIN')], 'ERR_ARGUMENT_INVALID'],
  ])('refuses %j', async (events, code) => {
    using socket = bound();
    expect(await codeOf(() => socket.tryPoll(events as never))).toBe(code);
    expect(await codeOf(() => socket.poll(events as never))).toBe(code);
  });

  test('of a closed socket is ERR_SOCKET_CLOSED', async () => {
    const socket = bound();
    socket.close();
    expect(await codeOf(() => socket.tryPoll(['POLLIN']))).toBe('ERR_SOCKET_CLOSED');
    expect(await codeOf(() => socket.poll(['POLLIN']))).toBe('ERR_SOCKET_CLOSED');
  });
});

describe('poll', () => {
  test('waits for each event by itself, and takes nothing', async () => {
    using socket = bound();
    const polled = socket.poll(['POLLIN']);
    expect(socket.tryPoll(['POLLIN'])).toEqual(new Set());
    socket.trySend('x', { address: socket.getsockname() });
    expect(await polled).toEqual(new Set(['POLLIN']));
    expect(socket.tryRecv()?.toString()).toBe('x');
  });

  test('each that waits is told, before a receiver takes the data', async () => {
    using socket = bound();
    const received = socket.recv();
    const polled = [socket.poll(['POLLIN']), socket.poll(['POLLRDHUP', 'POLLIN']), socket.poll(['POLLIN', 'POLLPRI'])];
    socket.trySend('x', { address: socket.getsockname() });
    expect(await Promise.all(polled)).toEqual(Array(3).fill(new Set(['POLLIN'])));
    expect((await received).toString()).toBe('x');
  });

  test('POLLOUT waits until there is room', async () => {
    const [left, right] = Socket.pair();
    keep(left);
    keep(right);
    fill(left, Buffer.alloc(65_536));
    expect(left.tryPoll(['POLLOUT'])).toEqual(new Set());
    const polled = left.poll(['POLLOUT']);
    while (right.tryRecv() !== undefined);
    expect(await polled).toEqual(new Set(['POLLOUT']));
  });

  test('one that waits for what does not come does not hold up another', async () => {
    const [client, accepted] = await kept();
    const urgent = codeOf(() => accepted.poll(['POLLPRI'], { timeoutMs: 20 }));
    const readable = accepted.poll(['POLLIN']);
    client.trySend('x');
    expect(await readable).toEqual(new Set(['POLLIN']));
    expect(await urgent).toBe('ERR_TIMED_OUT');
  });

  test('an entry of the error queue is POLLERR, unasked', async () => {
    using socket = bound();
    set(socket, 'IP_RECVERR', 1);
    using nobody = deaf('dgram');
    const polled = socket.poll(['POLLIN']);
    socket.trySend('x', { address: nobody.getsockname() });
    expect(await polled).toEqual(new Set(['POLLERR']));
    const { data } = await socket.recvmsg({ flags: ['MSG_ERRQUEUE'], controlSize: 512 });
    expect(data.toString()).toBe('x');
    expect(socket.tryPoll(['POLLIN'])).toEqual(new Set());
  });

  test('ends with its timeout, its signal and its socket', async () => {
    const socket = bound();
    await expect(socket.poll(['POLLIN'], { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'ERR_TIMED_OUT',
      syscall: 'poll',
    });
    const controller = new AbortController();
    const aborted = codeOf(() => socket.poll(['POLLIN'], { signal: controller.signal }));
    controller.abort();
    expect(await aborted).toBe(20);
    const closed = codeOf(() => socket.poll(['POLLIN']));
    socket.close();
    expect(await closed).toBe('ERR_SOCKET_CLOSED');
    expect(await codeOf(() => socket.poll(['POLLIN'], { timeout: 5 } as never))).toBe('ERR_ARGUMENT_INVALID');
  });

  test('a connection that is refused is told to who polls for it', async () => {
    using nobody = deaf('stream');
    using client = Socket.open();
    client.tryConnect(nobody.getsockname());
    const events: ReadonlySet<PollEvent> = await client.poll(['POLLOUT']);
    expect([...events]).toEqual(expect.arrayContaining(['POLLERR', 'POLLHUP']));
    expect(await codeOf(() => client.connectOnce(nobody.getsockname()))).toBe('ECONNREFUSED');
  });
});
