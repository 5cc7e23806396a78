import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSegment, segmentText, type WrittenSegment } from '../../../../src/lab/network/peer/notation.js';
import { decodeOptionList, encodeOptionList } from '../../../../src/lab/network/peer/option-list.js';
import { type OptionItem, flagNames } from '../../../../src/lab/record/segment.js';

const u32 = fc.nat(0xffff_ffff);
const bytes = fc.array(fc.nat(255), { maxLength: 8 });
const items: fc.Arbitrary<OptionItem> = fc.oneof(
  fc.constantFrom<OptionItem>({ kind: 'nop' }, { kind: 'sackOK' }),
  fc.record({ kind: fc.constant('mss' as const), value: fc.nat(0xffff) }),
  fc.record({ kind: fc.constant('wscale' as const), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('TS' as const), value: u32, echo: u32 }),
  fc.record({
    kind: fc.constant('sack' as const),
    blocks: fc.array(fc.record({ left: u32, right: u32 }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constantFrom('FO' as const, 'FOEXP' as const, 'md5' as const), bytes }),
);
const lists = fc.array(items, { maxLength: 3 }).filter((list) => {
  try {
    return encodeOptionList(list).length <= 40;
  } catch {
    return false;
  }
});
const segments: fc.Arbitrary<WrittenSegment> = fc.record(
  {
    flags: fc.subarray([...flagNames].toSorted()),
    seq: u32,
    length: fc.nat(70_000),
    ack: u32,
    window: fc.nat(0xffff),
    urgentPointer: fc.nat(0xffff),
    options: fc.oneof(lists, fc.constant('any' as const)),
  },
  { requiredKeys: ['flags', 'seq', 'length', 'options'] },
);

describe('a segment as tcpdump writes it', () => {
  test.each([
    'S 0:0(0) win 65535 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>',
    'P. 1:11(10) ack 5 win 257',
    'SEW 0:0(0)',
    '- 1:1(0)',
    'FPU. 4294967290:4(10) ack 1 urg 3 <...>',
    '. 1:1(0) ack 1 <nop,nop,sack 5:7 9:11>',
    'S5. 0:0(0) ack 1 <FO abcd,nop,nop>',
  ])('%s is read, and written the same', (text) => {
    expect(segmentText(parseSegment(text))).toBe(text);
  });

  test('any is read back', () => {
    const sorted = (segment: WrittenSegment): WrittenSegment => ({ ...segment, flags: segment.flags.toSorted() });
    fc.assert(
      fc.property(segments, (segment) => {
        expect(sorted(parseSegment(segmentText(segment)))).toEqual(segment);
      }),
    );
  });

  test.each([
    ['S 0:0(0) nonsense', 'segment:1:10: expected the end, got "nonsense"'],
    ['0:0(0)', 'expected flags, as "S", "P." or "-" for none'],
    ['S 0:4294967296(0)', 'expected 32 bits, got 4294967296'],
    ['', 'got the end'],
  ])('%j is none', (text, message) => {
    expect(() => parseSegment(text)).toThrow(message);
  });
});

describe('options in their order', () => {
  test('come back as they were written, with the padding', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const wire = encodeOptionList(list);
        const read = decodeOptionList(Uint8Array.from(wire));
        expect(read?.slice(0, list.length)).toEqual(list);
        expect(read?.slice(list.length).every(({ kind }) => kind === 'nop')).toBe(true);
      }),
    );
  });

  test('longer than the room for them are none', () => {
    expect(decodeOptionList(Uint8Array.from([2, 4, 5]))).toBeUndefined();
    expect(decodeOptionList(Uint8Array.from([2, 0]))).toBeUndefined();
    expect(() => encodeOptionList(Array.from({ length: 41 }, () => ({ kind: 'nop' })))).toThrow(
      'a header has room for 40',
    );
  });
});
