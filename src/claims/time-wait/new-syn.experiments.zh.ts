import type { ExperimentTextsByName } from '../experiment-texts.js';

export const newSynExperimentTexts: ExperimentTextsByName = {
  'new-syn': {
    title: '新的 SYN 遇到 TIME_WAIT',
    about: '序列号更大，或者时间戳更新，就能建立新连接；否则只得到最后的那个 ACK。',
    rule: 'tcp_timewait_state_process()：序列号在 rcv_nxt 之后、或 TSval 比 ts_recent 新的 SYN 可以建立新连接（RFC 6191），除非 PAWS 已经先拒绝了它（tcp_paws_reject()，RFC 7323 5 节）。',
    labels: { answer: '对 SYN 的应答', timeWait: '老的 TIME_WAIT' },
    variants: {
      'a higher number': '序列号更大',
      'a lower number': '序列号更小',
      'a lower number, a newer timestamp': '序列号更小，时间戳更新',
      'a higher number, an older timestamp': '序列号更大，时间戳更老',
    },
  },
  'sequence-below': {
    title: '新连接的序列号比老连接的末序列号小',
    about:
      '序列号落在老连接后面的会被拒绝，除非时间戳更新；客户端用 RST 应答那个 ACK，然后再试一次。绕回之后的其实并不算小。',
    rule: 'tcp_timewait_state_process() 中的 after() 按模 2^32 比较（RFC 9293 3.4 节）。在 SYN_SENT 中，对不上的 ACK 得到 RST（3.10.7.3 节），这个 RST 会结束 TIME_WAIT，除非设了 tcp_rfc1337。',
    labels: { syn: '对第一个 SYN 的应答', secondSyn: '对第二个 SYN 的应答' },
    variants: {
      behind: '更小',
      'behind, a newer timestamp': '更小，时间戳更新',
      'behind, an older timestamp': '更小，时间戳更老',
      'after a wrap': '绕回之后',
    },
  },
};
