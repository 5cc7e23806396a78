import { numbers } from './support/int-option.mjs';
import { koffi } from './support/peers.mjs';
import { marked, Socket } from './support/sockwise.mjs';

export const question = {
  name: 'set-linger',
  title: 'setsockopt SO_LINGER, a struct',
  prepare() {
    const { level, optname } = numbers.SO_LINGER;
    const socket = Socket.open();
    const { fd } = socket;
    const { setsockopt } = koffi();
    const linger = new Int32Array(2);
    const contenders = [
      {
        name: 'sockwise',
        run(count) {
          for (let i = 0; i < count; i++) socket.setOption('SO_LINGER', { on: (i & 1) === 1, seconds: 3 });
        },
      },
      {
        name: 'koffi',
        run(count) {
          for (let i = 0; i < count; i++) {
            linger[0] = i & 1;
            linger[1] = 3;
            if (setsockopt(fd, level, optname, linger, 8) < 0) throw new Error('setsockopt failed');
          }
        },
      },
    ];
    const follows = ({ run }) => {
      run(2);
      const set = socket.getOption('SO_LINGER').on;
      run(1);
      return set && !socket.getOption('SO_LINGER').on;
    };
    return { contenders: marked(contenders, follows), stop: () => socket.close() };
  },
};
