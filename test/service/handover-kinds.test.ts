import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { drain, type Handover, openHandover } from '../../src/service/index.js';
import { Socket } from '../../src/socket/socket.js';
import { root } from '../support/children.js';
import { portOf } from '../support/servers.js';

const folder = mkdtempSync(join(tmpdir(), 'sockwise-kinds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pem = {
  key: readFileSync(`${root}test/support/localhost.key.pem`),
  cert: readFileSync(`${root}test/support/localhost.cert.pem`),
};
const web = join(folder, 'web.sock');

/** A server of each kind that says a name. */
const servers: Readonly<Record<string, (name: string) => net.Server>> = {
  net: (name) => net.createServer((socket) => socket.end(name)),
  tls: (name) => tls.createServer(pem, (socket) => socket.end(name)),
  http: (name) => http.createServer((_, response) => response.end(name)),
  https: (name) => https.createServer(pem, (_, response) => response.end(name)),
  http2: (name) => http2.createServer((_, response) => response.end(name)),
  unix: (name) => net.createServer((socket) => socket.end(name)),
};

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const part of stream) text += String(part);
  return text;
}

async function responseOf(request: http.ClientRequest): Promise<string> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return await textOf(response);
}

async function http2Text(port: number): Promise<string> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  try {
    return await textOf(session.request({ ':path': '/' }));
  } finally {
    session.close();
  }
}

const asked: Readonly<Record<string, (port: number) => Promise<string>>> = {
  net: async (port) => await textOf(net.connect(port, '127.0.0.1')),
  tls: async (port) => await textOf(tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })),
  http: async (port) => await responseOf(http.get({ port, host: '127.0.0.1', agent: false })),
  https: async (port) =>
    await responseOf(https.get({ port, host: '127.0.0.1', agent: false, rejectUnauthorized: false })),
  http2: http2Text,
  unix: async () => await textOf(net.connect(web)),
};

async function process(
  name: string,
  path: string,
  ports: Readonly<Record<string, number>>,
): Promise<{ handover: Handover; ports: Record<string, number> }> {
  const handover = await openHandover({ name: 'kinds', path });
  const found: Record<string, number> = {};
  for (const [kind, create] of Object.entries(servers)) {
    const server = create(name);
    const place = kind === 'unix' ? { path: web } : { address: '127.0.0.1', port: ports[kind] ?? 0 };
    await handover.listen(server, place);
    handover.onSuccessor(async () => await drain(server, { deadlineMs: 5000 }));
    if (kind !== 'unix') found[kind] = portOf(server);
  }
  const udp = handover.socket('udp', () => Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' }));
  const packets = handover.socket('packets', () =>
    Socket.open({ family: 'unix', type: 'seqpacket' })
      .bind({ family: 'unix', path: `\0sockwise-kinds-${name}` })
      .listen(),
  );
  await handover.ready();
  void handover.finished.then(() => [udp, packets].forEach((socket) => socket.close()));
  return { handover, ports: found };
}

test('every kind of listener is passed: net, tls, http, https, http2, unix, UDP, seqpacket', async () => {
  const path = join(folder, 'control.sock');
  const first = await process('first', path, {});
  const all = async (): Promise<string[]> =>
    await Promise.all(Object.entries(asked).map(async ([kind, ask]) => await ask(first.ports[kind] ?? 0)));
  expect(await all()).toEqual(Object.keys(servers).map(() => 'first'));
  const second = await process('second', path, first.ports);
  await first.handover.finished;
  expect(second.ports).toEqual(first.ports);
  expect(await all()).toEqual(Object.keys(servers).map(() => 'second'));
  // The first one's name: the very socket.
  const packet = Socket.open({ family: 'unix', type: 'seqpacket' });
  await packet.connect({ family: 'unix', path: '\0sockwise-kinds-first' });
  packet.close();
  const third = await openHandover({ name: 'kinds', path });
  expect((await third.ready()).sort()).toEqual(['0', '1', '2', '3', '4', '5', 'packets', 'udp']);
  await second.handover.finished;
  third.close();
});

test('a worker thread hands over too', async () => {
  const path = join(folder, 'thread.sock');
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const { createServer } = require('node:http');
     import(workerData.service).then(async ({ openHandover, drain }) => {
       const server = createServer((_, response) => response.end('thread'));
       const handover = await openHandover({ name: 'thread', path: workerData.path });
       await handover.listen(server, { address: '127.0.0.1', name: 'web' });
       handover.onSuccessor(() => drain(server));
       await handover.ready();
       parentPort.postMessage(server.address().port);
     });`,
    { eval: true, workerData: { path, service: new URL('../../dist/service/index.js', import.meta.url).href } },
  );
  const [port] = (await once(worker, 'message')) as [number];
  expect(await asked['http']?.(port)).toBe('thread');
  const next = await openHandover({ name: 'thread', path });
  const server = await next.listen(
    http.createServer((_, response) => response.end('main')),
    { address: '127.0.0.1', name: 'web' },
  );
  await next.ready();
  // It has nothing left to do.
  await once(worker, 'exit');
  expect(portOf(server)).toBe(port);
  expect(await asked['http']?.(port)).toBe('main');
  next.close();
  server.close();
});
