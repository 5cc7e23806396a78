import { stateRows } from '../closing/states.zh.js';
import type { TextsById } from '../case-texts.js';

export const portReleaseTexts: TextsById = {
  L1: {
    title: '客户端先关闭：端口马上可用',
    claim: '客户端先断开，服务器再断开，服务器占用的端口马上可以再用。',
    laws: [
      '每个连接都由客户端先关闭，而且最后的 ACK 到了，端口马上空出来。有一个连接是服务器先关闭的，或者有客户端联系不上（LAST_ACK），或者双方同时关闭（TIME_WAIT），端口就被占用。',
    ],
    advice: '设 SO_REUSEADDR。不要指望客户端：服务器结束了一个连接，或者有一个客户端消失，端口就被占住。',
    rows: {
      'every connection was closed by its client first': '每个连接都由客户端先关闭',
      'the client closed first, by RST': '客户端先关闭，发的是 RST',
      'one of two connections was closed by the server first': '两个连接中有一个由服务器先关闭',
      'the client closed first and can no longer be reached': '客户端先关闭，然后联系不上',
      'the client closed first, its FIN and that of the server crossed': '客户端先关闭，它的 FIN 与服务器的 FIN 交错',
    },
  },
  L2: {
    title: '服务器关闭而客户端不断开：端口被占用多久',
    claim: '客户端未断开，服务器自行关闭，端口进入 TIME_WAIT，一到四分钟内不能用。',
    laws: [
      '客户端也关闭，TIME_WAIT 占用端口 60 秒，与 tcp_fin_timeout 无关。客户端一直不关闭，FIN_WAIT2 占用端口的时间由 tcp_fin_timeout 决定（60 秒）；如果服务器还持有套接字，就永远占用。客户端联系不上，FIN_WAIT1 占用端口，直到内核不再重传 FIN 为止。',
    ],
    advice:
      '从第一次启动起就在 bind() 之前设 SO_REUSEADDR：FIN_WAIT1、FIN_WAIT2 和 TIME_WAIT 都不再挡路。shutdown 过的套接字都要 close：半关闭而一直不 close 的套接字根本没有定时器。',
    labels: { state: '占用端口的状态', timer: '多久', bind: 'bind()' },
    rows: {
      'the client closes too': '客户端也关闭',
      'the client closes too, tcp_fin_timeout 1': '客户端也关闭，tcp_fin_timeout 1',
      'the client never closes': '客户端一直不关闭',
      'the client never closes, tcp_fin_timeout 1': '客户端一直不关闭，tcp_fin_timeout 1',
      'the client never closes, the server keeps its socket half-closed': '客户端一直不关闭，服务器的套接字保持半关闭',
      'the client has vanished': '客户端消失',
    },
  },
  L7: {
    title: '端口被占用时的 SO_REUSEADDR：按占用者的状态看',
    claim: '端口忙而状态是 TIME_WAIT，SO_REUSEADDR 让服务器能启动；处于其他任何状态，仍然得到 EADDRINUSE。',
    laws: [
      '两个套接字都设了 SO_REUSEADDR，只有 LISTEN 挡路。只有新套接字设了选项，每种状态都挡路。',
      '新套接字设了 SO_REUSEADDR，TIME_WAIT 就不挡路，其他每种状态都挡路。',
    ],
    advice:
      '每个监听套接字从第一次启动起就设上。这样内核只拒绝第二个监听者，别的都不拒绝：服务器可以在老服务器还活着的连接旁边启动。',
    rows: stateRows,
  },
  L9: {
    title: '五元组始终唯一',
    claim: 'SO_REUSEADDR 只表示可以重用本地地址和端口；由协议、地址和端口构成的五元组还是唯一的。',
    laws: [
      'TCP 的五元组始终唯一：第二个 connect() 以 EADDRNOTAVAIL 失败，或者接管第一个的 TIME_WAIT。UDP 则可以有任意多个套接字用同一个五元组。',
    ],
    advice:
      '源端口让内核去选。不要以为已连接的 UDP 套接字能把别人挡在外面：它设了 SO_REUSEADDR 的话，任何同样设了的进程都可能拿走它五元组的数据报。',
    labels: { second: '第二个 connect()', sockets: '这个五元组的套接字数' },
    rows: {
      'TCP, SO_REUSEADDR': 'TCP，SO_REUSEADDR',
      'TCP, SO_REUSEPORT': 'TCP，SO_REUSEPORT',
      'TCP, the first in TIME_WAIT': 'TCP，第一个处于 TIME_WAIT',
      'UDP, SO_REUSEADDR': 'UDP，SO_REUSEADDR',
      'UDP, SO_REUSEPORT': 'UDP，SO_REUSEPORT',
    },
  },
};
