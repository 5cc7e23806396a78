import type { TextsById } from '../case-texts.js';
import { labStates } from '../kit/reach-state.js';
import { gridded, same } from '../row-texts.js';

/** Of the grid over each state. */
export const stateRows = gridded(same(...labStates), {
  'the old socket with the option': '老套接字设了选项',
  'the old socket without the option': '老套接字没设选项',
});

export const statesTexts: TextsById = {
  C19: {
    title: '各种状态的套接字与 SO_REUSEADDR',
    claim: '设了 SO_REUSEADDR，处于 TIME_WAIT 的端口可以重新绑定；处于其他任何状态，bind 仍然失败。',
    laws: [
      '老套接字也设了 SO_REUSEADDR，服务器就能在任何状态上启动，只有 LISTEN 除外。老套接字没设 SO_REUSEADDR，那么在任何状态上启动都以 EADDRINUSE 失败，TIME_WAIT 也不例外。',
      '设了 SO_REUSEADDR 的服务器能在 TIME_WAIT 上启动，在其他任何状态上都不能。',
    ],
    advice:
      '每个监听套接字都设这个选项：不管老进程留下什么连接，连还活着的也算，重启都能成功。只有监听者会挡住它，那正是你想知道的“第二个服务器”。',
    rows: stateRows,
  },
  A1: {
    title: '在 Ctrl+C 的信号处理函数里关闭监听套接字',
    claim: '服务器收到中断信号时 shutdown 并关闭监听套接字，只要它还有连接处于 TIME_WAIT，仍然不能再次启动。',
    laws: [
      '在信号处理函数里关闭监听套接字没有用：只要有连接处于 TIME_WAIT，bind() 就以 EADDRINUSE 失败。没有人连接过，或者新老服务器都设了 SO_REUSEADDR，重启就能成功。',
    ],
    advice: 'SIGINT 的处理函数用来处理完请求，不是用来释放端口的。要释放端口，在 bind() 之前设 SO_REUSEADDR。',
    labels: { left: '端口上留下', restart: '重启' },
    rows: {
      'a client was connected': '有客户端连接',
      'nobody was connected': '没有人连接',
      'a client was connected and both servers set SO_REUSEADDR': '有客户端连接，新老服务器都设 SO_REUSEADDR',
    },
  },
  A2: {
    title: 'TCP 的十一种状态',
    claim: '一个 TCP 连接共有十一种状态。',
    laws: [
      '十一种状态都到过了：LISTEN、SYN_SENT、SYN_RECV、ESTABLISHED、FIN_WAIT1、FIN_WAIT2、CLOSING、TIME_WAIT、CLOSE_WAIT、LAST_ACK 和 CLOSED；CLOSED 其实就是没有连接。',
    ],
    advice: '用 ss 或 `sockwise sockets` 看状态：每种状态都说明轮到谁了。CLOSE_WAIT 很多，就是程序忘了关闭。',
    rows: { 'CLOSED, after a connection': 'CLOSED，连接之后', 'CLOSED, before a connection': 'CLOSED，连接之前' },
  },
  A5: {
    title: '服务器先关闭',
    claim:
      '服务器先关闭，它处于 FIN_WAIT2，客户端处于 CLOSE_WAIT；客户端也关闭以后，服务器处于 TIME_WAIT，客户端什么都没有，重启失败。',
    laws: [
      '服务器先关闭：它停在 FIN_WAIT2，客户端处于 CLOSE_WAIT。客户端也关闭以后，TIME_WAIT 留在服务器，重启以 EADDRINUSE 失败。',
    ],
    advice: '服务器等得起的话，让客户端先关闭。必须先关闭的服务器，要设 SO_REUSEADDR。',
    labels: { afterFirst: '第一次关闭之后', afterSecond: '第二次关闭之后', restart: '重启' },
    rows: { 'server, then client': '先服务器，后客户端' },
  },
  A6: {
    title: '客户端先关闭',
    claim:
      '客户端先关闭，服务器处于 CLOSE_WAIT，客户端处于 FIN_WAIT2；服务器也关闭以后，它什么都没有，客户端处于 TIME_WAIT，重启成功。',
    laws: [
      '客户端先关闭：它停在 FIN_WAIT2，服务器处于 CLOSE_WAIT。服务器也关闭以后，TIME_WAIT 留在客户端，服务器马上可以重启。',
    ],
    advice: '自己设计的协议，让客户端先关闭：TIME_WAIT 就分散到各个客户端。',
    labels: { afterFirst: '第一次关闭之后', afterSecond: '第二次关闭之后', restart: '重启' },
    rows: { 'client, then server': '先客户端，后服务器' },
  },
  A7: {
    title: '客户端再次启动',
    claim: '老连接还处于 TIME_WAIT 的客户端，马上可以从新的端口再连接：它不绑定端口，重启从不失败。',
    laws: [
      '什么都不绑定的客户端，马上可以从新的端口再连接。只有没有端口可用时才失败：这时 connect() 报 EADDRNOTAVAIL。绑定老端口的客户端，在 bind() 里以 EADDRINUSE 失败。',
    ],
    advice: '源端口让内核去选。连接要保持住：对同一个目的地开关连接太快，端口照样会用完。',
    rows: {
      'binds nothing': '什么都不绑定',
      'binds its port': '绑定老端口',
      'binds nothing and has one port only': '什么都不绑定，而且只有一个端口',
    },
  },
};
