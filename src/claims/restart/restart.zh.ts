import type { TextsById } from '../case-texts.js';

export const restartTexts: TextsById = {
  G1: {
    title: '重启不了的 echo 服务器',
    claim:
      '没设 SO_REUSEADDR 的服务器，有客户端连着时先关闭；再次启动，bind 以 EADDRINUSE 失败。设了这个选项就能启动。',
    laws: [
      '没设 SO_REUSEADDR，服务器不能再次启动：bind() 以 EADDRINUSE 失败。从第一次启动起就设了这个选项，才能再次启动。',
      '设不设 SO_REUSEADDR，服务器都能马上再次启动。',
    ],
    advice:
      '每个监听套接字从第一次启动起就设 SO_REUSEADDR：只在重启的服务器上设就太晚了。Node 给每个 TCP 服务器都设了。',
    labels: { bind: 'bind()', listen: 'listen()' },
    rows: { 'without the option': '不设选项', 'with SO_REUSEADDR': '设了 SO_REUSEADDR' },
  },
  G2: {
    title: '之前、当中、之后，netstat 各显示什么',
    claim:
      'netstat 先显示一行 LISTEN，然后是 LISTEN 和两端的 ESTABLISHED；服务器关闭以后，只有一行不属于任何进程的 TIME_WAIT。',
    laws: [
      '开始有一行 LISTEN，然后是 LISTEN 和两端的 ESTABLISHED。关闭以后，要等客户端也关闭，才只剩一个没有进程的 TIME_WAIT；客户端还不关闭时，它那一端是 CLOSE_WAIT，服务器那一端是 FIN_WAIT2。',
    ],
    advice: '让客户端读到流的结尾就关闭：重启以后端口上如果有 FIN_WAIT2，就是有客户端没有关闭。',
    labels: { listening: '客户端来之前', connected: '有客户端时', closed: '关闭之后' },
    rows: {
      'the client closes when it sees the end': '客户端读到结尾就关闭',
      'the client stays': '客户端不关闭',
    },
  },
  G8: {
    title: '重启的服务器和它的过去',
    claim: '设了 SO_REUSEADDR 就能重启，端口上同时有监听套接字、老的 TIME_WAIT 和新的 ESTABLISHED 连接。',
    laws: ['重启成功，之后端口上同时有监听套接字、老的 TIME_WAIT 和新的 ESTABLISHED 连接。'],
    advice: '什么都不用清理：老的 TIME_WAIT 自己会到期，不妨碍新客户端。',
    labels: { bind: 'bind()', listen: 'listen()', port: '之后端口上' },
    rows: { 'with SO_REUSEADDR': '设了 SO_REUSEADDR' },
  },
  C1: {
    title: 'Ctrl+C 留下 TIME_WAIT，bind 失败，errno 98',
    claim: '有客户端连着时用 Ctrl+C 杀掉服务器，会留下 TIME_WAIT，服务器不能再次启动：bind 失败，errno 98。',
    laws: [
      '如果服务器读完了客户端发来的全部数据，Ctrl+C 就留下 TIME_WAIT，bind() 以 EADDRINUSE（errno 98）失败。如果没读完，就什么都不留，bind() 成功。',
      'Ctrl+C 留下 TIME_WAIT，bind() 以 EADDRINUSE（errno 98）失败。',
    ],
    advice: '在 bind() 之前设 SO_REUSEADDR。不设的话，能不能重启，要看老服务器有没有读完客户端发来的全部数据。',
    labels: { left: '端口上留下', bind: 'bind()', errno: 'errno' },
    rows: {
      'all that the client sent was read': '客户端发来的都读完了',
      'the client has sent data that was not read': '客户端发来的数据没读',
    },
  },
};
