import { spawn } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import * as http from 'node:http';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Channel } from '../../src/service/channel.js';
import { type Message, messageKinds } from '../../src/service/handover-messages.js';
import type { Handover } from '../../src/service/index.js';
import { openHandover } from '../../src/service/index.js';
import { meetingPath } from '../../src/service/rendezvous.js';
import { Socket } from '../../src/socket/socket.js';
import { root } from '../support/children.js';
import { keeper } from '../support/kept.js';
import { needs } from '../support/needs.js';
import { ask } from '../support/restarted.js';
import { portOf } from '../support/servers.js';
import { socketPaths } from '../support/socket-paths.js';
import { canBecomeNobody, NOBODY } from '../support/users.js';

const newPath = socketPaths();

const closedAfter = keeper();

/** A service in this process, which answers with its name. */
async function service(path: string, name: string, port = 0): Promise<{ handover: Handover; port: number }> {
  const handover = closedAfter(await openHandover({ name: 'test', path, readyWithinMs: 20_000 }));
  const server = closedAfter(http.createServer((_, response) => response.end(name)));
  await handover.listen(server, { address: '127.0.0.1', port, name: 'web' });
  await handover.ready();
  return { handover, port: portOf(server) };
}

/** A successor that says what it is told to. */
async function strange(path: string): Promise<Channel<Message>> {
  const socket = Socket.open({ family: 'unix', type: 'seqpacket' });
  await socket.connect({ family: 'unix', path });
  return closedAfter(new Channel<Message>(socket, messageKinds));
}

async function nextKind(channel: Channel<Message>): Promise<string | undefined> {
  const next = await channel.receive();
  if (next?.fd !== undefined) Socket.adopt(next.fd).close();
  return next?.message.kind;
}

/** The next one becomes the service, as soon as the predecessor has noticed how the last one ended. */
async function succeeds(path: string, port: number): Promise<void> {
  let next: Awaited<ReturnType<typeof service>> | undefined;
  while (next === undefined)
    next = await service(path, 'next', port).catch((error: Error & { code?: string }) => {
      if (error.code !== 'ERR_SOCKET_BUSY') throw error;
      return undefined;
    });
  expect(next.handover.takenOver).toBe(true);
  expect(await ask(port)).toBe('next');
}

describe('a predecessor serves on', () => {
  const hello: Message = { kind: 'hello', versions: [1] };
  const steps: readonly (readonly [string, (channel: Channel<Message>) => Promise<unknown>])[] = [
    ['dies before it says anything', async () => {}],
    ['dies after its hello', async (channel) => await channel.send(hello)],
    [
      'dies with the first socket',
      async (channel) => {
        await channel.send(hello);
        expect(await nextKind(channel)).toBe('socket');
      },
    ],
    [
      'dies with all of them',
      async (channel) => {
        await channel.send(hello);
        expect([await nextKind(channel), await nextKind(channel)]).toEqual(['socket', 'control']);
      },
    ],
    [
      'says nonsense',
      async (channel) => {
        await channel.send(hello);
        await channel.send({ kind: 'taken' });
      },
    ],
  ];

  test.each(steps)('where a successor %s', async (_, take) => {
    const path = newPath();
    const { port } = await service(path, 'first');
    const successor = await strange(path);
    await take(successor);
    successor.close();
    expect(await ask(port)).toBe('first');
    await succeeds(path, port);
  });

  test('where a successor speaks another version', async () => {
    const path = newPath();
    const { port } = await service(path, 'first');
    const successor = await strange(path);
    await successor.send({ kind: 'hello', versions: [2, 3] });
    expect(await successor.receive()).toEqual({ message: { kind: 'refused', reason: 'it speaks versions 1 only' } });
    expect(await ask(port)).toBe('first');
    await succeeds(path, port);
  });

  test('where a successor hangs before its hello', async () => {
    const path = newPath();
    const { port } = await service(path, 'first');
    await strange(path);
    await succeeds(path, port);
  });

  test('where a successor hangs with the sockets: it has its time, and another one comes after it', async () => {
    const path = newPath();
    const first = closedAfter(await openHandover({ name: 'test', path, readyWithinMs: 50 }));
    const server = closedAfter(http.createServer((_, response) => response.end('first')));
    await first.listen(server, { address: '127.0.0.1', name: 'web' });
    await first.ready();
    const successor = await strange(path);
    await successor.send(hello);
    while ((await nextKind(successor)) !== undefined);
    await succeeds(path, portOf(server));
  });

  test('where a successor of another user comes', async (context) => {
    needs(context, canBecomeNobody, 'this process cannot start another as an ordinary user');
    const path = newPath();
    const { port } = await service(path, 'first');
    chmodSync(dirname(path), 0o755);
    chmodSync(path, 0o777);
    const child = spawn(process.execPath, [`${root}test/support/handover-server.mjs`, path, String(port)], {
      uid: NOBODY,
      gid: NOBODY,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const part of child.stdout.setEncoding('utf8')) said += part;
    expect(JSON.parse(said)).toMatchObject({
      code: 'ERR_SOCKET_BUSY',
      message: expect.stringMatching(/user 0, not 65534/) as string,
    });
    expect(await ask(port)).toBe('first');
  });

  test('where a successor has too few descriptors', async () => {
    const path = newPath();
    const { handover, port } = await service(path, 'first');
    for (let count = 0; count < 100; count++)
      closedAfter(handover.socket(`udp-${count}`, () => Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' })));
    const child = spawn(
      'sh',
      [
        '-c',
        'ulimit -n 64; exec "$@"',
        'sh',
        process.execPath,
        `${root}test/support/handover-server.mjs`,
        path,
        String(port),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    for await (const part of child.stdout.setEncoding('utf8')) said += part;
    expect(JSON.parse(said)).toMatchObject({
      code: 'ERR_NO_DESCRIPTOR',
      message: expect.stringMatching(/ulimit -n/) as string,
    });
    expect(await ask(port)).toBe('first');
    await succeeds(path, port);
  });
});

describe('a successor goes on', () => {
  /** A predecessor that does some steps and dies. */
  async function dying(
    path: string,
    steps: (channel: Channel<Message>, listener: Socket) => Promise<void>,
  ): Promise<void> {
    const control = Socket.open({ family: 'unix', type: 'seqpacket' }).bind({ family: 'unix', path }).listen();
    const listener = Socket.open().bind({ address: '127.0.0.1' }).listen();
    const channel = new Channel<Message>(await control.accept(), messageKinds);
    await channel.receive();
    await steps(channel, listener);
    for (const one of [control, listener, channel]) one.close();
  }

  test('where the predecessor dies before it has passed anything: as the first', async () => {
    const path = newPath();
    const died = dying(path, async () => {});
    const { handover, port } = await service(path, 'second');
    await died;
    expect(handover.takenOver).toBe(false);
    expect(await ask(port)).toBe('second');
  });

  test('where the predecessor dies after the first socket: with that one', async () => {
    const path = newPath();
    let passed = 0;
    const died = dying(path, async (channel, listener) => {
      passed = Number((listener.getsockname() as { port: number }).port);
      await channel.send({ kind: 'socket', name: 'web' }, listener.fd);
    });
    const { port } = await service(path, 'second');
    await died;
    expect(port).toBe(passed);
    expect(await ask(port)).toBe('second');
  });

  test('not where the other process speaks another protocol, or does not answer', async () => {
    const path = newPath();
    const control = closedAfter(
      Socket.open({ family: 'unix', type: 'seqpacket' }).bind({ family: 'unix', path }).listen(),
    );
    const opening = openHandover({ name: 'test', path });
    const other = closedAfter(await control.accept());
    await other.send('{"kind":"welcome"}');
    await expect(opening).rejects.toMatchObject({ code: 'ERR_NOT_SUPPORTED' });
    await expect(openHandover({ name: 'test', path, readyWithinMs: 20 })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test('where two start at once and nobody serves: one after the other', async () => {
    const path = newPath();
    const [one, two] = await Promise.all([service(path, 'one'), service(path, 'two')]);
    expect([one.handover.takenOver, two.handover.takenOver].sort()).toEqual([false, true]);
    expect(one.port).toBe(two.port);
    expect(await ask(one.port)).toBe(one.handover.takenOver ? 'one' : 'two');
  });

  test('where a dead process has left a unix path behind', async () => {
    const path = newPath();
    const web = newPath();
    Socket.open({ family: 'unix' }).bind({ family: 'unix', path: web }).listen().close();
    expect(existsSync(web)).toBe(true);
    const handover = closedAfter(await openHandover({ name: 'test', path }));
    const server = closedAfter(http.createServer());
    await handover.listen(server, { path: web });
    expect(server.address()).toBe(web);
    const other = closedAfter(http.createServer());
    await expect(handover.listen(other, { path: web })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

test('1,000 listeners are passed, each to its server', async () => {
  const path = newPath();
  const first = closedAfter(await openHandover({ name: 'test', path }));
  const sockets = Array.from({ length: 1000 }, (_, count) =>
    closedAfter(first.socket(`listener-${count}`, () => Socket.open().bind({ address: '127.0.0.1' }).listen())),
  );
  await first.ready();
  const next = closedAfter(await openHandover({ name: 'test', path }));
  for (const [count, socket] of sockets.entries()) {
    const passed = closedAfter(next.socket(`listener-${count}`, () => expect.unreachable()));
    expect(passed.getsockname()).toEqual(socket.getsockname());
  }
  expect(await next.ready()).toEqual([]);
});

test('the folder where processes meet must be of this user alone', () => {
  const folder = dirname(newPath());
  const runtime = process.env['XDG_RUNTIME_DIR'];
  process.env['XDG_RUNTIME_DIR'] = join(folder, 'runtime');
  try {
    expect(meetingPath('test')).toBe(join(folder, 'runtime/sockwise/test.sock'));
    chmodSync(join(folder, 'runtime/sockwise'), 0o777);
    expect(() => meetingPath('test')).toThrow(/nobody else can write/);
  } finally {
    if (runtime === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = runtime;
  }
});
