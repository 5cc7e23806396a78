import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { bound, codeOf, connection, deaf, fill, listening, set } from '../support/sockets.js';
import { needs } from '../support/needs.js';

expectNoLeakedSockets();

/** How much of the time it waited for `operation` this process was on a processor: 1 if a thread of it spins. */
async function loadOf(operation: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  const before = process.cpuUsage();
  await operation();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / Number(process.hrtime.bigint() - start);
}

describe('order', () => {
  test('receivers are served in the order they came', async () => {
    using socket = bound();
    const order: string[] = [];
    const waiting = ['first', 'second', 'third'].map(async (name) => {
      const data = await socket.recv();
      order.push(`${name} ${data.toString()}`);
    });
    const address = socket.getsockname();
    for (const text of ['a', 'b', 'c']) socket.trySend(text, { address });
    await Promise.all(waiting);
    expect(order).toEqual(['first a', 'second b', 'third c']);
  });

  test('a receiver that comes later does not overtake one that waits', async () => {
    using socket = bound();
    const first = socket.recv();
    socket.trySend('a', { address: socket.getsockname() });
    socket.trySend('b', { address: socket.getsockname() });
    // The data is there, the event that tells of it is not.
    const second = socket.recv();
    expect([await first, await second].map(String)).toEqual(['a', 'b']);
  });

  test('acceptors are served in the order they came', async () => {
    using listener = listening();
    const waiting = [listener.accept(), listener.accept()];
    using one = Socket.open();
    await one.connect(listener.getsockname());
    using two = Socket.open();
    await two.connect(listener.getsockname());
    const accepted = await Promise.all(waiting);
    expect(accepted.map((socket) => socket.getpeername())).toEqual([one.getsockname(), two.getsockname()]);
    for (const socket of accepted) socket.close();
  });

  test('both directions of one socket wait at once', async () => {
    const [left, right] = Socket.pair();
    const payload = Buffer.alloc(65_536);
    fill(left, payload);
    const sent = left.send('more');
    const received = left.recv();
    right.trySend('back');
    expect((await received).toString()).toBe('back');
    let done = false;
    void sent.then(() => (done = true));
    while (!done) {
      right.tryRecv();
      await new Promise(setImmediate);
    }
    expect(await sent).toBe(4);
    left.close();
    right.close();
  });
});

describe('timeoutMs', () => {
  test('rejects with ERR_TIMED_OUT and the name of the call', async () => {
    using socket = bound();
    await expect(socket.recv({ timeoutMs: 5 })).rejects.toMatchObject({ code: 'ERR_TIMED_OUT', syscall: 'recv' });
    using listener = listening();
    await expect(listener.accept({ timeoutMs: 5 })).rejects.toMatchObject({ syscall: 'accept' });
  });

  test('0 is the shortest wait, not for ever', async () => {
    using socket = bound();
    expect(await codeOf(() => socket.recv({ timeoutMs: 0 }))).toBe('ERR_TIMED_OUT');
  });

  test('does not matter where nothing has to wait', async () => {
    using socket = bound();
    socket.trySend('x', { address: socket.getsockname() });
    expect((await socket.recv({ timeoutMs: 0 })).toString()).toBe('x');
  });

  test('takes one waiter away and leaves the others', async () => {
    using socket = bound();
    const patient = socket.recv();
    const hasty = codeOf(() => socket.recv({ timeoutMs: 5 }));
    const last = socket.recv();
    expect(await hasty).toBe('ERR_TIMED_OUT');
    const address = socket.getsockname();
    socket.trySend('a', { address });
    socket.trySend('b', { address });
    expect([await patient, await last].map(String)).toEqual(['a', 'b']);
  });

  test.each<[unknown, string]>([
    [-1, 'ERR_OUT_OF_RANGE'],
    [0.5, 'ERR_OUT_OF_RANGE'],
    [Number.NaN, 'ERR_OUT_OF_RANGE'],
    [2 ** 31, 'ERR_OUT_OF_RANGE'],
    [Number.POSITIVE_INFINITY, 'ERR_OUT_OF_RANGE'],
    ['5', 'ERR_ARGUMENT_INVALID'],
    [null, 'ERR_ARGUMENT_INVALID'],
  ])('%s is refused, also where data is there', async (timeoutMs, code) => {
    using socket = bound();
    socket.trySend('x', { address: socket.getsockname() });
    expect(await codeOf(() => socket.recv({ timeoutMs: timeoutMs as never }))).toBe(code);
    expect(socket.tryRecv()?.toString()).toBe('x');
  });
});

describe('signal', () => {
  test('aborted before: rejects with its reason and takes nothing', async () => {
    using socket = bound();
    socket.trySend('x', { address: socket.getsockname() });
    const reason = new Error('changed my mind');
    await expect(socket.recv({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(socket.tryRecv()?.toString()).toBe('x');
  });

  test('aborted while waiting: rejects with its reason, and the next waiter is served', async () => {
    using socket = bound();
    const controller = new AbortController();
    const aborted = socket.recv({ signal: controller.signal });
    const next = socket.recv();
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    socket.trySend('x', { address: socket.getsockname() });
    expect((await next).toString()).toBe('x');
  });

  test('aborted after: changes nothing, and no listener is left on the signal', async () => {
    using socket = bound();
    const controller = new AbortController();
    const received = socket.recv({ signal: controller.signal, timeoutMs: 5000 });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    socket.trySend('x', { address: socket.getsockname() });
    expect((await received).toString()).toBe('x');
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
  });

  test('one signal ends many waits', async () => {
    using listener = listening();
    using socket = bound();
    const controller = new AbortController();
    const { signal } = controller;
    const waits = [listener.accept({ signal }), ...Array.from({ length: 50 }, () => socket.recv({ signal }))];
    const ended = Promise.allSettled(waits);
    // Node warns of a leak from the eleventh listener on.
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect((await ended).every(({ status }) => status === 'rejected')).toBe(true);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test.each([{}, 'abort', null, 1, new EventTarget()])('%j is not a signal', async (signal) => {
    using socket = bound();
    expect(await codeOf(() => socket.recv({ signal: signal as never }))).toBe('ERR_ARGUMENT_INVALID');
  });
});

describe('closing', () => {
  test.each(['close', 'closeAsync', 'detach'] as const)(
    '%s() ends pending waits with ERR_SOCKET_CLOSED',
    async (end) => {
      const socket = bound();
      const waits = [
        codeOf(() => socket.recv()),
        codeOf(() => socket.recvmsg()),
        codeOf(() => socket.recvmmsg({ count: 1 })),
      ];
      const result = await socket[end]();
      expect(await Promise.all(waits)).toEqual(Array(3).fill('ERR_SOCKET_CLOSED'));
      if (typeof result === 'number') Socket.adopt(result).close();
    },
  );

  test('a port is free as soon as close() has returned, with a waiter on it too', () => {
    for (let i = 0; i < 50; i++) {
      const listener = listening();
      const address = listener.getsockname();
      listener.accept().catch(() => undefined);
      listener.close();
      Socket.open().bind(address).close();
    }
  });
});

describe('errors', () => {
  test('a waiting receiver hears of a datagram nobody took', async () => {
    using socket = bound();
    using nobody = deaf('dgram');
    await socket.connect(nobody.getsockname());
    const received = codeOf(() => socket.recv());
    socket.trySend('x');
    expect(await received).toBe('ECONNREFUSED');
    expect(socket.tryRecv()).toBeUndefined();
  });

  test('each error goes to one waiter', async () => {
    using socket = bound();
    using nobody = deaf('dgram');
    await socket.connect(nobody.getsockname());
    const first = codeOf(() => socket.recv());
    const second = codeOf(() => socket.recv({ timeoutMs: 20 }));
    socket.trySend('x');
    expect([await first, await second]).toEqual(['ECONNREFUSED', 'ERR_TIMED_OUT']);
  });

  test('a waiting receiver hears of a reset', async () => {
    const [client, accepted] = await connection();
    const received = codeOf(() => accepted.recv());
    set(client, 'SO_LINGER', 1, 0);
    client.close();
    expect(await received).toBe('ECONNRESET');
    accepted.close();
  });

  test('an error queue wakes whoever reads it', async () => {
    using socket = bound();
    set(socket, 'IP_RECVERR', 1);
    const waiting = socket.recvmsg({ flags: ['MSG_ERRQUEUE'], controlSize: 512 });
    using nobody = deaf('dgram');
    socket.trySend('x', { address: nobody.getsockname() });
    expect((await waiting).data.toString()).toBe('x');
  });

  test('an error queue that nobody reads does not spin, and a receiver beside it is served', async () => {
    using socket = bound();
    set(socket, 'IP_RECVERR', 1);
    using nobody = deaf('dgram');
    socket.trySend('x', { address: nobody.getsockname() });
    // The pending error itself goes to the first call.
    expect(await codeOf(() => socket.recv())).toBe('ECONNREFUSED');
    expect(await loadOf(() => codeOf(() => socket.recv({ timeoutMs: 500 })))).toBeLessThan(0.5);
    const received = socket.recv();
    socket.trySend('data', { address: socket.getsockname() });
    expect((await received).toString()).toBe('data');
  });

  test('a datagram socket shut down for reading is ready for ever, and waiting does not spin', async () => {
    using socket = bound();
    await socket.connect(socket.getsockname());
    socket.shutdown('read');
    expect(await loadOf(() => codeOf(() => socket.recv({ timeoutMs: 500 })))).toBeLessThan(0.5);
  });

  test('a unix datagram socket is writable while its receiver is full, and waiting does not spin', async () => {
    using receiver = Socket.open({ family: 'unix', type: 'dgram' }).bind();
    using sender = Socket.open({ family: 'unix', type: 'dgram' });
    const address = receiver.getsockname();
    fill(sender, Buffer.from('x'), address);
    expect(await loadOf(() => codeOf(() => sender.send('y', { address, timeoutMs: 500 })))).toBeLessThan(0.5);
    const sent = sender.send('y', { address });
    receiver.tryRecv();
    expect(await sent).toBe(1);
  });
});

describe('many', () => {
  const limit = 400;

  test(`${limit} pairs wait, and all are served`, async () => {
    const pairs = Array.from({ length: limit }, () => Socket.pair({ type: 'dgram' }));
    const received = pairs.map(([, right]) => right.recv());
    for (const [index, [left]] of pairs.entries()) left.trySend(String(index));
    expect((await Promise.all(received)).map(String)).toEqual(pairs.map((_, index) => String(index)));
    for (const pair of pairs) for (const socket of pair) socket.close();
  });

  const descriptors = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);

  test('5,000 sockets wait, and all are closed', async (context) => {
    needs(context, descriptors >= 5100, `RLIMIT_NOFILE is ${descriptors}`);
    const sockets = Array.from({ length: 5000 }, () => Socket.open({ type: 'dgram' }));
    const received = sockets.map((socket) => codeOf(() => socket.recv()));
    await new Promise(setImmediate);
    for (const socket of sockets) socket.close();
    expect(new Set(await Promise.all(received))).toEqual(new Set(['ERR_SOCKET_CLOSED']));
  });

  test('5,000 receivers of one socket are served in order', async () => {
    const [left, right] = Socket.pair({ type: 'seqpacket' });
    const received = Array.from({ length: 5000 }, () => right.recv({ timeoutMs: 200_000 }));
    for (let i = 0; i < received.length; i++) await left.send(String(i));
    expect((await Promise.all(received)).map(Number)).toEqual(received.map((_, index) => index));
    left.close();
    right.close();
  });
});
