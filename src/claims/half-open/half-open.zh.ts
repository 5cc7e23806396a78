import type { TextsById } from '../case-texts.js';

export const halfOpenTexts: TextsById = {
  R12: {
    title: '对已连接的套接字用 AF_UNSPEC connect()',
    claim: '用 AF_UNSPEC connect() 会解除 TCP 套接字的连接，之后可以再次连接（connect(2)）。',
    laws: [
      '套接字可以再次连接。它的对端读到 ECONNRESET；如果先 shutdown(SHUT_WR)，则读到流的结尾。只有 bind() 指定了端口号，端口才继续被占用；getsockname() 会报告一个已经不占用的端口。',
    ],
    advice: '不要用它来结束 TCP 连接：这是异常中止。应当新开一个套接字，connect() 失败以后也是这样。',
    rows: {
      'the socket connects again': '套接字再次连接',
      'the peer reads': '对端读',
      'the peer reads, after shutdown(SHUT_WR)': '对端读，先 shutdown(SHUT_WR)',
      'a port given to bind() is still held': 'bind() 指定的端口仍被占用',
      'a port chosen by bind() is still held': 'bind() 选的端口仍被占用',
      'a port chosen by connect() is still held': 'connect() 选的端口仍被占用',
      'getsockname() reports a port that is held': 'getsockname() 报告的端口仍被占用',
    },
  },
  R13: {
    title: 'TCP_REPAIR：什么都不发的关闭',
    claim: '处于 repair 模式的套接字关闭时不发报文：对端仍是 ESTABLISHED，等它写数据时才遇到 RST。',
    laws: [
      '处于 repair 模式的套接字悄悄关闭，不管还有什么没处理完：对端仍是 ESTABLISHED，下一次写成功，然后读到 ECONNRESET。退出 repair 模式以后，close() 照常发 FIN。',
    ],
    advice: '用它把连接迁移到另一台机器（CRIU），或者在测试里模拟崩溃的对端。',
    labels: { sent: '发出', peer: '对端处于', write: '它下一次写', read: '它下一次读' },
    rows: {
      'nothing pending': '没有未处理的数据',
      'data unread': '有数据没读',
      'data unsent': '有数据没发出',
      'repair mode left before the close': '关闭之前退出 repair 模式',
    },
  },
  R15: {
    title: '半开连接：一方丢失了状态',
    claim: '一方丢失了连接，只要有一方发送数据，另一方就会得到 ECONNRESET（RFC 9293 section 3.5.1）。',
    laws: [
      '另一方在三种情况下得到 ECONNRESET：它写数据；丢失状态的一方从同一个端口再次连接；keepalive 发出探测。如果它只读，就什么都看不到。',
    ],
    advice: '凡是程序只读不写的地方，设 SO_KEEPALIVE 并把时间设短，或者在协议里加心跳：否则它会永远等下去。',
    rows: {
      'it writes': '它写数据',
      'the lost side connects again from the same port': '丢失状态的一方从同一个端口再次连接',
      'it only reads': '它只读',
      'it only reads but has keepalive': '它只读，但设了 keepalive',
    },
  },
};
