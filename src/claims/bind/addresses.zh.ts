import type { TextsById } from '../case-texts.js';
import { combined, same } from '../row-texts.js';

export const addressesTexts: TextsById = {
  C2: {
    title: 'bind() 设置源，connect() 设置目的',
    claim: 'bind() 设置套接字的源地址和源端口，connect() 设置目的地址和目的端口。',
    laws: ['bind() 设置源地址和源端口。connect() 设置目的，源保持不变。'],
    advice:
      '只有要选源地址时才在 connect() 之前 bind，并且用 IP_BIND_ADDRESS_NO_PORT 和端口 0。这样端口由 connect() 来选，连别的目的地时还能共用它（C3）。',
    labels: {
      sourceAfterBind: 'bind() 设置了源',
      destinationAfterBind: 'bind() 之后的目的',
      sourceAfterConnect: 'connect() 保持了源',
      destinationAfterConnect: 'connect() 设置了目的',
      sourceSeenByPeer: '对端看到的正是这个源',
    },
  },
  C3: {
    title: '临时端口用完的时候',
    claim: '临时端口范围有多少个端口，就最多有多少个套接字能 bind 端口 0；再多 bind 就以 EADDRINUSE 失败。',
    laws: [
      '有 10 个临时端口时，bind() 端口 0 对每个本地地址都能成功 10 次，然后以 EADDRINUSE 失败。TCP 的 connect() 对每个目的地都能成功 10 次，然后以 EADDRNOTAVAIL 失败。UDP 的 connect() 总共成功 10 次，然后以 EAGAIN 失败。',
      '有 10 个临时端口时，不管用哪个本地地址，bind() 端口 0 总共成功 10 次，然后以 EADDRINUSE 失败。',
    ],
    advice:
      'connect() 之前不要 bind。如果源地址要紧，在 bind() 之前设 IP_BIND_ADDRESS_NO_PORT。自己选端口的 connect() 报 EADDRNOTAVAIL，UDP 报 EAGAIN，都应理解为“没有端口了”。',
    labels: { sockets: '套接字数', then: '然后' },
    rows: combined(
      same('TCP', 'UDP'),
      {
        'bind to port 0': 'bind 端口 0',
        'connect without bind': '不 bind 就 connect',
        'connect after bind without a port': 'bind 时不定端口再 connect',
      },
      {
        'one address': '一个地址',
        'two addresses': '两个地址',
        'one destination': '一个目的地',
        'two destinations': '两个目的地',
      },
    ),
  },
  C4: {
    title: '没有绑定的 UDP 套接字在第一次发送时被绑定',
    claim: '从未绑定的 UDP 套接字，第一次发送时由系统绑定，也可以 connect；没有绑定就收不到对端的回复。',
    laws: ['UDP 套接字在第一次 send 或 connect 时被绑定，即使那次发送失败。接收不会绑定：只接收的套接字谁也找不到它。'],
    advice: '要接收数据的 UDP 套接字先 bind。UDP 客户端应当 connect：内核会替它过滤收到的数据报，并报告 ICMP 错误。',
    labels: { before: '之前', call: '调用', after: '之后', reached: '能被找到' },
    rows: {
      'sends a datagram': '发送一个数据报',
      'sends where there is no route': '向没有路由的地方发送',
      connects: 'connect',
      'only receives': '只接收',
    },
  },
  C5: {
    title: '没有绑定的 TCP 套接字在 connect 时被绑定',
    claim: '从未绑定的 TCP 套接字，系统在它连接之前把它绑定。',
    laws: [
      'connect() 在 SYN 发出之前绑定 TCP 套接字。连接如果被拒绝，端口又空出来，虽然 getsockname() 还报告它。',
      'connect() 在 SYN 发出之前绑定 TCP 套接字；连接被拒绝以后，端口仍被占用。',
    ],
    advice: '客户端的端口让 connect() 去选。connect() 失败以后要新开套接字，不要相信 getsockname() 报告的端口。',
    labels: { before: 'connect() 之前', after: '之后', getsockname: 'getsockname()' },
    rows: {
      'the connection is accepted': '连接被接受',
      'the connection is on its way': '连接正在途中',
      'the connection was refused': '连接被拒绝',
    },
  },
  C6: {
    title: '端口 0 和通配地址：内核填上什么',
    claim: '端口填 0，内核就从临时端口范围里选一个；绑定通配地址的套接字，在连接时得到一个具体的源地址。',
    laws: [
      '端口 0 得到临时端口范围里的一个端口，套接字一直保有它。connect() 把通配地址换成路由的源地址：目的是本机的某个地址时，就是那个地址。',
    ],
    advice: '用 getsockname() 读取结果：bind() 之后读端口，connect() 之后读地址。',
    labels: {
      portInRange: '端口在临时端口范围内',
      bound: 'bind() 之后的地址',
      connected: 'connect() 之后的地址',
      concrete: '是一个具体的地址',
      portKept: '端口没有变',
    },
    rows: combined(same('TCP', 'UDP'), { 'connected to A': '连接到 A', 'connected to B': '连接到 B' }),
  },
};
