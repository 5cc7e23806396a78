import type { TextsById } from '../case-texts.js';
import { combined, gridded, same } from '../row-texts.js';

export const timeWaitTexts: TextsById = {
  G3: {
    title: '抓包看到什么',
    claim: '三次握手建立连接，数据双向传送，先发 FIN 的一方最后进入 TIME_WAIT。',
    laws: [
      '三个报文段建立连接，TIME_WAIT 留在先发 FIN 的一方。如果另一方没读完数据就关闭，就没有 TIME_WAIT。',
      '建立连接的三个报文段还带有 ECE 和 CWR 标志，用来请求 ECN（net.ipv4.tcp_ecn 1）。TIME_WAIT 留在先发 FIN 的一方。如果另一方没读完数据就关闭，就没有 TIME_WAIT。',
      '三个报文段建立连接，TIME_WAIT 留在先发 FIN 的一方。',
    ],
    advice:
      '让负担得起 TIME_WAIT 的一方先关闭：哪一方先关闭，由应用层协议决定。应答完就关闭的服务器，TIME_WAIT 留在自己这里；由客户端结束会话，TIME_WAIT 就留在客户端。',
    labels: { handshake: '握手', data: '发数据的', firstFin: '先发 FIN 的', timeWait: 'TIME_WAIT 在' },
    rows: {
      'server closes first': '服务器先关闭',
      'client closes first': '客户端先关闭',
      'server closes first, the client has not read everything': '服务器先关闭，客户端没读完',
    },
  },
  G4: {
    title: 'TIME_WAIT 保持多久',
    claim: '按照 RFC 793，TIME_WAIT 保持最大分段寿命的两倍，最长四分钟。',
    laws: ['Linux 上 TIME_WAIT 持续 60 秒，是标准允许的四分之一。', 'TIME_WAIT 持续 240 秒，和标准一样。'],
    advice: '在 Linux 上按一分钟算，不要按四分钟。不用找设置：主线内核没有。',
    rows: {
      'for how long, by the timer of a new TIME_WAIT': '多久，看新的 TIME_WAIT 的定时器',
      'for four minutes at most': '最长四分钟',
    },
  },
  G5: {
    title: 'close() 之后，没发出的数据在哪里等',
    claim: '关闭时还有数据要发的套接字，会进入 TIME_WAIT，并停在那里直到数据发完。',
    laws: [
      '没发出的数据在 FIN_WAIT1 里等；如果对方先关闭，就在 LAST_ACK 里等。TIME_WAIT 要到数据都被读走以后才出现，它从来没有数据要发。',
    ],
    advice:
      '要看 close() 之后数据发出去没有，看 FIN_WAIT1 和 LAST_ACK 以及它们的 Send-Q。TIME_WAIT 不能证明对方的程序读到了数据：它只说明对方的内核收到了。',
    labels: { dataUnsent: '有数据没发出时', dataGone: '全部读走之后' },
    rows: {
      'the closing side is the first': '先关闭的一方',
      'the other side has closed before': '对方已经先关闭',
    },
  },
  G6: {
    title: 'TIME_WAIT 仍算作绑定',
    claim: '没设 SO_REUSEADDR，处于 TIME_WAIT 的套接字仍然算作绑定了它的地址和端口。',
    laws: [
      'TIME_WAIT 占用连接的地址和端口，在服务器、在客户端都一样。对这个地址或通配地址 bind()，以 EADDRINUSE 失败；换一个地址或端口就行。',
    ],
    advice: '要在同一个地址或通配地址上重启，就设 SO_REUSEADDR。在机器的另一个地址上重启，不用设任何选项。',
    rows: gridded(
      {
        'TIME_WAIT of the server on A': '服务器在 A 上的 TIME_WAIT',
        'TIME_WAIT of the client on A': '客户端在 A 上的 TIME_WAIT',
      },
      {
        'bind to A and its port': 'bind A 和它的端口',
        'bind to ANY and its port': 'bind ANY 和它的端口',
        'bind to B and its port': 'bind B 和它的端口',
        'bind to A and another port': 'bind A 和另一个端口',
      },
    ),
  },
  G7: {
    title: '只在新套接字上设 SO_REUSEADDR 够不够',
    claim: '要绑定的套接字设了 SO_REUSEADDR，就会忽略那个地址和端口上处于 TIME_WAIT 的套接字。',
    laws: [
      '新老服务器都必须设 SO_REUSEADDR。只有其中一个设了，TIME_WAIT 照样挡住 bind：EADDRINUSE。',
      '只要新套接字设了 SO_REUSEADDR 就够了，不管老服务器有没有设。',
    ],
    advice:
      '每个监听套接字从第一次启动起，就在 bind() 之前设 SO_REUSEADDR：Node 的服务器自己会设（G12），C 程序调用 `setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)`。如果正在运行的服务器没有设，停掉它之前，先在它的监听套接字和已接受的套接字上补设（`sockwise set`，S10）；或者停掉以后等 60 秒。',
    rows: {
      'set by neither': '都没有设',
      'set by the new server only': '只有新服务器设',
      'set by the old server only': '只有老服务器设',
      'set by both servers': '新老服务器都设',
    },
  },
  C11: {
    title: '只剩 TIME_WAIT：设了选项就能马上启动',
    claim: '没有套接字在监听，只剩处于 TIME_WAIT 的连接时，设了 SO_REUSEADDR 的服务器马上就能启动。',
    laws: [
      '新老服务器都设了 SO_REUSEADDR，有多少个 TIME_WAIT 都能启动。只有新服务器设，以 EADDRINUSE 失败。',
      '新服务器设了 SO_REUSEADDR，有多少个 TIME_WAIT 都能启动。',
    ],
    advice: '每个监听套接字都设，一直设着：重启时，老服务器有没有设过也算数。',
    rows: {
      'one TIME_WAIT, both servers have the option': '一个 TIME_WAIT，新老服务器都设',
      'three TIME_WAITs, both servers have the option': '三个 TIME_WAIT，新老服务器都设',
      'one TIME_WAIT, only the new server has the option': '一个 TIME_WAIT，只有新服务器设',
    },
  },
  C12: {
    title: '过一分钟，不设选项也能启动',
    claim: 'TIME_WAIT 持续 60 秒；之后不用任何选项，服务器就能再次启动。',
    laws: ['bind() 开始以 EADDRINUSE 失败。60 秒以后成功，不用任何选项。'],
    advice: '设 SO_REUSEADDR，不要等。只有停一分钟无所谓、而且每个客户端都已关闭时，才等。',
    waitsFor: ' 60 秒，让 TIME_WAIT 到期',
    labels: { before: '马上 bind()', after: '等待之后 bind()', waited: '等待' },
    rows: { 'without the option': '不设选项' },
  },
  G9: {
    title: '哪个内核参数能缩短 TIME_WAIT',
    claim: '可以修改内核参数，缩短 TIME_WAIT 的时间。',
    laws: [
      '没有哪个参数能缩短 TIME_WAIT：tcp_fin_timeout 只缩短 FIN_WAIT2，tcp_tw_reuse 两个都不缩短，tcp_tw_recycle 已经没有了。设 tcp_max_tw_buckets = 0，内核干脆不保留 TIME_WAIT 和 FIN_WAIT2。',
    ],
    advice:
      '别动它们，设 SO_REUSEADDR。tcp_fin_timeout 管的是 FIN_WAIT2；tcp_max_tw_buckets 会让超出的连接都失去 TIME_WAIT 的保护；tcp_tw_recycle 从 Linux 4.12 起就没有了。',
    labels: { kept: '这个状态', shorter: '缩短了' },
    rows: combined(
      same('TIME_WAIT', 'FIN_WAIT2'),
      same('tcp_fin_timeout = 5', 'tcp_tw_reuse = 1', 'tcp_max_tw_buckets = 0', 'tcp_tw_recycle = 1'),
    ),
  },
};
