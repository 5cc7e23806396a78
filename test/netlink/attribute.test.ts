import { describe, expect, test } from 'vitest';
import { decodeAttributes, encodeAttributes, readText, readU32, text, u32 } from '../../src/netlink/attribute.js';
import { littleEndian } from '../../src/options/memory.js';

// The fixtures are what a little-endian kernel sends.
describe.runIf(littleEndian)('netlink attributes', () => {
  test.each([
    ['no data, length is the header', [{ type: 1, value: Uint8Array.of() }], [4, 0, 1, 0]],
    ['one byte is padded to four', [{ type: 2, value: Uint8Array.of(9) }], [5, 0, 2, 0, 9, 0, 0, 0]],
    ['a number of 32 bits', [u32(3, 0x01020304)], [8, 0, 3, 0, 4, 3, 2, 1]],
    ['a text has its NUL', [text(4, 'lo')], [7, 0, 4, 0, 0x6c, 0x6f, 0, 0]],
    [
      'a nested attribute carries NLA_F_NESTED',
      [{ type: 5, value: [u32(1, 1)] }],
      [12, 0, 5, 0x80, 8, 0, 1, 0, 1, 0, 0, 0],
    ],
    ['two in a row', [text(1, 'a'), u32(2, 7)], [6, 0, 1, 0, 0x61, 0, 0, 0, 8, 0, 2, 0, 7, 0, 0, 0]],
  ])('%s', (_, attributes, bytes) => {
    expect([...encodeAttributes(attributes)]).toEqual(bytes);
  });

  test('a decoded type has no flags', () => {
    const nested = Uint8Array.of(12, 0, 5, 0x80, 8, 0, 1, 0, 1, 0, 0, 0);
    const outer = decodeAttributes(nested);
    expect([...outer.keys()]).toEqual([5]);
    expect(readU32(decodeAttributes(outer.get(5) ?? Uint8Array.of()).get(1) ?? Uint8Array.of())).toBe(1);
  });

  test('the later of two attributes of one type counts', () => {
    expect(decodeAttributes(encodeAttributes([u32(1, 1), u32(1, 2)])).get(1)).toEqual(Uint8Array.of(2, 0, 0, 0));
  });

  test.each([
    ['shorter than its header', [3, 0, 1, 0]],
    ['longer than the bytes that are left', [9, 0, 1, 0, 0, 0, 0, 0]],
  ])('an attribute %s is an error', (_, bytes) => {
    expect(() => decodeAttributes(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }),
    );
  });

  test('a value too short for its number is an error', () => {
    expect(() => readU32(Uint8Array.of(1, 2, 3))).toThrow(expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }));
  });

  test('a value that does not fit 16 bits of length is an error', () => {
    expect(() => encodeAttributes([{ type: 1, value: new Uint8Array(65_532) }])).toThrow();
    expect(encodeAttributes([{ type: 1, value: new Uint8Array(65_531) }])).toHaveLength(65_536);
  });

  test('a text ends at its NUL, or at its end', () => {
    expect(readText(Uint8Array.of(0x61, 0, 0x62))).toBe('a');
    expect(readText(Uint8Array.of(0x61, 0x62))).toBe('ab');
  });
});
