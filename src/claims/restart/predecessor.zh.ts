import type { TextsById } from '../case-texts.js';

export const predecessorTexts: TextsById = {
  L8: {
    title: '本来发给重启之前的服务器的数据',
    claim: '设了 SO_REUSEADDR 重启以后，新的 TCP 服务器可能收到非期望的数据，那是发给前一个服务器的。',
    laws: [
      '老服务器的连接，不管有没有 accept，新的 TCP 服务器都收不到它的数据。但是，如果客户端的 SYN 因为老服务器的队列已满而被丢弃，新服务器会得到这个客户端：SYN 会重发，数据随后也到。新的 UDP 服务器会收到它 bind() 之后到达的数据报，不管是发给谁的。',
    ],
    advice:
      '让客户端的第一条消息说明找谁，TLS 就是这样：在老服务器队列已满时来连接的客户端，最后连到的是新服务器，自己却不知道。基于 UDP 的协议，在消息里带上服务器这次运行的标识。',
    rows: {
      'TCP, a client of the old server sends more': 'TCP，老服务器的客户端继续发数据',
      "TCP, the same after the server's machine lost the connection": 'TCP，同上，但服务器的机器已经丢失了连接',
      'TCP, a connection waits to be accepted': 'TCP，有连接等着被 accept',
      'TCP, the SYN of the client was dropped by the full queue of the old server':
        'TCP，客户端的 SYN 因老服务器的队列已满被丢弃',
      'TCP, the same with the data in the SYN (TCP_FASTOPEN)': 'TCP，同上，数据在 SYN 里（TCP_FASTOPEN）',
      'UDP, a client of the old server sends more': 'UDP，老服务器的客户端继续发数据',
      'UDP, a datagram waits to be read': 'UDP，有数据报等着被读',
    },
  },
};
