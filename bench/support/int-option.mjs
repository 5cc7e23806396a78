import { koffi, posixSocket, sockopt } from './peers.mjs';
import { marked, Socket } from './sockwise.mjs';

/** Linux on x86 and ARM, from asm-generic/socket.h and linux/tcp.h: the peers take numbers. */
export const numbers = {
  SO_REUSEADDR: { level: 1, optname: 2 },
  SO_RCVBUF: { level: 1, optname: 8 },
  SO_LINGER: { level: 1, optname: 13 },
  TCP_NODELAY: { level: 6, optname: 1 },
  TCP_INFO: { level: 6, optname: 11 },
};

/** Everyone who can set an int to 0 and 1 by turns. */
export function intSetters(option) {
  const { level, optname } = numbers[option];
  const socket = Socket.open();
  const { fd } = socket;
  const { setsockopt: posixSet } = posixSocket();
  const { setsockopt: sockoptSet, holding } = sockopt();
  const holder = holding(fd);
  const { setsockopt: koffiSet } = koffi();
  const value = new Int32Array(1);
  const contenders = [
    {
      name: 'sockwise',
      run(count) {
        for (let i = 0; i < count; i++) socket.setOption(option, (i & 1) === 1);
      },
    },
    {
      name: 'sockopt',
      run(count) {
        for (let i = 0; i < count; i++) sockoptSet(holder, level, optname, i & 1);
      },
    },
    {
      name: 'posix-socket',
      run(count) {
        for (let i = 0; i < count; i++) posixSet(fd, level, optname, i & 1);
      },
    },
    {
      name: 'koffi',
      run(count) {
        for (let i = 0; i < count; i++) {
          value[0] = i & 1;
          if (koffiSet(fd, level, optname, value, 4) < 0) throw new Error('setsockopt failed');
        }
      },
    },
  ];
  const follows = ({ run }) => {
    run(2);
    const set = Number(socket.getOption(option));
    run(1);
    return set === 1 && Number(socket.getOption(option)) === 0;
  };
  return { contenders: marked(contenders, follows), stop: () => socket.close() };
}

/** Everyone who can read an int; posix-socket 1.1.4 refuses every getsockopt call, whatever the number of arguments. */
export function intGetters(option, type = 'stream') {
  const { level, optname } = numbers[option];
  const socket = Socket.open({ type });
  const { fd } = socket;
  const { getsockopt: sockoptGet, holding } = sockopt();
  const holder = holding(fd);
  const { getsockopt: koffiGet } = koffi();
  const value = new Int32Array(1);
  const length = new Uint32Array(1);
  let sink = 0;
  const contenders = [
    {
      name: 'sockwise',
      run(count) {
        for (let i = 0; i < count; i++) sink += Number(socket.getOption(option));
      },
    },
    {
      name: 'sockopt',
      run(count) {
        for (let i = 0; i < count; i++) sink += sockoptGet(holder, level, optname);
      },
    },
    {
      name: 'koffi',
      run(count) {
        for (let i = 0; i < count; i++) {
          length[0] = 4;
          if (koffiGet(fd, level, optname, value, length) < 0) throw new Error('getsockopt failed');
          sink += value[0];
        }
      },
    },
  ];
  const expected = Number(socket.getOption(option));
  const reads = ({ run }) => {
    sink = 0;
    run(1);
    return sink === expected;
  };
  return { contenders: marked(contenders, reads), stop: () => socket.close() };
}
