import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import { readFileSync } from 'node:fs';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { setImmediate } from 'node:timers/promises';
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

const frameHeader = 9;
const goawayType = 7;

/** A client of HTTP/2 that sends what it is told to, whatever it has read: as one does whose request crosses a GOAWAY. */
class ScriptedClient {
  readonly #socket: net.Socket;
  #read = Buffer.alloc(0);
  #isOver = false;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#read = Buffer.concat([this.#read, data]);
    });
    socket.on('error', () => {}).on('close', () => (this.#isOver = true));
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    this.#send(4, 0, 0);
  }

  #send(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): void {
    const header = Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream]);
    this.#socket.write(Buffer.concat([header, payload]));
  }

  get #frames(): { type: number; flags: number; stream: number; payload: Buffer }[] {
    const found = [];
    for (let at = 0; at + frameHeader <= this.#read.length; ) {
      const end = at + frameHeader + this.#read.readUIntBE(at, 3);
      if (end > this.#read.length) break;
      const [type = 0, flags = 0] = this.#read.subarray(at + 3);
      const stream = this.#read.readUInt32BE(at + 5);
      found.push({ type, flags, stream, payload: this.#read.subarray(at + frameHeader, end) });
      at = end;
    }
    return found;
  }

  /** GET / of the authority a, with END_STREAM and END_HEADERS; the rest is of the static table (RFC 7541 appendix A). */
  request(stream: number): void {
    this.#send(1, 5, stream, Buffer.from([0x82, 0x84, 0x86, 0x41, 1, 0x61]));
  }

  acknowledgePing(): void {
    const ping = this.#frames.find(({ type, flags }) => type === 6 && flags === 0);
    this.#send(6, 1, 0, ping?.payload);
  }

  get hasPing(): boolean {
    return this.#frames.some(({ type, flags }) => type === 6 && flags === 0);
  }

  get hasSettings(): boolean {
    return this.#frames.some(({ type, flags }) => type === 4 && flags === 0);
  }

  get lastStreams(): number[] {
    return this.#frames.filter(({ type }) => type === goawayType).map(({ payload }) => payload.readUInt32BE(0));
  }

  /** What came as DATA on a stream, once the connection is over. */
  async answered(stream: number): Promise<string> {
    await expect.poll(() => this.#isOver).toBe(true);
    const data = this.#frames.filter((frame) => frame.type === 0 && frame.stream === stream);
    return Buffer.concat(data.map(({ payload }) => payload)).toString();
  }
}

const secure = {
  key: readFileSync(new URL('../support/localhost.key.pem', import.meta.url)),
  cert: readFileSync(new URL('../support/localhost.cert.pem', import.meta.url)),
};
const answerDone = (_: http2.Http2ServerRequest, response: http2.Http2ServerResponse): void =>
  void response.end('done');

test('a request of HTTP/2 that crosses the GOAWAY is answered', async () => {
  const { server, port } = await serving(http2.createServer(answerDone));
  const client = new ScriptedClient(net.connect(port, local.address));
  await expect.poll(() => client.hasSettings).toBe(true);
  const drained = drain(server);
  await expect.poll(() => client.hasPing).toBe(true);
  expect(client.lastStreams).toEqual([2 ** 31 - 1]);
  client.request(1);
  client.acknowledgePing();
  expect(await client.answered(1)).toBe('done');
  expect([...new Set(client.lastStreams)]).toEqual([2 ** 31 - 1, 1]);
  expect(await drained).toEqual({ ended: 1, destroyed: 0 });
});

test('an idle session of HTTP/2 under TLS gets GOAWAY with its next request, which is answered', async () => {
  const { server, port } = await serving(http2.createSecureServer(secure, answerDone));
  const connection = tls.connect({ port, host: local.address, ALPNProtocols: ['h2'], rejectUnauthorized: false });
  const client = new ScriptedClient(connection);
  await expect.poll(() => client.hasSettings).toBe(true);
  const drained = drain(server);
  await expect.poll(() => server.listening).toBe(false);
  expect(client.lastStreams).toEqual([]);
  client.request(1);
  expect(await client.answered(1)).toBe('done');
  expect([...new Set(client.lastStreams)]).toEqual([1]);
  expect(await drained).toEqual({ ended: 1, destroyed: 0 });
});

test('a request that came while the event loop was busy is answered, though the connection has been idle too long', async () => {
  const { server, port } = await serving(http.createServer((_, response) => response.end('ok')));
  server.keepAliveTimeout = 50;
  const client = Socket.open();
  await client.connect({ ...local, port });
  const request = `GET / HTTP/1.1\r\nHost: ${local.address}\r\n\r\n`;
  await client.send(request);
  expect(String(await client.recv())).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  const drained = drain(server);
  await expect.poll(() => server.listening).toBe(false);
  await setImmediate();
  client.trySend(request);
  // Longer than Node's timer (with keepAliveTimeoutBuffer): it is the first thing that the event loop comes to after its immediates.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * server.keepAliveTimeout + 1000);
  expect(String(await client.recv())).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Connection: close\r\n/);
  expect(await drained).toEqual({ ended: 1, destroyed: 0 });
  client.close();
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
