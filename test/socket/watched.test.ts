import { once } from 'node:events';
import { connect as connectNode, createServer, Socket as NodeSocket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { Poll } from '../../src/native/binding.js';
import { native } from '../../src/native/load.js';
import { root, run, runScript, scriptArguments } from '../support/children.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { keeper } from '../support/kept.js';
import { bound, codeOf, connection, deaf, listening, set } from '../support/sockets.js';
import { needs } from '../support/needs.js';

expectNoLeakedSockets();
const keep = keeper();

/** A pair whose second socket is watched, and nobody waits for it now. */
async function watched(): Promise<[left: Socket, right: Socket]> {
  const [left, right] = Socket.pair();
  left.trySend('first');
  const one = right.recv();
  const two = right.recv();
  expect((await one).toString()).toBe('first');
  left.trySend('second');
  expect((await two).toString()).toBe('second');
  return [keep(left), keep(right)];
}

/** Turns of the event loop, each of which asks the kernel for events. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

/** Runs JavaScript for so long that timers are due when it ends. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a descriptor that stays watched', () => {
  test('tells the next wait, whatever happened in between', async () => {
    const [left, right] = await watched();
    // More changes than are listened to without anybody waiting.
    for (let i = 0; i < 40; i++) {
      left.trySend('x');
      await turns(1);
    }
    for (let i = 0; i < 40; i++) right.tryRecv({ size: 1 });
    expect(right.tryRecv()).toBeUndefined();
    const received = right.recv();
    left.trySend('after');
    expect((await received).toString()).toBe('after');
  });

  test('a number that another socket gets is that one’s alone', async () => {
    const [, right] = await watched();
    const { fd } = right;
    right.close();
    const sockets: Socket[] = [];
    while (!sockets.some((socket) => socket.fd === fd)) sockets.push(keep(bound()));
    const socket = sockets.find((candidate) => candidate.fd === fd) ?? bound();
    const received = socket.recv();
    socket.trySend('new', { address: socket.getsockname() });
    expect((await received).toString()).toBe('new');
  });

  test('closed behind its back, a wait ends by its timeout with EBADF, and the process lives', async () => {
    const script = `
      const { closeSync } = await import('node:fs');
      const [left, right] = Socket.pair();
      const received = right.recv({ timeoutMs: 50 }).catch((error) => error.code);
      closeSync(right.fd);
      console.log(await received, right.detach() > 0);
      left.close();
    `;
    for (const SOCKWISE_READINESS of ['loop', 'thread']) {
      const result = await runScript(script, { env: { SOCKWISE_READINESS } });
      expect(result).toEqual({ code: 0, signal: null, stdout: 'EBADF true\n', stderr: '' });
    }
  });

  test('closed while a duplicate lives, it is told of no more', async () => {
    const script = `
      const [left, right] = Socket.pair();
      const one = right.recv();
      left.trySend('x');
      await one;
      const { spawn } = await import('node:child_process');
      const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', right.fd] });
      const { fd } = right;
      right.close();
      const other = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
      left.trySend('nobody reads this');
      let ended = 'waits';
      other.recv({ timeoutMs: 30 }).catch((error) => (ended = error.code));
      await new Promise((resolve) => setTimeout(resolve, 60));
      console.log(other.fd === fd, ended);
      child.kill();
      left.close(); other.close();
    `;
    expect(await runScript(script)).toEqual({ code: 0, signal: null, stdout: 'true ERR_TIMED_OUT\n', stderr: '' });
  });

  test('Node takes one over, and it works on both sides', async () => {
    const [client, accepted] = await connection();
    keep(client);
    const received = accepted.recv();
    client.trySend('ours');
    expect((await received).toString()).toBe('ours');
    const node = new NodeSocket({ fd: accepted.detach(), readable: true, writable: true });
    client.trySend("Node's");
    expect(String((await once(node, 'data'))[0])).toBe("Node's");
    node.write('back');
    expect((await client.recv()).toString()).toBe('back');
    node.destroy();
    await once(node, 'close');
  });

  test('a listener that waited is taken over by Node', async () => {
    const listener = listening();
    const { port } = listener.getsockname();
    const waiting = codeOf(() => listener.accept());
    await turns(1);
    const server = createServer((socket) => socket.end('served')).listen({ fd: listener.detach() });
    expect(await waiting).toBe('ERR_SOCKET_CLOSED');
    const client = connectNode(port, '127.0.0.1');
    expect(String((await once(client, 'data'))[0])).toBe('served');
    server.close();
    await once(server, 'close');
  });

  test('does not keep the process alive when nobody waits', async () => {
    for (const SOCKWISE_READINESS of ['loop', 'thread']) {
      const result = await runScript(
        `
        const [left, right] = Socket.pair();
        const one = right.recv();
        left.trySend('x');
        await one;
        globalThis.kept = [left, right];
        console.log('end');
      `,
        { env: { SOCKWISE_READINESS } },
      );
      expect(result).toEqual({ code: 0, signal: null, stdout: 'end\n', stderr: '' });
    }
  });

  test('unwatch() of another listener changes nothing', async () => {
    const [left, right] = await watched();
    native.unwatch(right.fd, 2 ** 30);
    const received = right.recv();
    left.trySend('x');
    expect((await received).toString()).toBe('x');
  });
});

/** Whether a listener hears that there is room at the first socket of a datagram pair when its peer has read what it sent. */
async function hearsOfRoom(writes: boolean): Promise<boolean> {
  const [left, right] = Socket.pair({ type: 'dgram' });
  const events = new Int32Array(native.events);
  let heard = 0;
  const listener = native.listenForReadiness((count) => {
    for (let i = 0; i < 2 * count; i += 2) if (events[i] === left.fd) heard |= events[i + 1] ?? 0;
  });
  // A message to it is news to any listener, and comes after all that there was before.
  const hearsOfMessage = async (): Promise<void> => {
    right.trySend('news');
    await expect.poll(() => heard & Poll.IN).toBe(Poll.IN);
    left.tryRecv();
  };
  native.holdReadiness(listener, true);
  native.watch(left.fd, listener, writes);
  await hearsOfMessage();
  heard = 0;
  left.trySend('x');
  right.tryRecv();
  if (writes) await expect.poll(() => heard & Poll.OUT).toBe(Poll.OUT);
  await hearsOfMessage();
  native.holdReadiness(listener, false);
  left.close();
  right.close();
  return (heard & Poll.OUT) !== 0;
}

describe('what is told', () => {
  test('room to send is news to who sends alone', async () => {
    await watched();
    expect(await hearsOfRoom(true)).toBe(true);
    expect(await hearsOfRoom(false)).toBe(false);
  });

  test('who sends is told where a receiver waited before, also after many changes that only receivers heard', async () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    for (let round = 0; round < 3; round++) {
      let received = left.recv();
      while (left.trySend('x') !== undefined);
      let sent = false;
      const sending = left.send('last').then(() => (sent = true));
      await turns(1);
      expect(sent).toBe(false);
      while (right.tryRecv() !== undefined);
      await sending;
      // Each of these makes room to send, which nobody waits for.
      for (let i = 0; i < 40; i++) {
        left.trySend('y');
        await right.recv();
        right.trySend('z');
        await received;
        received = left.recv();
      }
      right.trySend('end');
      await received;
      while (right.tryRecv() !== undefined);
    }
    left.close();
    right.close();
  });

  test('sockets that make each other ready without end leave time for the rest of the event loop', async () => {
    const [left, right] = Socket.pair();
    let isOver = false;
    setImmediate(() => (isOver = true));
    while (!isOver) {
      const received = right.recv();
      left.trySend('x');
      await received;
    }
    let isLate = false;
    setTimeout(() => (isLate = true), 1);
    while (!isLate) {
      const received = right.recv();
      left.trySend('x');
      await received;
    }
    left.close();
    right.close();
  });
});

describe('queues of their own', () => {
  test('a reader of the error queue is served while a receiver waits', async () => {
    using socket = bound();
    set(socket, 'IP_RECVERR', 1);
    const received = socket.recv();
    const failed = socket.recvmsg({ flags: ['MSG_ERRQUEUE'], controlSize: 512 });
    using nobody = deaf('dgram');
    socket.trySend('lost', { address: nobody.getsockname() });
    expect((await failed).data.toString()).toBe('lost');
    socket.trySend('data', { address: socket.getsockname() });
    expect((await received).toString()).toBe('data');
  });

  test('a receiver is served while a reader of the error queue waits', async () => {
    using socket = bound();
    const failed = codeOf(() => socket.recvmsg({ flags: ['MSG_ERRQUEUE'], timeoutMs: 2000 }));
    const received = socket.recv();
    socket.trySend('data', { address: socket.getsockname() });
    expect((await received).toString()).toBe('data');
    socket.close();
    expect(await failed).toBe('ERR_SOCKET_CLOSED');
  });

  test('an error queue that nobody reads does not put receivers off', async () => {
    using socket = bound();
    set(socket, 'IP_RECVERR', 1);
    using nobody = deaf('dgram');
    socket.trySend('x', { address: nobody.getsockname() });
    expect(await codeOf(() => socket.recv())).toBe('ECONNREFUSED');
    expect(socket.tryPoll([])).toEqual(new Set(['POLLERR']));
    const address = socket.getsockname();
    // A pause between looks would be a timer.
    const timers = vi.spyOn(globalThis, 'setTimeout');
    for (let i = 0; i < 50; i++) {
      const received = socket.recv();
      await turns(1);
      socket.trySend('data', { address });
      expect((await received).toString()).toBe('data');
    }
    expect(timers.mock.calls.filter(([, ms]) => ms === 10)).toEqual([]);
    timers.mockRestore();
  });
});

describe('a last attempt', () => {
  test('at the timeout takes what came while the thread was busy', async () => {
    using socket = bound();
    const received = socket.recv({ timeoutMs: 5 });
    await turns(1);
    socket.trySend('in time', { address: socket.getsockname() });
    busy(30);
    expect((await received).toString()).toBe('in time');
  });

  test('at the timeout accepts a connection', async () => {
    using listener = listening();
    using client = Socket.open();
    const accepted = listener.accept({ timeoutMs: 5 });
    await turns(1);
    client.tryConnect(listener.getsockname());
    busy(30);
    (await accepted).close();
  });

  test('at an abort takes what is there', async () => {
    using socket = bound();
    const controller = new AbortController();
    const received = socket.recv({ signal: controller.signal });
    socket.trySend('in time', { address: socket.getsockname() });
    controller.abort();
    expect((await received).toString()).toBe('in time');
  });

  test('goes to the earliest waiter, not to the one whose time is over', async () => {
    using socket = bound();
    const patient = socket.recv();
    const hasty = codeOf(() => socket.recv({ timeoutMs: 5 }));
    await turns(1);
    socket.trySend('x', { address: socket.getsockname() });
    busy(30);
    expect((await patient).toString()).toBe('x');
    expect(await hasty).toBe('ERR_TIMED_OUT');
  });
});

describe('without descriptors', () => {
  // Standard ones, those of Node, and one for each thing that is made; found by taking all that are left.
  const script = `
    const { closeSync, openSync } = await import('node:fs');
    const [left, right] = Socket.pair();
    const taken = [];
    try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    for (let free = 0; free < 4; free++) {
      const message = await right.recv({ timeoutMs: 20 }).catch((error) => error.message);
      console.log(message.replace(/:.*/, ''));
      closeSync(taken.pop());
    }
    const received = right.recv();
    left.trySend('hello');
    console.log(String(await received));
    left.close();
    right.close();
  `;

  test.each([
    ['loop', ['epoll_create1 EMFILE', 'recv', 'recv', 'recv']],
    ['thread', ['epoll_create1 EMFILE', 'pipe EMFILE', 'pipe EMFILE', 'recv']],
  ])(
    'the %s backend names the call that failed, and the next wait finds them',
    async (SOCKWISE_READINESS, failures) => {
      const limited = ['-c', 'ulimit -n 60; exec "$0" "$@"', process.execPath, ...scriptArguments(script)];
      expect(await run('sh', limited, { env: { SOCKWISE_READINESS } })).toEqual({
        code: 0,
        signal: null,
        stdout: [...failures, 'hello', ''].join('\n'),
        stderr: '',
      });
    },
  );
});

describe('many', () => {
  test('40,000 waits on one socket end at once, by a signal and by data', async () => {
    using socket = bound();
    const controller = new AbortController();
    const ended = Promise.allSettled(Array.from({ length: 40_000 }, () => socket.recv({ signal: controller.signal })));
    controller.abort();
    expect(new Set((await ended).map(({ status }) => status))).toEqual(new Set(['rejected']));
    const [left, right] = Socket.pair({ type: 'seqpacket' });
    keep(left);
    keep(right);
    let served = 0;
    const received = Promise.all(Array.from({ length: 40_000 }, () => right.recv({ size: 8 }).then(() => ++served)));
    for (let i = 0; i < 40_000; i++) if (left.trySend('x') === undefined) await left.send('x');
    expect((await received).at(-1)).toBe(40_000);
  });

  test('as many sockets as a process may have, up to 50,000, wait and are woken and closed', {
    timeout: 120_000,
  }, async (context) => {
    const hard = (await run('sh', ['-c', 'ulimit -Hn'])).stdout.trim();
    const count = hard === 'unlimited' ? 50_000 : Math.min(50_000, 2 * Math.floor((Number(hard) - 100) / 2));
    needs(context, count >= 2000, `RLIMIT_NOFILE is at most ${hard}`);
    const script = `
      const sockets = [];
      while (sockets.length < ${count}) sockets.push(...Socket.pair({ type: 'dgram' }));
      const rights = sockets.filter((_, index) => index % 2);
      const lefts = sockets.filter((_, index) => !(index % 2));
      for (let round = 0; round < 2; round++) {
        const received = rights.map((right) => right.recv());
        for (const left of lefts) left.trySend('x');
        console.log((await Promise.all(received)).length);
      }
      const ended = rights.map((right) => right.recv().catch((error) => error.code));
      for (const socket of sockets) socket.close();
      console.log(new Set(await Promise.all(ended)));
    `;
    const limited = ['-c', `ulimit -n ${count + 100}; exec "$0" "$@"`, process.execPath, ...scriptArguments(script)];
    expect(await run('sh', limited, { deadlineMs: 110_000 })).toEqual({
      code: 0,
      signal: null,
      stdout: `${count / 2}\n${count / 2}\nSet(1) { 'ERR_SOCKET_CLOSED' }\n`,
      stderr: '',
    });
  });
});

describe('JavaScript that is loaded twice in one thread', () => {
  /** The same files under other addresses: as an ESM and a CJS importer of tsx, or two test files of jest, have them. */
  const script = `
    import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    const folder = mkdtempSync(join(tmpdir(), 'sockwise-twice-'));
    try {
      cpSync(${JSON.stringify(`${root}dist`)}, join(folder, 'dist'), { recursive: true });
      symlinkSync(${JSON.stringify(`${root}node_modules`)}, join(folder, 'node_modules'));
      process.env.SOCKWISE_NATIVE = ${JSON.stringify(`${root}build/Release/sockwise.node`)};
      const one = { Socket };
      const other = await import(join(folder, 'dist/index.js'));
      if (one.Socket === other.Socket) throw new Error('loaded once');
      const bound = ({ Socket }) => Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
      const serve = async (copy) => {
        const socket = bound(copy);
        const received = socket.recv({ timeoutMs: 5000 });
        socket.trySend('x', { address: socket.getsockname() });
        return { socket, text: String(await received) };
      };
      // At once, then each in turn with the number the other has just closed.
      const both = await Promise.all([one, other].map(serve));
      console.log(both.map(({ text }) => text).join());
      for (const { socket } of both) socket.close();
      const numbers = new Set();
      for (let i = 0; i < 6; i++) {
        const { socket, text } = await serve(i % 2 ? one : other);
        numbers.add(socket.fd);
        socket.close();
        if (text !== 'x') throw new Error(text);
      }
      console.log(numbers.size);
      // The one waits, and keeps the process, while the other has just ended.
      const waiting = bound(one);
      const received = waiting.recv();
      const short = bound(other);
      await short.recv({ timeoutMs: 1 }).catch((error) => console.log(error.code));
      setTimeout(() => waiting.trySend('late', { address: waiting.getsockname() }), 20).unref();
      console.log(String(await received));
      waiting.close();
      short.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  `;

  test.each(['loop', 'thread'])('waits in both, with the %s backend', async (SOCKWISE_READINESS) => {
    expect(await runScript(script, { env: { SOCKWISE_READINESS } })).toEqual({
      code: 0,
      signal: null,
      stdout: 'x,x\n1\nERR_TIMED_OUT\nlate\n',
      stderr: '',
    });
  });
});
