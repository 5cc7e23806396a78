import { encodeAddress, MessageBatch, Socket } from './support/sockwise.mjs';

const control = [{ type: 'UDP_SEGMENT', segmentSize: 1000 }];
const data = Buffer.alloc(60_000);

export const question = {
  name: 'udp-segment',
  title: '60 datagrams of 1,000 bytes to itself, with UDP_SEGMENT and UDP_GRO: sendmsg, recvmsg',
  clock: 'cpu',
  target: 1.3,
  trial: 100,
  prepare() {
    const socket = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    socket.setOption('UDP_GRO', true);
    const message = { data, control, address: encodeAddress(socket.getsockname()) };
    const out = new MessageBatch({ count: 1, buffer: data, controlSize: 24 });
    out.set(0, 0, data.length, message.address).setControl(0, control);
    const into = new MessageBatch({ count: 1, size: 65_536, controlSize: 24 });
    return {
      contenders: [
        {
          name: 'sockwise',
          run(count) {
            for (let i = 0; i < count; i++) {
              socket.trySendmmsg(out);
              socket.tryRecvmmsg(into);
              if (into.table[1] !== data.length) throw new Error('not all of it');
            }
          },
        },
        {
          name: 'sockwise, objects',
          run(count) {
            for (let i = 0; i < count; i++) {
              socket.trySendmsg(message);
              const received = socket.tryRecvmsg({ controlSize: 24 });
              if (received.data.length !== data.length) throw new Error('not all of it');
            }
          },
        },
      ],
      stop: () => socket.close(),
    };
  },
};
