import { describe, expect, test } from 'vitest';
import { endingsOf } from '../../../src/claims/kit/wire.js';
import { segment } from '../../support/trace-parts.js';

describe('endingsOf()', () => {
  const fin = segment(1, 'server FIN+ACK 1 1');

  test('are those of one host, in order', () => {
    const rst = segment(3, 'server RST 2');
    expect(endingsOf([fin, segment(2, 'client FIN+ACK 1 2'), rst], 'server')).toBe('FIN, RST');
    expect(endingsOf([segment(0, 'server PSH+ACK 1 1 5')], 'server')).toBe('nothing');
  });

  test('count a FIN once that was sent again', () => {
    const again = segment(2, 'server FIN+ACK 1 1', { retransmission: true });
    expect(endingsOf([fin, again], 'server')).toBe('FIN');
  });
});
