import type { TextsById } from '../case-texts.js';
import { combined, type RowTexts, same } from '../row-texts.js';

const stamps: RowTexts = { 'timestamps off': '没有时间戳', 'timestamps on': '有时间戳' };

export const segmentsTexts: TextsById = {
  A8: {
    title: '最后的 ACK 丢失：重传的 FIN 遇到 TIME_WAIT',
    claim: '处于 LAST_ACK 的对端没收到最后的 ACK，会重传 FIN；TIME_WAIT 就是为了能再确认一次。',
    laws: [
      'TIME_WAIT 用 ACK 应答重传的 FIN，它的 60 秒重新计时。',
      'TIME_WAIT 用 ACK 应答重传的 FIN，它的时间照走不误。',
    ],
    advice: 'TIME_WAIT 超过一分钟还在，就去找是什么丢了 ACK，比如已经丢掉连接状态的防火墙：对端还在不停地重传 FIN。',
    labels: { answer: '对 FIN 的应答', timer: 'TIME_WAIT 的计时' },
    rows: stamps,
  },
  L3: {
    title: '没有 TIME_WAIT，重传的 FIN 就会遇到 RST',
    claim: '没有 TIME_WAIT，重传的 FIN 得到的应答是 RST，发 FIN 的一方会看到错误。',
    laws: [
      'TIME_WAIT 用 ACK 应答重传的 FIN，发送者看不到错误。没有 TIME_WAIT，得到的应答是 RST，发送者得到 ECONNRESET。',
    ],
    advice:
      '不要去掉 TIME_WAIT，不管是手工还是用 tcp_max_tw_buckets：最后的 ACK 丢失的对端，会为一个正常结束的连接得到 RST。',
    rows: {
      'the TIME_WAIT stands, the FIN comes again': 'TIME_WAIT 还在，FIN 又来了',
      'the TIME_WAIT is removed, the FIN comes again': 'TIME_WAIT 已去掉，FIN 又来了',
      'the program in LAST_ACK gets the ACK': '处于 LAST_ACK 的程序得到 ACK',
      'the program in LAST_ACK gets the RST': '处于 LAST_ACK 的程序得到 RST',
    },
  },
  L4: {
    title: '残余的老报文段与四元组相同的新连接',
    claim: 'TIME_WAIT 防止先前网络中残余的数据报混进四元组相同的新连接；没有它，就会混进去。',
    laws: [
      '只要 TIME_WAIT 还在，老数据就进不了新连接。没有它，新连接如果没有时间戳、又从相同的序列号开始，老数据就会被读到；序列号更大，或者有时间戳，就能挡住。',
    ],
    advice:
      '凡是缩短 TIME_WAIT 的地方（时间为 0 的 SO_LINGER、tcp_max_tw_buckets、SOCK_DESTROY），都不要关掉时间戳：只有时间戳一定能挡住老数据。',
    labels: { newConnection: '新连接', oldDataRead: '读到老数据' },
    rows: combined({ 'TIME_WAIT stands': 'TIME_WAIT 还在', 'TIME_WAIT removed': 'TIME_WAIT 已去掉' }, stamps, {
      'new connection at the same number': '新连接从相同的序列号开始',
      'new connection at a higher number': '新连接从更大的序列号开始',
    }),
  },
  S14: {
    title: '复用端口会让 TIME_WAIT 消失吗',
    claim: '复用端口就相当于老连接没有了 TIME_WAIT，对端重传的 FIN 没有人确认。',
    laws: [
      '新的监听套接字不影响 TIME_WAIT，重传的 FIN 照样得到确认。只有四元组相同的 connect() 会取代它；这时 FIN 得到的应答是 RST。',
    ],
    advice:
      '服务器放心设 SO_REUSEADDR，不会伤害老连接的对端。不要从固定的源端口再次 connect：还在等最后的 ACK 的对端会得到 RST。',
    labels: { timeWait: 'TIME_WAIT', answer: '对 FIN 的应答', acknowledged: 'FIN 得到确认' },
    rows: {
      'reused by a new listener': '由新的监听套接字复用',
      'reused by a connect() to the same peer': '由连到同一个对端的 connect() 复用',
    },
  },
  R14: {
    title: 'TIME_WAIT 暗杀',
    claim: 'TIME_WAIT 收到 RST 就结束，残余的老报文段会引来这样的 RST；net.ipv4.tcp_rfc1337 可以防止。',
    laws: [
      '序列号恰好是下一个的 RST 会结束 TIME_WAIT，残余的老报文段能引来这样的 RST。tcp_rfc1337 = 1 时，两者都结束不了它。',
    ],
    advice:
      '在老报文段会惹麻烦的地方，设 net.ipv4.tcp_rfc1337 = 1。要知道代价：SYN 被 TIME_WAIT 拒绝的客户端，会一直被拒绝，直到 TIME_WAIT 到期。',
    rows: combined(same('tcp_rfc1337 0', 'tcp_rfc1337 1'), {
      RST: 'RST',
      'RST one byte further': 'RST，序列号多一个字节',
      'old duplicate': '残余的老报文段',
      'old duplicate, and the RST of the closed peer': '残余的老报文段，和已关闭的对端的 RST',
    }),
  },
};
