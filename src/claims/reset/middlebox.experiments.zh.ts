import type { ExperimentTextsByName } from '../experiment-texts.js';

export const middleboxExperimentTexts: ExperimentTextsByName = {
  'middlebox-reset': {
    title: '中间设备发出的 RST',
    about:
      '它发给哪一端，哪一端就被复位；另一端没有得到通知，发送时才知道。序号在窗口内、但不是下一个时，什么也不会复位：回答是一个 challenge ACK。',
    rule: '序号恰好是下一个的 RST 会复位（tcp_reset()）。窗口内的其他序号用 challenge ACK 回答（tcp_validate_incoming()，RFC 5961 3.2 节）。',
    labels: {
      between: '另一端，发送之前',
      answers: '收到 RST 的一端发出',
      read: '收到 RST 的一端的 recv()',
      other: '然后另一端的 recv()',
    },
    variants: {
      'to the client': '发给客户端',
      'to the server': '发给服务器',
      'with another number': '用另一个序号',
    },
  },
};
