import type { TextsById } from '../case-texts.js';

export const timeoutsTexts: TextsById = {
  R10: {
    title: 'TCP_LINGER2：没有进程持有的 FIN_WAIT2 持续多久',
    claim: 'TCP_LINGER2 是孤儿 FIN_WAIT2 套接字的存活秒数，代替 tcp_fin_timeout（tcp(7)）。',
    laws: [
      'TCP_LINGER2 代替 tcp_fin_timeout，单位是秒，最大到 60。超过 60，FIN_WAIT2 只持续超出部分的两倍：61 是 2 秒，70 是 20 秒，120 以上是 120 秒。负值什么都不留下；仍由进程持有的套接字没有定时器。',
    ],
    advice:
      '对端忘记关闭时，调小 tcp_fin_timeout 或这个选项。两者都不要设成超过 60：设成 61，FIN_WAIT2 过 2 秒就没了。对仍然打开的套接字，在程序里设超时。',
    waitsFor: ' 60 秒，让 TCP_LINGER2 300 的第一个定时器到期',
    labels: { reads: '读出的选项值', lasts: 'FIN_WAIT2 持续' },
    rows: { default: '默认', 'TCP_LINGER2 1 and a process that keeps the socket': 'TCP_LINGER2 1，进程仍持有套接字' },
  },
  R11: {
    title: '消失的对端：TCP_USER_TIMEOUT 与 keepalive',
    claim:
      '对端消失以后，数据没有得到确认的连接过 TCP_USER_TIMEOUT 就结束，空闲的连接过 keepalive 的时间就结束：下一次调用以 ETIMEDOUT 失败（tcp(7)）。',
    laws: [
      'TCP_USER_TIMEOUT 结束有数据在途的连接，比设定的时间晚约 0.4 秒，这只有在时间设得很短时才要紧；keepalive 按时结束空闲的连接。谁也代替不了谁，两个都不设就永远不结束。',
    ],
    advice: '两个都设，总时间设成一样：keepalive 管空闲的连接，TCP_USER_TIMEOUT 管有数据在途的连接。',
    labels: { error: '错误', after: '何时' },
    rows: {
      'TCP_USER_TIMEOUT 300 ms and data on its way': 'TCP_USER_TIMEOUT 300 毫秒，有数据在途',
      'keepalive 1 s + 1 s on an idle connection': 'keepalive 1 秒 + 1 秒，空闲的连接',
      'TCP_USER_TIMEOUT 3 s and data on its way': 'TCP_USER_TIMEOUT 3 秒，有数据在途',
      'TCP_USER_TIMEOUT 300 ms on an idle connection': 'TCP_USER_TIMEOUT 300 毫秒，空闲的连接',
      'keepalive 1 s + 1 s and data on its way': 'keepalive 1 秒 + 1 秒，有数据在途',
      'neither of them on an idle connection': '两个都不设，空闲的连接',
    },
  },
};
