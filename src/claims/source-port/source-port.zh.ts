import type { TextsById } from '../case-texts.js';
import { combined, gridded, type RowTexts } from '../row-texts.js';

/** Parts of the rows: with or without the option. */
const option: RowTexts = {
  'with SO_REUSEADDR': '设了 SO_REUSEADDR',
  'without the option': '不设选项',
};

export const sourcePortTexts: TextsById = {
  C14: {
    title: '一个目的地，每个连接一个源端口',
    claim: '使用通配地址的客户端，对一个目的地最多发起 64K 个连接，也就是源端口的数目，设不设选项都一样。',
    laws: [
      '有 10 个源端口，客户端对一个目的地就能有 10 个连接，设不设 SO_REUSEADDR 都一样。再多一个就失败：在 bind() 里是 EADDRINUSE，在 connect() 里是 EADDRNOTAVAIL。默认情况下内核有 28,232 个端口可选，最多 65,535 个。',
    ],
    advice:
      '对一个目的地按 28,232 个连接来算，或者把 net.ipv4.ip_local_port_range 调宽。还不够，就增加源地址，或者增加对方的端口或地址。',
    labels: { connections: '连接数', then: '然后' },
    rows: {
      ...combined(option, {
        'bind to each port': '逐个端口 bind',
        'bind to port 0': 'bind 端口 0',
        'no bind': '不 bind',
      }),
      'ports in the default range': '默认范围的端口数',
      'ports in the widest range': '最宽范围的端口数',
    },
  },
  C15: {
    title: '一个目的地，一个源端口',
    claim: '使用通配地址和同一个源端口，客户端对一个目的地可以发起一个连接，设不设选项都一样。',
    laws: [
      '一个源端口对一个目的地只能有一个连接。第二个失败：设了 SO_REUSEADDR，在 connect() 里以 EADDRNOTAVAIL 失败；没设，在 bind() 里以 EADDRINUSE 失败。',
    ],
    advice:
      '客户端如果必须用一个固定端口，就按每个对端一个连接来设计。不要只看 bind() 的 EADDRINUSE，也要看 connect() 的 EADDRNOTAVAIL。',
    labels: { connections: '连接数', then: '然后' },
    rows: option,
  },
  C16: {
    title: '一个源端口，几个目的地',
    claim:
      '设了选项，一个源端口可以连任意多个目的地，从指定的本地地址出发也行；但不能从通配地址和指定地址连同一个目的地。不设选项，只能连一个。',
    laws: [
      '设了 SO_REUSEADDR，每个不同的四元组都能连接。没设，bind() 会挡住第二个连接，除非 connect() 已经给第一个套接字换了另一个地址。',
    ],
    advice:
      '要数的是四元组：一旦连接，bind() 时给的是不是通配地址就没有区别了。不设 SO_REUSEADDR 而要让几个目的地共用源端口，就设 IP_BIND_ADDRESS_NO_PORT，让 connect() 去选端口。',
    labels: { connections: '连接数', then: '然后' },
    rows: combined(option, {
      'ANY to three destinations': 'ANY 到三个目的地',
      'ANY to the first destination, both named addresses to the second':
        'ANY 到第一个目的地，两个指定地址到第二个目的地',
      'ANY and the first address to one destination': 'ANY 和第一个地址到同一个目的地',
      'ANY and the second address to one destination': 'ANY 和第二个地址到同一个目的地',
    }),
  },
  C17: {
    title: '客户端应当在什么时候设 SO_REUSEADDR',
    claim: '连接之前先绑定的客户端，必须在 bind 之前设 SO_REUSEADDR。',
    laws: [
      '第二个套接字必须在自己的 bind() 之前设 SO_REUSEADDR。第一个套接字什么时候设都一样，只要到那时已经设了。',
      '两个套接字都必须在自己的 bind() 之前设 SO_REUSEADDR。',
    ],
    advice: '每个套接字都在 bind() 之前设。不要依赖以后再设：没有哪本手册保证这样能把端口让给别人共用。',
    rows: gridded(
      {
        'the first socket sets it before bind': '第一个套接字在 bind 之前设',
        'the first socket sets it after bind': '第一个套接字在 bind 之后设',
        'the first socket sets it after connect': '第一个套接字在 connect 之后设',
      },
      { 'the second before bind': '第二个在 bind 之前设', 'the second after bind': '第二个在 bind 之后设' },
    ),
  },
};
