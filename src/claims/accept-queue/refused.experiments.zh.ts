import type { ExperimentTextsByName } from '../experiment-texts.js';

export const refusedExperimentTexts: ExperimentTextsByName = {
  'connect-refused': {
    title: 'connect() 一个没人监听的端口',
    about: 'SYN 得到 RST，connect() 失败：ECONNREFUSED。',
    rule: 'tcp_v4_rcv() 找不到套接字，用 RST 应答（RFC 9293 3.10.7.1 节）；在 SYN_SENT 中，tcp_reset() 把它变成 ECONNREFUSED。',
    labels: { client: 'connect()', answer: '对 SYN 的应答' },
  },
  'queue-full': {
    title: 'connect() 一个队列已满的监听者',
    about: '不管 tcp_abort_on_overflow 怎么设，SYN 都被悄悄丢弃；accept() 之后，下一个 SYN 就有位置了。',
    rule: 'sk_acceptq_is_full() 成立时，也就是队列里的连接数超过 backlog，tcp_conn_request() 丢弃 SYN。客户端 1 秒后重发 SYN（TCP_TIMEOUT_INIT）。',
    labels: { client: 'connect()', afterAccept: 'accept() 之后的 connect()' },
  },
  'queue-full-at-last-ack': {
    title: '握手的最后一个 ACK 到来时队列已满',
    about: '客户端已经是连接状态了。它的 ACK 被丢弃，之后随数据再来；如果 tcp_abort_on_overflow 是 1，则得到 RST。',
    rule: '最后一个 ACK 到来时，tcp_check_req() 才创建连接的套接字；tcp_v4_syn_recv_sock() 发现队列已满，就看 sysctl_tcp_abort_on_overflow。',
    labels: { client: '客户端', afterAccept: 'accept() 之后读到' },
  },
};
