import type { TextsById } from '../case-texts.js';

export const whoClosesTexts: TextsById = {
  S1: {
    title: '客户端先关闭，服务器就能重启',
    claim: '客户端先关闭连接，服务器马上就能重启。',
    laws: ['每个连接都由客户端先关闭，重启就马上成功。只要有一个连接是服务器关闭的，重启就以 EADDRINUSE 失败。'],
    advice: '设 SO_REUSEADDR。不要指望客户端：只要有一个连接是服务器关闭的，端口就被占住。',
    rows: {
      'the only client closed first': '唯一的客户端先关闭',
      'one of two clients closed first, and the server, when it stopped, closed the connection of the other':
        '两个客户端中一个先关闭，另一个的连接由服务器停止时关闭',
    },
  },
  S4: {
    title: '进程死了，内核关闭它的连接',
    claim: 'kill -9 服务器之后，内核自己发 FIN、应答客户端，于是留下一个不属于任何进程的 TIME_WAIT。',
    laws: ['内核替死去的进程关闭连接：客户端读到流的结尾；客户端也关闭以后，留下一个不属于任何进程的 TIME_WAIT。'],
    advice: '由守护程序立即重启的服务器，要设 SO_REUSEADDR。用更狠的信号去杀，端口也不会早一点空出来。',
    labels: {
      afterKill: '杀死之后',
      clientReads: '客户端读到',
      afterClientClosed: '客户端关闭之后',
      heldBy: '属于',
    },
    rows: { 'a server killed with a client connected': '有客户端连接时杀死服务器' },
  },
  S5: {
    title: 'TIME_WAIT 在哪一方',
    claim: '被动关闭的服务器没有 TIME_WAIT；主动关闭时才有，比如它被停止，或者由它结束 HTTP 连接。',
    laws: ['TIME_WAIT 留在先关闭的一方，不管是服务器还是客户端。另一方什么都不留。'],
    advice:
      'TIME_WAIT 要到主动关闭的一方去找。代理如果主动关闭到上游的连接，它就作为客户端积累 TIME_WAIT，最后端口用完：把这些连接保持住。',
    labels: { server: '服务器留下', client: '客户端留下' },
    rows: { 'the server closes first': '服务器先关闭', 'the client closes first': '客户端先关闭' },
  },
  S6: {
    title: '等待总是有用吗',
    claim: '最长等待两个 MSL，在 Linux 上就是一分钟，地址就又空出来了。',
    laws: [
      '等一分钟，TIME_WAIT 和死去的进程留下的 FIN_WAIT2 就没有了。仍由进程持有的连接，不管是 ESTABLISHED 还是半关闭的 FIN_WAIT2，等多久都不会消失。',
      '不管处于哪种状态，等一分钟端口就空出来。',
    ],
    advice:
      '地址被占用超过两分钟，就去找仍然持有连接的进程（继承了它的子进程，或者半关闭的连接）：`sockwise why PORT`。',
    labels: { restart: '重启', ends: '何时结束' },
    rows: {
      'FIN_WAIT2 of a dead server': '死去的服务器的 FIN_WAIT2',
      'FIN_WAIT2 of a server that only shut down': '只做了 shutdown 的服务器的 FIN_WAIT2',
    },
  },
  S11: {
    title: '程序没有设 SO_REUSEADDR，又改不了',
    claim: '没有设 SO_REUSEADDR 的服务器不能马上重启。如果程序改不了，还有没有其他办法？',
    laws: [
      '有其他办法：一个从不关闭、一代代传下去的监听套接字，换一个地址，给它单独的网络命名空间，让客户端先关闭，或者干脆没有 TIME_WAIT（SOCK_DESTROY，tcp_max_tw_buckets = 0）。tcp_fin_timeout 和 tcp_tw_reuse 没有用。',
    ],
    advice:
      '程序如果能接收现成的描述符，就交给它一个从不关闭的监听套接字。否则给它单独的地址或网络命名空间，或者从外面补设选项（`sockwise set`，或者 LD_PRELOAD 库）。只有在不需要 TIME_WAIT 的保护时，才用 `sockwise free` 或 tcp_max_tw_buckets 去掉它：它防的是老报文段，以及最后的 ACK 丢失的对端。',
    rows: {
      'doing nothing': '什么都不做',
      'SOCK_DESTROY of the TIME_WAIT': '对 TIME_WAIT 用 SOCK_DESTROY',
      'another address': '换一个地址',
      'the client closing first': '客户端先关闭',
      'a network namespace of its own': '单独的网络命名空间',
      'a listener that a supervisor holds and hands down': '由守护程序持有并传下去的监听套接字',
    },
  },
  S12: {
    title: '一个地址处于 TIME_WAIT，bind 另一个地址',
    claim: '一个地址和端口处于 TIME_WAIT 时，主机另一个地址的同一个端口马上可以绑定。',
    laws: [
      'TIME_WAIT 只占用一个地址：同一个端口在另一个地址上马上可以绑定。在这个地址本身和通配地址上，bind() 以 EADDRINUSE 失败。',
    ],
    advice: '服务有几个地址时，可以马上在机器的其他地址上重启。要绑定通配地址，就设 SO_REUSEADDR。',
    rows: {
      'the other address': '另一个地址',
      'the address itself': '这个地址本身',
      'the wildcard': '通配地址',
    },
  },
};
