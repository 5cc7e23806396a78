import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import { expect, test } from 'vitest';
import { listen } from '../../src/handles/listen.js';
import { Socket } from '../../src/socket/socket.js';
import { drain, track } from '../../src/service/index.js';

const local = { address: '127.0.0.1', port: 0 };

async function serving<S extends net.Server>(server: S): Promise<{ server: S; port: number }> {
  track(server);
  await listen(server, local);
  return { server, port: (server.address() as net.AddressInfo).port };
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return text;
}

test('a response that is under way is finished, and closes its connection', async () => {
  let finish = (): void => {};
  const { server, port } = await serving(
    http.createServer((_, response) => {
      finish = () => response.end('done');
    }),
  );
  const agent = new http.Agent({ keepAlive: true });
  const request = http.get({ port, host: local.address, agent });
  await once(server, 'request');
  const drained = drain(server);
  await expect.poll(() => server.listening).toBe(false);
  finish();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  expect(response.headers.connection).toBe('close');
  expect(await textOf(response)).toBe('done');
  expect(await drained).toEqual({ ended: 1, destroyed: 0 });
  agent.destroy();
});

test('a keep-alive connection without a request is answered once more', async () => {
  const { server, port } = await serving(http.createServer((_, response) => response.end('ok')));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (): Promise<http.IncomingMessage> => {
    const [response] = (await once(http.get({ port, host: local.address, agent }), 'response')) as [
      http.IncomingMessage,
    ];
    expect(await textOf(response)).toBe('ok');
    return response;
  };
  expect((await ask()).headers.connection).toBe('keep-alive');
  const drained = drain(server);
  await expect.poll(() => server.listening).toBe(false);
  expect((await ask()).headers.connection).toBe('close');
  expect(await drained).toEqual({ ended: 1, destroyed: 0 });
  agent.destroy();
});

test('HTTP/2 sessions get GOAWAY, and their streams end', async () => {
  let finish = (): void => {};
  const server = http2.createServer((_, response) => {
    finish = () => response.end('done');
  });
  const { port } = await serving(server);
  const client = http2.connect(`http://127.0.0.1:${port}`);
  const stream = client.request({ ':path': '/' });
  await once(server, 'request');
  const goaway = once(client, 'goaway');
  const drained = drain(server);
  await goaway;
  finish();
  let text = '';
  for await (const part of stream.setEncoding('utf8')) text += part;
  expect(text).toBe('done');
  expect(await drained).toEqual({ ended: 1, destroyed: 0 });
});

test('at the deadline what is left is destroyed; onConnection has told it', async () => {
  const { server, port } = await serving(net.createServer());
  const client = net.connect(port, local.address);
  await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  const told: string[] = [];
  const drained = drain(server, { deadlineMs: 50, onConnection: (socket) => void told.push(`${socket.remotePort}`) });
  const { localPort } = client;
  await once(client, 'close');
  expect(await drained).toEqual({ ended: 0, destroyed: 1 });
  expect(told).toEqual([`${localPort}`]);
});

test('connections that wait in the queue are accepted before the listener is closed', async () => {
  const { server, port } = await serving(net.createServer((socket) => socket.end('hello')));
  // All within this turn of the event loop: the server has accepted none of them yet.
  const clients = Array.from({ length: 20 }, () => Socket.open());
  for (const client of clients) client.tryConnect({ ...local, port });
  const drained = drain(server);
  for (const client of clients) {
    expect((await client.recv()).toString()).toBe('hello');
    client.close();
  }
  await drained;
  const late = Socket.open();
  await expect(late.connect({ ...local, port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  late.close();
});

test('a server whose connections were not tracked is refused', async () => {
  await expect(drain(net.createServer())).rejects.toMatchObject({ code: 'ERR_ARGUMENT_INVALID' });
  const server = net.createServer();
  track(server);
  expect(await drain(server)).toEqual({ ended: 0, destroyed: 0 });
  await expect(drain(server, { deadlineMs: -1 })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
});
