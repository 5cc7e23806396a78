import { once } from 'node:events';
import { createServer } from 'node:net';
import { Socket } from './support/sockwise.mjs';
import { resettingListener } from './support/tcp.mjs';

async function coreServer() {
  const server = createServer();
  const listener = resettingListener();
  const address = listener.getsockname();
  server.listen({ fd: listener.detach() });
  await once(server, 'listening');
  return { server, address };
}

/** The other end, the same for everyone: made and closed by bare calls. */
function connected(address) {
  const client = Socket.open();
  client.tryConnect(address);
  return client;
}

export const question = {
  name: 'accept-close',
  title: 'wait for a connection, accept it, close it; its client by bare calls',
  clock: 'cpu',
  target: 1.6,
  trial: 300,
  async prepare() {
    const [listener, listened] = [resettingListener(), resettingListener()];
    const address = listener.getsockname();
    const listenedAddress = listened.getsockname();
    const core = await coreServer();
    return {
      contenders: [
        {
          name: 'sockwise',
          run(count) {
            return new Promise((resolve) => {
              let left = count;
              let client = connected(listenedAddress);
              const stop = listened.watch(['POLLIN'], () => {
                listened.tryAccept().close();
                client.close();
                if (--left > 0) {
                  client = connected(listenedAddress);
                  return;
                }
                stop();
                resolve();
              });
            });
          },
        },
        {
          name: 'sockwise, awaited',
          async run(count) {
            for (let i = 0; i < count; i++) {
              const accepting = listener.accept();
              const client = connected(address);
              (await accepting).close();
              client.close();
            }
          },
        },
        {
          name: 'Node core',
          run(count) {
            return new Promise((resolve) => {
              let left = count;
              let client = connected(core.address);
              core.server.on('connection', (socket) => {
                socket.destroy();
                client.close();
                if (--left > 0) {
                  client = connected(core.address);
                  return;
                }
                core.server.removeAllListeners('connection');
                resolve();
              });
            });
          },
        },
      ],
      stop() {
        listener.close();
        listened.close();
        core.server.close();
      },
    };
  },
};
