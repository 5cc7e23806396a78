import type { ExperimentTextsByName } from '../experiment-texts.js';

export const oldDuplicatesExperimentTexts: ExperimentTextsByName = {
  'old-duplicate': {
    title: '残余的老报文段与四元组相同的新连接',
    about:
      'TIME_WAIT 只放进这样的新连接：残余报文落在它的窗口之外。没有 TIME_WAIT，新程序就会读到老数据，除非时间戳能识别出来。',
    rule: '没有时间戳时，tcp_timewait_state_process() 只接受序列号超过老连接所有数据的 SYN，所以老报文段落在新窗口之外（tcp_sequence()）。没有 TIME_WAIT，就只剩 PAWS 了（RFC 7323 5 节）。',
    labels: { syn: '对新 SYN 的应答', read: '新连接读到的' },
    variants: {
      'TIME_WAIT stands, the same number': 'TIME_WAIT 还在，序列号相同',
      'TIME_WAIT stands, a higher number': 'TIME_WAIT 还在，序列号更大',
      'TIME_WAIT is removed, the same number': 'TIME_WAIT 被去掉，序列号相同',
      'TIME_WAIT is removed, the same number, timestamps': 'TIME_WAIT 被去掉，序列号相同，有时间戳',
    },
  },
};
