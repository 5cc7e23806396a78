import type { UnpredictableId } from './rules.js';

/** What explanations say besides the sentences of rules, by the English text: cures, notes, and why something was not tried. */
export const chineseTexts: Readonly<Record<string, string>> = {
  // Cures of ports
  'Set SO_REUSEADDR on the new socket before bind(), and on the server that leaves the connections behind: connections take the option over from their listener.':
    '在 bind() 之前给新套接字设置 SO_REUSEADDR，留下这些连接的服务器也要设：连接的这个选项取自它的监听套接字。',
  'Set SO_REUSEADDR on both sockets before bind().': '在 bind() 之前给两个套接字都设置 SO_REUSEADDR。',
  'Stop the program that holds the port, or let it close its socket.': '停掉占着端口的程序，或者让它关闭那个套接字。',
  'Bind another port, or port 0 to let the kernel choose.': '换一个端口，或者绑定端口 0 让内核来选。',
  'Bind both sockets to addresses that do not overlap, such as two different addresses of the machine, and neither to the wildcard.':
    '让两个套接字绑定不重叠的地址，例如本机的两个不同地址；两边都不用通配地址。',
  'If several sockets are meant to share the port, set SO_REUSEPORT on all of them before bind(), and run them as one user.':
    '如果本来就要几个套接字共用端口，在 bind() 之前给它们全都设置 SO_REUSEPORT，并用同一个用户运行。',
  'Do not bind a fixed source port: connect() chooses one that is free for this destination.':
    '不要绑定固定的源端口：connect() 会选一个对这个目的地空闲的端口。',
  'Close sockets that are no longer used.': '关闭不再使用的套接字。',
  'Widen net.ipv4.ip_local_port_range.': '把 net.ipv4.ip_local_port_range 设得更宽。',
  'Let the other end close first: TIME_WAIT stays with the end that sends the first FIN.':
    '让对端先关闭：TIME_WAIT 留在先发 FIN 的一方。',
  'Close the connection, or end the process that holds it.': '关闭这个连接，或者结束持有它的进程。',
  'Remove the connection with `destroySocket` (ss --kill).': '用 `destroySocket`（ss --kill）去掉这个连接。',
  'Wait: a closed FIN_WAIT2 lasts tcp_fin_timeout (60 s), the others until retransmission gives up.':
    '等：已关闭的 FIN_WAIT2 持续 tcp_fin_timeout（60 秒），其他状态要等到内核放弃重传。',
  'Close the other end of the connection.': '关闭连接的对端。',
  'Wait until TIME_WAIT ends, 60 s after it began.': '等 TIME_WAIT 结束：从开始算起 60 秒。',
  'Remove the TIME_WAIT with `destroySocket` (ss --kill).': '用 `destroySocket`（ss --kill）去掉 TIME_WAIT。',
  'Run all programs that share the port as one user.': '让共用端口的程序都用同一个用户运行。',
  'Open the socket as that user, or fchown() it, before bind().':
    '以那个用户打开套接字，或者在 bind() 之前用 fchown() 交给他。',
  'Attach the program after bind(), to any socket of the group.':
    '在 bind() 之后再挂上程序，挂到组里任何一个套接字都行。',
  'Set IP_BIND_ADDRESS_NO_PORT before bind(), so that connect() chooses the port for its destination.':
    '在 bind() 之前设置 IP_BIND_ADDRESS_NO_PORT，让 connect() 按目的地选端口。',
  'Bind another local address: each has the range for itself.': '绑定另一个本机地址：每个地址各有一整个端口范围。',
  'Bind another local address with IP_BIND_ADDRESS_NO_PORT: each address has the range for itself.':
    '设置 IP_BIND_ADDRESS_NO_PORT 后绑定另一个本机地址：每个地址各有一整个端口范围。',
  'Keep connections open and use them again.': '保持连接不关，重复使用。',
  'Set net.ipv4.tcp_tw_reuse=1, so that connect() takes over ports in TIME_WAIT.':
    '设置 net.ipv4.tcp_tw_reuse=1，让 connect() 接管 TIME_WAIT 中的端口。',
  'Use a port from 1024 up.': '用 1024 以上（含 1024）的端口。',
  'Give the program CAP_NET_BIND_SERVICE (setcap cap_net_bind_service=+ep, or AmbientCapabilities= of systemd).':
    '给程序 CAP_NET_BIND_SERVICE（setcap cap_net_bind_service=+ep，或 systemd 的 AmbientCapabilities=）。',
  'Let systemd or another process of root open the socket, and take it over.':
    '让 systemd 或别的 root 进程打开套接字，程序再接过来。',
  'Lower net.ipv4.ip_unprivileged_port_start.': '调低 net.ipv4.ip_unprivileged_port_start。',
  'Bind an address of this machine (`ip address`), or the wildcard.':
    '绑定本机的地址（见 `ip address`），或者通配地址。',
  'Set IP_FREEBIND to bind an address that the machine gets later.': '设置 IP_FREEBIND，就能绑定本机以后才会有的地址。',
  'Set net.ipv4.ip_nonlocal_bind=1, or net.ipv6.ip_nonlocal_bind=1.':
    '设置 net.ipv4.ip_nonlocal_bind=1，或 net.ipv6.ip_nonlocal_bind=1。',
  'Bind another source port or address, or connect to another destination.':
    '绑定另一个源端口或源地址，或者连接另一个目的地。',
  'Leave net.ipv4.tcp_timestamps on at both ends.': '两端都让 net.ipv4.tcp_timestamps 保持开启。',
  'Bind an IPv6 address or [::], or leave bind() out.': '绑定 IPv6 地址或 [::]，或者不调用 bind()。',
  'Start the server, and let it listen on this address.': '启动服务器，让它监听这个地址。',
  'Check address, port and family: a server on another address does not answer.':
    '检查地址、端口和协议族：监听别的地址的服务器不会应答。',
  'Open a new socket.': '另开一个套接字。',
  'Give an address of the family of the socket; on IPv6 sockets write IPv4 addresses as ::ffff:1.2.3.4.':
    '给出与套接字同一协议族的地址；在 IPv6 套接字上，IPv4 地址写成 ::ffff:1.2.3.4。',
  'Open an IPv6 socket.': '改用 IPv6 套接字。',
  'Turn IPV6_V6ONLY off before bind(), or use an IPv4 socket.': '在 bind() 之前关掉 IPV6_V6ONLY，或者用 IPv4 套接字。',
  'Use an IPv4 socket, or an IPv6 socket that is not bound to an IPv6 address.':
    '用 IPv4 套接字，或者没有绑定 IPv6 地址的 IPv6 套接字。',
  'Bind a unicast address or the wildcard.': '绑定单播地址或通配地址。',
  'Give the interface, as in fe80::1%eth0, or set SO_BINDTODEVICE.':
    '写明网络接口，例如 fe80::1%eth0，或者设置 SO_BINDTODEVICE。',
  'Leave listen() out: a bound UDP socket receives.': '不要调用 listen()：绑定了的 UDP 套接字就能接收。',
  'Open a new socket, or dissolve the connection with `disconnect` first.':
    '另开一个套接字，或者先用 `disconnect` 解除连接。',

  // Cures of unix sockets
  'Bind another path.': '绑定另一个路径。',
  'Stop the program that has the socket, and remove the file if it is still there.':
    '停掉持有这个套接字的程序；文件如果还在，就删掉它。',
  'Remove the file before bind(), after a connect() to it has failed with ECONNREFUSED.':
    '先 connect() 这个路径，得到 ECONNREFUSED 之后删掉文件，再 bind()。',
  'Bind an abstract name, which goes with its socket.': '绑定抽象名字：它随套接字一起消失。',
  'Connect to the path as a user that may write to it: ECONNREFUSED says that the file can be removed.':
    '用对它有写权限的用户连接这个路径：得到 ECONNREFUSED，就说明文件可以删掉。',
  'Stop the program that has the name: it is free at once.': '停掉占着这个名字的程序：名字马上就空出来。',
  'Bind another name.': '绑定另一个名字。',
  'Create the folder before bind().': '在 bind() 之前先建好目录。',
  'Bind a path in a folder of this user, such as $XDG_RUNTIME_DIR or a RuntimeDirectory= of systemd.':
    '绑定这个用户自己目录里的路径，例如 $XDG_RUNTIME_DIR，或 systemd 的 RuntimeDirectory=。',
  'Give this user write permission in the folder.': '给这个用户目录的写权限。',
  'Start the server.': '启动服务器。',
  'Check the path: a relative one starts from the working directory of the process.':
    '检查路径：相对路径从进程的工作目录算起。',
  'Give this user write permission on the file.': '给这个用户文件的写权限。',

  // Notes
  'Node names listen(), because libuv keeps the error of bind() until then.':
    'Node 说的是 listen()，因为 libuv 把 bind() 的错误留到那时才报。',
  'Nothing that can be seen is in the way now: it has been closed since the call failed, or it cannot be seen.':
    '现在看不到有什么挡着：调用失败之后它已经关闭，或者看不到它。',
  'Node says EACCES, because libuv reports ENOENT of bind() so.':
    'Node 说的是 EACCES，因为 libuv 把 bind() 的 ENOENT 报成这样。',
  'Node before 22 fills an abstract name up with NUL bytes, which makes it another name: its servers conflict with one another.':
    'Node 22 之前会用 NUL 字节把抽象名字补满，那就成了另一个名字：它的服务器之间会互相冲突。',

  // Why something was not tried
  'trials are off': '没有要求试',
  'connect() needs the other end': 'connect() 要有对端',
  'it cannot be tried on copies': '在副本上试不了',
  'nothing is in the way': '没有什么挡着',
  'there was no time for it': '来不及试',
  'there was no time to start a process for it in a user namespace': '来不及在 user namespace 里启动一个进程来试',
  'the process in a user namespace failed': 'user namespace 里的进程失败了',
  'no network namespace could be made': '建不了网络命名空间',
  'only those of the first 256 were read': '只读了前 256 个',
  'closed while it was looked at': '正在看的时候关闭了',
  'the copies do not fail as the sockets do': '副本的失败与原来的套接字不同',
  'a copy of a connection was not accepted in time': '连接的副本没有及时被接受',
  'there are too many kinds of sockets on the port': '这个端口上套接字的种类太多',
  'a link-local address needs its interface': '链路本地地址要说明网络接口',
  'a socket of the other user cannot be made here': '这里造不出那个用户的套接字',
};

/** Why an outcome does not follow from what can be seen. */
export const chineseUnpredictables: Readonly<Record<UnpredictableId, string>> = {
  'reuseport-short-cut':
    '端口会记住最后一个绑定到它、设了 SO_REUSEPORT 的套接字；用户和地址都相同的套接字直接放行，不再与其他套接字比较（sk_reuseport_match()）。它记住的是哪一个，看不到。',
  'reuseaddr-short-cut':
    'Linux 6.8 之前，如果端口上绑定的套接字全都设了 SO_REUSEADDR，再来一个也设了的就直接放行，不作比较（fastreuse）。bind() 之后有没有改过这个选项，看不到。',
  'udp-order':
    'UDP 从最新的套接字往旧的看，遇到第一个靠 SO_REUSEPORT 共用端口的就停（udp_lib_lport_inuse()）。结果取决于绑定的先后。',
  'option-unknown': '取决于另一个套接字的 SO_REUSEADDR 或 SO_REUSEPORT，而这看不到。',
  'user-unknown': '取决于另一个套接字属于哪个用户，而这看不到。',
  'v6only-unknown':
    '取决于一个 IPv6 连接的 IPV6_V6ONLY，而这看不到：IPv4 通配地址与从 [::] 上的监听套接字来的连接冲突。',
  'minisocket-unknown':
    '取决于已关闭的 FIN_WAIT2 还是属于某个用户的完整套接字，还是已经成了没有用户的小套接字，而这看不到。',
  'timestamps-unknown': '取决于 TIME_WAIT 中的连接有没有用时间戳，而这看不到。',
  'source-unknown': '取决于内核为这个目的地选哪个源地址，而请求里没有给出。',
  'route-unknown': '取决于路由：套接字绑定的地址不是本机的。',
  'port-choice': '取决于内核选哪个端口。',
  'bind-hash-before-6.9':
    'Linux 6.1 到 6.8 对 IPv4、v4-mapped 和双栈套接字的某些组合答得不对，6.1 最早的版本还看不到 TIME_WAIT；后来的稳定版一个一个地修正了。从 6.1.176 起，对 6.1 也作预测。',
};
