import type { TextsById } from '../case-texts.js';

export const sameRulesTexts: TextsById = {
  V1: {
    title: '同样的情形，换成 IPv6',
    claim: '文章对 IPv4 地址的说法，换成 IPv6 地址结果一样。',
    laws: [
      'IPv6 地址和 IPv4 地址遵守同样的规则：通配地址、两个地址、SO_REUSEADDR、SO_REUSEPORT、监听套接字和 TIME_WAIT，每种情形的结果都一样。',
    ],
    advice: '两者用同一条规则：每个 TCP 服务器都设 SO_REUSEADDR。IPv4 和 IPv6 碰到同一个端口时，看 V2 和 V3。',
    labels: { IPv4: 'IPv4', IPv6: 'IPv6', alike: '一样' },
  },
};
