import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseEvent, type MessageEvent, WebSocket } from 'undici';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../support/children.js';
import { needs } from '../support/needs.js';
import { ask, endRestarted, Restarted } from '../support/restarted.js';

const modules = `${root}test/clients/node_modules`;
const folder = mkdtempSync(join(tmpdir(), 'sockwise-frameworks-'));
mkdirSync(join(folder, 'node_modules'));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
symlinkSync(root, join(folder, 'node_modules/sockwise'));
if (existsSync(modules))
  for (const name of readdirSync(modules)) symlinkSync(join(modules, name), join(folder, 'node_modules', name));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(endRestarted);
beforeEach((context) => {
  needs(context, process.platform === 'linux', 'Linux only', 'kernel');
  needs(context, existsSync(modules), 'the clients are not installed: npm ci --prefix test/clients');
});

const fastify = `import Fastify from 'fastify';
  const app = Fastify();
  app.get('/', async () => String(process.pid));`;

/** Ordinary programs, as their documentation has them. */
const programs: Readonly<Record<string, string>> = {
  fastify: `${fastify}
    await app.listen({ port: 0, host: '127.0.0.1' });`,
  express: `import express from 'express';
    express().get('/', (request, response) => response.send(String(process.pid))).listen(0, '127.0.0.1');`,
  koa: `import Koa from 'koa';
    new Koa().use((context) => { context.body = String(process.pid); }).listen(0, '127.0.0.1');`,
  'ws beside http': `import { createServer } from 'node:http';
    import { WebSocketServer } from 'ws';
    const server = createServer((request, response) => response.end(String(process.pid)));
    new WebSocketServer({ server });
    server.listen(0, '127.0.0.1');`,
};

test.each(Object.entries(programs))('sockwise restart: %s without a line, and no request lost', async (name, text) => {
  const path = join(folder, `${name.replaceAll(' ', '-')}.mjs`);
  writeFileSync(path, text);
  const restarted = new Restarted([process.execPath, path]);
  const port = await restarted.port();
  await restarted.until('ready', 1);
  const answered = new Set<string>();
  let over = false;
  const client = async (agent: http.Agent | false): Promise<void> => {
    while (!over) answered.add(await ask(port, agent));
  };
  const keepAlive = new http.Agent({ keepAlive: true });
  const clients = Promise.all([client(false), client(keepAlive)]);
  restarted.signal('SIGHUP');
  await Promise.race([restarted.until('ended', 1), clients]);
  await expect.poll(() => answered.has(String(restarted.pid(2)))).toBe(true);
  over = true;
  await clients;
  keepAlive.destroy();
  restarted.signal('SIGTERM');
  expect(await restarted.exited).toBe(0);
});

test('sockwise restart: onDrain ends websockets with a close frame, and after the answer that is under way', async () => {
  const services = readFileSync(`${root}docs/services.md`, 'utf8');
  const [, text = ''] = /^```js\n\/\/ websockets\.mjs\n([\s\S]*?)^```$/m.exec(services) ?? [];
  const path = join(folder, 'websockets.mjs');
  // It answers at a signal, which would kill a process that has not begun to wait for it.
  const late = text
    .replace(
      'websocket.send(await answer(message));',
      "const it = answer(); websocket.send('begun'); websocket.send(await it);",
    )
    .replace(
      'async (message) => message;',
      "() => new Promise((resolve) => process.once('SIGUSR2', () => resolve('answered')));",
    );
  writeFileSync(path, late);
  const restarted = new Restarted([process.execPath, path], [], { PORT: '0' });
  const port = await restarted.port();
  await restarted.until('ready', 1);
  const opened = async (): Promise<WebSocket> => {
    const websocket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(websocket, 'open');
    return websocket;
  };
  const heard = async (websocket: WebSocket): Promise<unknown> => {
    const [event] = (await once(websocket, 'message')) as [MessageEvent];
    return event.data;
  };
  const closed = async (websocket: WebSocket): Promise<number> => {
    const [event] = (await once(websocket, 'close')) as [CloseEvent];
    return event.code;
  };
  const begun = async (websocket: WebSocket): Promise<void> => {
    websocket.send('a question');
    expect(await heard(websocket)).toBe('begun');
  };
  const [idle, busy] = await Promise.all([opened(), opened()]);
  await begun(busy);
  const first = [heard(busy), closed(busy), closed(idle)] as const;
  restarted.signal('SIGHUP');
  // The hook has been called, and the busy one is still open.
  expect(await first[2]).toBe(1001);
  expect(busy.readyState).toBe(WebSocket.OPEN);
  process.kill(restarted.pid(1), 'SIGUSR2');
  expect(await Promise.all(first)).toEqual(['answered', 1001, 1001]);
  expect((await restarted.until('ended', 1)).expected).toBe(true);
  const next = await opened();
  await begun(next);
  const last = [heard(next), closed(next)] as const;
  restarted.signal('SIGTERM');
  await restarted.until('draining', 2);
  process.kill(restarted.pid(2), 'SIGUSR2');
  expect(await Promise.all(last)).toEqual(['answered', 1001]);
  expect(await restarted.exited).toBe(0);
  expect(restarted.names.filter((name) => name.startsWith('killed'))).toEqual([]);
});

test('openHandover: fastify by two lines', async () => {
  const path = join(folder, 'two-lines.mjs');
  writeFileSync(
    path,
    `${fastify}
    import { drain, openHandover } from 'sockwise/service';
    const handover = await openHandover({ name: 'fastify', path: process.argv[2] });
    await app.ready();
    await handover.listen(app.server, { address: '127.0.0.1', name: 'web' });
    handover.onSuccessor(async () => { await drain(app.server); await app.close(); });
    await handover.ready();
    process.send(app.server.address().port);`,
  );
  const { fork } = await import('node:child_process');
  const started = async (): Promise<{ child: ReturnType<typeof fork>; port: number; exited: Promise<unknown> }> => {
    const child = fork(path, [join(folder, 'fastify.sock')]);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(Number(message))));
    child.disconnect();
    return { child, port, exited };
  };
  const first = await started();
  expect(await ask(first.port)).toBe(String(first.child.pid));
  const second = await started();
  expect(await first.exited).toBe(0);
  expect(second.port).toBe(first.port);
  expect(await ask(first.port)).toBe(String(second.child.pid));
  second.child.kill();
  await second.exited;
});
