import { expect, test } from 'vitest';
import { encodeDatagram, mostOfDatagram } from '../../../../src/lab/network/peer/datagram.js';
import { fragmentsOf } from '../../../../src/lab/network/peer/fragments.js';
import { checksum } from '../../../../src/lab/network/peer/frame.js';
import { decodeIp, encodeIp, pseudoHeader } from '../../../../src/lab/network/peer/ip.js';

const ends = {
  4: { source: '192.0.2.1', destination: '192.168.0.1' },
  6: { source: 'fd00::2', destination: 'fd00::1' },
} as const;

function packet(family: 4 | 6, length: number): ReturnType<typeof encodeDatagram> {
  const payload = Uint8Array.from({ length }, (_, index) => index & 255);
  return encodeDatagram({ ...ends[family], sourcePort: 7, destinationPort: 9, payload });
}

test.each([4, 6] as const)('a packet of IPv%i that fits goes whole', (family) => {
  const whole = packet(family, 100);
  const size = encodeIp(whole).length;
  expect(fragmentsOf(whole, size, 1)).toEqual([encodeIp(whole)]);
  expect(fragmentsOf(whole, size - 1, 1)).toHaveLength(2);
});

test.each([
  [4, 20, 1500],
  [4, 20, 68],
  [6, 48, 1280],
] as const)(
  'fragments of IPv%i, %i bytes of headers each, put together are the packet; MTU %i',
  (family, header, mtu) => {
    const whole = packet(family, 5000);
    const fragments = fragmentsOf(whole, mtu, 0xabcd);
    const parts = fragments.map((bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const word = view.getUint16(family === 4 ? 6 : 42);
      const [offset, more] = family === 4 ? [(word & 0x1fff) * 8, word & 0x2000] : [word & 0xfff8, word & 1];
      const id = family === 4 ? view.getUint16(4) : view.getUint32(44);
      return { bytes: bytes.subarray(header), size: bytes.length, offset, more: more !== 0, id };
    });
    expect(parts.every(({ size, id }) => size <= mtu && id === 0xabcd)).toBe(true);
    expect(parts.map(({ more }) => more)).toEqual(parts.map((_, index) => index < parts.length - 1));
    const joined = new Uint8Array(whole.payload.length);
    for (const { bytes, offset } of parts) joined.set(bytes, offset);
    expect(joined).toEqual(whole.payload);
    // Header checksums hold, and no fragment is taken for a packet.
    if (family === 4) for (const bytes of fragments) expect(checksum(bytes.subarray(0, 20))).toBe(0);
    if (family === 4) for (const bytes of fragments) expect(decodeIp(bytes)).toBeUndefined();
  },
);

test.each([4, 6] as const)(
  'the longest datagram of IPv%i has a checksum that holds; a longer one is none',
  (family) => {
    const most = mostOfDatagram(family === 6);
    const longest = packet(family, most);
    expect(checksum(pseudoHeader(longest, longest.payload.length), longest.payload)).toBe(0);
    expect(() => encodeIp(longest)).not.toThrow();
    expect(() => encodeIp(packet(family, most + 1))).toThrow(/an IPv[46] packet of/);
  },
);

test('a checksum of 0 is sent as all ones: 0 says that there is none', () => {
  // What the sum of everything else leaves open.
  const [open = 0] = Array.from({ length: 0x1_0000 }, (_, port) => port).filter((sourcePort) => {
    const { payload } = encodeDatagram({ ...ends[4], sourcePort, destinationPort: 9, payload: new Uint8Array(0) });
    return payload[6] === 0xff && payload[7] === 0xff;
  });
  const { payload } = encodeDatagram({ ...ends[4], sourcePort: open, destinationPort: 9, payload: new Uint8Array(0) });
  expect(open).toBeGreaterThan(0);
  expect([...payload.subarray(6, 8)]).toEqual([255, 255]);
});
