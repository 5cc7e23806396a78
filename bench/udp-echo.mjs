import { posixSocket } from './support/peers.mjs';
import { AF_INET } from './support/sockaddr.mjs';
import { encodeAddress, Socket } from './support/sockwise.mjs';

const data = Buffer.alloc(64);

export const question = {
  name: 'udp-echo',
  title: 'a datagram of 64 bytes to itself: sendto, recv',
  clock: 'cpu',
  target: 1.2,
  trial: 1000,
  prepare() {
    const socket = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    const address = socket.getsockname();
    const encoded = encodeAddress(address);
    const buffer = Buffer.alloc(65_536);
    const posix = posixSocket();
    // It takes an ArrayBuffer alone.
    const [posixData, posixBuffer] = [new ArrayBuffer(64), new ArrayBuffer(65_536)];
    const posixAddress = { sin_family: AF_INET, sin_port: address.port, sin_addr: '127.0.0.1' };
    const echo = (to, receive) => (count) => {
      for (let i = 0; i < count; i++) {
        socket.trySend(data, to);
        if (socket.tryRecv(receive).length !== 64) throw new Error('not the datagram');
      }
    };
    return {
      contenders: [
        { name: 'sockwise', run: echo({ address: encoded }, { buffer }) },
        { name: 'sockwise, objects', run: echo({ address }) },
        {
          name: 'posix-socket',
          run(count) {
            for (let i = 0; i < count; i++) {
              posix.sendto(socket.fd, posixData, 64, 0, posixAddress);
              posix.recv(socket.fd, posixBuffer, posixBuffer.byteLength, 0);
            }
          },
        },
      ],
      stop: () => socket.close(),
    };
  },
};
