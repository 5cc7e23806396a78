import { expect, test } from 'vitest';
import { textOf } from '../../../../src/lab/draw/page/words.js';
import { chinese } from '../../../../src/lab/draw/report-words.zh.js';

test.each([
  [{ 'port held': true, states: ['LISTEN', 'TIME_WAIT'] }, 'port held: yes; states: LISTEN, TIME_WAIT'],
  [[{ protocol: 'UDP' }, { protocol: 'ICMP', type: 3 }], 'protocol: UDP; protocol: ICMP, type: 3'],
  [[{ flags: ['SYN', 'ACK'], seq: 0 }, null], 'flags: SYN, ACK, seq: 0; none'],
  [[], 'nothing'],
])('%j is read as %s', (value, text) => {
  expect(textOf(value)).toBe(text);
});

test('in Chinese with its own marks', () => {
  expect(textOf([{ protocol: 'UDP' }, { protocol: 'ICMP', type: 3 }], {}, chinese)).toBe(
    'protocol：UDP；protocol：ICMP、type：3',
  );
});
