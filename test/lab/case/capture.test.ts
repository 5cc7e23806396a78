import { describe, expect, test } from 'vitest';
import { decodeSegment } from '../../../src/lab/case/capture.js';

// IPv4 with 24 bytes of header (one word of options), then TCP 10.0.0.1:8080 > 192.168.0.1:40000 with 32 (timestamps).
const header = '46000040' + '00004000' + '40060000' + '0a000001' + 'c0a80001' + '94040000';
const ports = '1f90' + '9c40';
const numbers = '00000001' + '00000002';

/** Data offset of 8 words, and these flags. */
function segment(flags: string, data = 'aabbccdd00112233'): Buffer {
  return Buffer.from(`${header}${ports}${numbers}80${flags}ffff00000000${'01'.repeat(12)}${data}`, 'hex');
}

describe('decodeSegment()', () => {
  test('finds addresses, ports and the length of the data behind the options of both headers', () => {
    expect(decodeSegment(segment('18'))).toEqual({
      from: { address: '10.0.0.1', port: 8080 },
      to: { address: '192.168.0.1', port: 40_000 },
      flags: ['PSH', 'ACK'],
      length: 8,
    });
  });

  test.each([
    ['02', ['SYN']],
    ['12', ['SYN', 'ACK']],
    ['11', ['FIN', 'ACK']],
    ['14', ['RST', 'ACK']],
    ['00', []],
  ])('reads the flag byte 0x%s as %j', (byte, flags) => {
    expect(decodeSegment(segment(byte))?.flags).toEqual(flags);
  });

  test('does not count the padding of a short frame as data', () => {
    expect(decodeSegment(segment('10', `aabbccdd00112233${'00'.repeat(6)}`))?.length).toBe(8);
  });

  test.each([
    ['nothing', ''],
    ['a packet cut in the IP header', header.slice(0, 30)],
    ['a packet cut in the TCP header', header + ports],
    ['UDP', `46000040000040004011${segment('10').toString('hex').slice(20)}`],
    ['IPv6', `60${segment('10').toString('hex').slice(2)}`],
  ])('returns undefined for %s', (_, bytes) => {
    expect(decodeSegment(Buffer.from(bytes, 'hex'))).toBeUndefined();
  });
});
