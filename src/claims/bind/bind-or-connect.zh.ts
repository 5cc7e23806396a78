import type { TextsById } from '../case-texts.js';

export const bindOrConnectTexts: TextsById = {
  S2: {
    title: 'tcp_tw_reuse 与 SO_REUSEADDR',
    claim: 'tcp_tw_reuse 作用于 connect，SO_REUSEADDR 作用于 bind：谁也代替不了谁。',
    laws: [
      'tcp_tw_reuse 帮助 connect()，对 bind() 不起作用。SO_REUSEADDR 帮助 bind()，对自己选端口的 connect() 不起作用。但是，从 bind() 指定的端口发起的 connect()，没有 tcp_tw_reuse 也会接管 TIME_WAIT。',
      'tcp_tw_reuse 帮助 connect()，对 bind() 不起作用。SO_REUSEADDR 帮助 bind()，对 connect() 不起作用。',
    ],
    advice:
      '服务器设 SO_REUSEADDR。客户端让 tcp_tw_reuse 保持默认值，除非代理连同一个上游的端口用完了（C18）；那也要先考虑增加地址，或者用更少、更长的连接。客户端如果必须保持源端口，就在使用这个端口的每个套接字上设 SO_REUSEADDR，再 bind 这个端口。',
    labels: { works: '成功', call: '最后的调用', said: '结果' },
    rows: {
      'bind, tcp_tw_reuse=1 and without SO_REUSEADDR': 'bind，tcp_tw_reuse=1，不设 SO_REUSEADDR',
      'bind, tcp_tw_reuse=0 and with SO_REUSEADDR': 'bind，tcp_tw_reuse=0，设 SO_REUSEADDR',
      'connect, tcp_tw_reuse=1 and without SO_REUSEADDR': 'connect，tcp_tw_reuse=1，不设 SO_REUSEADDR',
      'connect, tcp_tw_reuse=0 and with SO_REUSEADDR': 'connect，tcp_tw_reuse=0，设 SO_REUSEADDR',
      'connect from the port bound before, tcp_tw_reuse=0 and with SO_REUSEADDR':
        '从事先绑定的端口 connect，tcp_tw_reuse=0，设 SO_REUSEADDR',
    },
  },
  S8: {
    title: '客户端的 “Address already in use”',
    claim:
      '客户端如果端口已被占用，又没设 SO_REUSEADDR，也会遇到“地址已经被使用”。错误发生在哪个调用里，bind 还是 connect？',
    laws: [
      '客户端只在 bind() 里遇到 EADDRINUSE。connect() 报的是 EADDRNOTAVAIL：四元组已被占用时是它，没有端口可用时也是它。',
      '客户端在 bind() 里遇到 EADDRINUSE，在 connect() 里也会。',
    ],
    advice:
      '客户端不要只看 EADDRINUSE，也要看 EADDRNOTAVAIL。端口让内核去选。从一个地址发起很多连接时，在 bind() 之前设 IP_BIND_ADDRESS_NO_PORT。',
    labels: { works: '成功', call: '最后的调用', said: '结果' },
    rows: {
      'bind to the port of a connection': 'bind 到某个连接的端口',
      'bind to a port in TIME_WAIT': 'bind 到处于 TIME_WAIT 的端口',
      'bind to port 0 with no port left': '没有端口可用时 bind 端口 0',
      'connect with the same four-tuple, with SO_REUSEADDR': 'connect，四元组相同，设 SO_REUSEADDR',
      'connect with no port left': '没有端口可用时 connect',
    },
  },
  S9: {
    title: 'bind 时比较什么，connect 时比较什么',
    claim: '连接由四元组唯一确定，所以四个值全部相同才算冲突。那么 bind 时还没有目的地址，比较的是什么？',
    laws: [
      'bind() 只比较本地地址和端口：没设 SO_REUSEADDR，对它们再 bind 一次就失败，不管要连到哪里。connect() 比较全部四个值，全部相同才以 EADDRNOTAVAIL 失败。',
    ],
    advice:
      '不是非绑不可，就不要绑定固定的源端口：绑定以后，它对所有目的地都被占用。一定要绑，就在这个端口的所有套接字上设 SO_REUSEADDR，把检查留给 connect()。',
    labels: { works: '成功', call: '最后的调用', said: '结果' },
    rows: {
      'a bind to the same address and port, without SO_REUSEADDR': 'bind 同一个地址和端口，不设 SO_REUSEADDR',
      'a bind to the same port of another address, without SO_REUSEADDR':
        'bind 另一个地址的同一个端口，不设 SO_REUSEADDR',
      'a connect from the same source to the same destination, with SO_REUSEADDR':
        '源相同、目的相同的 connect，设 SO_REUSEADDR',
      'a connect from the same source to another destination, with SO_REUSEADDR':
        '源相同、目的不同的 connect，设 SO_REUSEADDR',
      'a connect from another address to the same destination, with SO_REUSEADDR':
        '源地址不同、目的相同的 connect，设 SO_REUSEADDR',
    },
  },
  S10: {
    title: 'bind 之后才设选项',
    claim: 'SO_REUSEADDR 必须在 bind 之前设置：对已经绑定或已经连接的套接字，设置它是无效的。',
    laws: [
      'bind() 之后再设仍然有效：对已绑定的套接字有效，对已接受的连接有效，对监听套接字则从此后到来的连接起有效。它影响不到在那之前已经接受的连接。',
      'bind 之后再设就没有效果。',
    ],
    advice:
      '在 bind() 之前设：只有这样才对所有套接字都有效。要为正在运行的服务器准备下一次重启，就在监听套接字和每个已接受的套接字上补设（`sockwise set`）。',
    rows: {
      'set on the bound socket that is to listen beside another': '设在已绑定、将与另一个套接字一同监听的套接字上',
      'set on the bound socket': '设在已绑定的套接字上',
      'set on the listener before the connection': '连接到来之前设在监听套接字上',
      'set on the listener after the connection': '连接到来之后设在监听套接字上',
      'set on the accepted socket': '设在已接受的套接字上',
      'not set on the bound socket that is to listen beside another':
        '已绑定、将与另一个套接字一同监听的套接字上没有设',
      'not set on the listener before the connection': '连接到来之前监听套接字上没有设',
    },
  },
};
