import { numbers } from './support/int-option.mjs';
import { koffi } from './support/peers.mjs';
import { marked, Socket } from './support/sockwise.mjs';

export const question = {
  name: 'get-tcp-info',
  title: 'getsockopt TCP_INFO (sockwise: every field decoded; koffi: the bytes)',
  target: 1.5,
  prepare() {
    const { level, optname } = numbers.TCP_INFO;
    const socket = Socket.open();
    const { fd } = socket;
    const { getsockopt } = koffi();
    const info = new Uint32Array(128);
    const length = new Uint32Array(1);
    let sink = 0;
    const contenders = [
      {
        name: 'sockwise',
        run(count) {
          for (let i = 0; i < count; i++) sink += socket.getOption('TCP_INFO').sndMss;
        },
      },
      {
        name: 'koffi',
        run(count) {
          for (let i = 0; i < count; i++) {
            length[0] = info.byteLength;
            if (getsockopt(fd, level, optname, info, length) < 0) throw new Error('getsockopt failed');
            sink += info[4];
          }
        },
      },
    ];
    const reads = ({ run }) => {
      sink = 0;
      run(1);
      // TCP_MSS_DEFAULT, net/tcp.h.
      return sink === 536;
    };
    return { contenders: marked(contenders, reads), stop: () => socket.close() };
  },
};
