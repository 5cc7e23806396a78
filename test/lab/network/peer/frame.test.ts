import { describe, expect, test } from 'vitest';
import { checksum, decodeArp, decodeFrame, encodeArp, encodeFrame } from '../../../../src/lab/network/peer/frame.js';
import { decodeIp, encodeIp } from '../../../../src/lab/network/peer/ip.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('checksum()', () => {
  test('of the example of RFC 1071 section 3 is the complement of ddf2', () => {
    expect(checksum(hex('0001f203f4f5f6f7'))).toBe(~0xddf2 & 0xffff);
  });

  test('takes a last odd byte as the high half of a word', () => {
    expect(checksum(hex('00ff01'))).toBe(~(0x00ff + 0x0100) & 0xffff);
  });

  test('is the same for pieces as for the whole', () => {
    expect(checksum(hex('0001f203'), hex('f4f5f6'))).toBe(checksum(hex('0001f203f4f5f6')));
  });
});

describe('IPv4', () => {
  const packet = {
    source: '192.168.0.2',
    destination: '192.168.0.1',
    protocol: 6,
    tos: 0,
    ttl: 64,
    payload: hex('aabbcc'),
  };

  test('is written with a header whose checksum comes out as nothing', () => {
    const bytes = encodeIp(packet);
    expect(Buffer.from(bytes).toString('hex')).toBe('45000017000040004006' + 'b98d' + 'c0a80002c0a80001' + 'aabbcc');
    expect(checksum(bytes.subarray(0, 20))).toBe(0);
  });

  test('is read back, and the padding of a short frame is not payload', () => {
    expect(decodeIp(Uint8Array.from([...encodeIp(packet), 0, 0, 0]))).toEqual(packet);
  });

  test.each([
    ['a packet cut short', encodeIp(packet).subarray(0, 22)],
    ['a fragment', encodeIp(packet).map((byte, at) => (at === 6 ? 0x20 : byte))],
    ['IPv6 that is shorter than it says', encodeIp(packet).map((byte, at) => (at === 0 ? 0x60 : byte))],
    ['nothing', new Uint8Array()],
  ])('is undefined for %s', (_, bytes) => {
    expect(decodeIp(bytes)).toBeUndefined();
  });

  test.each(['1.2.3', '1.2.3.256', '1.2.3.x', '1.2.3.', ''])('refuses %j for an address', (source) => {
    expect(() => encodeIp({ ...packet, source })).toThrow(expect.objectContaining({ code: 'ERR_ADDRESS_INVALID' }));
  });
});

describe('IPv6', () => {
  const packet = {
    source: 'fd00::1',
    destination: '2001:db8::2',
    protocol: 6,
    tos: 5,
    ttl: 64,
    payload: hex('aabbcc'),
  };

  test('is written as RFC 8200 section 3 has it, and read back', () => {
    const bytes = encodeIp(packet);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '60500000' +
        '0003' +
        '06' +
        '40' +
        'fd000000000000000000000000000001' +
        '20010db8000000000000000000000002' +
        'aabbcc',
    );
    expect(decodeIp(Uint8Array.from([...bytes, 0, 0]))).toEqual(packet);
    expect(decodeIp(bytes.subarray(0, 42))).toBeUndefined();
  });
});

describe('Ethernet and ARP', () => {
  const message = {
    operation: 'request',
    senderHardware: '02:00:00:00:00:0a',
    senderAddress: '192.168.0.2',
    targetHardware: '00:00:00:00:00:00',
    targetAddress: '192.168.0.1',
  } as const;

  test('an ARP request has the bytes of RFC 826', () => {
    expect(Buffer.from(encodeArp(message)).toString('hex')).toBe(
      '0001' + '0800' + '06' + '04' + '0001' + '02000000000a' + 'c0a80002' + '000000000000' + 'c0a80001',
    );
  });

  test('a message is read back, an unknown operation is undefined', () => {
    expect(decodeArp(encodeArp(message))).toEqual(message);
    expect(decodeArp(encodeArp(message).map((byte, at) => (at === 7 ? 3 : byte)))).toBeUndefined();
  });

  test('a frame is read back, one too short is undefined', () => {
    const frame = {
      source: '02:00:00:00:00:0a',
      destination: 'ff:ff:ff:ff:ff:ff',
      etherType: 0x0806,
      payload: hex('01'),
    };
    expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    expect(decodeFrame(new Uint8Array(13))).toBeUndefined();
  });
});
