import type { TextsById } from '../case-texts.js';
import { combined, type RowTexts, same } from '../row-texts.js';

const stamps: RowTexts = { 'timestamps on': '有时间戳', 'timestamps off': '没有时间戳' };
const delays: RowTexts = { 'before the delay': '未满延迟', 'after the delay': '已满延迟' };
const values = same('tcp_tw_reuse 0', 'tcp_tw_reuse 1', 'tcp_tw_reuse 2');
const rows: RowTexts = {
  ...combined(values, stamps, delays, { 'to A': '到 A', 'to 127.0.0.1': '到 127.0.0.1' }),
  ...combined(values, stamps, delays, { 'to A, source port bound': '到 A，已绑定源端口' }),
  'tcp_tw_reuse 1, timestamps on, over and over, the delay untouched, to A':
    'tcp_tw_reuse 1，有时间戳，反复尝试，不改延迟，到 A',
};

export const reuseTexts: TextsById = {
  C18: {
    title: 'tcp_tw_reuse：连接的发起方重新使用四元组',
    claim: 'tcp_tw_reuse 用在连接的发起方：它决定处于 TIME_WAIT 的四元组能不能重新使用，满一秒以后才可以。',
    laws: [
      'tcp_tw_reuse 为 1，或者为 2 而且在回环上，并且有时间戳、满了一秒，connect() 就重新使用处于 TIME_WAIT 的四元组。从 bind() 指定的端口发起，只要有时间戳就行。',
    ],
    advice:
      '客户端连同一个目的地的源端口不够用时，把连接保持住，或者增加地址。两样都做不到，就设 tcp_tw_reuse = 1，并且不要关掉 tcp_timestamps；默认值 2 只在回环上有用。',
    rows,
  },
};
