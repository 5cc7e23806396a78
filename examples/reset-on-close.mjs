// SO_LINGER { on, 0 seconds }: close(2) resets the connection in place of ending it. The peer reads ECONNRESET where it
// would have read the end of the stream, what was still queued is thrown away, and nobody is left in TIME_WAIT.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { connect, listen, setOption, waitForState } from 'sockwise';

const server = await listen(createServer(), { address: '127.0.0.1' });
const { port } = server.address();

for (const reset of [false, true]) {
  const accepted = once(server, 'connection');
  const client = await connect({ host: '127.0.0.1', port });
  const [peer] = await accepted;
  const ending = new Promise((resolve) => {
    client.on('end', () => resolve('end of stream')).on('error', ({ code }) => resolve(code));
    client.resume();
  });
  const tuple = {
    localAddress: '127.0.0.1',
    localPort: port,
    remoteAddress: '127.0.0.1',
    remotePort: client.localPort,
  };
  if (reset) setOption(peer, 'SO_LINGER', { on: true, seconds: 0 });
  peer.destroy();
  const seen = await ending;
  await once(client, 'close');
  const left = reset ? 'gone' : 'TIME_WAIT';
  await waitForState(tuple, left);
  console.log(`${reset ? 'SO_LINGER { on, 0 }' : 'plain close'}: the peer sees ${seen}, the closed side is ${left}`);
}
server.close();
