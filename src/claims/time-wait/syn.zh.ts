import type { TextsById } from '../case-texts.js';
import { combined } from '../row-texts.js';

export const synTexts: TextsById = {
  C13: {
    title: '新的 SYN 遇到四元组相同的 TIME_WAIT',
    claim: '四元组相同的新老连接能区别出来：序列号更大，或者时间戳更新，TIME_WAIT 就接受新的 SYN。',
    laws: [
      '时间戳更新的 SYN 被接受；时间戳分不出先后（没有，或者相等）时，序列号更大的被接受。时间戳更旧的总是被拒绝。',
      '时间戳更新或者序列号更大的 SYN 被接受。',
    ],
    advice:
      '不要关掉 net.ipv4.tcp_timestamps：有它，客户端不管序列号多大，都能马上用同一个端口回来。在 NAT 后面不要指望它：用那个端口来的，可能是时钟不同的另一台机器。',
    rows: combined(
      {
        'higher sequence number': '序列号更大',
        'same sequence number': '序列号相同',
        'lower sequence number': '序列号更小',
      },
      {
        'no timestamps': '没有时间戳',
        'a newer timestamp': '时间戳更新',
        'the same timestamp': '时间戳相同',
        'an older timestamp': '时间戳更旧',
      },
    ),
  },
  S17: {
    title: '新连接的序列号比老连接的末序列号小',
    claim: '序列号会回绕，所以新连接的初始序列号可能比老连接的末序列号小；有更新的时间戳就能识别出来，没有就被拒绝。',
    laws: [
      '只是因为回绕才变小的序列号，算作更大，会被接受。真正更小的，有更新的时间戳就被接受；否则第一个 SYN 被拒绝，第二个被接受，因为客户端的 RST 结束了 TIME_WAIT（tcp_rfc1337 = 1 时不会）。',
    ],
    advice:
      '不要关掉时间戳。没有时间戳，被拒绝的客户端要到第二个 SYN 才能连上，最多晚一秒；tcp_rfc1337 = 1 时要等 TIME_WAIT 到期。',
    labels: { syn: '第一个 SYN', secondSyn: '第二个 SYN' },
    rows: {
      'behind the old one with no timestamps': '落在老连接后面，没有时间戳',
      'behind the old one with a newer timestamp': '落在老连接后面，时间戳更新',
      'behind the old one with an older timestamp': '落在老连接后面，时间戳更旧',
      'below it since the numbers wrapped with no timestamps': '因回绕而变小，没有时间戳',
      'below it since the numbers wrapped with a newer timestamp': '因回绕而变小，时间戳更新',
      'behind the old one with no timestamps and tcp_rfc1337 1': '落在老连接后面，没有时间戳，tcp_rfc1337 1',
    },
  },
};
