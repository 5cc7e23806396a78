import { describe, expect, test, vi } from 'vitest';
import type { PollEvent } from '../../src/socket/poll.js';
import { Socket } from '../../src/socket/socket.js';
import { runScript } from '../support/children.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { keeper } from '../support/kept.js';
import { codeOf, fill, listening } from '../support/sockets.js';

expectNoLeakedSockets();
const keep = keeper();

function pair(): [Socket<'unix'>, Socket<'unix'>] {
  const [left, right] = Socket.pair();
  return [keep(left), keep(right)];
}

/** Turns of the event loop, each of which asks the kernel for events. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

/** What a listener for `events` is told, in order. */
function told(socket: Socket, events: readonly PollEvent[]): { heard: PollEvent[][]; stop: () => void } {
  const heard: PollEvent[][] = [];
  return { heard, stop: socket.watch(events, (ready) => heard.push([...ready])) };
}

describe('watch', () => {
  test('tells of what holds already, then of each change, and takes nothing', async () => {
    const [left, right] = pair();
    left.trySend('1');
    const { heard } = told(right, ['POLLIN']);
    expect(heard).toEqual([]);
    await vi.waitFor(() => expect(heard).toEqual([['POLLIN']]));
    left.trySend('2');
    await vi.waitFor(() => expect(heard).toEqual([['POLLIN'], ['POLLIN']]));
    expect(right.tryRecv()?.toString()).toBe('12');
    await turns(3);
    expect(heard).toHaveLength(2);
  });

  test('tells a second listener what holds, though the descriptor is watched already', async () => {
    const [left, right] = pair();
    const first = told(right, ['POLLIN']);
    left.trySend('1');
    await vi.waitFor(() => expect(first.heard).toEqual([['POLLIN']]));
    const { heard } = told(right, ['POLLIN']);
    await vi.waitFor(() => expect(heard).toEqual([['POLLIN']]));
  });

  test('tells of what was asked for, and of POLLHUP unasked', async () => {
    const [left, right] = pair();
    const { heard } = told(right, ['POLLOUT']);
    await vi.waitFor(() => expect(heard).toEqual([['POLLOUT']]));
    for (let i = 0; i < 40; i++) {
      left.trySend('x');
      await turns(1);
      right.tryRecv();
    }
    expect(heard.every((events) => events.join() === 'POLLOUT')).toBe(true);
    fill(right, Buffer.alloc(65_536));
    const before = heard.length;
    while (left.tryRecv() !== undefined);
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(before));
    left.close();
    await vi.waitFor(() => expect(heard.at(-1)).toEqual(['POLLOUT', 'POLLHUP']));
  });

  test('a listener serves connections beside a wait of the same socket', async () => {
    const listener = keep(listening());
    const { heard } = told(listener, ['POLLIN']);
    const accepting = listener.accept();
    const client = keep(Socket.open());
    await client.connect(listener.getsockname());
    keep(await accepting);
    expect(heard).toEqual([['POLLIN']]);
  });

  test('ends with the function it returned, also within a call', async () => {
    const [left, right] = pair();
    let calls = 0;
    const stop = right.watch(['POLLIN'], () => {
      calls++;
      stop();
      stop();
    });
    left.trySend('1');
    await vi.waitFor(() => expect(calls).toBe(1));
    left.trySend('2');
    await right.poll(['POLLIN']);
    await turns(3);
    expect(calls).toBe(1);
  });

  test('one that begins within a call is told in a later turn', async () => {
    const [left, right] = pair();
    const order: string[] = [];
    const again = (): void => {
      order.push('call');
      stop();
      if (order.length < 3) stop = right.watch(['POLLIN'], again);
    };
    let stop = right.watch(['POLLIN'], again);
    left.trySend('1');
    await vi.waitFor(() => expect(order).toEqual(['call', 'call', 'call']));
  });

  test('close() ends it, also for those that were still to be told', async () => {
    const [left, right] = pair();
    const heard: string[] = [];
    right.watch(['POLLIN'], () => {
      heard.push('first');
      right.close();
    });
    right.watch(['POLLIN'], () => heard.push('second'));
    left.trySend('1');
    await vi.waitFor(() => expect(heard).toEqual(['first']));
    expect(await codeOf(() => right.watch(['POLLIN'], () => undefined))).toBe('ERR_SOCKET_CLOSED');
  });

  test('refuses what is no event and no function', async () => {
    const [, right] = pair();
    const none = undefined as never;
    expect(await codeOf(() => right.watch(['POLLWRONG' as never], () => undefined))).toBe('ERR_ARGUMENT_INVALID');
    expect(await codeOf(() => right.watch(none, () => undefined))).toBe('ERR_ARGUMENT_INVALID');
    expect(await codeOf(() => right.watch(['POLLIN'], none))).toBe('ERR_ARGUMENT_INVALID');
  });

  test('keeps the event loop alive, and what a listener throws is uncaught after the others were told', async () => {
    const { stdout, code } = await runScript(`
      const [left, right] = Socket.pair();
      process.on('uncaughtException', ({ message }) => {
        console.log('uncaught', message);
        left.close();
        right.close();
      });
      right.watch(['POLLIN'], () => { throw new Error('mine'); });
      right.watch(['POLLIN'], () => console.log('told'));
      setTimeout(() => left.trySend('x'), 5).unref();
    `);
    expect({ stdout, code }).toEqual({ stdout: 'told\nuncaught mine\n', code: 0 });
  });
});
