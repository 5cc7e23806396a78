import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeSegment,
  describeSegment,
  encodeSegment,
  flagNames,
  isChecksumRight,
  type Segment,
  sequenceDistance,
  sequenceLength,
} from '../../../../src/lab/network/peer/segment.js';

const source = '192.168.0.2';
const destination = '192.168.0.1';

const segment: Segment = {
  sourcePort: 40_000,
  destinationPort: 8080,
  seq: 1,
  ack: 2,
  flags: ['SYN', 'ACK'],
  window: 65_000,
  urgentPointer: 0,
  options: { mss: 1460, timestamps: { value: 1000, echo: 0 } },
  payload: Uint8Array.from([0x61, 0x62, 0x63]),
};

const onTheWire = '9c401f9000000001000000029012fde85ba10000020405b4080a000003e8000000000101616263';

const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const options = fc.record(
  {
    mss: u16,
    windowScale: fc.nat(14),
    sackPermitted: fc.constant(true as const),
    timestamps: fc.record({ value: u32, echo: u32 }),
    sack: fc.array(fc.record({ left: u32, right: u32 }), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const segments: fc.Arbitrary<Segment> = fc.record({
  sourcePort: u16,
  destinationPort: u16,
  seq: u32,
  ack: u32,
  flags: fc.subarray([...flagNames]),
  window: u16,
  urgentPointer: u16,
  options,
  payload: fc.uint8Array({ maxLength: 100 }),
});

/** Without its options in their order: they are those by name, and the padding. */
function decoded(bytes: Uint8Array): Omit<Segment, 'optionList'> | undefined {
  const { optionList, ...read } = decodeSegment(bytes) ?? {};
  expect(optionList).toBeDefined();
  return read as Omit<Segment, 'optionList'>;
}

describe('a segment', () => {
  test('is written as these bytes, with this checksum', () => {
    expect(Buffer.from(encodeSegment(segment, source, destination)).toString('hex')).toBe(onTheWire);
  });

  test('is read back from its bytes', () => {
    expect(decoded(Uint8Array.from(Buffer.from(onTheWire, 'hex')))).toEqual(segment);
  });

  test('comes back whatever is in it, with a right checksum', () => {
    fc.assert(
      fc.property(segments, (any) => {
        const bytes = encodeSegment(any, source, destination);
        expect(decoded(bytes)).toEqual(any);
        expect(isChecksumRight(bytes, source, destination)).toBe(true);
      }),
    );
  });

  test('with one bit changed has a wrong checksum', () => {
    const bytes = encodeSegment(segment, source, destination).map((byte, at) => (at === 7 ? byte ^ 1 : byte));
    expect(isChecksumRight(bytes, source, destination)).toBe(false);
  });

  test('is undefined or a segment, but no error, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = decodeSegment(bytes);
        expect(read === undefined || read.payload.length < bytes.length).toBe(true);
      }),
    );
  });

  test.each([
    ['seq', -1],
    ['seq', 2 ** 32],
    ['window', 65_536],
    ['ack', 1.5],
    ['sourcePort', Number.NaN],
  ])('is refused with %s %d', (field, value) => {
    expect(() => encodeSegment({ ...segment, [field]: value }, source, destination)).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
  });
});

describe('sequence numbers', () => {
  test('SYN and FIN take one each, beside the data', () => {
    expect(sequenceLength(segment)).toBe(4);
    expect(sequenceLength({ flags: ['FIN', 'ACK'], payload: new Uint8Array() })).toBe(1);
  });

  test('a number after the wrap is behind one before it', () => {
    expect(sequenceDistance(5, 0xffff_fffb)).toBe(10);
    expect(sequenceDistance(0xffff_fffb, 5)).toBe(-10);
  });
});

test('describeSegment() is one line', () => {
  expect(describeSegment({ ...segment, length: segment.payload.length })).toBe(
    'SYN ACK seq 1 ack 2 win 65000 3 bytes <mss 1460, TS val 1000 ecr 0>',
  );
});
