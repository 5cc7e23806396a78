import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, createServer, get } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createPlainServer, type Socket as NetSocket } from 'node:net';
import { Agent, Client, Pool, request } from 'undici';
import { expect, test } from 'vitest';
import { connector, type ConnectorOptions } from '../../src/handles/connector.js';
import { getOption } from '../../src/handles/options.js';
import { listen } from '../../src/handles/listen.js';
import { reservePort } from '../../src/handles/reserve.js';
import { socketDescriptors } from '../support/descriptors.js';
import { keeper } from '../support/kept.js';
import { portOf } from '../support/servers.js';

// http.Agent and https.Agent are in test/support/handle-facts.mjs, which runs on every version of Node.
const kept = keeper();
const key = readFileSync(new URL('../support/localhost.key.pem', import.meta.url));
const cert = readFileSync(new URL('../support/localhost.cert.pem', import.meta.url));
const loopback = { address: '127.0.0.1' };
const options = { TCP_USER_TIMEOUT: 9876 };

type UndiciConnect = Extract<NonNullable<Agent.Options['connect']>, (...args: never) => unknown>;

/** A connector that remembers the sockets it made. */
function watched(settings: ConnectorOptions): { connect: UndiciConnect; sockets: NetSocket[] } {
  const sockets: NetSocket[] = [];
  const inner = connector(settings);
  const connect: UndiciConnect = (wanted, callback) =>
    inner(wanted, (...result: Parameters<typeof callback>) => {
      if (result[1] !== null) sockets.push(result[1]);
      callback(...result);
    });
  return { connect, sockets };
}

test('undici clients, pools and agents connect with the options', async () => {
  const server = kept(
    await listen(
      createServer((_request, response) => response.end('plain')),
      loopback,
    ),
  );
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const makers = [
    (connect: UndiciConnect) => new Client(origin, { connect }),
    (connect: UndiciConnect) => new Pool(origin, { connect }),
    (connect: UndiciConnect) => new Agent({ connect }),
  ];
  for (const make of makers) {
    const { connect, sockets } = watched({ options });
    const dispatcher = make(connect);
    const { statusCode, body } = await request(origin, { dispatcher });
    expect(statusCode).toBe(200);
    expect(await body.text()).toBe('plain');
    expect(sockets.map((socket) => getOption(socket, 'TCP_USER_TIMEOUT'))).toEqual([9876]);
    await dispatcher.close();
  }
});

test('undici gets TLS for an https origin, verified', async () => {
  const server = kept(
    await listen(
      createSecureServer({ key, cert }, (_request, response) => response.end('secure')),
      loopback,
    ),
  );
  const before = socketDescriptors().length;
  const origin = `https://localhost:${portOf(server)}`;
  const { connect, sockets } = watched({ options, family: 'IPv4', tls: { ca: cert } });
  const dispatcher = new Agent({ connect });
  const { body } = await request(origin, { dispatcher });
  expect(await body.text()).toBe('secure');
  expect(sockets.map((socket) => getOption(socket, 'TCP_USER_TIMEOUT'))).toEqual([9876]);
  await dispatcher.close();
  await expect.poll(() => socketDescriptors().length).toBe(before);

  const stranger = new Agent({ connect: connector({ family: 'IPv4' }) });
  await expect(request(origin, { dispatcher: stranger })).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  await stranger.close();
  await expect.poll(() => socketDescriptors().length).toBe(before);
});

test('undici reports a failed connection as it is', async () => {
  const reservation = reservePort(loopback);
  kept({ close: () => reservation.release() });
  const dispatcher = new Agent({ connect: connector({ options }) });
  const failed = request(`http://127.0.0.1:${reservation.port}`, { dispatcher });
  await expect(failed).rejects.toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', port: reservation.port });
  await dispatcher.close();
});

test('timeoutMs ends a TLS handshake nobody answers', async () => {
  const silent = kept(await listen(createPlainServer(), loopback));
  const before = socketDescriptors().length;
  const accepted = once(silent, 'connection');
  const dispatcher = new Agent({ connect: connector({ timeoutMs: 100 }) });
  const failed = request(`https://127.0.0.1:${portOf(silent)}`, { dispatcher });
  await expect(failed).rejects.toMatchObject({ code: 'ERR_TIMED_OUT', syscall: 'connect' });
  await dispatcher.close();
  const [peer] = await accepted;
  peer.destroy();
  await expect.poll(() => socketDescriptors().length).toBe(before);
});

test('a TLS setting that Node refuses closes the connection', async () => {
  const silent = kept(
    await listen(
      createPlainServer((peer) => peer.resume().on('error', () => {})),
      loopback,
    ),
  );
  const before = socketDescriptors().length;
  const minVersion = 'TLSv0.9' as 'TLSv1';
  const dispatcher = new Agent({ connect: connector({ tls: { minVersion } }) });
  const failed = request(`https://127.0.0.1:${portOf(silent)}`, { dispatcher });
  await expect(failed).rejects.toMatchObject({ code: 'ERR_TLS_INVALID_PROTOCOL_VERSION' });
  await dispatcher.close();
  await expect.poll(() => socketDescriptors().length).toBe(before);
});

test.for([
  [true, 7],
  [false, 1],
] as const)(
  'with keepOptions %s the keep-alive of http.Agent leaves TCP_KEEPIDLE at %d',
  async ([keepOptions, idle]) => {
    const server = createServer((_request, response) => response.end());
    kept(await listen(server, loopback));
    const agent = new HttpAgent({ keepAlive: true });
    agent.createConnection = connector({ options: { TCP_KEEPIDLE: 7 }, keepOptions });
    const free = once(agent, 'free');
    const sent = get({ host: '127.0.0.1', port: portOf(server), agent });
    sent.on('response', (response) => response.resume());
    await free;
    if (sent.socket === null) throw new Error('the request has no socket');
    expect(getOption(sent.socket, 'TCP_KEEPIDLE')).toBe(idle);
    agent.destroy();
  },
);

test('an unknown setting is ERR_ARGUMENT_INVALID', () => {
  expect(() => connector({ host: 'x' } as never)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }));
});

test('it fits the types of http.Agent and undici', () => {
  const agent = new HttpAgent();
  agent.createConnection = connector({ options });
  expect(new Agent({ connect: connector({ options }) })).toBeInstanceOf(Agent);
});
