import type { ExperimentTextsByName } from '../experiment-texts.js';

export const lingerZeroExperimentTexts: ExperimentTextsByName = {
  'linger-zero': {
    title: '设了 SO_LINGER {1, 0} 的 close()',
    about: '不管还有什么没处理完，连接立刻以 RST 结束，对端读到 ECONNRESET。',
    rule: '打开了 SO_LINGER 而时间为 0 时，__tcp_close() 用 RST 断开（tcp_need_reset()）；对端的 tcp_reset() 设置错误。RFC 9293 3.10.5 节（ABORT）。',
    labels: { sent: '服务器发出', got: '对端得到的数据', read: '然后对端的 recv()' },
    variants: { nothing: '没有待处理的数据', 'unread data': '有没读的数据', 'unsent data': '有没发出的数据' },
  },
  'linger-zero-moments': {
    title: '不同时刻的 SO_LINGER {1, 0}',
    about: '发 RST 而不是 FIN，也没有 TIME_WAIT；除非 TIME_WAIT 已经在那里：它是另一个套接字，close() 管不到。',
    rule: 'tcp_need_reset() 规定哪些状态下 close() 会复位。TIME_WAIT 是单独的一个套接字（tcp_time_wait()）。',
    labels: { sent: '服务器发出', left: '留下的' },
    variants: {
      connected: '已连接',
      'the peer has closed first': '对端先关闭',
      'it has shut down its sending half': '它关闭了发送方向',
      'its TIME_WAIT is there already': '它的 TIME_WAIT 已经存在',
      'l_linger 0, but l_onoff 0': 'l_linger 是 0，但 l_onoff 也是 0',
    },
  },
  'linger-zero-cost': {
    title: 'SO_LINGER {1, 0} 的代价',
    about: '还没发出的数据被丢掉，对端得到的是错误，而不是流的结尾。',
    rule: 'tcp_disconnect() 清空发送队列；对端的 tcp_reset() 设置 ECONNRESET，它只报告一次，之后 read() 返回 0，write() 得到 EPIPE。',
    labels: {
      got: '对端得到的数据',
      read: '然后对端的 recv()',
      readAgain: '再一次 recv()',
      write: '对端的 send()',
    },
    variants: {
      'RST, data not sent yet': 'RST，数据还没发出',
      'RST, data arrived but not read yet': 'RST，数据已到，还没读',
      'FIN, data not sent yet': 'FIN，数据还没发出',
    },
  },
};
