import type { ExperimentTextsByName } from '../experiment-texts.js';

export const closingPathsExperimentTexts: ExperimentTextsByName = {
  'closing-paths': {
    title: '双方关闭时经过的状态',
    about: '先关闭的一方依次经过 FIN_WAIT1、FIN_WAIT2、TIME_WAIT，另一方经过 CLOSE_WAIT、LAST_ACK。',
    rule: 'RFC 9293 3.3.2 节，以及 3.6 节的图 12：close() 由 tcp_close_state() 处理，收到的报文段由 tcp_fin() 和 tcp_rcv_state_process() 处理。',
    labels: { server: '服务器经过的状态', client: '客户端经过的状态' },
  },
  'who-closes-first': {
    title: '谁先关闭，服务器还能不能重启',
    about: 'TIME_WAIT 留在先关闭的一方：留在服务器的端口上，服务器就重启不了；留在客户端则没有影响。',
    rule: '只有 FIN_WAIT2（或 CLOSING）才会走到 tcp_time_wait()。inet_bind_conflict() 会在端口的桶里看到 TIME_WAIT，除非两个套接字都设了 SO_REUSEADDR。',
    labels: {
      halfWay: '第一方关闭之后',
      after: '双方都关闭之后',
      restart: '重启服务器',
      server: '服务器',
      client: '客户端',
    },
    variants: { 'the server': '服务器先关闭', 'the client': '客户端先关闭' },
  },
};
