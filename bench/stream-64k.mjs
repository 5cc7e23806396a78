import { Socket } from './support/sockwise.mjs';

const data = Buffer.alloc(65_536);

export const question = {
  name: 'stream-64k',
  title: '64 KiB over a Unix pair: send, recv',
  clock: 'cpu',
  target: 1.4,
  trial: 100,
  prepare() {
    const [from, to] = Socket.pair();
    from.setOption('SO_SNDBUF', 4 * data.length);
    const buffer = Buffer.alloc(data.length);
    const move = (place) => (count) => {
      for (let i = 0; i < count; i++) {
        from.trySend(data);
        if (to.tryRecv(place).length !== data.length) throw new Error('not all of it');
      }
    };
    return {
      contenders: [
        { name: 'sockwise', run: move({ buffer }) },
        { name: 'sockwise, objects', run: move() },
      ],
      stop() {
        from.close();
        to.close();
      },
    };
  },
};
