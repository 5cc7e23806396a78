import { koffi, posixSocket, sockopt } from './support/peers.mjs';
import { marked, Socket } from './support/sockwise.mjs';

/**
 * What a service may set on each connection, with the numbers of Linux; bench/c/options.c has the same ten. IP_TOS comes
 * before SO_PRIORITY, which it sets too (net/ipv4/ip_sockglue.c, __ip_sock_set_tos).
 */
const ten = [
  ['SO_REUSEADDR', 1, 2, true],
  ['SO_KEEPALIVE', 1, 9, true],
  ['IP_TOS', 0, 1, 16],
  ['SO_PRIORITY', 1, 12, 4],
  ['TCP_NODELAY', 6, 1, true],
  ['TCP_KEEPIDLE', 6, 4, 60],
  ['TCP_KEEPINTVL', 6, 5, 10],
  ['TCP_KEEPCNT', 6, 6, 5],
  ['TCP_USER_TIMEOUT', 6, 18, 30_000],
  ['TCP_NOTSENT_LOWAT', 6, 25, 16_384],
];

export const question = {
  name: 'set-ten-options',
  title: 'ten int options on one socket (sockwise: one setOptions call; the others: ten calls)',
  target: 1.15,
  trial: 500,
  prepare() {
    const values = Object.fromEntries(ten.map(([name, , , value]) => [name, value]));
    const rows = ten.map(([, level, optname, value]) => ({ level, optname, value: Number(value) }));
    const socket = Socket.open();
    const { fd } = socket;
    const { setsockopt: posixSet } = posixSocket();
    const { setsockopt: sockoptSet, holding } = sockopt();
    const holder = holding(fd);
    const { setsockopt: koffiSet } = koffi();
    const int = new Int32Array(1);
    const contenders = [
      {
        name: 'sockwise',
        run(count) {
          for (let i = 0; i < count; i++) socket.setOptions(values);
        },
      },
      {
        name: 'posix-socket',
        run(count) {
          for (let i = 0; i < count; i++) {
            for (const { level, optname, value } of rows) posixSet(fd, level, optname, value);
          }
        },
      },
      {
        name: 'sockopt',
        run(count) {
          for (let i = 0; i < count; i++) {
            for (const { level, optname, value } of rows) sockoptSet(holder, level, optname, value);
          }
        },
      },
      {
        name: 'koffi',
        run(count) {
          for (let i = 0; i < count; i++) {
            for (const { level, optname, value } of rows) {
              int[0] = value;
              if (koffiSet(fd, level, optname, int, 4) < 0) throw new Error('setsockopt failed');
            }
          }
        },
      },
    ];
    // Each starts from other values.
    const others = Object.fromEntries(ten.map(([name, , , value]) => [name, value === true ? false : value * 2]));
    const follows = ({ run }) => {
      socket.setOptions(others);
      run(1);
      return ten.every(([name, , , value]) => Number(socket.getOption(name)) === Number(value));
    };
    return { contenders: marked(contenders, follows), stop: () => socket.close() };
  },
};
