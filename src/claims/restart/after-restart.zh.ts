import type { TextsById } from '../case-texts.js';

export const afterRestartTexts: TextsById = {
  S15: {
    title: '重启之后，老对端还在发数据',
    claim: '老连接还没结束，新服务器就占用了端口；老对端再发来的数据会得到 RST。',
    laws: [
      '老对端发来的新数据得到 RST：它下一次 send 得到 EPIPE；如果它没收到过 FIN，则得到 ECONNRESET。只有老连接还处于 TIME_WAIT 时，老报文段得到的应答才是 ACK。',
    ],
    advice:
      '服务器重启以后，客户端要准备好遇到 ECONNRESET 和 EPIPE，并重新连接。第一次 send 成功不能当作凭据：收到应答才算。',
    labels: { answer: '应答', nextSend: '下一次 send' },
    rows: {
      'a segment of the old peer comes twice while the old connection is in TIME_WAIT':
        '老连接处于 TIME_WAIT 时，老对端的一个报文段来了两次',
      'the old peer sends while the old connection is in FIN_WAIT2': '老连接处于 FIN_WAIT2 时，老对端发数据',
      'the old peer sends once that FIN_WAIT2 is over': '那个 FIN_WAIT2 结束以后，老对端发数据',
      'the old peer sends, and was never told that the server had crashed': '老对端不知道服务器已经崩溃，发数据',
    },
  },
  S16: {
    title: '守在键盘前的客户端',
    claim:
      '客户端阻塞在等待键盘输入时停止服务器：重启失败。客户端发出一行再退出：重启马上成功，因为没有留下 TIME_WAIT。',
    laws: [
      '客户端还在等待时，FIN_WAIT2 挡住重启。客户端发出一行，就什么都不留，重启马上成功。客户端什么都没输入就退出，TIME_WAIT 挡住重启。',
    ],
    advice: '设 SO_REUSEADDR：不设的话，重启成功还是失败，要看客户端最后做了什么。',
    labels: { left: '端口上留下', restart: '重启' },
    rows: {
      'the client still waits for its keyboard': '客户端还在等待键盘',
      'the client has sent a line, then exited': '客户端发出一行，然后退出',
      'the client has exited without a word': '客户端什么都没输入就退出',
    },
  },
};
