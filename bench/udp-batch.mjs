import { encodeAddress, MessageBatch, Socket } from './support/sockwise.mjs';

const messages = 32;
const size = 64;

export const question = {
  name: 'udp-batch',
  title: '32 datagrams of 64 bytes to itself: sendmmsg, recvmmsg',
  clock: 'cpu',
  target: 1.15,
  trial: 100,
  prepare() {
    const socket = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    const address = socket.getsockname();
    const encoded = encodeAddress(address);
    const out = new MessageBatch({ count: messages, size });
    for (let i = 0; i < messages; i++) out.set(i, i * size, size, encoded);
    const into = new MessageBatch({ count: messages, size });
    const data = Buffer.alloc(size);
    const objects = Array.from({ length: messages }, () => ({ data, address }));
    return {
      contenders: [
        {
          name: 'sockwise',
          run(count) {
            for (let i = 0; i < count; i++) {
              socket.trySendmmsg(out);
              if (socket.tryRecvmmsg(into) !== messages) throw new Error('not all of them');
            }
          },
        },
        {
          name: 'sockwise, objects',
          run(count) {
            for (let i = 0; i < count; i++) {
              socket.trySendmmsg(objects);
              if (socket.tryRecvmmsg({ count: messages, size }).length !== messages) throw new Error('not all of them');
            }
          },
        },
      ],
      stop: () => socket.close(),
    };
  },
};
