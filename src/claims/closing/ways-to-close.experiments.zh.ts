import type { ExperimentTextsByName } from '../experiment-texts.js';

/** What a variant combines, in this order and with ` / ` between; not every combination there is has its variant. */
const parts: readonly Readonly<Record<string, string>>[] = [
  {
    'nothing is pending': '没有待处理的数据',
    'data has come and is not read': '有数据到了还没读',
    'data is not sent, since the peer does not read': '数据发不出去，因为对端不读',
    'the peer has vanished': '对端已消失',
    'the peer has closed first': '对端先关闭',
  },
  {
    'close()': 'close()',
    'shutdown(read), close()': 'shutdown(读)，close()',
    'shutdown(write), close()': 'shutdown(写)，close()',
    'shutdown(both), close()': 'shutdown(读写)，close()',
  },
  { off: '没设', '{1, 0}': '{1, 0}', '{1, 1 s}': '{1, 1 s}' },
];
const endings: Readonly<Record<string, string>> = {
  '': '',
  ' / the peer sends': ' / 对端发数据',
  ' / blocking': ' / 阻塞',
};

const variants = Object.fromEntries(
  parts
    .map((part) => Object.entries(part))
    .reduce((left, right) =>
      left.flatMap(([a, b]) => right.map(([c, d]): [string, string] => [`${a} / ${c}`, `${b} / ${d}`])),
    )
    .flatMap(([name, text]) => Object.entries(endings).map(([end, told]) => [`${name}${end}`, `${text}${told}`])),
);

export const waysToCloseExperimentTexts: ExperimentTextsByName = {
  'ways-to-close': {
    title: '关闭连接的各种方式',
    about: 'close()、shutdown() 和 SO_LINGER 的所有组合，各在五种情形下。',
    rule: '有数据没读，或者打开了 SO_LINGER、时间为 0 而且 tcp_need_reset() 成立时，__tcp_close() 发 RST，否则发 FIN；tcp_shutdown() 只看 SEND_SHUTDOWN。RFC 9293 3.6 节，RFC 2525 2.17 节。',
    labels: {
      'sent by the closer': '关闭方发出',
      'close() returns': 'close() 返回',
      'left at the closer': '关闭方留下的',
      'left at the peer': '对端留下的',
      'or the peer calls send(), send(), recv()': '如果对端调用 send()、send()、recv()',
      'the peer calls recv(), recv()': '对端调用 recv()、recv()',
      'and closes; left at the closer': '然后关闭；关闭方留下的',
      'left at the peer then': '这时对端留下的',
    },
    variants,
  },
};
