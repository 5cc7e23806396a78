import type { ExperimentTextsByName } from '../experiment-texts.js';

export const shutdownExperimentTexts: ExperimentTextsByName = {
  'shutdown-halves': {
    title: 'shutdown() 的两个方向',
    about:
      'SHUT_WR 发 FIN，还能继续接收；SHUT_RD 什么都不告诉对端，也不拒绝任何数据；两个方向都关了，再来数据就回 RST。',
    rule: 'tcp_shutdown() 只处理 SEND_SHUTDOWN。两个方向都已关闭、FIN 已发出时，tcp_rcv_state_process() 用 RST 应答数据。',
    labels: { sent: '服务器发出', 'data of the peer': '对端发来的数据', 'the peer reads': '对端读到' },
  },
  'shutdown-listener': {
    title: '对监听套接字 shutdown()',
    about: 'SHUT_RD 让它停止监听：队列里等着的连接被复位，新连接被拒绝。SHUT_WR 什么都不做。',
    rule: '对监听套接字用 SHUT_RD，inet_shutdown() 会断开它：inet_csk_listen_stop() 复位队列里的连接；端口只有在 bind() 时指定了端口号才会保留。',
    labels: { connect: 'connect()', 'in the queue': '队列里的连接', port: '端口' },
    variants: {
      'SHUT_RD of a listener': '对监听套接字用 SHUT_RD',
      'SHUT_RD of a listener on a port the kernel chose': '对监听套接字用 SHUT_RD，端口由内核选择',
      'SHUT_WR of a listener': '对监听套接字用 SHUT_WR',
    },
  },
};
