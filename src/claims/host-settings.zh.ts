/** What a sysctl changes, in one sentence, by its name. */
export const settingChanges: Readonly<Record<string, string>> = {
  'net.core.somaxconn': 'listen() 的 backlog 超过这个值就按这个值算。',
  'net.ipv4.ip_autobind_reuse': '为 1 时，端口都用完之后，bind() 端口 0 会让设了 SO_REUSEADDR 的套接字共用端口。',
  'net.ipv4.ip_local_port_range':
    'bind() 端口 0 和 connect() 都从这些临时端口里选：端口少了，连同一个目的地的连接也就少了。',
  'net.ipv4.ip_local_reserved_ports': 'bind() 端口 0 和 connect() 从不选这些端口；程序仍然可以按端口号绑定它们。',
  'net.ipv4.ip_nonlocal_bind': '为 1 时，bind() 接受本机没有的 IPv4 地址。',
  'net.ipv4.ip_unprivileged_port_start': '小于这个值的端口需要 CAP_NET_BIND_SERVICE。',
  'net.ipv4.tcp_abort_on_overflow':
    '为 1 时，握手的最后一个 ACK 到来时如果全连接队列已满，连接就被 RST；否则客户端会重试。',
  'net.ipv4.tcp_fastopen': '第 1 位允许客户端、第 2 位允许服务器用 SYN 携带数据（TCP Fast Open）。',
  'net.ipv4.tcp_fin_timeout': '已关闭的套接字，如果对端不关闭，就在 FIN_WAIT2 停留这么多秒；TIME_WAIT 与它无关。',
  'net.ipv4.tcp_keepalive_time': '设了 SO_KEEPALIVE 的空闲连接，过这么多秒发第一个探测。',
  'net.ipv4.tcp_max_syn_backlog':
    '一个监听套接字的半连接队列最多保留这么多个握手；没有 syncookies 时，再来的 SYN 会被丢弃。',
  'net.ipv4.tcp_max_tw_buckets': 'TIME_WAIT 和已关闭的 FIN_WAIT2 超过这个数目，内核就不再保留：端口立即空出来。',
  'net.ipv4.tcp_migrate_req': '为 1 时，监听套接字关闭时，队列里的连接转给同一个 SO_REUSEPORT 组里的另一个监听套接字。',
  'net.ipv4.tcp_orphan_retries':
    '处于 FIN_WAIT1 或 LAST_ACK 的已关闭套接字，向已经消失的对端重传这么多次；0 表示 8 次。',
  'net.ipv4.tcp_retries2': '连接重传数据这么多次以后，以 ETIMEDOUT 结束。',
  'net.ipv4.tcp_rfc1337': '为 1 时，RST 不会结束 TIME_WAIT。',
  'net.ipv4.tcp_syn_retries': 'connect() 重发 SYN 这么多次以后，以 ETIMEDOUT 失败。',
  'net.ipv4.tcp_syncookies': '为 0 时，半连接队列满了，再来的 SYN 就被丢弃。',
  'net.ipv4.tcp_timestamps':
    '没有时间戳，connect() 就不能接管 TIME_WAIT，TIME_WAIT 也只凭序列号决定要不要接受新的 SYN。',
  'net.ipv4.tcp_tw_reuse': 'connect() 能不能接管四元组相同的 TIME_WAIT：1 能，2 只在回环上能，0 不能。',
  'net.ipv4.tcp_tw_reuse_delay': 'TIME_WAIT 存在满这么多毫秒，connect() 才能接管它。',
  'net.ipv6.bindv6only': '为 1 时，绑定 [::] 的套接字不管 IPv4，除非它把 IPV6_V6ONLY 设为 0。',
  'net.ipv6.ip_nonlocal_bind': '为 1 时，bind() 接受本机没有的 IPv6 地址。',
  'net.ipv4.tcp_tw_timeout': 'TIME_WAIT 持续这么多秒。只有阿里云 Linux 有这个 sysctl；别处的 TIME_WAIT 固定 60 秒。',
  'net.ipv4.tcp_tw_recycle': '为 1 时，TIME_WAIT 很短，同一个 NAT 后面的客户端的 SYN 会被丢弃。Linux 4.12 把它去掉了。',
};
