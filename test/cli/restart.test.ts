import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ask, endRestarted, removeWritten, Restarted, written } from '../support/restarted.js';
import { sockwise } from '../support/matrix.js';
import { needs } from '../support/needs.js';

afterEach(endRestarted);
afterAll(removeWritten);

/** It knows nothing of the package. */
const server = `
  const server = require('node:http').createServer((request, response) => response.end(String(process.pid)));
  server.keepAliveTimeout = 200;
  server.listen(Number(process.argv[2] ?? 0), '127.0.0.1');`;

const node = (path: string, ...args: readonly string[]): string[] => [process.execPath, path, ...args];
const stop = async (restarted: Restarted): Promise<number | null> => {
  restarted.signal('SIGTERM');
  return await restarted.exited;
};

async function rollsBack(restarted: Restarted, path: string, broken: string, reason: string): Promise<void> {
  const port = await restarted.port();
  await restarted.until('ready', 1);
  writeFileSync(path, broken);
  restarted.signal('SIGHUP');
  expect((await restarted.until('failed', 2)).reason).toBe(reason);
  expect(await restarted.until('rolled back')).toEqual({ event: 'rolled back', generation: 2, serving: 1 });
  expect(await ask(port)).toBe(String(restarted.pid(1)));
  expect(await stop(restarted)).toBe(0);
}

describe('sockwise restart', () => {
  test('replaces a server at SIGHUP: of requests without a pause none is lost, and SIGTERM ends it with 0', async () => {
    const restarted = new Restarted(node(written('server.cjs', server)));
    await restarted.until('ready', 1);
    const port = await restarted.port();
    const answered = new Set<string>();
    let over = false;
    const client = async (agent: http.Agent | false): Promise<void> => {
      while (!over) answered.add(await ask(port, agent));
    };
    const keepAlive = new http.Agent({ keepAlive: true });
    const clients = [client(false), client(false), client(keepAlive)];
    await expect.poll(() => [...answered]).toEqual([String(restarted.pid(1))]);
    restarted.signal('SIGHUP');
    expect((await restarted.until('ended', 1)).expected).toBe(true);
    // Port 0, and still the same.
    expect(await restarted.port(2)).toBe(port);
    await expect.poll(() => answered.has(String(restarted.pid(2)))).toBe(true);
    over = true;
    await Promise.all(clients);
    keepAlive.destroy();
    expect(await stop(restarted)).toBe(0);
    expect(restarted.names.filter((name) => !name.startsWith('listening'))).toEqual([
      'started 1',
      'ready 1',
      'started 2',
      'ready 2',
      'draining 1',
      'ended 1',
      'draining 2',
      'ended 2',
      'stopped',
    ]);
    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test.each([
    ['dies at the start', 'process.exit(3);', 'it ended with status 3'],
    ['throws', 'throw new Error("no database");', 'it ended with status 1'],
  ])('goes on with the old program where the new one %s', async (_, broken, reason) => {
    const path = written('turns.cjs', server);
    const restarted = new Restarted(node(path));
    await rollsBack(restarted, path, broken, reason);
  });

  test.each([
    ['never listens', 'setInterval(() => {}, 1000);'],
    ['hangs', 'for (;;);'],
  ])('goes on with the old program where the new one %s', async (_, broken) => {
    const path = written('hangs.cjs', server);
    // How long a start takes here is not known: the first that is long enough.
    for (const ready of [1, 4, 16]) {
      const restarted = new Restarted(node(path), ['--ready', String(ready)]);
      const { event } = await Promise.race([restarted.until('ready', 1), restarted.until('failed', 1)]);
      if (event === 'ready') return await rollsBack(restarted, path, broken, `it did not listen within ${ready}000 ms`);
    }
    expect.unreachable();
  });

  test('is ready when the health URL of the new program, not of the old, says so', async () => {
    const path = written('health.cjs', server);
    // Below the ephemeral ports: one that was free a moment ago may be another test's by now.
    const port = 20_000 + (process.pid % 10_000);
    const checked = new Restarted(node(path, String(port)), ['--health', `http://127.0.0.1:${port}/health`]);
    await checked.until('ready', 1);
    written('health.cjs', server.replace('response.end(', 'response.writeHead(globalThis.well ? 200 : 503).end('));
    checked.signal('SIGHUP');
    await checked.until('listening', 2);
    // Both accept; the old one would say 200.
    expect(checked.names).not.toContain('ready 2');
    process.kill(checked.pid(2), 'SIGKILL');
    expect((await checked.until('failed', 2)).reason).toBe('it was ended by SIGKILL');
    await checked.until('rolled back');
    expect(await ask(port)).toBe(String(checked.pid(1)));
    expect(await stop(checked)).toBe(0);
  });

  test('starts a program again that dies, and connections wait meanwhile', async () => {
    const restarted = new Restarted(node(written('dies.cjs', server)));
    const port = await restarted.port();
    await restarted.until('ready', 1);
    process.kill(restarted.pid(1), 'SIGKILL');
    expect((await restarted.until('ended', 1)).expected).toBe(false);
    // The supervisor has the socket: this waits in its queue.
    const answer = ask(port);
    await restarted.until('ready', 2);
    expect(await answer).toBe(String(restarted.pid(2)));
    expect(await stop(restarted)).toBe(0);
  });

  test('gives up after five starts in a row that fail, and ends with 1', async () => {
    const path = written('worse.cjs', server);
    const restarted = new Restarted(node(path));
    await restarted.until('ready', 1);
    written('worse.cjs', 'process.exit(4)');
    process.kill(restarted.pid(1), 'SIGKILL');
    expect(await restarted.exited).toBe(1);
    expect(restarted.names.filter((name) => name.startsWith('failed'))).toHaveLength(5);
    expect(restarted.events.at(-1)).toEqual({ event: 'stopped', ok: false });
  });

  test('a request that is under way at SIGTERM is answered', async () => {
    const slow = `
      const server = require('node:http').createServer((request, response) => {
        response.write('a');
        process.on('SIGUSR2', () => response.end('b'));
      });
      server.listen(0, '127.0.0.1');`;
    const restarted = new Restarted(node(written('slow.cjs', slow)));
    const port = await restarted.port();
    await restarted.until('ready', 1);
    const [response] = await new Promise<[http.IncomingMessage]>((resolve) =>
      http.get({ port, host: '127.0.0.1', agent: false }, (...got) => resolve(got)),
    );
    restarted.signal('SIGTERM');
    await restarted.until('draining', 1);
    process.kill(restarted.pid(1), 'SIGUSR2');
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += part;
    expect(text).toBe('ab');
    expect(await restarted.exited).toBe(0);
  });

  test('a program that is killed while the one before it is drained is started again at once', async () => {
    const slow = `
      const server = require('node:http').createServer((request, response) => {
        if (request.url === '/') return response.end(String(process.pid));
        response.write('a');
        process.on('SIGUSR2', () => response.end('b'));
      });
      server.listen(0, '127.0.0.1');`;
    const restarted = new Restarted(node(written('drained.cjs', slow)));
    const port = await restarted.port();
    await restarted.until('ready', 1);
    const [response] = (await once(http.get(`http://127.0.0.1:${port}/slow`, { agent: false }), 'response')) as [
      http.IncomingMessage,
    ];
    restarted.signal('SIGHUP');
    await restarted.until('draining', 1);
    process.kill(restarted.pid(2), 'SIGKILL');
    await restarted.until('ready', 3);
    expect(await ask(port)).toBe(String(restarted.pid(3)));
    expect(restarted.names).not.toContain('ended 1');
    process.kill(restarted.pid(1), 'SIGUSR2');
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += part;
    expect(text).toBe('ab');
    await restarted.until('ended', 1);
    expect(await stop(restarted)).toBe(0);
  });

  test('each of 200 listeners is kept, though the first makes a program ready', async () => {
    const many = `
      const { createServer } = require('node:http');
      for (let count = 0; count < 200; count++)
        createServer((request, response) => response.end(String(process.pid))).listen(0, '127.0.0.1');`;
    const restarted = new Restarted(node(written('many.cjs', many)));
    const ports = async (generation: number): Promise<number[]> => {
      const found = (): number[] =>
        restarted.events.flatMap((event) =>
          event.event === 'listening' && event.generation === generation ? [Number(event.address.split(':')[1])] : [],
        );
      await expect.poll(() => found().length, { timeout: 20_000 }).toBe(200);
      return found().sort((one, other) => one - other);
    };
    const before = await ports(1);
    restarted.signal('SIGHUP');
    await restarted.until('ended', 1);
    expect(await ports(2)).toEqual(before);
    expect(await ask(before.at(-1) ?? 0)).toBe(String(restarted.pid(2)));
    expect(await stop(restarted)).toBe(0);
  });

  test('the program serves on where no descriptor is left to start the next, and the next start works', async (context) => {
    needs(context, spawnSync('prlimit', ['--version']).status === 0, 'there is no prlimit(1)');
    const restarted = new Restarted(node(written('emfile.cjs', server)));
    const port = await restarted.port();
    await restarted.until('ready', 1);
    const limit = (most: number): void => {
      const { status } = spawnSync('prlimit', ['--pid', String(restarted.child.pid), `--nofile=${most}:`]);
      expect(status).toBe(0);
    };
    // Its own are above: setrlimit(2) closes none.
    limit(3);
    restarted.signal('SIGHUP');
    expect((await restarted.until('failed', 2)).reason).toMatch(/EMFILE/);
    expect(await restarted.until('rolled back')).toEqual({ event: 'rolled back', generation: 2, serving: 1 });
    expect(await ask(port)).toBe(String(restarted.pid(1)));
    limit(1000);
    restarted.signal('SIGHUP');
    await restarted.until('ready', 3);
    // Until then both accept.
    await restarted.until('ended', 1);
    expect(await ask(port)).toBe(String(restarted.pid(3)));
    expect(await stop(restarted)).toBe(0);
  });

  test('the program serves on where the supervisor is killed', async () => {
    const restarted = new Restarted(node(written('orphan.cjs', server)));
    const port = await restarted.port();
    await restarted.until('ready', 1);
    restarted.signal('SIGKILL');
    await restarted.exited;
    expect(await ask(port)).toBe(String(restarted.pid(1)));
    // A second command cannot bind, says so, and leaves the first program alone.
    const second = new Restarted(node(written('orphan.cjs', server), String(port)));
    expect(await second.exited).toBe(1);
    expect((await second.until('failed')).reason).toBe('it ended with status 1');
    expect(await ask(port)).toBe(String(restarted.pid(1)));
    process.kill(restarted.pid(1), 'SIGTERM');
  });

  test('a cluster listens through its primary, and its workers are drained', async () => {
    const clustered = `
      const cluster = require('node:cluster');
      if (cluster.isPrimary) { cluster.fork(); cluster.fork(); }
      else { ${server} }`;
    const restarted = new Restarted(node(written('cluster.cjs', clustered)));
    await restarted.until('ready', 1);
    const port = await restarted.port();
    const first = new Set([await ask(port), await ask(port)]);
    restarted.signal('SIGHUP');
    await restarted.until('ended', 1);
    expect(await restarted.port(2)).toBe(port);
    expect(first).not.toContain(await ask(port));
    expect(await stop(restarted)).toBe(0);
  });

  test('a worker thread, a unix path and a second server are held too; what is not listened on again is released', async () => {
    const path = written('threads.cjs', '').replace('threads.cjs', 'web.sock');
    const several = `
      const { Worker, isMainThread } = require('node:worker_threads');
      const { createServer } = require('node:net');
      const answer = (socket) => socket.end(String(process.pid));
      if (isMainThread) { new Worker(__filename); createServer(answer).listen(${JSON.stringify(path)}); }
      else createServer(answer).listen(0, '127.0.0.1');`;
    const restarted = new Restarted(node(written('threads.cjs', several)));
    await restarted.until('ready', 1);
    await expect.poll(() => restarted.names.filter((name) => name === 'listening 1')).toHaveLength(2);
    written('threads.cjs', several.replace('new Worker(__filename);', ''));
    restarted.signal('SIGHUP');
    await restarted.until('ended', 1);
    expect(await restarted.until('released')).toMatchObject({ place: 'tcp 127.0.0.1:0 #1' });
    let text = '';
    for await (const part of net.createConnection(path).setEncoding('utf8')) text += part;
    expect(text).toBe(String(restarted.pid(2)));
    expect(await stop(restarted)).toBe(0);
  });

  test('says what is wrong with a URL or a time', async () => {
    const times = await sockwise(['restart', '--ready', '0', '--', 'node']);
    expect([times.code, times.stderr]).toEqual([2, expect.stringMatching(/expected 0\.1 to 86400 seconds/)]);
    const url = await sockwise(['restart', '--health', 'ftp://x', '--', 'node']);
    expect([url.code, url.stderr]).toEqual([2, expect.stringMatching(/expected a URL of http or https/)]);
  });

  test('a command that is not found ends it with 1', async () => {
    const restarted = new Restarted(['/nonexistent/program']);
    expect(await restarted.exited).toBe(1);
    expect((await restarted.until('failed')).reason).toMatch(/ENOENT/);
  });
});
