import type { ExperimentTextsByName } from '../experiment-texts.js';

export const deliveryExperimentTexts: ExperimentTextsByName = {
  'linger-time': {
    title: '设了 SO_LINGER 等待时间的 close()',
    about: 'close() 一直等到对端确认了全部数据，最多等设定的时间；超时之后，数据照样会送达。',
    rule: 'inet_release() 把 sk_lingertime 交给 __tcp_close()，后者在 sk_stream_wait_close() 里等；两者都不看 O_NONBLOCK。超时之后，内核在后台继续发送。inet_shutdown() 不看 SO_LINGER。',
    labels: { took: 'close() 用时', then: '之后' },
    variants: {
      'the peer reads': '对端在读',
      'the peer reads, blocking socket': '对端在读，阻塞套接字',
      'the peer does not read': '对端不读',
      'the peer does not read, blocking socket': '对端不读，阻塞套接字',
      'the peer is gone': '对端已消失',
      'the peer is gone, blocking socket': '对端已消失，阻塞套接字',
      'shutdown() instead of close()': '用 shutdown() 代替 close()',
    },
  },
  'unsent-at-the-end': {
    title: '关闭套接字时还没发完的数据',
    about: 'close() 之后、甚至进程结束之后，内核仍会把队列里的数据送到，除非有一个字节没读。',
    rule: '__tcp_close() 把 FIN 排到数据后面，套接字成为孤儿；进程结束时也这样关闭它的描述符（exit_files()）。有数据没读，它就发 RST，丢掉队列。',
    labels: { peer: '对端收到的数据', sent: '服务器发出' },
    variants: {
      'close()': 'close()',
      'the process exits': '进程退出',
      'the process is killed': '进程被杀死',
      'close() with one byte unread': '还有一个字节没读就 close()',
    },
  },
  'killed-process': {
    title: '进程被杀死',
    about: '内核像 close() 一样关闭它的套接字：正常发 FIN；有数据没读就发 RST。',
    rule: 'do_exit() 像 close(2) 一样关闭每个描述符。只有 SO_LINGER 的等待被省去，因为进程正在退出（inet_release() 中的 PF_EXITING）。',
    labels: { peer: '对端读到的', sent: '服务器发出' },
    variants: {
      nothing: '没有待处理的数据',
      'unsent data': '有没发出的数据',
      'unsent data, SO_LINGER {1, 5}': '有没发出的数据，SO_LINGER {1, 5}',
      'unread data': '有没读的数据',
      'nothing, SO_LINGER {1, 0}': '没有待处理的数据，SO_LINGER {1, 0}',
    },
  },
};
