import type { TextsById } from '../case-texts.js';
import { combined, type RowTexts, same } from '../row-texts.js';

const orders: RowTexts = {
  'ANY then A then B': '依次 ANY、A、B',
  'ANY then B then A': '依次 ANY、B、A',
  'A then ANY then B': '依次 A、ANY、B',
  'A then B then ANY': '依次 A、B、ANY',
  'B then ANY then A': '依次 B、ANY、A',
  'B then A then ANY': '依次 B、A、ANY',
};

/** Of S13. */
export const sharingRows = combined(same('TCP', 'UDP'), same('SO_REUSEADDR', 'SO_REUSEPORT'), orders);

export const sharingTexts: TextsById = {
  S13: {
    title: '一个端口上的三个服务器，最具体的地址优先',
    claim:
      '设了 SO_REUSEADDR，三个 TCP 服务器，一个用通配地址，另外两个各用一个具体地址，可以在同一个端口上同时运行，连接发往地址最具体的那个。',
    laws: [
      '设 SO_REUSEADDR，ANY 上的 TCP 服务器与 A 或 B 上的互相排斥：谁先监听谁赢。设 SO_REUSEPORT，三个都能运行，数据发往地址最具体的那个。UDP 套接字设哪个选项都能同时运行。',
      '设任何一个选项，三个服务器都能同时运行，数据发往地址最具体的那个。',
    ],
    advice:
      '三个都设 SO_REUSEPORT，并用同一个用户运行。UDP 用 SO_REUSEADDR 也行，不过任何同样设了它的进程都能拿走你的数据报。',
    labels: { running: '启动了', A: '发往 A 的', B: '发往 B 的', elsewhere: '其余的' },
    rows: sharingRows,
  },
  S3: {
    title: '共用端口的 UDP 套接字：数据报给谁',
    claim: '设了 SO_REUSEADDR，几个 UDP 套接字可以绑定同一个组播组和端口，每个都收到每个数据报。',
    laws: [
      '每个组播数据报，所有套接字都收到。单播数据报只给一个套接字：设 SO_REUSEADDR 时给最后绑定的那个，设 SO_REUSEPORT 时由哈希选出一个。',
    ],
    advice: '组播用 SO_REUSEADDR。要把单播数据报分摊给几个套接字，设 SO_REUSEPORT；要确保自己全部收到，两个都不设。',
    rows: combined({ multicast: '组播', unicast: '单播' }, same('SO_REUSEADDR', 'SO_REUSEPORT')),
  },
  S18: {
    title: '什么是 SO_REUSEPORT',
    claim: '同一个用户的套接字都设了 SO_REUSEPORT，就能在同一个地址和端口上监听，内核把连接分摊给它们。',
    laws: [
      '同一个用户的套接字都设了 SO_REUSEPORT 就能共用端口，每个监听套接字得到一部分连接。关闭其中一个，它队列里的连接会被 RST，除非 tcp_migrate_req 为 1。',
      '同一个用户的套接字都设了 SO_REUSEPORT 就能共用端口，每个监听套接字得到一部分连接。关闭其中一个，它队列里的连接会被 RST。',
    ],
    advice:
      '用它让同一个用户的几个进程在一个端口上 accept。停掉其中一个的监听之前，先设 net.ipv4.tcp_migrate_req=1：否则它队列里的连接会被 RST。',
    rows: {
      'two sockets of the same user': '同一个用户的两个套接字',
      'the second of another user': '第二个属于另一个用户',
      'only the first has the option': '只有第一个设了选项',
      'only the second has the option': '只有第二个设了选项',
      '64 connections, four listeners': '64 个连接，四个监听套接字',
      'one of two listeners closed with connections in its queue': '两个监听套接字中，队列里有连接的一个关闭',
      'the same with tcp_migrate_req=1': '同上，tcp_migrate_req=1',
    },
  },
};
