import type { TextsById } from '../case-texts.js';
import { combined } from '../row-texts.js';

export const initialNumberTexts: TextsById = {
  C22: {
    title: '新连接的初始序列号',
    claim: '新连接的初始序列号，一定比四元组相同的老连接的末序列号大。',
    laws: [
      '新连接的初始序列号来自一个每秒走 15.6M 次的时钟。老连接传的字节如果比时钟走的数还多，新的就比老的末序列号小。只有自己持有 TIME_WAIT 的主机，才一定从更大的号开始。',
      '新连接的初始序列号来自一个每秒走 15.6M 次的时钟。老连接传的字节如果比时钟走的数还多，新的就比老的末序列号小。只有自己持有 TIME_WAIT 的客户端，才一定从更大的号开始。',
      '新连接的初始序列号总是比老连接的末序列号大。',
    ],
    advice:
      '不要关掉 net.ipv4.tcp_timestamps：传输超过 15 MB/s 的连接，后面的连接可能从更小的号开始，这时靠更新的时间戳来区分。没有时间戳，它的第一个 SYN 会被拒绝（S17）。',
    rows: combined(
      { client: '客户端', server: '服务器' },
      {
        'one byte sent': '发了一个字节',
        'more bytes than the clock counts sent': '发的字节比时钟走得快',
      },
      { 'TIME_WAIT at the server': 'TIME_WAIT 在服务器', 'TIME_WAIT at the client': 'TIME_WAIT 在客户端' },
      { 'timestamps on': '有时间戳', 'timestamps off': '没有时间戳' },
    ),
  },
};
