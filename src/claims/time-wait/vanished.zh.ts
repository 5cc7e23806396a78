import type { TextsById } from '../case-texts.js';

export const vanishedTexts: TextsById = {
  P1: {
    title: '谁都没有错，TIME_WAIT 却消失了',
    claim: '一方先关闭以后，它的 TIME_WAIT 一直在，直到到期。',
    laws: [
      '在三种情况下 TIME_WAIT 提前消失：来了 RST；来了新的 SYN；来了老报文段，而发它的主机已经不认识这个连接：TIME_WAIT 应答它，那台主机再回 RST。只要两个报文段颠倒了次序就够了。tcp_rfc1337 = 1 时，它经得住 RST。超过 tcp_max_tw_buckets 时，根本不会建立它。',
      '不管来什么，TIME_WAIT 一直在，直到到期。',
    ],
    advice:
      '不要依赖 TIME_WAIT 一定存在，测试里、协议里都一样。没设 SO_REUSEADDR 的重启偶尔成功一次，不说明下一次也会成功。',
    labels: { timeWait: 'TIME_WAIT', restart: '不设 SO_REUSEADDR 重启' },
    rows: {
      'nothing comes': '什么都没有来',
      'the ACK of its FIN comes late': '对它的 FIN 的 ACK 迟到',
      'the ACK of its FIN comes late, tcp_rfc1337 1': '对它的 FIN 的 ACK 迟到，tcp_rfc1337 1',
      'an RST comes': '来了 RST',
      'a new SYN of the same four-tuple comes': '来了四元组相同的新 SYN',
      'tcp_max_tw_buckets are there already': '已经有 tcp_max_tw_buckets 个',
    },
  },
};
