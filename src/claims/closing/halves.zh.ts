import type { TextsById } from '../case-texts.js';

export const halvesTexts: TextsById = {
  R6: {
    title: '向已经关闭的对端写数据',
    claim: '对端已经关闭，第一次写会成功，得到的应答是 RST；第二次写得到 EPIPE 和信号 SIGPIPE（write(2)，教科书）。',
    laws: [
      '向已经关闭的对端写，第一次成功，第二次以 EPIPE 和 SIGPIPE 失败。如果对端没读完数据就关闭，或者已经 RST，第一次写就以 ECONNRESET 失败。只做了 shutdown 的对端还在读。',
    ],
    advice:
      'EPIPE 和 ECONNRESET 同样处理。原生插件或子进程向套接字写数据时，忽略 SIGPIPE，或者传 MSG_NOSIGNAL；Node 和本库都是这样做的。',
    labels: { first: '第一次写', second: '第二次写', sent: '对端发出的' },
    rows: {
      'send() with MSG_NOSIGNAL after close()': '对端 close() 之后，带 MSG_NOSIGNAL 的 send()',
      'write() with SIGPIPE ignored after close()': '对端 close() 之后，忽略 SIGPIPE 的 write()',
      'write() with SIGPIPE as it is after close()': '对端 close() 之后，不改 SIGPIPE 的 write()',
      'send() after close() with data unread': '对端没读完数据就 close() 之后的 send()',
      'send() after shutdown(SHUT_WR) only': '对端只 shutdown(SHUT_WR) 之后的 send()',
    },
  },
  R7: {
    title: 'shutdown()：两个方向，和监听套接字',
    claim: 'SHUT_WR 发 FIN，不影响接收；SHUT_RD 不许再接收；SHUT_RDWR 两样都做（shutdown(2)）。',
    laws: [
      'SHUT_WR 发 FIN，不影响接收。SHUT_RD 什么都不发，也什么都不挡：到达的数据照样能读，除非两个方向都关了。对监听套接字 SHUT_RD，队列里的连接被 RST，新连接被拒绝；SHUT_WR 对它不起作用。',
    ],
    advice:
      '收尾用 SHUT_WR，然后读到结尾。不要用 SHUT_RD 来拒收数据，也不要用 shutdown() 来清空监听套接字：先 accept 完等着的连接，再关闭它。',
    labels: {
      sent: '发出',
      'data that comes': '到达的数据',
      'can be read': '能读',
      'the peer reads after close()': 'close() 之后对端读到',
      connect: '新的 connect()',
      'in the queue': '队列里的连接',
      port: '端口',
    },
    rows: {
      'SHUT_RD of a listener': '对监听套接字 SHUT_RD',
      'SHUT_RD of a listener on a port the kernel chose': '对端口由内核选的监听套接字 SHUT_RD',
      'SHUT_WR of a listener': '对监听套接字 SHUT_WR',
    },
  },
};
