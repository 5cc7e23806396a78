import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { intGetters } from './support/int-option.mjs';

export const question = {
  name: 'get-rcvbuf',
  title: 'getsockopt SO_RCVBUF of a UDP socket, an int',
  target: 1.35,
  async prepare() {
    const { contenders, stop } = intGetters('SO_RCVBUF', 'dgram');
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    let sink = 0;
    const core = {
      name: 'Node core',
      run(count) {
        for (let i = 0; i < count; i++) sink += socket.getRecvBufferSize();
        if (sink === 0) throw new Error('no size');
      },
    };
    return {
      contenders: [...contenders, core],
      stop() {
        stop();
        socket.close();
      },
    };
  },
};
