import type { TextsById } from '../case-texts.js';

export const closingPathsTexts: TextsById = {
  A3: {
    title: '关闭时双方经过的状态',
    claim:
      '先关闭的一方经过 FIN_WAIT1、FIN_WAIT2 和 TIME_WAIT，另一方经过 CLOSE_WAIT 和 LAST_ACK，最后双方都到 CLOSED。',
    laws: ['先关闭的一方经过 FIN_WAIT1、FIN_WAIT2 和 TIME_WAIT。另一方经过 CLOSE_WAIT 和 LAST_ACK，然后就是 CLOSED。'],
    advice:
      '看状态就知道轮到谁：FIN_WAIT1 或 LAST_ACK 是对端没有应答，FIN_WAIT2 是对端没有关闭，CLOSE_WAIT 是自己的程序该关闭了。',
    rows: { 'the side that closes first': '先关闭的一方', 'the other side': '另一方' },
  },
  A4: {
    title: 'CLOSING',
    claim: 'CLOSING 是双方同时关闭造成的。',
    laws: ['CLOSING 出现在双方的 FIN 在途中交错的时候。如果 FIN 一先一后，先发 FIN 的一方就进入 TIME_WAIT。'],
    advice: '什么都不用做：CLOSING 少见而且短暂，除非 ACK 丢了。它之后双方都会有 TIME_WAIT。',
    rows: { 'the FINs cross': '两个 FIN 交错', 'one FIN comes after the other': '两个 FIN 一先一后' },
  },
  A9: {
    title: '后关闭的一方的 FIN',
    claim: '后关闭的一方不需要 2MSL：它的 FIN 丢了会重传，直到得到确认。',
    laws: [
      '后关闭的一方停在 LAST_ACK，重传 FIN，直到 ACK 到来；之后什么都不留，端口也空出来。在那之前 bind() 以 EADDRINUSE 失败。',
    ],
    advice:
      '后关闭的一方也要设 SO_REUSEADDR：LAST_ACK 和 TIME_WAIT 一样占用端口。如果 LAST_ACK 很多，说明对端已经不在了：把 tcp_orphan_retries 调小。',
    labels: { whileLost: 'FIN 丢失期间', sentAgain: 'FIN 重传', after: '最后留下', bind: '之后 bind()' },
    rows: {
      'the last FIN is lost and arrives in the end': '最后的 FIN 丢失，重传后到达',
      'the last ACK has not come yet': '最后的 ACK 还没有来',
    },
  },
  A10: {
    title: '三种解决办法，实测',
    claim: '三种办法都管用：设 SO_REUSEADDR，让客户端先关闭，等待 2MSL。',
    laws: [
      '三种办法都管用。设了 SO_REUSEADDR，或者客户端先关闭，服务器马上就能再启动。只靠等待，要 60 秒之后才能再启动。',
    ],
    advice: '每次启动都设 SO_REUSEADDR。它没有代价，也不依赖别人。',
    waitsFor: ' 60 秒，让 TIME_WAIT 到期',
    labels: { isUp: '再启动成功', after: '何时' },
    rows: {
      'with SO_REUSEADDR': '设了 SO_REUSEADDR',
      'where the client closed first': '客户端先关闭',
      'by waiting alone': '只靠等待',
    },
  },
  A11: {
    title: '这个内核的 MSL',
    claim: 'RFC 793 规定 MSL 为两分钟，TIME_WAIT 等待两个 MSL。',
    laws: [
      '标准规定 MSL 为两分钟。Linux 上 TIME_WAIT 持续 60 秒，相当于 MSL 为 30 秒，而且主线内核没有参数可以改。',
      '标准规定 MSL 为两分钟。这个 Linux 不是：TIME_WAIT 持续 60 秒，或者由 net.ipv4.tcp_tw_timeout 决定。',
      '标准规定 MSL 为两分钟。Linux 上 TIME_WAIT 持续 60 秒，相当于 MSL 为 30 秒。',
      'TIME_WAIT 持续标准的两个 MSL，即四分钟。',
    ],
    advice:
      '在 Linux 上按一分钟算；有 net.ipv4.tcp_tw_timeout 的系统（阿里云 Linux）按它的值算。不要为此去调 tcp_fin_timeout：那是管 FIN_WAIT2 的。',
    rows: { 'TIME_WAIT on this kernel, twice the MSL': '这个内核的 TIME_WAIT，即两倍 MSL' },
  },
  A12: {
    title: '一接受连接就关闭的服务器',
    claim: '服务器接受连接后马上主动关闭，就从 SYN_RECV 直接进入 FIN_WAIT1。',
    laws: [
      '马上关闭的服务器是从 ESTABLISHED 进入 FIN_WAIT1 的：accept() 只返回已经完成握手的连接。只有用 TCP_FASTOPEN 时，它才从 SYN_RECV 进入 FIN_WAIT1。',
      '马上关闭的服务器从 SYN_RECV 进入 FIN_WAIT1。',
    ],
    advice:
      '不要用“接受了再关闭”的办法来拒绝客户端：这样服务器就成了主动关闭的一方，每拒绝一个连接都留下一个 TIME_WAIT。',
    labels: { accepted: '接受时', closed: 'close() 之后' },
    rows: {
      'accepted with a whole handshake': '握手完成后接受',
      'accepted with TCP_FASTOPEN': '用 TCP_FASTOPEN 接受',
    },
  },
};
