import { numbers } from './support/int-option.mjs';
import { koffi } from './support/peers.mjs';
import { marked, Socket } from './support/sockwise.mjs';

export const question = {
  name: 'get-linger',
  title: 'getsockopt SO_LINGER, a struct',
  prepare() {
    const { level, optname } = numbers.SO_LINGER;
    const socket = Socket.open().setOption('SO_LINGER', { on: true, seconds: 3 });
    const { fd } = socket;
    const { getsockopt } = koffi();
    const linger = new Int32Array(2);
    const length = new Uint32Array(1);
    let sink = 0;
    const contenders = [
      {
        name: 'sockwise',
        run(count) {
          for (let i = 0; i < count; i++) sink += socket.getOption('SO_LINGER').seconds;
        },
      },
      {
        name: 'koffi',
        run(count) {
          for (let i = 0; i < count; i++) {
            length[0] = 8;
            if (getsockopt(fd, level, optname, linger, length) < 0) throw new Error('getsockopt failed');
            sink += { on: linger[0] !== 0, seconds: linger[1] }.seconds;
          }
        },
      },
    ];
    const reads = ({ run }) => {
      sink = 0;
      run(1);
      return sink === 3;
    };
    return { contenders: marked(contenders, reads), stop: () => socket.close() };
  },
};
