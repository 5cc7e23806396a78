import type { ExperimentTextsByName } from '../experiment-texts.js';

export const brokenPipeExperimentTexts: ExperimentTextsByName = {
  'write-after-close': {
    title: '向已经关闭的对端写数据',
    about: '第一次写成功，得到的应答是 RST；第二次写得到 EPIPE 和 SIGPIPE。如果已经收到 RST，第一次写就失败。',
    rule: 'FIN 只表示对端不再发送。tcp_reset() 在 CLOSE_WAIT 中设置 EPIPE，在 ESTABLISHED 中设置 ECONNRESET；遇到 EPIPE，sk_stream_error() 会发 SIGPIPE，除非用了 MSG_NOSIGNAL。',
    labels: { first: '第一次写', second: '第二次写', sent: '服务器发出' },
    variants: {
      'close(), send() with MSG_NOSIGNAL': 'close()，带 MSG_NOSIGNAL 的 send()',
      'close(), write() with SIGPIPE ignored': 'close()，忽略 SIGPIPE 的 write()',
      'close(), write() with SIGPIPE as it is': 'close()，不处理 SIGPIPE 的 write()',
      'close() with data unread, so by RST': '有数据没读就 close()，所以发 RST',
      'shutdown(SHUT_WR) only': '只 shutdown(SHUT_WR)',
    },
  },
};
