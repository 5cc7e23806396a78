import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { koffi, posixSocket } from './support/peers.mjs';
import { AF_INET, loopback, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from './support/sockaddr.mjs';
import { Socket } from './support/sockwise.mjs';

/** Through SO_LINGER, which accepted sockets inherit: closing one resets the connection and leaves no TIME_WAIT. */
function resettingListener() {
  return Socket.open()
    .bind({ address: '127.0.0.1', port: 0 })
    .setOption({ level: 1, optname: 13, bytes: new Uint8Array(Int32Array.of(1, 0).buffer) })
    .listen();
}

/** Node's server, on a descriptor whose SO_LINGER is set. */
async function coreServer() {
  const server = createServer();
  server.listen({ fd: resettingListener().detach() });
  await once(server, 'listening');
  return server;
}

/** Connects, waits for both ends, closes both, waits for both. */
function connectOnce(server, port) {
  return new Promise((resolve, reject) => {
    let open = 2;
    const closed = () => {
      if (--open === 0) resolve();
    };
    const client = connect({ host: '127.0.0.1', port });
    let accepted;
    let connected = false;
    const bothOpen = () => {
      if (!connected || accepted === undefined) return;
      client.destroy();
      accepted.destroy();
    };
    client.on('error', reject);
    client.on('close', closed);
    client.on('connect', () => {
      connected = true;
      bothOpen();
    });
    server.once('connection', (socket) => {
      accepted = socket;
      accepted.on('error', reject);
      accepted.on('close', closed);
      bothOpen();
    });
  });
}

export const question = {
  name: 'connect-cycle',
  title: 'socket, connect, accept, close both',
  trial: 200,
  async prepare() {
    const listener = resettingListener();
    const remote = listener.getsockname();
    const posix = posixSocket();
    const posixAddress = { sin_family: AF_INET, sin_port: remote.port, sin_addr: '127.0.0.1' };
    const c = koffi();
    const address = loopback(remote.port);
    const from = new Uint8Array(128);
    const fromLength = new Uint32Array(1);
    const server = await coreServer();
    const { port: corePort } = server.address();
    const contenders = [
      {
        name: 'sockwise',
        run(count) {
          for (let i = 0; i < count; i++) {
            const client = Socket.open();
            client.tryConnect(remote);
            const accepted = listener.tryAccept();
            client.close();
            accepted.close();
          }
        },
      },
      {
        name: 'sockwise, awaited',
        async run(count) {
          for (let i = 0; i < count; i++) {
            const client = Socket.open();
            const [accepted] = await Promise.all([listener.accept(), client.connect(remote)]);
            client.close();
            accepted.close();
          }
        },
      },
      {
        name: 'posix-socket',
        run(count) {
          for (let i = 0; i < count; i++) {
            // Blocking, since it throws for EINPROGRESS.
            const client = posix.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            posix.connect(client, posixAddress);
            const accepted = posix.accept(listener.fd, {});
            posix.close(client);
            posix.close(accepted);
          }
        },
      },
      {
        name: 'koffi',
        run(count) {
          for (let i = 0; i < count; i++) {
            const client = c.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            c.connect(client, address, address.length);
            fromLength[0] = from.length;
            const accepted = c.accept4(listener.fd, from, fromLength, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (accepted < 0) throw new Error('accept4 failed');
            c.close(client);
            c.close(accepted);
          }
        },
      },
      {
        name: 'Node core',
        async run(count) {
          for (let i = 0; i < count; i++) await connectOnce(server, corePort);
        },
      },
    ];
    return {
      contenders,
      stop() {
        listener.close();
        server.close();
      },
    };
  },
};
