import { createServer } from 'node:net';
import { koffi, posixSocket } from './support/peers.mjs';
import { AF_INET, loopback, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from './support/sockaddr.mjs';
import { Socket } from './support/sockwise.mjs';

function listenOnce() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => server.close(resolve));
  });
}

export const question = {
  name: 'listen-cycle',
  title: 'socket, bind, listen, close',
  target: 1.1,
  trial: 200,
  prepare() {
    const posix = posixSocket();
    const posixAddress = { sin_family: AF_INET, sin_port: 0, sin_addr: '127.0.0.1' };
    const c = koffi();
    const address = loopback(0);
    return {
      contenders: [
        {
          name: 'sockwise',
          run(count) {
            for (let i = 0; i < count; i++) Socket.open().bind({ address: '127.0.0.1', port: 0 }).listen().close();
          },
        },
        {
          name: 'posix-socket',
          run(count) {
            for (let i = 0; i < count; i++) {
              const fd = posix.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
              posix.bind(fd, posixAddress);
              posix.listen(fd, 511);
              posix.close(fd);
            }
          },
        },
        {
          name: 'koffi',
          run(count) {
            for (let i = 0; i < count; i++) {
              const fd = c.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
              if (c.bind(fd, address, address.length) < 0) throw new Error('bind failed');
              if (c.listen(fd, 511) < 0) throw new Error('listen failed');
              c.close(fd);
            }
          },
        },
        {
          name: 'Node core',
          async run(count) {
            for (let i = 0; i < count; i++) await listenOnce();
          },
        },
      ],
    };
  },
};
