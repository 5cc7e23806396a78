import type { TextsById } from '../case-texts.js';

export const translatedTexts: TextsById = {
  S21: {
    title: 'NAT 后面的客户端：另一个客户端迟到的报文段',
    claim:
      '时间戳能让同一个客户端的新连接不受延迟报文影响；在 NAT 后面，下一个用那个端口的客户端是另一台机器，时间戳就识别不出来。',
    laws: [
      '只有新客户端的时钟走在老客户端的前面，时间戳才能挡住迟到的报文段。在 NAT 后面，下一个客户端是另一台机器：它的时钟如果落后，不管先关闭的是哪一方，新连接都会读到另一个客户端的数据。',
      '不管是不是在 NAT 后面，迟到的报文段都进不了新连接。',
    ],
    advice:
      '让应用层协议自己做校验，TLS 就有：迟到的报文段都过不去。给很多客户端用的 NAT，在 TIME_WAIT 结束之前不要把端口给别的客户端，为此地址也要够多。',
    labels: { syn: '新的 SYN', lateSegment: '迟到的报文段' },
    rows: {
      'the client closed first, then the same client': '客户端先关闭，然后是同一个客户端',
      'the client closed first, then another client, its clock behind': '客户端先关闭，然后是另一个客户端，时钟落后',
      'the client closed first, then another client, its clock ahead': '客户端先关闭，然后是另一个客户端，时钟超前',
      'the server closed first, then the same client': '服务器先关闭，然后是同一个客户端',
      'the server closed first, then another client, its clock behind': '服务器先关闭，然后是另一个客户端，时钟落后',
      'the server closed first, then another client, its clock ahead': '服务器先关闭，然后是另一个客户端，时钟超前',
      'the client closed first, then another client, its clock behind, no timestamps':
        '客户端先关闭，然后是另一个客户端，时钟落后，没有时间戳',
    },
  },
};
