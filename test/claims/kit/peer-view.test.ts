import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, establish, smallBuffers } from '../../../src/claims/kit/connection.js';
import { Stage } from '../../../src/lab/run/stage.js';
import { arrived, fill, inState, readToEnd } from '../../../src/claims/kit/peer-view.js';

let stage: Stage;
let connection: Connection;

beforeEach(async () => {
  stage = new Stage(AbortSignal.timeout(5000), { network: 'loopback' });
  connection = await establish(stage.alone(), smallBuffers);
});

afterEach(() => stage.close());

describe('readToEnd()', () => {
  test('tells what came before a FIN', async () => {
    const { server, client } = connection;
    await server.send('six by');
    server.close();
    expect(await readToEnd(client)).toEqual({ bytes: 6, end: 'end of stream' });
  });

  test('tells what came before an RST', async () => {
    const { server, client } = connection;
    await server.send('six by');
    server.setOption('SO_LINGER', { on: true, seconds: 0 }).close();
    expect(await readToEnd(client)).toEqual({ bytes: 6, end: 'ECONNRESET' });
  });
});

describe('fill()', () => {
  test('sends until there is no room, and all of it can be read', async () => {
    const { server, client } = connection;
    const sent = fill(server);
    expect(sent).toBeGreaterThan(0);
    expect(server.trySend('x')).toBeUndefined();
    server.close();
    expect(await readToEnd(client)).toEqual({ bytes: sent, end: 'end of stream' });
  });
});

test('a call made in parts is recorded once, from its begin to its end', async () => {
  const { server, client } = connection;
  const before = stage.events.length;
  const sent = fill(server);
  server.close();
  await readToEnd(client);
  const [send, , recv] = stage.events.slice(before);
  const whole = { kind: 'call', repeated: true, args: [] };
  expect(send).toMatchObject({ ...whole, name: 'send', outcome: { ok: true, value: sent, errno: 'EAGAIN' } });
  expect(recv).toMatchObject({ ...whole, name: 'recv', outcome: { ok: true, value: sent } });
  for (const event of [send, recv]) expect(event?.endMs).toBeGreaterThan(event?.atMs ?? 0);
});

test('arrived() and inState() take nothing from the socket', async () => {
  const { server, client } = connection;
  await arrived(client, await server.send('six by'));
  server.close();
  await inState(client, 'CLOSE_WAIT');
  expect(await client.recv()).toBe('six by');
});
