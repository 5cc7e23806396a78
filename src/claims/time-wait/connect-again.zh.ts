import type { TextsById } from '../case-texts.js';

export const connectAgainTexts: TextsById = {
  L11: {
    title: '从 TIME_WAIT 建立连接',
    claim: 'TCP 不允许从处于 TIME_WAIT 的套接字建立一个连接。',
    laws: [
      '处于 TIME_WAIT 的四元组马上可以再次成为连接：由对端来连监听套接字，或者由自己这一方从已绑定的端口去连，而老连接用了时间戳。老连接的描述符不能再连接。',
      '处于 TIME_WAIT 的四元组，在到期之前不能再次成为连接。',
    ],
    advice:
      '客户端和服务器都可以马上用同一个四元组回来：什么都不用等。保护新连接的是序列号和时间戳，所以不要关掉 net.ipv4.tcp_timestamps。',
    labels: { made: '建立了连接', result: '结果' },
    rows: {
      'the peer calls the listener again, timestamps on': '对端再来连监听套接字，有时间戳',
      'the peer calls the listener again, timestamps off': '对端再来连监听套接字，没有时间戳',
      'the peer calls, and nobody listens, timestamps on': '对端来连，没人监听，有时间戳',
      'the peer calls, and nobody listens, timestamps off': '对端来连，没人监听，没有时间戳',
      'the side in TIME_WAIT connects from the bound port, timestamps on':
        '处于 TIME_WAIT 的一方从已绑定的端口去连，有时间戳',
      'the side in TIME_WAIT connects from the bound port, timestamps off':
        '处于 TIME_WAIT 的一方从已绑定的端口去连，没有时间戳',
      'the same descriptor connects again, timestamps on': '同一个描述符再次连接，有时间戳',
    },
  },
};
