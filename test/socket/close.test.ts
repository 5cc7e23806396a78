import { describe, expect, test } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { built, runScript } from '../support/children.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { keeper } from '../support/kept.js';
import { codeOf, connection, fill, set } from '../support/sockets.js';

expectNoLeakedSockets();
const keep = keeper();

/** Both ends of a connection, closed after the test. */
async function kept(): Promise<[client: Socket, accepted: Socket]> {
  const [client, accepted] = await connection();
  return [keep(client), keep(accepted)];
}

describe('SO_LINGER', () => {
  test('on with 0 seconds resets the connection', async () => {
    const [client, accepted] = await kept();
    set(client, 'SO_LINGER', 1, 0);
    client.close();
    expect(await codeOf(() => accepted.recv())).toBe('ECONNRESET');
  });

  test('on with 1 second and data nobody takes: closeAsync() gives up in the end, and the data stays', async () => {
    const [client, accepted] = await kept();
    set(client, 'SO_LINGER', 1, 1);
    fill(client, Buffer.alloc(65_536));
    await client.closeAsync();
    expect(client.closed).toBe(true);
    expect((await accepted.recv()).length).toBeGreaterThan(0);
  });

  test('`await using` lingers off the event loop as well', async () => {
    const [client, accepted] = await kept();
    set(client, 'SO_LINGER', 1, 10);
    client.trySend('x');
    await client[Symbol.asyncDispose]();
    expect(client.closed).toBe(true);
    expect((await accepted.recv()).toString()).toBe('x');
  });
});

describe('closeAsync', () => {
  test('many at once all resolve', async () => {
    const sockets = Array.from({ length: 100 }, () => Socket.open());
    await Promise.all(sockets.map((socket) => socket.closeAsync()));
    expect(sockets.every((socket) => socket.closed)).toBe(true);
  });

  test('the number is free for others once it has resolved', async () => {
    const socket = Socket.open();
    const { fd } = socket;
    await socket.closeAsync();
    using next = Socket.open();
    expect(next.fd).toBe(fd);
  });
});

describe('signals', () => {
  test('do not fail blocking closes and waits', async () => {
    const { stdout, stderr } = await runScript(`
      import { spawn } from 'node:child_process';
      process.on('SIGUSR2', () => {});
      const bell = spawn('sh', ['-c', 'i=0; while [ $i -lt 150 ]; do kill -USR2 ' + process.pid + '; i=$((i+1)); done']);
      const rung = new Promise((resolve) => bell.on('exit', resolve));
      const bytes = new Uint8Array(Int32Array.of(1, 1).buffer);
      const { native, frame } = await import(${JSON.stringify(built.replace('index.js', 'native/load.js'))});
      const linger = (socket) => { new Uint8Array(native.scratch, 64).set(bytes); frame.set([socket.fd, 1, 13, 8]); native.setsockopt(); };
      const lingering = [];
      const peers = [];
      for (let i = 0; i < 3; i++) {
        const [client, accepted] = await connection();
        linger(client);
        while (client.trySend(Buffer.alloc(65536)) !== undefined);
        lingering.push(client.closeAsync());
        peers.push(accepted);
      }
      const l = listener();
      const waiting = l.accept();
      await Promise.all(lingering);
      await rung;
      const late = Socket.open();
      await late.connect(l.getsockname());
      (await waiting).close();
      for (const socket of [...peers, late, l]) socket.close();
      console.log('done');
    `);
    expect({ stdout, stderr }).toEqual({ stdout: 'done\n', stderr: '' });
  });
});
