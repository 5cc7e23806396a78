import type { ExperimentTextsByName } from '../experiment-texts.js';
import { gridded, same } from '../row-texts.js';

export const assassinationExperimentTexts: ExperimentTextsByName = {
  'time-wait-assassination': {
    title: 'TIME_WAIT 暗杀',
    about:
      'RST 会结束 TIME_WAIT，而残余报文就能引来这样的 RST：它会得到确认，而对端早已不认识这条连接，就用 RST 应答。',
    rule: 'tcp_timewait_state_process()：net.ipv4.tcp_rfc1337 为 0（默认值）时，序列号正好等于 rcv_nxt 的 RST 结束它（inet_twsk_deschedule_put()）；其他 RST 都丢弃。RFC 1337 2 节。',
    labels: { answer: '应答', timeWait: 'TIME_WAIT' },
    variants: gridded(same('tcp_rfc1337 0', 'tcp_rfc1337 1'), {
      RST: 'RST',
      'RST one byte further': '序列号多一字节的 RST',
      'old duplicate': '残余报文',
      'old duplicate, and the RST of the closed peer': '残余报文，加上已关闭的对端的 RST',
    }),
  },
};
