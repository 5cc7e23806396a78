import { spawn, spawnSync } from 'node:child_process';
import * as http from 'node:http';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Channel } from '../../src/service/channel.js';
import { type Message, messageKinds } from '../../src/service/handover-messages.js';
import { openHandover } from '../../src/service/index.js';
import { Socket } from '../../src/socket/socket.js';
import { root } from '../support/children.js';
import { keeper } from '../support/kept.js';
import { needs } from '../support/needs.js';
import { ask } from '../support/restarted.js';
import { portOf } from '../support/servers.js';
import { socketPaths } from '../support/socket-paths.js';

const newPath = socketPaths();

const closedAfter = keeper();
afterEach(() => void vi.useRealTimers());

type Talk = Channel<Message>;

/** What a predecessor does before it dies: each step follows those above it. */
const steps: readonly (readonly [
  name: string,
  takenOver: boolean,
  (talk: Talk, listener: Socket, control: Socket) => Promise<void>,
])[] = [
  ['has been met', false, async () => {}],
  [
    'has passed a socket',
    false,
    async (talk, listener) => await talk.send({ kind: 'socket', name: 'web' }, listener.fd),
  ],
  [
    'has passed the socket on which successors are met',
    true,
    async (talk, _, control) => await talk.send({ kind: 'control' }, control.fd),
  ],
  [
    'has been told that the successor serves',
    true,
    async (talk) => {
      expect((await talk.receive())?.message.kind).toBe('ready');
    },
  ],
  ['has said that it accepts no more', true, async (talk) => await talk.send({ kind: 'taken' })],
];

describe('a predecessor that is killed when it', () => {
  test.each(steps.map(([name, takenOver], index) => [name, takenOver, index] as const))(
    '%s leaves a successor that serves, and one after it',
    async (_, takenOver, last) => {
      const path = newPath();
      const control = Socket.open({ family: 'unix', type: 'seqpacket' }).bind({ family: 'unix', path }).listen();
      const listener = Socket.open().bind({ address: '127.0.0.1' }).listen();
      const died = (async () => {
        const talk = new Channel<Message>(await control.accept(), messageKinds);
        await talk.receive();
        for (const [, , step] of steps.slice(0, last + 1)) await step(talk, listener, control);
        for (const one of [control, listener, talk]) one.close();
      })();
      const serve = async (name: string, port: number): Promise<{ port: number; takenOver: boolean }> => {
        const handover = closedAfter(await openHandover({ name: 'test', path }));
        const server = closedAfter(http.createServer((_request, response) => response.end(name)));
        await handover.listen(server, { address: '127.0.0.1', port, name: 'web' });
        await handover.ready();
        return { port: portOf(server), takenOver: handover.takenOver };
      };
      const second = await serve('second', 0);
      await died;
      expect(second.takenOver).toBe(takenOver);
      expect(await ask(second.port)).toBe('second');
      expect(await serve('third', second.port)).toEqual({ port: second.port, takenOver: true });
      expect(await ask(second.port)).toBe('third');
    },
  );
});

test.each([
  ['back to 1970', 0],
  ['a century ahead', Date.now() + 100 * 365 * 86_400_000],
])('a clock that jumps %s during a hand-over changes nothing', async (_, to) => {
  const path = newPath();
  const first = closedAfter(await openHandover({ name: 'test', path }));
  const server = closedAfter(http.createServer((_request, response) => response.end('first')));
  await first.listen(server, { address: '127.0.0.1', name: 'web' });
  await first.ready();
  const port = portOf(server);
  const next = closedAfter(await openHandover({ name: 'test', path }));
  vi.useFakeTimers({ toFake: ['Date'], now: to });
  expect(Date.now()).toBeGreaterThanOrEqual(to);
  const other = closedAfter(http.createServer((_request, response) => response.end('next')));
  await next.listen(other, { address: '127.0.0.1', name: 'web' });
  expect(await next.ready()).toEqual([]);
  await first.finished;
  expect(await ask(port)).toBe('next');
});

test('on a full disk a service is handed over, and a new one is told why it cannot be met', (context) => {
  const script = 'mount -t tmpfs -o nr_inodes=6 none "$1" && exec "$2" "$3" "$1"';
  const isPossible = spawnSync('unshare', ['-m', 'true']).status === 0 && process.getuid?.() === 0;
  needs(context, isPossible, 'this process cannot mount a small file system');
  const program = `${root}test/support/handover-full-disk.mjs`;
  const child = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', dirname(newPath()), process.execPath, program], {
    encoding: 'utf8',
  });
  expect(child.stderr).toBe('');
  expect(JSON.parse(child.stdout)).toEqual({
    full: 'ENOSPC',
    other: 'ENOSPC',
    before: 'first',
    takenOver: true,
    after: 'next',
  });
});

test('the primary of a cluster hands over, and its workers are drained', async () => {
  const path = newPath();
  const started: ReturnType<typeof spawn>[] = [];
  const start = async (
    port: number,
  ): Promise<{ takenOver: boolean; unused: string[]; port: number; pids: number[] }> => {
    const child = spawn(process.execPath, [`${root}test/support/handover-cluster.mjs`, path, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(child);
    for await (const line of createInterface(child.stdout))
      return JSON.parse(line) as Awaited<ReturnType<typeof start>>;
    throw new Error('it ended');
  };
  try {
    const first = await start(0);
    const ended = new Promise((resolve) => started[0]?.once('exit', resolve));
    expect(first.pids.map(String)).toContain(await ask(first.port));
    const next = await start(first.port);
    expect(next).toMatchObject({ takenOver: true, unused: [], port: first.port });
    expect(await ended).toBe(0);
    expect(next.pids.map(String)).toContain(await ask(first.port));
  } finally {
    for (const child of started) child.kill('SIGKILL');
  }
});
