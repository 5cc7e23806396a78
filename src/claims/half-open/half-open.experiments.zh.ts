import type { ExperimentTextsByName } from '../experiment-texts.js';

export const halfOpenExperimentTexts: ExperimentTextsByName = {
  'half-open-write': {
    title: '半开连接：另一方写数据',
    about: '写成功了，报文段得到的却是 RST，下一次读失败：ECONNRESET。',
    rule: 'RFC 9293 3.5.1 节：属于不存在的连接的报文段，用 RST 应答。',
    labels: { send: 'send()', answer: '对它的应答', recv: '然后 recv()' },
  },
  'half-open-read': {
    title: '半开连接：另一方只读',
    about: '只读的一方什么都不发，所以什么都不知道；开了 keepalive，探测会得到 RST。',
    rule: 'RFC 9293 3.5.1 节要有报文段才有应答。没有数据、没设 SO_KEEPALIVE，这条连接就没有定时器在走。',
    labels: { timer: '定时器', recv: 'recv()' },
    variants: { 'without keepalive': '没开 keepalive', 'with keepalive': '开了 keepalive' },
  },
  'half-open-connect': {
    title: '半开连接：丢失状态的一方重新连接',
    about: '来自同一端口的 SYN 得到老连接的一个 ACK，RST 结束老连接，下一个 SYN 就被接受。',
    rule: '在 ESTABLISHED 中，SYN 得到一个 challenge ACK（tcp_send_challenge_ack()，RFC 5961 4 节）；在 SYN_SENT 中，这个 ACK 对不上，就用 RST 应答（RFC 9293 3.10.7.3 节）。',
    labels: { connect: 'connect()', wire: '报文段', recv: '老的一端的 recv()' },
  },
};
