import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
