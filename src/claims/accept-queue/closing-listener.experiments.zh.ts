import type { ExperimentTextsByName } from '../experiment-texts.js';

export const closingListenerExperimentTexts: ExperimentTextsByName = {
  'close-listener': {
    title: '关闭监听套接字',
    about: 'accept() 已经返回的连接不受影响；还在队列里等着的连接被复位。',
    rule: 'inet_csk_listen_stop() 用 RST 结束队列里的每个连接（inet_child_forget()、tcp_disconnect()），尽管客户端早已是 ESTABLISHED。',
    labels: { sent: '服务器发出', recv: '客户端的 recv()' },
    variants: { accepted: '已经 accept', 'in the queue': '还在队列里' },
  },
  'migrate-queue': {
    title: '关闭两个监听者中的一个：队列里的连接',
    about: 'tcp_migrate_req 为 1 时，队列里的连接转给 SO_REUSEPORT 组里的另一个监听者。',
    rule: 'inet_csk_listen_stop() 请 reuseport_migrate_sock() 找另一个监听者；只有设了 net.ipv4.tcp_migrate_req 或者有 BPF 程序，它才找得到。',
    labels: { sent: '服务器发出', recv: '客户端的 recv()' },
  },
  'migrate-handshake': {
    title: '关闭两个监听者中的一个：正在握手的连接',
    about: 'tcp_migrate_req 为 1 时，握手的最后一个 ACK 由另一个监听者接下；为 0 时得到 RST。',
    rule: 'tcp_v4_rcv() 发现这个连接请求的监听者已关闭：reuseport_migrate_sock() 和 inet_reqsk_clone() 把它转走；否则请求被丢弃，那个 ACK 就不属于任何套接字了。',
    labels: { sent: '服务器发出', recv: '客户端的 recv()' },
  },
  'leave-port': {
    title: '离开一个队列已满的端口',
    about:
      '直接关闭，队列里的两个连接都被复位。如果接班的进程持有同一个套接字，close() 只是关掉一个描述符。SO_REUSEPORT 组的成员要先把新连接引到别的成员，再把等着的连接 accept 完。',
    rule: '监听套接字的最后一个描述符关闭时，inet_csk_listen_stop() 运行，复位它的队列。SCM_RIGHTS 给出同一个套接字的另一个描述符（unix(7)）。SO_ATTACH_REUSEPORT_CBPF 的程序决定 SYN 给谁（reuseport_select_sock()）。',
    labels: { sent: '服务器发出', waited: '等着的连接的 recv()', late: '后来的连接的 recv()' },
    variants: {
      'a plain close': '直接关闭',
      'handed over': '已经移交',
      'a member steers away, accepts and closes': '组员先引开新连接，accept 完再关闭',
    },
  },
};
