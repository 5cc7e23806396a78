import type { TextsById } from '../case-texts.js';

export const resetTexts: TextsById = {
  L5: {
    title: '用时间为 0 的 SO_LINGER 代替 TIME_WAIT',
    claim: '设了时间为 0 的 SO_LINGER，close() 发 RST 而不发 FIN，也就没有 TIME_WAIT。',
    laws: [
      'close() 发 RST，不留 TIME_WAIT，对端已经先关闭也一样。之前已经发出的 FIN，和已经存在的 TIME_WAIT，不会撤销；l_onoff 为 0 时什么都不变。',
    ],
    advice: '用它来结束出了错的连接，不要用它来避免 TIME_WAIT：为此应当在监听套接字上设 SO_REUSEADDR。',
    labels: { sent: '总共发出', left: '留下' },
    rows: {
      connected: '已连接',
      'the peer has closed first': '对端先关闭',
      'it has shut down its sending half': '已经关闭发送方向',
      'its TIME_WAIT is there already': '它的 TIME_WAIT 已经存在',
      'l_linger 0, but l_onoff 0': 'l_linger 是 0，但 l_onoff 也是 0',
    },
  },
  L6: {
    title: '时间为 0 的 SO_LINGER 的代价',
    claim: '用 RST 关闭不是好主意：没发出的数据丢了，对端得到的是错误，而不是流的结尾。',
    laws: [
      '没发出的数据丢了，对端得到 ECONNRESET 而不是流的结尾，即使它已经收到了全部数据。用 FIN 关闭，它得到全部数据和流的结尾。',
    ],
    advice:
      '正常收尾：shutdown(SHUT_WR)，读到对端结束，再 close()。遇到 ECONNRESET 就当作“可能缺了数据”，哪怕读到的看起来是完整的。',
    labels: { got: '对端得到的数据', read: '它下一次读', readAgain: '再下一次读', write: '它写' },
    rows: {
      'RST with data not sent yet': 'RST，有数据没发出',
      'RST with data arrived but not read yet': 'RST，数据已到达但没读',
      'RST with all data read': 'RST，数据都已读完',
      'FIN with data not sent yet': 'FIN，有数据没发出',
    },
  },
  R1: {
    title: 'SO_LINGER {1, 0}：不管有什么没处理完，只发一个 RST',
    claim:
      '设了 SO_LINGER {1, 0}，close() 丢弃手里的数据，发 RST，不发 FIN：有数据没发出、有数据没读、什么都没有，都是这样（RFC 9293 section 3.10.5 的 ABORT）。',
    laws: [
      'close() 只发一个 RST，不发 FIN，不管有什么没处理完。没发出的数据丢了；之前到达的数据仍能读到，然后是 ECONNRESET。',
    ],
    advice:
      '对端需要知道原因的话，在协议里说明，等到应答再中止连接：对端分不清这是主动中止、是崩溃，还是程序没把数据读完。',
    labels: { sent: '发出', got: '对端得到的数据', read: '然后它读到' },
    rows: { 'unsent data': '没发出的数据', 'unread data': '没读的数据', nothing: '什么都没有' },
  },
  R2: {
    title: '收到的数据没读完就 close()',
    claim:
      '没有设 SO_LINGER，close() 把排队的数据发完，再发 FIN（RFC 9293 section 3.10.4）：对端读到完整的应答和流的结尾。',
    laws: [
      '收到的数据都读完了，close() 发 FIN。只要有没读的，哪怕用 MSG_PEEK 看过、做过 shutdown(SHUT_RD)、设了 SO_LINGER，发的都是 RST，对端在应答之后读到 ECONNRESET。',
    ],
    advice: '关闭之前先读到结尾，尤其是没读完整个请求就应答的服务器：RST 可能毁掉应答。',
    labels: { sent: '发出', answer: '对端读到的应答' },
    rows: {
      'all read': '全部读完',
      "only the peer's FIN": '只有对端的 FIN',
      unread: '没读',
      'looked at with MSG_PEEK': '用 MSG_PEEK 看过',
      'unread, after shutdown(SHUT_RD)': '没读，做过 shutdown(SHUT_RD)',
      'unread, SO_LINGER {1, 1}': '没读，SO_LINGER {1, 1}',
    },
  },
};
