import type { TextsById } from '../case-texts.js';

export const segmentsOfACloseTexts: TextsById = {
  L10: {
    title: '关闭一个连接要几个报文段',
    claim: '关闭连接要四次挥手，双方各一个 FIN、一个 ACK，一个都不能少。',
    laws: [
      '另一方过一会儿才关闭，关闭就用四个报文段；另一方如果在推迟发送对 FIN 的 ACK 期间就关闭，只用三个：它的 FIN 捎带了 ACK。RST 只用一个。',
    ],
    advice: '不要靠数报文段来判断是不是正常关闭：三个也好四个也好，只要双方都发过 FIN，而谁都没发 RST，就是正常的。',
    labels: { segments: '报文段', inOrder: '依次是' },
    rows: {
      'the other side closes after it has acknowledged the FIN': '另一方确认了 FIN 之后才关闭',
      'the other side closes before its ACK is due': '另一方在该发 ACK 之前就关闭',
      'the other side closes after the first has sent RST': '先关的发了 RST，另一方才关闭',
    },
  },
};
