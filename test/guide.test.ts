import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
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
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { SupervisorEvent } from '../src/service/index.js';
import { root } from './support/children.js';
import { needs } from './support/needs.js';
import { ask, endRestarted, Restarted } from './support/restarted.js';
import { program, sockwise } from './support/matrix.js';

const guide = readFileSync(`${root}docs/restart.md`, 'utf8');
const modules = `${root}test/clients/node_modules`;
const folder = mkdtempSync(join(tmpdir(), 'sockwise-restart-guide-'));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/sockwise'));
const hasFastify = existsSync(join(modules, 'fastify'));
if (hasFastify)
  for (const name of readdirSync(modules)) symlinkSync(join(modules, name), join(folder, 'node_modules', name));

/** The programs, each named by its first line. */
const names = [...guide.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => {
  writeFileSync(join(folder, name), text);
  return name;
});

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await endRestarted();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function start(name: string, port: number): { pid: number | undefined; exited: Promise<unknown> } {
  const child = spawn(process.execPath, [join(folder, name)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: String(port), MEET: join(folder, `${name}.sock`) },
  });
  children.push(child);
  return { pid: child.pid, exited: new Promise((resolve) => child.once('exit', resolve)) };
}

async function echoed(port: number): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.end('hello');
  let text = '';
  for await (const part of socket.setEncoding('utf8')) text += part;
  return text;
}

test('the guide has the programs that are run here', () => {
  expect(names).toEqual(['echo.mjs', 'service.mjs', 'web.mjs']);
});

test('echo.mjs is restarted by the command, without a change', async () => {
  const restarted = new Restarted([process.execPath, join(folder, 'echo.mjs')], [], { PORT: '0' });
  const port = await restarted.port();
  await restarted.until('ready', 1);
  expect(await echoed(port)).toBe('hello');
  restarted.signal('SIGHUP');
  await restarted.until('ended', 1);
  expect(await restarted.port(2)).toBe(port);
  expect(await echoed(port)).toBe('hello');
  restarted.signal('SIGTERM');
  expect(await restarted.exited).toBe(0);
});

async function succeeds(name: string): Promise<void> {
  const port = await freePort();
  const answered = async (): Promise<string> =>
    await ask(port).catch((error: NodeJS.ErrnoException) => error.code ?? '');
  const first = start(name, port);
  await expect.poll(answered).toContain(String(first.pid));
  const next = start(name, port);
  expect(await first.exited).toBe(0);
  expect(await ask(port)).toContain(String(next.pid));
}

test('service.mjs hands over to the next one', async () => {
  await succeeds('service.mjs');
});

test('web.mjs, with fastify, hands over to the next one', async (context) => {
  needs(context, hasFastify, 'the clients are not installed: npm ci --prefix test/clients');
  await succeeds('web.mjs');
});

test('as PID 1 of a container the command restarts the program at SIGHUP, and drains it at SIGTERM', async (context) => {
  needs(context, spawnSync('unshare', ['-rp', '--fork', 'true']).status === 0, 'this process cannot make a namespace');
  const command = [program, 'restart', '--json', '--', process.execPath, join(folder, 'echo.mjs')];
  const child = spawn('unshare', ['-rp', '--fork', '--kill-child', process.execPath, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PORT: '0' },
  });
  children.push(child);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface(child.stderr)[Symbol.asyncIterator]();
  const until = async (name: SupervisorEvent['event'], generation: number): Promise<{ readonly address?: string }> => {
    for (;;) {
      const { value } = await lines.next();
      const event = JSON.parse(value ?? '') as { event: string; generation?: number; address?: string };
      if (event.event === name && event.generation === generation) return event;
    }
  };
  const { address = '' } = await until('listening', 1);
  await until('ready', 1);
  const port = Number(address.split(':')[1]);
  // The child of unshare is PID 1 there.
  const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'));
  expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m);
  process.kill(pid, 'SIGHUP');
  await until('ended', 1);
  expect(await echoed(port)).toBe('hello');
  process.kill(pid, 'SIGTERM');
  await until('ended', 2);
  expect(await exited).toBe(0);
});

test('the command has the options that units and images give it', async () => {
  const { stdout } = await sockwise(['restart', '--help']);
  const given = new Set(
    [...guide.matchAll(/sockwise",? "?restart",? ?"?(--[a-z]+)|sockwise restart (--[a-z]+)/g)].map(
      ([, one, other]) => one ?? other,
    ),
  );
  expect([...given].sort()).toEqual(['--drain', '--health']);
  for (const option of given) expect(stdout).toContain(`${option} <`);
});
