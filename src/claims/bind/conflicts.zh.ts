import type { TextsById } from '../case-texts.js';
import { combined, gridded, type RowTexts } from '../row-texts.js';

const orders: RowTexts = {
  'ANY then A': '先 ANY 后 A',
  'ANY then B': '先 ANY 后 B',
  'A then ANY': '先 A 后 ANY',
  'A then B': '先 A 后 B',
  'B then ANY': '先 B 后 ANY',
  'B then A': '先 B 后 A',
};
const depths: RowTexts = {
  'only bound': '只绑定',
  'the first listens': '先来的在监听',
  'both listen once bound': '绑定后两个都监听',
  UDP: 'UDP',
};
const holders: RowTexts = { 'both have it': '两个都设', 'only the second has it': '只有后来的设' };
const twice: RowTexts = { 'A twice': '两个都是 A', 'ANY twice': '两个都是 ANY' };

const listeners: RowTexts = {
  'process 1 listens first: ANY, then A': '进程 1 先监听：先 ANY，后 A',
  'process 1 listens first: ANY, then B': '进程 1 先监听：先 ANY，后 B',
  'process 1 listens first: A, then ANY': '进程 1 先监听：先 A，后 ANY',
  'both bind, then both listen: ANY, then A': '都先 bind，再都监听：先 ANY，后 A',
  'process 1 listens on A, two more sockets bind B with the option': '进程 1 在 A 上监听，另外两个套接字设了选项绑定 B',
  'process 1 listens on A, two more sockets bind B without the option':
    '进程 1 在 A 上监听，另外两个套接字不设选项绑定 B',
};

/** Of the rows that V1 has too. */
export const pairRows = {
  C7: gridded(orders, depths),
  C8: gridded(combined(orders, depths), holders),
  C9: gridded(twice, depths),
  C10: listeners,
};

export const conflictsTexts: TextsById = {
  C7: {
    title: '一个端口上的两个套接字，都不设选项',
    claim: '不设选项时，通配地址和具体地址在一个端口上互相排斥，不管先后；两个不同的具体地址不排斥。',
    laws: [
      '两个不同的具体地址可以用同一个端口。通配地址和具体地址互相排斥，不管先后，TCP、UDP 都一样，只绑定还是在监听也都一样。',
    ],
    advice: '要用不同的程序服务一台机器的两个地址，就让每个程序绑定自己的地址，谁也不绑定通配地址。',
    rows: pairRows.C7,
  },
  C8: {
    title: 'SO_REUSEADDR：先通配地址，后具体地址',
    claim: '设了 SO_REUSEADDR，端口上已有套接字绑定通配地址时，还可以绑定具体地址。',
    laws: [
      '两个套接字都设了 SO_REUSEADDR，只要先来的不在监听，后来的就能 bind；两个当中只有一个能监听。只设在后来的套接字上没有作用。UDP 套接字则可以随意共用。',
      '只在后来的套接字上设 SO_REUSEADDR，就能与不在监听的套接字一同 bind；两个当中只有一个能监听。',
    ],
    advice: '一个服务器管一个地址、另一个管所有地址，要同时运行，两个都设 SO_REUSEPORT。SO_REUSEADDR 是用来重启的。',
    rows: pairRows.C8,
  },
  C9: {
    title: 'SO_REUSEADDR：完全相同的地址和端口',
    claim: '两个套接字都设了 SO_REUSEADDR，完全相同的地址和端口仍然冲突。',
    laws: [
      '两个设了 SO_REUSEADDR 的套接字可以绑定完全相同的地址和端口；其中只有一个能监听。UDP 套接字则一直共用。',
      '完全相同的地址和端口总是冲突，不管设不设 SO_REUSEADDR，和 BSD 一样。',
    ],
    advice: '不要以为 bind() 成功就说明端口归你：TCP 要到 listen() 才见分晓，UDP 则永远不见分晓。',
    rows: pairRows.C9,
  },
  C10: {
    title: 'Linux 对监听套接字的例外',
    claim:
      '只要有套接字在监听，SO_REUSEADDR 对这个端口的所有套接字就被忽略：进程 1 在通配地址和端口 5700 上监听，进程 2 就不能用具体地址绑定这个端口。',
    laws: [
      '进程 1 在监听时，进程 2 的 bind() 如果与监听者的地址重叠，就以 EADDRINUSE 失败。同一个端口的另一个地址上，SO_REUSEADDR 照样有效。如果两个都先 bind，那么后调用 listen() 的那个在 listen() 上失败。',
      '只要有套接字在监听，SO_REUSEADDR 对这个端口的任何套接字都没有用。',
    ],
    advice: '不但 bind() 的 EADDRINUSE 要处理，listen() 的也要处理。',
    rows: pairRows.C10,
  },
  C20: {
    title: '误启动了第二个服务器',
    claim: '所有 TCP 服务器都设 SO_REUSEADDR 没有害处：误启动的第二个会被拒绝，第一个照常运行。',
    laws: [
      '设了 SO_REUSEADDR，第一个开始监听以后，第二个就被拒绝；但在第一个的 bind() 和 listen() 之间，第二个可以把端口抢走。设了 SO_REUSEPORT，两个都能监听，连接由两个分摊。',
      '设了 SO_REUSEADDR，第二个总会被拒绝。设了 SO_REUSEPORT，两个都能监听，连接由两个分摊。',
    ],
    advice:
      '用 SO_REUSEADDR 时，bind() 之后立即 listen()；listen() 以 EADDRINUSE 失败就退出。只有确实要运行多个时才设 SO_REUSEPORT：它会让误启动的第二个不被发现。',
    rows: {
      'SO_REUSEADDR, the second starts after the first listens': 'SO_REUSEADDR，第一个监听之后第二个才启动',
      'SO_REUSEPORT, the second starts after the first listens': 'SO_REUSEPORT，第一个监听之后第二个才启动',
      'SO_REUSEADDR, the second starts while the first starts': 'SO_REUSEADDR，第一个启动过程中第二个也启动',
      'SO_REUSEPORT, the second starts while the first starts': 'SO_REUSEPORT，第一个启动过程中第二个也启动',
    },
  },
};
