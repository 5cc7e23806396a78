import type { TextsById } from '../case-texts.js';

export const carelessServerTexts: TextsById = {
  G11: {
    title: '文章里那个什么都不关闭的 echo 服务器',
    claim: '客户端连着的时候，或者断开以后，停止文章里的 echo 服务器：都会留下 TIME_WAIT，重启时 bind 失败。',
    laws: [
      '只有客户端读完了全部数据、并且在服务器之后关闭，重启才失败，因为留下了 TIME_WAIT。客户端没读完应答就离开，连接被 RST，重启成功。客户端先离开，服务器那一端就停在 CLOSE_WAIT，直到服务器结束；这时重启也成功。',
    ],
    advice:
      'read() 返回 0 时，关闭已接受的连接：CLOSE_WAIT 没有定时器，每个这样的客户端都占用一个描述符，直到服务器结束。有多少字节就写多少，不要把整个缓冲区都写出去。',
    labels: { before: '服务器运行时', left: '服务器留下', restart: '重启' },
    rows: {
      'the client has read the whole answer, and leaves after the server': '客户端读完了应答，在服务器之后离开',
      'the client has read 100 bytes of the answer, and leaves after the server':
        '客户端只读了应答的 100 字节，在服务器之后离开',
      'the client leaves before the server': '客户端在服务器之前离开',
      'the client leaves before the server, which writes nothing for longer than tcp_fin_timeout':
        '客户端在服务器之前离开，服务器沉默的时间超过 tcp_fin_timeout',
    },
  },
};
