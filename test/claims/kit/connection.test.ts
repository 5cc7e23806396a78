import { afterEach, expect, test } from 'vitest';
import { Stage } from '../../../src/lab/run/stage.js';
import { abandon, establish } from '../../../src/claims/kit/connection.js';

const stage = new Stage(AbortSignal.timeout(5000), { network: 'loopback' });

afterEach(() => stage.close());

test('abandon() leaves a minisocket that nobody holds, and a peer that can still send', async () => {
  const host = stage.alone();
  const { server, client } = await establish(host);
  const left = { localPort: server.local.port, remotePort: client.local.port };
  expect(host.sockets(left).map(({ state }) => state)).toEqual(['ESTABLISHED']);
  await abandon(server);
  expect(server.socket.closed).toBe(true);
  const [row] = host.sockets(left);
  expect(row).toMatchObject({ state: 'FIN_WAIT2', inode: 0, timer: { kind: 'time-wait' } });
  await client.waitForState('CLOSE_WAIT');
});
