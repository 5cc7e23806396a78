import type { TextsById } from '../case-texts.js';

export const lingerTexts: TextsById = {
  R3: {
    title: '设了时间的 SO_LINGER：close() 用多久',
    claim:
      '设了 SO_LINGER {1, n}，close() 以及 shutdown() 会等到全部发完，最多 n 秒；之后丢弃剩下的数据，连接被 RST。非阻塞套接字不等待（socket(7)，以及关于时间到了以后的通常说法）。',
    laws: [
      'close() 等到对端确认了全部数据，最多等设定的时间，非阻塞套接字也一样。时间到了，内核在后台继续发送，什么都不丢。shutdown() 不等待。',
    ],
    advice:
      '在事件循环里绝不要设它：close() 会让整个线程停那么久。要知道对端收到了全部数据，调用 shutdown(SHUT_WR)，然后读到它的结尾。',
    labels: { took: '调用用时', then: '然后' },
    rows: {
      'the peer reads': '对端在读',
      'the peer reads (non-blocking)': '对端在读（非阻塞）',
      'the peer does not read': '对端不读',
      'the peer does not read (non-blocking)': '对端不读（非阻塞）',
      'the peer is gone': '对端消失',
      'the peer is gone (non-blocking)': '对端消失（非阻塞）',
      'the peer does not read and the call is shutdown(SHUT_WR)': '对端不读，调用的是 shutdown(SHUT_WR)',
    },
  },
  R4: {
    title: '关闭套接字时还没发完的数据',
    claim: '没有设 SO_LINGER，内核在后台把排队的数据送到，close() 之后、进程结束之后都是这样（socket(7)）。',
    laws: [
      '排队的数据在 close() 之后会送到，在进程结束之后也会，哪怕进程是被杀死的。如果收到的数据有一个字节没读，对端就只得到一部分，然后是 ECONNRESET。',
    ],
    advice: '送达与否要紧的话，等对端的应答：close() 成功说明不了什么。关闭或退出之前，先读到结尾。',
    rows: {
      'the process exits': '进程退出',
      'the process is killed': '进程被杀死',
      'close() with one byte unread': '有一个字节没读就 close()',
    },
  },
  R9: {
    title: '进程被杀死：对端读到什么',
    claim: '内核正常地关闭被杀死的进程的套接字：对端收到已发送的数据，然后是流的结尾。',
    laws: [
      '被杀死的进程正常关闭：对端收到已发送的数据，然后是流的结尾。如果有收到的数据没读，或者设了 SO_LINGER {1, 0}，对端得到 ECONNRESET。',
    ],
    advice: '在协议里标明结束：只凭流的结尾，对端分不清进程是正常结束还是被杀死。',
    rows: {
      'pending: nothing': '未处理的：没有',
      'pending: unsent data': '未处理的：没发出的数据',
      'pending: unsent data, SO_LINGER {1, 5}': '未处理的：没发出的数据，SO_LINGER {1, 5}',
      'pending: unread data': '未处理的：没读的数据',
      'pending: nothing, SO_LINGER {1, 0}': '未处理的：没有，SO_LINGER {1, 0}',
    },
  },
};
