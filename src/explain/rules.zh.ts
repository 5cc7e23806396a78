import type { AnyRuleId } from './cite.js';

/** The plain sentences of rules.ts, unix-rules.ts and life-rules.ts in Chinese, by the id of the rule. */
const table = {
  // Who may bind, listen and connect
  'port-free': '这种协议没有别的套接字占用这个端口，所以没有什么会挡住它。',
  'addresses-apart':
    '地址不重叠的两个套接字可以用同一个端口：两个不同的地址，或者 IPv4 与只管 IPv6 的地址。通配地址与本协议族的每个地址都重叠；没有设 IPV6_V6ONLY 的 [::] 与 IPv4 也重叠。',
  'devices-apart': '绑定到不同网络设备的两个套接字从不冲突。',
  'reuseaddr-shared':
    '两个 TCP 套接字都设了 SO_REUSEADDR，而且先来的不在监听，就可以共用地址和端口。连接和 TIME_WAIT 按监听套接字在 accept 它们时的选项来算。',
  'reuseport-shared': '同一个用户的套接字都设了 SO_REUSEPORT，就可以共用地址和端口，同时监听也行。',
  'reuseport-over-minisocket':
    '已经关闭的连接（TIME_WAIT，或者没有进程的 FIN_WAIT2）没有用户，所以只要它和新套接字都设了 SO_REUSEPORT 就够了。',
  'udp-reuseaddr-shared':
    '两个 UDP 套接字都设了 SO_REUSEADDR，就可以共用地址和端口，不管属于哪个用户；单播数据报交给最后绑定的那个。',
  'held-by-listener':
    '监听套接字独占它的地址和端口：它监听期间，别的套接字不能绑定重叠的地址，设不设 SO_REUSEADDR 都一样；除非双方都设了 SO_REUSEPORT 并且属于同一个用户。',
  'held-by-bound-socket':
    '只绑定、不监听的套接字独占它的地址和端口；除非双方都设了 SO_REUSEADDR，或者都设了 SO_REUSEPORT 并且属于同一个用户。',
  'held-by-connection':
    '连接占用它的本地地址和端口；除非它和新套接字都设了 SO_REUSEADDR，或者都设了 SO_REUSEPORT 并且属于同一个用户。',
  'held-by-closing-connection':
    '进程已经关闭的连接，在对端应答或内核放弃之前，仍然占用它的本地地址和端口；除非它和新套接字都设了 SO_REUSEADDR，或者都设了 SO_REUSEPORT。',
  'held-by-time-wait':
    '处于 TIME_WAIT 的连接占用它的本地地址和端口 60 秒；除非这个连接和新套接字都设了 SO_REUSEADDR，或者都设了 SO_REUSEPORT。只有新套接字设了选项是不够的。',
  'reuseport-other-user':
    'SO_REUSEPORT 只让同一个用户的套接字共用端口：这个用户是调用 socket() 的用户，对接受的连接来说是调用 accept() 的用户。root 也不例外。',
  'reuseport-own-group': '在 bind() 之前挂了 SO_REUSEPORT 程序的套接字已经自成一组，不能再加入别的组。',
  'held-by-udp-socket':
    'UDP 套接字占用它的地址和端口直到关闭；除非双方都设了 SO_REUSEADDR，或者都设了 SO_REUSEPORT 并且属于同一个用户。',
  'no-port-left-for-bind':
    '临时端口范围里的每个端口在这个地址上都有冲突时，bind() 端口 0 失败。bind() 选出的端口，TCP 套接字之间从不共用。',
  'no-port-left-for-connect':
    '临时端口范围里的每个端口都已被绑定，或者都已经有连到这个目的地的连接时，不指定源端口的 connect() 失败。',
  'no-udp-port-left': '没有端口的 UDP 套接字在第一次发送或 connect 时得到端口；临时端口用完了，就得到 EAGAIN。',
  'privileged-port': '小于 ip_unprivileged_port_start（1024）的端口只给有 CAP_NET_BIND_SERVICE 的进程。',
  'address-not-local':
    'bind() 只接受本机的地址，除非套接字设了 IP_FREEBIND 或 IP_TRANSPARENT，或者设了 ip_nonlocal_bind。',
  'four-tuple-taken': '两个连接的四元组不能完全相同。这时 connect() 报 EADDRNOTAVAIL，而不是 EADDRINUSE。',
  'four-tuple-in-time-wait':
    '从 bind() 指定的端口发起的 connect()，不能接管没有时间戳的连接留下的 TIME_WAIT（或者没有进程的 FIN_WAIT2）。',
  'time-wait-taken-over':
    '从 bind() 指定的端口发起的 connect()，如果老连接有时间戳，会立刻接管四元组相同的 TIME_WAIT，与 tcp_tw_reuse 无关。',
  'tcp-tw-reuse':
    '自己选端口的 connect()，在 tcp_tw_reuse 允许（1：允许，2：只在回环上允许）、老连接有时间戳、并且已经等满 tcp_tw_reuse_delay（1 秒）时，接管四元组相同的 TIME_WAIT。',
  'four-tuple-free': '从已绑定的端口 connect()，只看有没有四元组完全相同的连接。',
  'port-chosen':
    '不指定源端口的 connect() 从临时端口范围里选一个端口：没有被 bind() 占用，也没有连到这个目的地的连接。',
  'port-chosen-by-bind':
    'bind() 端口 0，以及没有 bind() 的 listen()，从临时端口范围里选一个端口：这个地址在它上面与谁都不冲突。',
  'port-left-to-connect': '设了 IP_BIND_ADDRESS_NO_PORT，bind() 端口 0 只定下地址，端口由 connect() 或 listen() 来选。',
  'source-of-other-family': '绑定到 IPv4 地址（::ffff:1.2.3.4）的套接字不能连接 IPv6 地址。',
  'udp-connect': 'UDP 套接字的 connect() 只定下它的地址：不问别人，任意多个套接字可以有同一个目的地。',
  'nobody-listens': '发到没人监听的端口的 SYN，得到 RST。',
  'bound-already': '一个套接字只能绑定一次：已经有端口、在监听或者已连接的套接字，再 bind() 就失败。',
  'address-too-short': '交给 bind() 的地址，长度必须够套接字的协议族用：把 IPv4 地址交给 IPv6 套接字就太短了。',
  'address-of-other-family': 'IPv4 套接字不能绑定或连接 IPv6 地址。',
  'mapped-address-on-v6only': '设了 IPV6_V6ONLY 的套接字不能绑定 IPv4 地址（::ffff:1.2.3.4）。',
  'mapped-destination-on-v6only':
    '设了 IPV6_V6ONLY 的套接字不能连接 IPv4 地址（::ffff:1.2.3.4）。绑定 IPv6 地址时内核会设上这个选项。',
  'multicast-on-tcp6': 'TCP 套接字不能绑定 IPv6 组播地址（IPv4 组播地址可以）。',
  'link-local-without-device': '链路本地的 IPv6 地址，单播也好组播也好，都要说明网络接口：它在每个接口上意思不同。',
  'listen-on-connection': 'listen() 只能用在没有连接、也不在连接过程中的套接字上。',
  'listen-again': '对监听套接字再次 listen()，只改变 backlog。',
  'listen-on-udp': '只有流式套接字能监听。',
  'connected-already': '正在监听或已经连接的 TCP 套接字不能再次连接。',
  'unix-path-free': 'unix 套接字的 bind() 会创建路径上的文件，所以路径上什么都没有就是空闲的。',
  'unix-path-in-use':
    'unix 套接字的文件属于创建它的套接字：那个套接字还开着时，对这个路径 bind() 会失败，connect 这个路径就连到它。',
  'unix-path-stale':
    'unix 套接字关闭以后文件还在，而 bind() 从不接管文件：套接字已经没有人用了，但文件不删，路径就一直被占用。',
  'unix-path-undecided': '路径已经存在时，unix 套接字的 bind() 就失败，不管文件的套接字是不是还开着。',
  'unix-path-no-socket': 'unix 套接字的 bind() 会创建路径上的文件，那里有别的文件时就失败。',
  'unix-name-free': '在一个网络命名空间里，每种类型的一个打开的套接字独占一个抽象名字；它关闭以后，名字就空出来。',
  'unix-name-in-use': '在一个网络命名空间里，同一类型的两个打开的套接字不能用同一个抽象名字。',
  'unix-no-folder': 'unix 套接字的 bind() 会创建文件，所以路径所在的目录必须存在。',
  'unix-no-such-folder': 'unix 套接字的 bind() 会创建文件，所以路径中除最后一段以外都必须是目录。',
  'unix-folder-not-writable': 'unix 套接字的 bind() 会创建文件，所以进程要有目录的写权限，以及沿途各级目录的搜索权限。',
  'unix-connected': '对路径 connect()，如果创建文件的套接字在监听，而且进程对文件有写权限，就连到它。',
  'unix-nobody-listens': '路径或抽象名字上没有套接字在监听，connect() 就被拒绝；已关闭的套接字的文件还会留着。',
  'unix-no-such-path': '路径上没有文件，connect() 就以 ENOENT 失败。',
  'unix-not-writable': '对路径 connect()，要有文件的写权限，以及沿途各级目录的搜索权限。',

  // Addresses and ports
  'bind-source-connect-destination':
    'bind() 设置本地的地址和端口，connect() 设置对端的；bind() 没有定下的本地部分也由 connect() 定下。',
  'source-by-route': 'connect() 把通配地址换成去往目的地的路由的源地址。从此以后套接字只占那一个地址。',
  'udp-autobind': 'UDP 套接字在第一次发送或 connect 时得到端口，即使那次调用失败。只接收不会绑定。',
  'port-given-back': 'TCP 连接失败后，不是由 bind() 指定的端口会还回去，而 getsockname() 仍然报告它。',
  'option-read-at-later-bind':
    'setsockopt() 只是把 SO_REUSEADDR 记下来。之后对这个端口的 bind() 或 listen() 才去看它：自己的套接字的，和已经在那里的套接字的。',
  'option-inherited': '连接的 SO_REUSEADDR 取自握手时的监听套接字，TIME_WAIT 的又取自它的连接。',
  'listen-checks-again':
    'listen() 会再做一次 bind() 的检查，这次按监听套接字来算：靠 SO_REUSEADDR 共用端口的两个套接字，谁先监听谁赢。',
  'time-wait-has-one-address': 'TIME_WAIT 只占用连接的那一个本地地址，即使监听套接字绑定的是通配地址。',
  'wildcard-is-no-list':
    '绑定通配地址的套接字并不保存地址清单：报文到达时，不管发给主机的哪个地址都与它匹配，包括 127.0.0.0/8 和后来添加的地址。',
  'one-socket-many-descriptors':
    'bind() 和 listen() 针对的是套接字，不是进程：同一个套接字的描述符可以在许多进程里，靠 fork() 继承，或者经 Unix 套接字传递。',
  'most-specific-wins': '到达的数据交给绑定了目的地址的套接字；其余的归绑定通配地址的套接字。',
  'four-tuple-first':
    'TCP 报文段属于四元组相同的连接，TIME_WAIT 也算。监听套接字只得到不属于任何连接的报文段，除了 SYN，一律回 RST。',
  'udp-whoever-is-bound': 'UDP 服务器没有连接：数据报到达时谁绑定着就给谁；已关闭的套接字没读的就没了。',
  'udp-newest-wins':
    '靠 SO_REUSEADDR 共用地址的 UDP 套接字中，最后绑定的那个得到每个单播数据报；用 SO_REUSEPORT 时，由地址和端口的哈希选出一个。',
  'multicast-copied': '端口上的每个组播成员都得到每个数据报的一份副本。',
  'reuseport-hash': '在 SO_REUSEPORT 组的监听套接字中，由四元组的哈希决定谁得到一个连接。',

  // States and closing
  'eleven-states': 'TCP 连接处于十种状态之一，或者是 CLOSED，即没有连接。',
  'closing-states': '先关闭的一方经过 FIN_WAIT1、FIN_WAIT2 和 TIME_WAIT；另一方经过 CLOSE_WAIT 和 LAST_ACK。',
  'first-fin-time-wait': 'TIME_WAIT 留在先发 FIN 的一方，也就是主动关闭的一方。另一方什么都不留。',
  'last-closer-done': '后关闭的一方，它的 FIN 得到确认就结束了。在那之前它处于 LAST_ACK，重传 FIN，并占用端口。',
  'fin-carries-ack':
    'FIN 和任何报文段一样，会确认已经收到的东西：一方如果在推迟发送对第一个 FIN 的 ACK 期间就关闭，两者合成一个报文段。',
  'closing-crossed':
    '双方的 FIN 在途中交错时，每一方都停在 CLOSING，直到自己的 FIN 得到确认，然后双方都进入 TIME_WAIT。',
  'fin-behind-data':
    'close() 会把排队的数据发完，再发 FIN。在全部得到确认之前，套接字处于 FIN_WAIT1；如果对端先关闭，则处于 LAST_ACK。',
  'death-closes': '进程结束时，不管因为什么信号，内核都像 close() 那样关闭它的套接字；连接在没有进程的情况下继续走完。',
  'fin-wait2-alone': '没有对端的 FIN 就没有 TIME_WAIT：先关闭的一方停在 FIN_WAIT2，只有那个 FIN 能让它变成 TIME_WAIT。',
  'fin-timeout': '没有进程持有的 FIN_WAIT2，过 tcp_fin_timeout（60 秒）就结束。TIME_WAIT 与它无关。',
  'half-closed-for-ever': '仍由进程持有的 FIN_WAIT2，以及空闲的连接，都没有定时器：可以永远停在那里。',
  'linger2-over-60':
    'TCP_LINGER2 为它的套接字代替 tcp_fin_timeout，最多 120 秒；负值表示立刻 RST。超过 60 秒的值，只算超过 60 的部分，再乘 2：61 就是 2 秒。',
  'accept-after-handshake':
    'accept() 返回的是已经完成握手、处于 ESTABLISHED 的连接。只有用 TCP_FASTOPEN 时，返回的连接可能处于 SYN_RECV。',
  'shutdown-halves':
    'SHUT_WR 发出 FIN。SHUT_RD 什么都不发，也什么都不挡：到达的数据照样能读。两个都做了以后，到达的数据得到 RST。',
  'shutdown-of-listener':
    '对监听套接字 SHUT_RD 就结束了监听：队列里的连接被 RST，新连接被拒绝，但 bind() 指定的端口仍被占用。SHUT_WR 对它不起作用。',
  'disconnect-resets':
    '用 AF_UNSPEC connect() 会让连接 RST，不管 SO_LINGER 怎么设；shutdown(SHUT_WR) 之后又收到对端的 FIN，就没有什么可 RST 的了。只有 bind() 指定了端口号，端口才继续被占用。',

  // TIME_WAIT
  'time-wait-60s':
    'TIME_WAIT 持续 60 秒，从开始算起；每收到一次重传的 FIN 就重新计时。Linux 没有 MSL 这个参数；标准取 MSL 为 120 秒，TIME_WAIT 就是 240 秒。',
  'time-wait-answers': 'TIME_WAIT 收到重传的 FIN 或别的老报文段，就再发一次最后的 ACK。收到 FIN 后，60 秒重新计时。',
  'tw-buckets': '超过 tcp_max_tw_buckets 时，内核不再建立 TIME_WAIT 和没有进程的 FIN_WAIT2：连接立刻消失。',
  'time-wait-removed':
    'root 可以用 SOCK_DESTROY（ss --kill）去掉一个 TIME_WAIT。端口随即空出来，重传的 FIN 会得到 RST。',
  'syn-in-time-wait':
    'TIME_WAIT 接受这样的 SYN：时间戳更新；或者时间戳分不出先后，而序列号更大。时间戳更旧的一律拒绝，不管序列号多大。',
  'initial-number':
    '初始序列号是四元组的哈希加上一个时钟，时钟每 64 纳秒加一，每秒 15.6M 次。如果四元组的 TIME_WAIT 就在本机，则取老连接的末序列号加 65,537。',
  'numbers-wrap': '序列号按模 2^32 比较：两者之差小于 2^31，才分得出谁在后面。',
  'refused-syn-resets':
    'SYN 被 TIME_WAIT 拒绝的客户端，会用 RST 应答它收到的 ACK。这就结束了 TIME_WAIT，下一个 SYN 会被接受，除非 tcp_rfc1337 为 1。',
  'time-wait-assassination':
    '序列号恰好是下一个的 RST 会结束 TIME_WAIT，除非 tcp_rfc1337 为 1。残余的老报文段能引来这样的 RST。',
  paws: '时间戳比上一个更旧的报文段被丢弃，不管序列号是多少。',
  'old-window': '新连接的起始序列号高于老的序列号时，老报文段落在窗口之外，因此被丢弃。',

  // Reset
  'unread-data-resets':
    '收到的数据没读完就 close()，发出的是 RST 而不是 FIN；没发完的数据被丢弃，也不留下任何状态，不管 SO_LINGER 怎么设。',
  'linger-zero-resets':
    '设了 SO_LINGER {1, 0}，close() 丢弃没发出的数据，发 RST，不留下状态。已经存在的 TIME_WAIT 不受影响。',
  'linger-waits':
    '设了 SO_LINGER {1, n}，close() 一直等到对端确认了全部数据，最多 n 秒，非阻塞套接字也一样。之后内核照没有这个选项时那样继续。',
  'linger-not-at-exit': '进程结束时，设了时间的 SO_LINGER 不会拖延它；{1, 0} 仍然发 RST。',
  'reset-after-data': 'RST 之前到达的数据，程序仍能读到；接着得到一次 ECONNRESET，然后是流的结尾；写则得到 EPIPE。',
  'reset-errno':
    'RST 之前先收到过对端的 FIN，得到 EPIPE；否则得到 ECONNRESET。之后再写得到 EPIPE，没有设 MSG_NOSIGNAL 时还有 SIGPIPE。',
  'reset-for-unknown': '报文段如果属于主机不认识的连接，就得到 RST。',
  'data-in-fin-wait2-resets': '没有进程持有的 FIN_WAIT2 收到数据，就回 RST，FIN_WAIT2 随之消失：后面不会有 TIME_WAIT。',
  'challenge-ack': '已建立的连接收到 SYN，回的是 ACK。丢失了连接的客户端用 RST 应答它，老连接就结束了。',
  'repair-is-silent': '处于 repair 模式的套接字关闭时什么都不发。对端要到发出下一个报文段、得到 RST 时才知道。',

  // Queues and time
  'full-queue-drops-syn':
    'SYN 到来时全连接队列已满，就被悄悄丢弃，客户端会重发。tcp_abort_on_overflow 在这里不起作用。',
  'abort-on-overflow':
    '握手的最后一个 ACK 到来时队列已满，这个 ACK 被丢弃，以后会再来；tcp_abort_on_overflow 为 1 时则回 RST。',
  'queue-dies-with-listener':
    '关闭监听套接字，队列里的连接会被 RST，除非 tcp_migrate_req 为 1，并且同一个 SO_REUSEPORT 组里有另一个监听套接字来接收。accept() 已经返回的连接不受影响。',
  'defer-accept': '设了 TCP_DEFER_ACCEPT，accept() 在数据到达时才返回连接；超过设定的时间，没有数据也返回。',
  'fast-open-cookie':
    '用 TCP_FASTOPEN 的第一个连接只是取得 cookie，从下一个连接起 SYN 才携带数据。服务器需要 tcp_fastopen 的第 2 位。',
  'user-timeout': 'TCP_USER_TIMEOUT 结束数据得不到确认的连接。它从第一次重传算起，对空闲连接不起作用。',
  'keepalive-idle-only':
    'keepalive 只探测空闲的连接。有数据在途时由重传决定，最多 tcp_retries2 次（15 次，约 15 分钟）。',
} satisfies Readonly<Record<AnyRuleId, string>>;

/** By id, as results name rules. */
export const chineseRules: Readonly<Record<string, string>> = table;
