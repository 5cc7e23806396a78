import type { TextsById } from '../case-texts.js';

export const twoProcessesTexts: TextsById = {
  S7: {
    title: 'nginx 的 master 和 worker',
    claim: '绝对不允许在相同的地址和端口上绑定两个服务器。那么 nginx 的 master 和 worker 为什么都能监听同一个端口？',
    laws: [
      '两个进程各自绑定：只有一个能成功。要共用端口，就继承或传递同一个监听套接字，nginx 就是这样；或者各开各的套接字，都设 SO_REUSEPORT。',
      '两个进程要共用端口，只能继承或传递同一个监听套接字，nginx 就是这样。',
    ],
    advice:
      '要不间断地重启，就把监听套接字传下去（nginx，systemd 的 socket 单元）。或者新老程序都设 SO_REUSEPORT，再设 net.ipv4.tcp_migrate_req=1，先启动新进程，再停老进程：不设 tcp_migrate_req，被关闭的监听套接字队列里的连接会被 RST（R8、S18）。',
    rows: {
      'each binds for itself': '各自绑定',
      'each binds for itself, with SO_REUSEPORT': '各自绑定，都设 SO_REUSEPORT',
      inherited: '继承',
      'passed over a Unix socket': '经 Unix 套接字传递',
    },
  },
};
