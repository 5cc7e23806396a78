import type { ExperimentTextsByName } from '../experiment-texts.js';

export const orphansExperimentTexts: ExperimentTextsByName = {
  'orphan-lifetime': {
    title: '已关闭的套接字的 FIN_WAIT2',
    about:
      '没有进程持有套接字，对端又不关闭：过了 tcp_fin_timeout 或 TCP_LINGER2 的时间它就消失，迟到的 FIN 得到 RST。',
    rule: 'tcp_fin_time() 取 TCP_LINGER2，没有就取 sysctl 的值。超过 60 秒时，只有超出的部分算数，而且算两遍：完整的套接字用 keepalive 定时器等这么久，之后 minisocket 再等同样久（tcp_keepalive_timer() 把 tcp_fin_time() - TCP_TIMEWAIT_LEN 交给 tcp_time_wait()）。61 秒就成了 2 秒。超过 120 秒的值会被截到 120（TCP_FIN_TIMEOUT_MAX）。如果 FIN 的 ACK 到来时 close(2) 还持有套接字，那么 60 秒以下的时间也由完整的套接字来等，并以 RST 结束：所以这里服务器先 shutdown，避开这种情形。',
    labels: { reads: 'TCP_LINGER2 读出来是', lasts: 'FIN_WAIT2 持续', server: '服务器发出' },
    variants: { default: '默认值' },
  },
  'held-fin-wait-2': {
    title: '仍然打开的套接字的 FIN_WAIT2',
    about: 'shutdown(SHUT_WR) 之后没有定时器在走，不管 TCP_LINGER2 怎么设：套接字永远等下去，而且还能读。',
    rule: 'tcp_rcv_state_process() 只给 SOCK_DEAD 的套接字启动 FIN_WAIT2 的定时器，而 close(2) 才让它成为 SOCK_DEAD。',
    labels: { reads: 'TCP_LINGER2 读出来是', lasts: 'FIN_WAIT2 持续', recv: '迟到数据的 recv()' },
  },
  'negative-linger2': {
    title: '设了 TCP_LINGER2 -1 的 close()',
    about: '没有 FIN_WAIT2：FIN 之后马上就是 RST。',
    rule: '套接字到了 FIN_WAIT2 而 linger2 是负数时，__tcp_close() 发 RST；FIN 的 ACK 后到时，由 tcp_rcv_state_process() 来发。',
    labels: { reads: 'TCP_LINGER2 读出来是', lasts: 'FIN_WAIT2 持续', sent: '服务器发出', send: '对端的 send()' },
  },
};
