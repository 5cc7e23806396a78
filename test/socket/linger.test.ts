import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { connection, fill, set } from '../support/sockets.js';

expectNoLeakedSockets();

test('closeAsync() lingers until the peer has taken the data, and meanwhile the event loop goes on', async () => {
  const [client, peer] = await connection();
  using accepted = peer;
  set(client, 'SO_LINGER', 1, 10);
  fill(client, Buffer.alloc(65_536));
  const order: string[] = [];
  const closed = client.closeAsync().then(() => order.push('closed'));
  // A close that does not linger is over before so many that were asked for after it, one after another.
  for (let i = 0; i < 20; i++) await Socket.open().closeAsync();
  order.push('others closed');
  while ((await accepted.recv()).length > 0);
  await closed;
  // On the event loop close(2) would return after its 10 seconds, before anything else could be done.
  expect(order).toEqual(['others closed', 'closed']);
});

test('closeAsync() of a packet socket leaves the event loop while the kernel waits for its grace period', async (context) => {
  needs(context, canMakeNamespaces, 'no CAP_NET_RAW');
  const packet = Socket.open({ family: 'packet', type: 'raw', protocol: 0 });
  const order: string[] = [];
  const closed = packet.closeAsync().then(() => order.push('closed'));
  expect(packet.closed).toBe(true);
  // What was closed on the event loop is told at once, in order; what a thread has closed, in a later turn of it.
  await Socket.open().closeAsync();
  order.push('another closed');
  await closed;
  expect(order).toEqual(['another closed', 'closed']);
});

test('sockets that linger leave the thread pool of libuv to others', async () => {
  const pairs = await Promise.all(Array.from({ length: 6 }, () => connection()));
  const closed = pairs.map(([client]) => {
    set(client, 'SO_LINGER', 1, 20);
    fill(client, Buffer.alloc(65_536));
    return client.closeAsync();
  });
  const order: string[] = [];
  const lingered = Promise.all(closed).then(() => order.push('closed'));
  // Takes a thread of the pool, which has four.
  expect((await readFile(new URL(import.meta.url))).length).toBeGreaterThan(0);
  order.push('read');
  for (const [, accepted] of pairs) {
    while ((await accepted.recv()).length > 0);
    accepted.close();
  }
  await lingered;
  expect(order).toEqual(['read', 'closed']);
});

test('more sockets than there are threads for all linger and close', { timeout: 60_000 }, async () => {
  const pairs = await Promise.all(Array.from({ length: 80 }, () => connection()));
  const closed = pairs.map(([client]) => {
    set(client, 'SO_LINGER', 1, 30);
    client.trySend('x');
    return client.closeAsync();
  });
  for (const [, accepted] of pairs) expect((await accepted.recv()).toString()).toBe('x');
  for (const [, accepted] of pairs) accepted.close();
  expect(await Promise.all(closed)).toHaveLength(80);
});
