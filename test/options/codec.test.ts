import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { catalog } from '../../src/options/catalog.js';
import { codecs } from '../../src/options/codec.js';
import { decodeTcpInfo } from '../../src/options/decode-tcp-info.js';
import { memoryOf } from '../../src/options/memory.js';
import { packetFanoutFlags, packetFanoutModes, timestampingFlags } from '../../src/options/enums.js';
import type { Kind } from '../../src/options/kinds.js';
import type { OptionSpec } from '../../src/options/spec.js';
import type { TcpInfo } from '../../src/options/values.gen.js';

const memory = memoryOf(new ArrayBuffer(65_536));
const spec: OptionSpec = { ...catalog.SO_BINDTODEVICE };

function roundTrip(kind: Kind, value: unknown, at: number): unknown {
  const codec = codecs[kind];
  const length = codec.encode?.(value as never, memory, at, { name: 'X', spec });
  return length === undefined ? undefined : codec.decode?.(memory, at, length, { name: 'X', spec });
}

const offsets = fc.integer({ min: 0, max: 100 }).map((eighth) => eighth * 8);
const u16 = fc.integer({ min: 0, max: 65_535 });
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const positive = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Names in the order of their bits, then what has no name. */
const flagList = fc
  .tuple(fc.subarray([...timestampingFlags]), fc.integer({ min: 0, max: 2 ** 13 - 1 }))
  .map(([names, rest]) => (rest === 0 ? names : [...names, rest * 2 ** timestampingFlags.length]));

const arbitraries: Partial<Record<Kind, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  uint: u32,
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fd: positive,
  netIndex: positive,
  linger: fc.record({ on: fc.boolean(), seconds: positive }, { noNullPrototype: true }),
  timeval: fc.integer({ min: 0, max: 2 ** 50 }).map((micros) => micros / 1000),
  text: fc.stringMatching(/^[a-z0-9_-]{0,15}$/),
  bytes: fc.uint8Array({ maxLength: 4096 }).map((bytes) => Buffer.from(bytes)),
  ucred: fc.record({ pid: u32, uid: u32, gid: u32 }, { noNullPrototype: true }),
  txtime: fc.record({ clockId: u32, flags: u32 }, { noNullPrototype: true }),
  timestamping: fc.record({ flags: flagList, bindPhc: positive }, { noNullPrototype: true }),
  timestampingFlags: flagList,
  packetFanout: fc.record(
    { groupId: u16, mode: fc.constantFrom(...packetFanoutModes, 8, 255), flags: fc.subarray([...packetFanoutFlags]) },
    { noNullPrototype: true },
  ),
  packetStatistics: fc.record({ packets: u32, drops: u32, freezes: u32 }, { noNullPrototype: true }),
  icmpTypes: fc.subarray(Array.from({ length: 32 }, (_, type) => type)),
  icmp6Types: fc.subarray(Array.from({ length: 256 }, (_, type) => type)),
  repairWindow: fc.record(
    { sndWl1: u32, sndWnd: u32, maxWindow: u32, rcvWnd: u32, rcvWup: u32 },
    { noNullPrototype: true },
  ),
  portRange: fc.tuple(u16, u16).map(([low, high]) => ({ low, high })),
};

describe('what is encoded decodes to itself, anywhere in the memory', () => {
  for (const [kind, arbitrary] of Object.entries(arbitraries)) {
    test(kind, () => {
      fc.assert(
        fc.property(arbitrary, offsets, (value, at) => {
          expect(roundTrip(kind as Kind, value, at)).toEqual(value);
        }),
      );
    });
  }
});

const refused: Partial<Record<Kind, readonly unknown[]>> = {
  bool: [1, 0, 'true', null, undefined, {}],
  int: [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, -(2 ** 31) - 1, '1', true, 1n, null, undefined],
  uint: [-1, 2 ** 32, 0.5, Number.NaN, '1', null],
  uint64: [1, -1n, 2n ** 64n, '1', null],
  fd: [-1, 1.5, 2 ** 31, Number.NaN, '0', null],
  timestamping: [{ flags: 8 }, { flags: -1, bindPhc: 0 }, 8],
  netIndex: [-1, 2 ** 31, 1.5, 'lo'],
  linger: [
    { on: 1, seconds: 1 },
    { on: true, seconds: 1.5 },
    { on: true, seconds: -(2 ** 31) - 1 },
    { on: true },
    { on: true, seconds: 2 ** 31 },
    { on: true, seconds: 1, extra: 1 },
    null,
    5,
    true,
  ],
  timeval: [-1, 0.0001, 0.0004, 1e9 + 0.0005, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '5', null, 1n],
  text: [5, null, 'with\0nul', 'sixteen-bytes-xx', 'é'.repeat(8)],
  bytes: ['text', [1, 2], null, new ArrayBuffer(4), new Uint8Array(70_000)],
  mreqn: [
    {},
    { multicastAddress: 'ff02::1' },
    { multicastAddress: '239.1.2.3', interfaceIndex: -1 },
    { multicastAddress: '239.1.2.3', device: 'lo' },
    '239.1.2.3',
  ],
  mreqSource: [{ multicastAddress: '232.1.1.1', interfaceAddress: '127.0.0.1' }, null],
  mreq6: [{ multicastAddress: '239.1.1.1', interfaceIndex: 1 }, { multicastAddress: 'ff02::1' }],
  groupReq: [
    { interfaceIndex: 1, group: 'nowhere' },
    { group: '239.1.1.1' },
    { interfaceIndex: 1.5, group: '239.1.1.1' },
  ],
  groupSourceReq: [{ interfaceIndex: 1, group: '239.1.1.1' }],
  multicastIf: [{ localAddress: '::1' }, { interfaceIndex: Number.NaN }, 'lo'],
  filter: [
    [],
    null,
    [{ code: 6 }],
    [{ code: 6, jt: 256, jf: 0, k: 0 }],
    [{ code: 6, jt: 0, jf: 0, k: -1 }],
    new Array(4097).fill({ code: 6, jt: 0, jf: 0, k: 0 }),
  ],
  portRange: [{ low: -1, high: 5 }, { low: 1, high: 65_536 }, { low: 1 }, null],
  txtime: [{ clockId: -1, flags: 0 }, { clockId: 1 }],
  repairWindow: [{ sndWl1: 0 }],
  repairOptions: [[], [{ code: 256, value: 0 }], null],
};

describe('a value that does not fit throws and is never rounded', () => {
  for (const [kind, values] of Object.entries(refused)) {
    for (const [index, value] of values.entries()) {
      test(`${kind}, ${index}: ${typeof value === 'bigint' ? `${value}n` : String(JSON.stringify(value)).slice(0, 50)}`, () => {
        expect(() => roundTrip(kind as Kind, value, 0)).toThrow(UsageError);
      });
    }
  }
});

describe('every field is read once, and before anything is written', () => {
  const structures: Partial<Record<Kind, unknown>> = {
    linger: { on: true, seconds: 5 },
    txtime: { clockId: 1, flags: 1 },
    mreqn: { multicastAddress: '239.1.2.3', localAddress: '127.0.0.1', interfaceIndex: 1 },
    mreqSource: { multicastAddress: '232.1.1.1', interfaceAddress: '127.0.0.1', sourceAddress: '127.0.0.2' },
    mreq6: { multicastAddress: 'ff02::1', interfaceIndex: 1 },
    groupReq: { interfaceIndex: 1, group: 'ff02::1' },
    groupSourceReq: { interfaceIndex: 1, group: 'ff02::1', source: '::1' },
    multicastIf: { localAddress: '127.0.0.1', interfaceIndex: 1 },
    filter: [
      { code: 6, jt: 1, jf: 2, k: 3 },
      { code: 6, jt: 1, jf: 2, k: 3 },
    ],
    portRange: { low: 1, high: 2 },
    repairOptions: [
      { code: 2, value: 1460 },
      { code: 3, value: 7 },
    ],
  };
  const at = 64;

  test.for(Object.entries(structures))('%s', ([kind, value]) => {
    const reads: unknown[] = [];
    const watched = (structure: object): object =>
      new Proxy(structure, {
        get(target, key) {
          const got: unknown = Reflect.get(target, key);
          if (typeof got === 'object' && got !== null) return watched(got);
          // The methods of an array and its length are read too.
          if (typeof key === 'string' && !(key in [])) {
            reads.push(key);
            expect(memory.bytes.subarray(at, at + 272).every((byte) => byte === 0xee)).toBe(true);
          }
          return got;
        },
      });
    memory.bytes.fill(0xee);
    const codec = codecs[kind as Kind];
    codec.encode?.(watched(value as object) as never, memory, at, { name: 'X', spec });
    const leaves = JSON.stringify(value).match(/"\w+":/g)?.length;
    expect(reads).toHaveLength(leaves ?? 0);
  });
});

test('a timeval is seconds and microseconds', () => {
  expect(codecs.timeval.encode?.(1500.25, memory, 0, { name: 'X', spec })).toBe(16);
  expect(memory.view.getBigInt64(0, true)).toBe(1n);
  expect(memory.view.getBigInt64(8, true)).toBe(500_250n);
});

test('an answer shorter than asked for is read at its length', () => {
  memory.bytes.set([7, 0xff, 0xff, 0xff]);
  expect(codecs.int.decode?.(memory, 0, 1, { name: 'X', spec })).toBe(7);
  expect(codecs.int.decode?.(memory, 0, 0, { name: 'X', spec })).toBe(0);
});

describe('tcp_info', () => {
  const bytes = new Uint8Array(280);
  const view = new DataView(bytes.buffer);
  const info = (length: number): TcpInfo => decodeTcpInfo({ bytes }, 0, length);

  test('fields stand where the kernel puts them', () => {
    bytes.fill(0);
    bytes[0] = 1;
    bytes[6] = 0x97;
    view.setUint32(68, 1234, true);
    view.setBigUint64(104, 2n ** 64n - 1n, true);
    view.setBigUint64(120, 2n ** 40n + 5n, true);
    view.setUint32(228, 65_535, true);
    view.setUint16(240, 3, true);
    view.setUint16(242, 4, true);
    view.setUint32(244, 77, true);
    view.setUint16(276, 1, true);
    view.setUint16(278, 2, true);
    expect(info(280)).toMatchObject({
      state: 'ESTABLISHED',
      sndWscale: 7,
      rcvWscale: 9,
      rttUs: 1234,
      pacingRate: Number.POSITIVE_INFINITY,
      bytesAcked: 2 ** 40 + 5,
      sndWnd: 65_535,
      totalRto: 3,
      totalRtoRecoveries: 4,
      totalRtoTimeMs: 77,
      accecnFailMode: 1,
      accecnOptSeen: 2,
    });
  });

  test('what an older kernel does not return is undefined', () => {
    const old = info(104);
    expect(old.totalRetrans).toBe(0);
    expect(old.pacingRate).toBeUndefined();
    expect(info(232).sndWnd).toBe(65_535);
    expect(info(232).rcvWnd).toBeUndefined();
    expect(info(248).receivedCe).toBeUndefined();
  });

  test('at any length undefined are those fields that what lies beyond would change', () => {
    bytes.fill(0);
    for (let length = 104; length <= bytes.length; length += 4) {
      const returned = new Map(Object.entries(info(length)));
      const [zeros, ones] = [0, 255].map((beyond) => {
        bytes.fill(beyond, length);
        return Object.entries(info(bytes.length));
      });
      const changed = zeros?.filter(([, value], index) => value !== ones?.[index]?.[1]).map(([name]) => name);
      const lacking = [...returned].filter(([, value]) => value === undefined).map(([name]) => name);
      expect({ length, lacking }).toEqual({ length, lacking: changed });
      bytes.fill(0);
    }
  });
});
