import type { ExperimentTextsByName } from '../experiment-texts.js';

export const repairExperimentTexts: ExperimentTextsByName = {
  'repair-close': {
    title: '设了 TCP_REPAIR 的 close()',
    about: '关闭时什么都不发，对端仍是 ESTABLISHED；等它发数据，才遇到 RST。',
    rule: '__tcp_close() 发送任何东西之前先看 tp->repair，调用 tcp_disconnect()，后者对这样的套接字不发 RST。没有人认识的连接的报文段会得到 RST（tcp_v4_rcv()，RFC 9293 3.10.7.1 节）。',
    labels: {
      sent: '服务器发出',
      peer: '对端的状态',
      write: '对端的 send()',
      read: '对端的 recv()',
      answer: '对端得到的应答',
    },
    variants: {
      'nothing pending': '没有待处理的数据',
      'data unread': '有数据没读',
      'data unsent': '有数据没发出',
      'repair mode left before the close': '关闭前已退出 repair 模式',
    },
  },
};
