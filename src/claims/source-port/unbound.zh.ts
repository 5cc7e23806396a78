import type { TextsById } from '../case-texts.js';

export const unboundTexts: TextsById = {
  C23: {
    title: '不 bind()，一个源端口能有几个连接',
    claim: '不用“连接前绑定”技术，一个源端口只能用于一个连接；在 bind() 之前设了 SO_REUSEADDR，几个连接可以共用它。',
    laws: [
      '不 bind() 的 connect() 本来就让几个目的地共用一个源端口：它要的是空闲的四元组，不是空闲的端口。bind() 占用的端口它不共用；UDP 套接字则每个都有自己的端口。',
      '不 bind()，一个源端口只能用于一个连接。',
    ],
    advice:
      '不要为了得到更多连接而在连接之前绑定：单用 connect() 就已经让几个目的地共用每个源端口，对同一个端口 bind() 反而不行。',
    labels: { connections: '连接数', second: '第二个 connect()' },
    rows: {
      'TCP, two ports of one server': 'TCP，同一个服务器的两个端口',
      'TCP, two addresses': 'TCP，两个地址',
      'TCP, the first was bound before': 'TCP，第一个事先绑定过',
      'UDP, two ports of one server': 'UDP，同一个服务器的两个端口',
    },
  },
};
