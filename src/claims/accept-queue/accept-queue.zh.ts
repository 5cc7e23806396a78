import type { TextsById } from '../case-texts.js';

export const acceptQueueTexts: TextsById = {
  R5: {
    title: 'connect() 没人监听的端口，和队列已满的监听者',
    claim:
      'connect() 一个没人监听的端口会被拒绝；监听者的队列已满时，它会一直重试，tcp_abort_on_overflow 为 1 时则被 RST（listen(2)，ip-sysctl）。',
    laws: [
      '没人监听时，connect() 以 ECONNREFUSED 失败。队列已满时，客户端一直重试，不管 tcp_abort_on_overflow 怎么设；只有握手的最后一个 ACK 到来时队列已满、并且 tcp_abort_on_overflow 为 1，才会被 RST。',
    ],
    advice:
      '盯住 ListenOverflows 和全连接队列（监听套接字的 Recv-Q）。把 backlog 加大，或者增加 accept 的进程。不要打开 tcp_abort_on_overflow：打开以后，客户端分不清服务器是过载还是崩溃。',
    rows: {
      'nobody listens': '没人监听',
      'the queue is full when the SYN comes (tcp_abort_on_overflow 0)': 'SYN 到来时队列已满（tcp_abort_on_overflow 0）',
      'the queue is full when the SYN comes (tcp_abort_on_overflow 1)': 'SYN 到来时队列已满（tcp_abort_on_overflow 1）',
      'the queue is full when the last ACK comes (tcp_abort_on_overflow 0)':
        '最后的 ACK 到来时队列已满（tcp_abort_on_overflow 0）',
      'the queue is full when the last ACK comes (tcp_abort_on_overflow 1)':
        '最后的 ACK 到来时队列已满（tcp_abort_on_overflow 1）',
    },
  },
  R8: {
    title: '关闭队列里还有连接的监听套接字',
    claim:
      '关闭监听套接字不影响它已经接受的连接；还没 accept 的连接，会转给 SO_REUSEPORT 组里本来也能接收它们的另一个监听套接字（ip-sysctl，tcp_migrate_req）。',
    laws: [
      '已经 accept 的连接不受影响。还在队列里的，或者还在握手的，会被 RST；即使有另一个监听套接字共用端口也一样，除非 tcp_migrate_req 为 1。',
    ],
    advice:
      '要重启而不丢连接：设 tcp_migrate_req=1；或者把监听套接字的描述符传给新进程；或者先 accept 到队列空了再关闭。',
    rows: {
      'accepted before': '已经 accept',
      'in the queue of the only listener': '在唯一的监听套接字的队列里',
      'in the queue of one of two listeners, tcp_migrate_req 0': '在两个监听套接字之一的队列里，tcp_migrate_req 0',
      'in the queue of one of two listeners, tcp_migrate_req 1': '在两个监听套接字之一的队列里，tcp_migrate_req 1',
      'in a handshake with one of two listeners, tcp_migrate_req 0': '正在与两个监听套接字之一握手，tcp_migrate_req 0',
      'in a handshake with one of two listeners, tcp_migrate_req 1': '正在与两个监听套接字之一握手，tcp_migrate_req 1',
    },
  },
  R17: {
    title: '离开一个队列已满的端口',
    claim:
      'close(2) 只关掉描述符，最后一个描述符关掉时套接字才结束；所以，把监听套接字传给别的进程（SCM_RIGHTS，unix(7)）的服务器，或者先 accept 完队列再离开 SO_REUSEPORT 组的服务器，一个连接也不丢。',
    laws: [
      '直接关闭，在队列里等待的全部被 RST，后来的被拒绝。把套接字传下去，或者组里的成员先 accept 完队列再离开，一个连接也不丢。',
    ],
    advice:
      '关闭监听套接字之前，先把它传给下一个进程：用 `openHandover`，或者 `sockwise restart`。在 SO_REUSEPORT 组里，先用 SO_ATTACH_REUSEPORT_CBPF 把新连接引到别的成员，accept 完正在等待的，然后关闭：`member.leave()`。',
    labels: { waited: '在队列里等待的', late: '后来的' },
    rows: {
      'a plain close': '直接关闭',
      'handed over': '传给下一个进程',
      'a member steers away, accepts and closes': '成员先引开新连接，accept 完再关闭',
    },
  },
  R16: {
    title: 'TCP_DEFER_ACCEPT 和 TCP_FASTOPEN：accept() 和线路上看到什么',
    claim:
      '设了 TCP_DEFER_ACCEPT，数据到达时监听者才被唤醒（tcp(7)）；设了 TCP_FASTOPEN，数据跟着 SYN 走（RFC 7413）。',
    laws: [
      '设了 TCP_DEFER_ACCEPT，accept() 在数据到达时返回；超过设定的时间，没有数据也返回。设了 TCP_FASTOPEN，只有第二个连接的 SYN 才携带数据，而且 sysctl 要同时允许服务器使用。',
    ],
    advice:
      '设了 TCP_DEFER_ACCEPT 也要准备好处理没有数据的连接，给它们设超时。用 Fast Open 只发送重复到达也无妨的数据，并且别指望它对第一次来的客户端有用。',
    labels: { accept: 'accept()', bytesInSyn: 'SYN 里的字节数' },
    rows: {
      'TCP_DEFER_ACCEPT, the client is silent': 'TCP_DEFER_ACCEPT，客户端不发数据',
      'TCP_DEFER_ACCEPT, the client sends': 'TCP_DEFER_ACCEPT，客户端发送数据',
      'TCP_DEFER_ACCEPT, the client stays silent for longer than the time':
        'TCP_DEFER_ACCEPT，客户端一直不发数据，超过了设定的时间',
      'TCP_FASTOPEN, the second connection': 'TCP_FASTOPEN，第二个连接',
      'TCP_FASTOPEN, the first connection': 'TCP_FASTOPEN，第一个连接',
      'TCP_FASTOPEN, the second connection with the sysctl for clients only':
        'TCP_FASTOPEN，第二个连接，sysctl 只允许客户端使用',
    },
  },
};
