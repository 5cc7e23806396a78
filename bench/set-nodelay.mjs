import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { intSetters } from './support/int-option.mjs';

export const question = {
  name: 'set-nodelay',
  title: 'setsockopt TCP_NODELAY, an int',
  target: 1.35,
  async prepare() {
    const { contenders, stop } = intSetters('TCP_NODELAY');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect(server.address().port, '127.0.0.1');
    await once(socket, 'connect');
    const core = {
      name: 'Node core',
      run(count) {
        for (let i = 0; i < count; i++) socket.setNoDelay((i & 1) === 1);
      },
    };
    return {
      contenders: [...contenders, core],
      stop() {
        stop();
        socket.destroy();
        server.close();
      },
    };
  },
};
