import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { openHandover } from '../../src/service/handover.js';
import { root } from '../support/children.js';

interface Report {
  readonly what: string;
  readonly port?: number;
  readonly takenOver?: boolean;
  readonly code?: string;
  readonly message?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'sockwise-handover-'));
let number = 0;
const children = new Set<Service>();

/** A process of the service, and what it reported. */
class Service {
  readonly child: ChildProcess;
  readonly reports: Report[] = [];
  readonly exited: Promise<number | null>;
  readonly #waiting: (() => void)[] = [];

  constructor(path: string, port: number, how?: string, descriptors?: number) {
    const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
    const command = [process.execPath, `${root}test/support/handover-server.mjs`, path, String(port)];
    this.child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...command, ...(how === undefined ? [] : [how])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.child.stdout === null) throw new Error('no output');
    createInterface(this.child.stdout).on('line', (line) => {
      this.reports.push(JSON.parse(line) as Report);
      for (const hear of this.#waiting.splice(0)) hear();
    });
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    children.add(this);
  }

  /** The first report of one of these. */
  async until(...what: readonly string[]): Promise<Report> {
    for (;;) {
      const found = this.reports.find((report) => what.includes(report.what));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

afterEach(async () => {
  for (const { child, exited } of children) {
    child.kill('SIGKILL');
    await exited;
  }
  children.clear();
  rmSync(folder, { recursive: true, force: true });
});

function newPath(): string {
  return join(folder, `${number++}.sock`);
}

/** A request on a connection of its own; who answered. */
function ask(port: number, agent: http.Agent | false = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(Number(text)));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

async function first(path: string): Promise<{ service: Service; port: number }> {
  const service = new Service(path, 0);
  const { port = 0 } = await service.until('ready');
  return { service, port };
}

describe('openHandover', () => {
  test('passes the listener on: of requests without a pause none is lost, and the predecessor ends', async () => {
    const path = newPath();
    const { service: begun, port } = await first(path);
    let service = begun;
    const answered = new Set<number>();
    let over = false;
    let count = 0;
    const client = async (agent: http.Agent | false): Promise<void> => {
      while (!over) {
        answered.add(await ask(port, agent));
        count++;
      }
    };
    const keepAlive = new http.Agent({ keepAlive: true });
    const clients = [client(false), client(false), client(keepAlive)];
    const pids = [service.child.pid];
    for (let restart = 0; restart < 3; restart++) {
      const next = new Service(path, port);
      expect(await next.until('open')).toEqual({ what: 'open', takenOver: true });
      expect(await next.until('ready')).toEqual({ what: 'ready', port, unused: [] });
      await service.until('finished');
      expect(await service.exited).toBe(0);
      await expect.poll(() => answered.has(next.child.pid ?? 0)).toBe(true);
      service = next;
      pids.push(next.child.pid);
    }
    over = true;
    await Promise.all(clients);
    keepAlive.destroy();
    expect(count).toBeGreaterThan(pids.length);
    expect([...answered].sort()).toEqual([...pids].sort());
  });

  test.each(['dies with the sockets', 'dies before it is ready'])('serves on where the successor %s', async (how) => {
    const path = newPath();
    const { service, port } = await first(path);
    const successor = new Service(path, port, how);
    expect(await successor.exited).toBe(7);
    expect(await ask(port)).toBe(service.child.pid);
    const next = new Service(path, port);
    await next.until('ready');
    await service.until('finished');
    expect(await ask(port)).toBe(next.child.pid);
  });

  test('refuses a second successor while the first is not ready', async () => {
    const path = newPath();
    const { service, port } = await first(path);
    const slow = new Service(path, port, 'is never ready');
    await slow.until('open');
    const second = new Service(path, port);
    const refusal = await second.until('error');
    expect(refusal.code).toBe('ERR_SOCKET_BUSY');
    expect(refusal.message).toMatch(/another successor/);
    slow.child.kill('SIGKILL');
    await slow.exited;
    // The predecessor hears of the end on its own time: until then it goes on refusing.
    let third = new Service(path, port);
    while ((await third.until('ready', 'error')).what === 'error') third = new Service(path, port);
    expect(await ask(port)).toBe(third.child.pid);
    await service.until('finished');
  });

  test('a predecessor without a descriptor left lets its successor wait, and hands over when it has one', async () => {
    const path = newPath();
    const service = new Service(path, 0, 'has no descriptors left', 64);
    const { port = 0 } = await service.until('ready');
    expect((await service.until('exhausted')).code).toBe('EMFILE');
    const opening = openHandover({ name: 'test', path });
    let isOpen = false;
    void opening.then(() => (isOpen = true));
    service.child.kill('SIGUSR1');
    await service.until('looked');
    expect(isOpen).toBe(false);
    service.child.kill('SIGUSR2');
    const next = await opening;
    expect(next.takenOver).toBe(true);
    const server = await next.listen(
      http.createServer((_, response) => response.end('0')),
      { address: '127.0.0.1', port },
    );
    expect(await next.ready()).toEqual([]);
    expect(await ask(port)).toBe(0);
    await service.until('finished');
    next.close();
    server.close();
  });

  test('takes the path over from a process that was killed', async () => {
    const path = newPath();
    const { service, port } = await first(path);
    service.child.kill('SIGKILL');
    await service.exited;
    expect(existsSync(path)).toBe(true);
    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const next = new Service(path, port);
    expect(await next.until('open')).toEqual({ what: 'open', takenOver: false });
    await next.until('ready');
    expect(await ask(port)).toBe(next.child.pid);
  });

  test('serves on the sockets of a predecessor that is killed before it is told', async () => {
    const path = newPath();
    const { service, port } = await first(path);
    const next = await openHandover({ name: 'test', path });
    expect(next.takenOver).toBe(true);
    service.child.kill('SIGKILL');
    await service.exited;
    const server = http.createServer((_, response) => response.end('0'));
    await next.listen(server, { address: '127.0.0.1', port });
    expect(await next.ready()).toEqual([]);
    expect(await ask(port)).toBe(0);
    // It is the one to be met now.
    const third = new Service(path, port);
    expect(await third.until('open')).toEqual({ what: 'open', takenOver: true });
    await third.until('ready');
    await next.finished;
    expect(server.listening).toBe(false);
    expect(await ask(port)).toBe(third.child.pid);
  });

  test('passes other sockets by name, and frees the path when closed', async () => {
    const path = newPath();
    const one = await openHandover({ name: 'test', path });
    const udp = one.socket('udp', () => Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' }));
    await one.ready();
    const two = await openHandover({ name: 'test', path });
    expect(two.takenOver).toBe(true);
    const same = two.socket('udp', () => expect.unreachable());
    expect(same.fd).not.toBe(udp.fd);
    expect(same.getsockname()).toEqual(udp.getsockname());
    expect(await two.ready()).toEqual([]);
    await one.finished;
    udp.close();
    same.close();
    two.close();
    expect(existsSync(path)).toBe(false);
    await expect(two.listen(http.createServer())).rejects.toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
  });

  test('names the sockets that were passed and not used, and closes them', async () => {
    const path = newPath();
    const one = await openHandover({ name: 'test', path });
    const server = await one.listen(http.createServer(), { address: '127.0.0.1', port: 0, name: 'web' });
    const { port } = server.address() as { port: number };
    await one.ready();
    const two = await openHandover({ name: 'test', path });
    expect(await two.ready()).toEqual(['web']);
    await one.finished;
    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    two.close();
  });

  test.each([
    [{ name: '' }, 'ERR_ARGUMENT_INVALID'],
    [{ name: '../x' }, 'ERR_ARGUMENT_INVALID'],
    [{ name: 'x', path: '' }, 'ERR_ARGUMENT_INVALID'],
    [{ name: 'x', readyWithinMs: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ name: 'x', readyWithinMs: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    [{ name: 'x', pth: '/x' }, 'ERR_ARGUMENT_INVALID'],
  ])('refuses %o', async (settings, code) => {
    await expect(openHandover(settings)).rejects.toMatchObject({ code });
  });
});
