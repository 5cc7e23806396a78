import type { ExperimentTextsByName } from '../experiment-texts.js';

export const lastAckExperimentTexts: ExperimentTextsByName = {
  'last-ack-lost': {
    title: '最后的 ACK 丢失',
    about: '客户端在 LAST_ACK 中重传 FIN；TIME_WAIT 应答它，60 秒重新开始计。',
    rule: 'tcp_timewait_state_process()：带 ACK、但不在窗口内的报文段，会得到最后的那个 ACK；inet_twsk_reschedule() 把定时器重新设为 TCP_TIMEWAIT_LEN（RFC 9293 3.10.7.4 节）。',
    labels: {
      whileLost: 'ACK 丢失期间的客户端',
      sentAgain: '重传的 FIN',
      answer: '对这个 FIN 的应答',
      server: '服务器',
      timer: 'TIME_WAIT 的定时器',
    },
  },
  'without-time-wait': {
    title: '重传的 FIN：有 TIME_WAIT 和没有 TIME_WAIT',
    about: '没有了 TIME_WAIT，重传的 FIN 得到 RST；仍持有套接字的程序看到 ECONNRESET。',
    rule: 'tcp_v4_rcv() 找不到匹配的套接字就发 RST（RFC 9293 3.5.2 节）；在 LAST_ACK 中，tcp_reset() 把 sk_err 设为 ECONNRESET。SOCK_DESTROY 去掉 TIME_WAIT 时什么都不发（tcp_abort()）。',
    labels: { sentAgain: '重传的 FIN', answer: '对这个 FIN 的应答', error: '对端的错误' },
    variants: { 'TIME_WAIT is removed': 'TIME_WAIT 被去掉', 'TIME_WAIT stands': 'TIME_WAIT 还在' },
  },
};
