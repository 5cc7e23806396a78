import type { ExperimentTextsByName } from '../experiment-texts.js';

export const earlyDataExperimentTexts: ExperimentTextsByName = {
  'defer-accept': {
    title: 'TCP_DEFER_ACCEPT',
    about: '握手的最后一个 ACK 不带数据，就先放在一边：有数据来、或者时间到了，accept() 才有结果。',
    rule: 'tcp_check_req() 把不带数据的 ACK 放在一边，直到 SYN+ACK 重发的次数达到设定的秒数所对应的次数；再来的不带数据的 ACK 就接受。',
    labels: { state: '服务器的状态', accept: 'accept()', bytesInSyn: 'SYN 里的字节' },
    variants: {
      'the client is silent': '客户端不发数据',
      'the client sends': '客户端发数据',
      'the client stays silent': '客户端一直不发数据',
    },
  },
  'fast-open': {
    title: 'TCP_FASTOPEN',
    about: '第一个连接取得 cookie；第二个连接的 SYN 带着 cookie 和数据。',
    rule: '客户端的 tcp_fastopen_cookie_check() 在它的 metrics 里找到 cookie（RFC 7413 4.1 节）。服务器要设 net.ipv4.tcp_fastopen 的第 2 位，才会发放 cookie（tcp_try_fastopen()）。',
    labels: { accept: 'accept()', bytesInSyn: 'SYN 里的字节' },
    variants: {
      'the first connection': '第一个连接',
      'the second connection': '第二个连接',
      'the second connection, the sysctl for clients only': '第二个连接，sysctl 只开了客户端',
    },
  },
};
