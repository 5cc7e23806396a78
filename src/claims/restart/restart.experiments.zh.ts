import type { ExperimentTextsByName } from '../experiment-texts.js';

export const restartExperimentTexts: ExperimentTextsByName = {
  'time-wait-robbed': {
    title: '复用处于 TIME_WAIT 的端口',
    about: '新的监听者不动 TIME_WAIT，它照样确认重传的 FIN；四元组相同的 connect() 会接管它，老的对端就被复位。',
    rule: '设了 SO_REUSEADDR 的 bind(2) 把 TIME_WAIT 留在连接表里，tcp_v4_rcv() 先找到它，后找到监听者。四元组相同的连接会去掉它（__inet_check_established()）；在 SYN_SENT 中，对不上的 ACK 得到 RST。',
    labels: { timeWait: 'TIME_WAIT', answer: '对重传的 FIN 的应答' },
    variants: { 'a new listener': '新的监听者', 'a connect() to the same peer': 'connect() 到同一个对端' },
  },
  'late-data': {
    title: '重启之后，老客户端还在发数据',
    about: '第一次 send 成功，得到的是 RST；下一次失败：收到过老服务器的 FIN 就是 EPIPE，没收到过就是 ECONNRESET。',
    rule: '没有进程持有的 FIN_WAIT2 用 RST 应答数据，然后消失（tcp_timewait_state_process()）。四元组没有人占，报文段就到了新的监听者那里，它也用 RST 应答（RFC 9293 3.10.7.2 节）。tcp_reset() 在 CLOSE_WAIT 中设置 EPIPE，在 ESTABLISHED 中设置 ECONNRESET。',
    labels: { firstSend: '第一次 send()', answer: '对它的应答', nextSend: '下一次 send()' },
    variants: {
      'the old end is FIN_WAIT_2': '老的一端处于 FIN_WAIT_2',
      'the old end is gone': '老的一端已经消失',
      'the old end was lost without a word': '老的一端不声不响地没了',
    },
  },
  'client-at-keyboard': {
    title: '守在键盘前的客户端',
    about: '客户端先输入一行再退出：RST 结束了 FIN_WAIT2，之后没有 TIME_WAIT。如果它只是退出，就会有。',
    rule: '被停掉的服务器处于 FIN_WAIT2。到那里的数据没有人读：tcp_timewait_state_process() 用 RST 应答，并释放 minisocket。来的如果是 FIN，它就变成 TIME_WAIT。',
    labels: {
      whileItWaits: '它等着时重启',
      sent: '服务器发出',
      left: '端口上剩下的',
      afterExit: '它退出后重启',
    },
    variants: { 'types a line, then exits': '输入一行，然后退出', 'exits without a word': '不输入就退出' },
  },
};
