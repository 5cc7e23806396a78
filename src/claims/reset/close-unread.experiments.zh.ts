import type { ExperimentTextsByName } from '../experiment-texts.js';

export const closeUnreadExperimentTexts: ExperimentTextsByName = {
  'close-unread': {
    title: '收到的数据没读完就 close()',
    about:
      '全部读完，发 FIN；哪怕剩一个字节没读，就发 RST。之前已经到达对端的应答，那里还能读到，再读就是 ECONNRESET。',
    rule: '__tcp_close() 统计接收队列里没读的字节；只要有，就发 RST（tcp_send_active_reset()），不管 SO_LINGER 怎么设（RFC 2525 2.17 节）。没读的 FIN 不算数据。',
    labels: { sent: '服务器发出', answer: '对端读到的应答' },
    variants: {
      'all read': '全部读完',
      "only the peer's FIN": '只剩对端的 FIN',
      unread: '有没读的',
      'looked at with MSG_PEEK': '用 MSG_PEEK 看过',
      'unread, after shutdown(SHUT_RD)': '有没读的，先 shutdown(SHUT_RD)',
      'unread, SO_LINGER {1, 1}': '有没读的，SO_LINGER {1, 1}',
    },
  },
};
