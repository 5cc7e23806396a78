import type { ExperimentTextsByName } from '../experiment-texts.js';

export const simultaneousExperimentTexts: ExperimentTextsByName = {
  'simultaneous-close': {
    title: '双方同时关闭',
    about: '两个 FIN 在途中交错：双方都从 FIN_WAIT1 进入 CLOSING，最后都留在 TIME_WAIT。',
    rule: 'tcp_fin()：在 FIN_WAIT1 中、自己的 FIN 还没有被确认时收到 FIN，就进入 CLOSING（RFC 9293 3.6 节，图 13）。',
    labels: { crossed: 'FIN 交错', server: '服务器经过的状态', client: '客户端经过的状态' },
  },
  closing: {
    title: 'CLOSING，直到最后的 ACK 到来',
    about: '收到的 FIN 没有确认自己的 FIN，主机就进入 CLOSING，并停在那里；等到 ACK 来了，才进入 TIME_WAIT。',
    rule: 'tcp_fin() 从 FIN_WAIT1 进入 CLOSING；FIN 得到确认时，tcp_rcv_state_process() 再转到 TIME_WAIT（RFC 9293 3.10.7.4 节）。',
    labels: { states: '经过的状态', answers: '对 FIN 的应答' },
  },
  'simultaneous-open': {
    title: '双方同时发起连接',
    about: '两个 SYN 在途中交错，没有监听套接字也建立了一条连接：双方都从 SYN_SENT 进入 SYN_RECV。',
    rule: 'tcp_rcv_synsent_state_process()：在 SYN_SENT 中收到不带 ACK 的 SYN，就进入 SYN_RECV，并回 SYN ACK（RFC 9293 3.5 节，图 7）。',
    labels: { states: '经过的状态', answers: '对 SYN 的应答', toSynAck: '对 SYN ACK 的应答' },
  },
};
