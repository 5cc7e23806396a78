import type { ExperimentTextsByName } from '../experiment-texts.js';

export const disconnectExperimentTexts: ExperimentTextsByName = {
  disconnect: {
    title: '对已连接的套接字用 AF_UNSPEC connect()',
    about: '这等于中止连接：对端得到 RST，套接字可以再次连接。',
    rule: '__inet_stream_connect() 调用 tcp_disconnect()；tcp_need_reset() 认为需要时它就发 RST，不管 SO_LINGER 怎么设：直到 CLOSE_WAIT 和 FIN_WAIT2 为止都发，在 CLOSING 和 LAST_ACK 中只有数据没发完才发。已经看到 FIN 的读者不会知道有 RST：tcp_fin() 已经设了 SOCK_DONE。',
    labels: { sent: '客户端发出', read: '服务器的 recv()', again: '再次 connect()' },
    variants: {
      'the peer reads': '对端在读',
      'the peer reads, after shutdown(SHUT_WR)': '对端在读，先 shutdown(SHUT_WR)',
    },
  },
};
