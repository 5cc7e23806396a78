import type { ExperimentTextsByName } from '../experiment-texts.js';

export const closeAtOnceExperimentTexts: ExperimentTextsByName = {
  'close-at-once': {
    title: '一 accept 就关闭的服务器',
    about: 'accept() 返回的已经是 ESTABLISHED；只有 TCP_FASTOPEN 时它可能还在 SYN_RECV，从那里进入 FIN_WAIT1。',
    rule: 'accept(2) 返回的是握手已完成的连接。TCP Fast Open 时，SYN 里带了数据，套接字就交出去了（tcp_try_fastopen()，RFC 7413 4.2 节）；在 SYN_RECV 中 close() 会发 FIN（tcp_close_state()）。',
    labels: {
      accepted: 'accept() 之后的状态',
      closed: 'close() 之后的状态',
      finBeforeHandshake: '握手没完成就发 FIN',
    },
    variants: { 'a whole handshake': '完整的握手' },
  },
};
