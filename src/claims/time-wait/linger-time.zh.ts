import type { TextsById } from '../case-texts.js';

export const lingerTimeTexts: TextsById = {
  G10: {
    title: 'SO_LINGER 与 TIME_WAIT 的时长',
    claim: '处于 TIME_WAIT 的套接字占用地址的时间，等于所设的 linger 时间。',
    laws: [
      'TIME_WAIT 总是 60 秒，不管 SO_LINGER 怎么设。SO_LINGER 的时间是 close() 等多久，不是 TIME_WAIT 持续多久。',
      'TIME_WAIT 持续的时间就是 SO_LINGER 的时间；没有设置这个选项时是 60 秒。',
    ],
    advice:
      '不要用 SO_LINGER 来缩短或延长 TIME_WAIT：它会让 close() 阻塞，最长等到设定的时间，而 TIME_WAIT 照样是 60 秒。',
    labels: { timeWait: 'TIME_WAIT 持续', bind: 'bind()' },
    rows: { 'SO_LINGER not set': '没有设置 SO_LINGER' },
  },
};
