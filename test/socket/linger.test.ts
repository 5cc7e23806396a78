import { expect, test } from 'vitest';
import { Socket } from '../../src/socket/socket.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
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
