import type { ExperimentTextsByName } from '../experiment-texts.js';

export const lifeExperimentTexts: ExperimentTextsByName = {
  'whole-life': {
    title: '一个连接的一生',
    about: '三次握手，双向传数据，先发 FIN 的一方最后留在 TIME_WAIT，除非对方回的是 RST。',
    rule: 'RFC 9293 3.5 节和 3.6 节：握手见图 6，关闭见图 12。先关闭的一方保留四元组（tcp_time_wait()）。还有数据没读就关闭，发的是 RST（__tcp_close()），它直接结束 FIN_WAIT2，不留 TIME_WAIT。',
    labels: { handshake: '握手', data: '发过数据的', firstFin: '先发 FIN 的', timeWait: 'TIME_WAIT 在' },
    variants: {
      'server closes first': '服务器先关闭',
      'client closes first': '客户端先关闭',
      'server closes first, the client has not read everything': '服务器先关闭，客户端还没有读完',
    },
  },
};
