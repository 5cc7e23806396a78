import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { type CapturedPacket, type CaptureFacts, type CaptureInterface, pcapng } from '../../../src/lab/wire/pcapng.js';
import { encodeFrame, EtherType, Protocol } from '../../../src/lab/network/peer/frame.js';
import { encodeIp } from '../../../src/lab/network/peer/ip.js';
import { encodeSegment, type Segment } from '../../../src/lab/network/peer/segment.js';
import { needs } from '../../support/needs.js';
import { hasTshark, noTshark, readWithTshark } from '../../support/tshark.js';

// A start of tshark takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const facts: CaptureFacts = { application: 'sockwise', kernel: '6.1.0' };
const client: CaptureInterface = { name: 'client', description: 'eth0 to server' };
const server: CaptureInterface = { name: 'server', description: 'eth0 to client' };
const packet: CapturedPacket = {
  interface: 0,
  atNs: 0x0123_4567_89ab_cdefn,
  bytes: Uint8Array.of(1, 2, 3, 4, 5),
  originalLength: 9,
  outgoing: true,
  comments: [],
};

/** Four bytes each. */
const words = (bytes: Uint8Array | undefined): string =>
  (
    Buffer.from(bytes ?? [])
      .toString('hex')
      .match(/.{1,8}/g) ?? []
  ).join(' ');

function file(
  packets: Iterable<CapturedPacket>,
  interfaces: readonly CaptureInterface[] = [client, server],
  about = facts,
): Buffer {
  return Buffer.concat([...pcapng(about, interfaces, packets)]);
}

interface Block {
  readonly type: number;
  /** Between the lengths. */
  readonly body: Buffer;
  readonly options: readonly (readonly [code: number, value: Buffer])[];
}

const FIXED: Readonly<Record<number, number>> = { 0x0a0d0d0a: 16, 1: 8, 6: 20 };

/** Reads blocks by the draft alone, and that padding is zero and every length right. */
function read(bytes: Buffer): Block[] {
  const blocks: Block[] = [];
  const padding = (at: number, length: number): number => {
    const end = Math.ceil(length / 4) * 4;
    expect(bytes.subarray(at + length, at + end).every((byte) => byte === 0)).toBe(true);
    return end;
  };
  for (let at = 0; at < bytes.length; ) {
    const type = bytes.readUInt32LE(at);
    const size = bytes.readUInt32LE(at + 4);
    const end = at + size;
    expect([size % 4, bytes.readUInt32LE(end - 4)]).toEqual([0, size]);
    const body = at + 8;
    let next = body + (FIXED[type] ?? Number.NaN);
    if (type === 6) next += padding(next, bytes.readUInt32LE(body + 12));
    const options: [number, Buffer][] = [];
    for (let isOver = false; next < end - 4; ) {
      expect(isOver).toBe(false);
      const [code, length] = [bytes.readUInt16LE(next), bytes.readUInt16LE(next + 2)];
      isOver = code === 0;
      if (isOver) expect(length).toBe(0);
      else options.push([code, bytes.subarray(next + 4, next + 4 + length)]);
      next += 4 + padding(next + 4, length);
    }
    expect(next).toBe(end - 4);
    blocks.push({ type, body: bytes.subarray(body, end - 4), options });
    at = end;
  }
  return blocks;
}

function packetOf({ body, options }: Block): CapturedPacket {
  const flags = options.find(([code]) => code === 2)?.[1];
  return {
    interface: body.readUInt32LE(0),
    atNs: (BigInt(body.readUInt32LE(4)) << 32n) | BigInt(body.readUInt32LE(8)),
    bytes: Uint8Array.from(body.subarray(20, 20 + body.readUInt32LE(12))),
    originalLength: body.readUInt32LE(16),
    outgoing: flags?.readUInt32LE() === 2,
    comments: options.filter(([code]) => code === 1).map(([, value]) => value.toString()),
  };
}

/** The only comment of the only packet, as bytes. */
function commentOf(comment: string): Buffer {
  const blocks = read(file([{ ...packet, comments: [comment] }], [client]));
  return blocks.at(-1)?.options.find(([code]) => code === 1)?.[1] ?? Buffer.of();
}

describe('pcapng()', () => {
  test('begins with a section header', () => {
    const [header] = pcapng({ ...facts, hardware: 'x86_64', comment: 'hello' }, [], []);
    const expected = [
      '0a0d0d0a 54000000 4d3c2b1a 01000000 ffffffff ffffffff',
      '01000500 68656c6c 6f000000', // opt_comment: hello
      '02000600 7838365f 36340000', // shb_hardware: x86_64
      '03000b00 4c696e75 7820362e 312e3000', // shb_os: Linux 6.1.0
      '04000800 736f636b 77697365', // shb_userappl: sockwise
      '00000000 54000000',
    ];
    expect(words(header)).toBe(expected.join(' '));
  });

  test('describes each interface', () => {
    const [, ...blocks] = pcapng(facts, [{ name: 'host', description: 'eth0' }, server], []);
    const expected = [
      '01000000 30000000 01000000 00000400', // Ethernet, at most 262144 bytes
      '02000400 686f7374', // if_name: host
      '03000400 65746830', // if_description: eth0
      '09000100 09000000', // if_tsresol: nanoseconds
      '00000000 30000000',
    ];
    expect(blocks.length).toBe(2);
    expect(words(blocks[0])).toBe(expected.join(' '));
  });

  test.each([
    [true, '02000000'],
    [false, '01000000'],
  ])('writes a packet, outgoing: %s', (outgoing, flags) => {
    const [, , , block] = pcapng(
      facts,
      [client, server],
      [{ ...packet, interface: 1, outgoing, comments: ['a', 'bc'] }],
    );
    const expected = [
      '06000000 44000000 01000000 67452301 efcdab89 05000000 09000000',
      '01020304 05000000',
      '01000100 61000000', // opt_comment: a
      '01000200 62630000', // opt_comment: bc
      `02000400 ${flags}`, // epb_flags
      '00000000 44000000',
    ];
    expect(words(block)).toBe(expected.join(' '));
  });

  test('writes packets that are read back as they were', () => {
    const packets = fc.record({
      interface: fc.nat(1),
      atNs: fc.bigInt(0n, 2n ** 64n - 1n),
      bytes: fc.uint8Array({ maxLength: 100 }),
      originalLength: fc.integer({ min: 100, max: 0xffff_ffff }),
      outgoing: fc.boolean(),
      comments: fc.array(
        fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
        { maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(fc.array(packets, { maxLength: 10 }), (written) => {
        const [section, first, second, ...rest] = read(file(written));
        expect([section, first, second].map((block) => block?.type)).toEqual([0x0a0d0d0a, 1, 1]);
        expect(second?.options.map(([code, value]) => [code, value.toString()])).toEqual([
          [2, 'server'],
          [3, 'eth0 to client'],
          [9, '\u0009'],
        ]);
        expect(rest.every(({ type }) => type === 6)).toBe(true);
        expect(rest.map(packetOf)).toEqual(written);
      }),
    );
  });

  test('has written a packet before it asks for the next', () => {
    let taken = 0;
    function* endless(): Generator<CapturedPacket> {
      for (;;) {
        taken++;
        yield packet;
      }
    }
    const blocks = pcapng(facts, [client], endless());
    for (let count = 0; count < 4; count++) expect(blocks.next().done).toBe(false);
    expect(taken).toBe(2);
  });

  test('does not change with the memory it was given', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const [, , block] = pcapng(
      facts,
      [client],
      [
        { ...packet, bytes, comments: ['ab'] },
        { ...packet, comments: ['cd'] },
      ],
    );
    bytes.fill(9);
    expect(words(block)).toContain('01020304 01000200 61620000');
  });

  test.each<[string, string, string]>([
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['a surrogate pair the wrong way round', '\udc00\ud800', '\ufffd\ufffd'],
    ['a zero, where readers end the text', 'a\0b', 'a\ufffdb'],
    ['an emoji', '\u{1f600}', '\u{1f600}'],
  ])('writes %s in a comment', (_, given, written) => {
    expect(commentOf(given).toString()).toBe(written);
  });

  test.each([
    ['ends at the last byte', 'a'.repeat(65_535), 65_535],
    ['is one byte too long', 'a'.repeat(65_536), 65_535],
    ['would be cut in a character of two bytes', `${'a'.repeat(65_534)}ä`, 65_534],
    ['would be cut in a character of four bytes', `${'a'.repeat(65_532)}\u{1f600}`, 65_532],
    ['ends with a character of four bytes', `${'a'.repeat(65_531)}\u{1f600}`, 65_535],
  ])('a comment that %s has whole characters', (_, given, length) => {
    const comment = commentOf(given);
    expect(comment.length).toBe(length);
    expect(given.startsWith(comment.toString())).toBe(true);
  });

  test.each<[string, Partial<CapturedPacket>, string]>([
    ['an interface that is none', { interface: 2 }, 'packet 1: interface 2 of 2'],
    ['a negative interface', { interface: -1 }, 'packet 1: interface -1 of 2'],
    ['half an interface', { interface: 0.5 }, 'packet 1: interface 0.5 of 2'],
    ['a time before 1970', { atNs: -1n }, 'packet 1: -1 ns since 1970 are not 64 bits'],
    ['a time too late', { atNs: 2n ** 64n }, 'packet 1: 18446744073709551616 ns since 1970 are not 64 bits'],
    ['more bytes than there were', { originalLength: 4 }, 'packet 1: 5 bytes captured of 4'],
    ['a length of more than 32 bits', { originalLength: 2 ** 32 }, 'packet 1: 5 bytes captured of 4294967296'],
    ['a length that is none', { originalLength: Number.NaN }, 'packet 1: 5 bytes captured of NaN'],
    [
      'more bytes than readers take',
      { bytes: new Uint8Array(262_145), originalLength: 262_145 },
      'packet 1: 262145 bytes, readers take up to 262144',
    ],
    [
      'more comments than a block holds',
      { comments: Array<string>(256).fill('a'.repeat(65_535)) },
      'a block of 16778292 bytes, readers take up to 16777216',
    ],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => file([packet, { ...packet, ...wrong }])).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'ERR_OUT_OF_RANGE', message }),
    );
  });
});

describe('tshark reads from a file of pcapng()', () => {
  const segment: Segment = {
    sourcePort: 40_000,
    destinationPort: 8080,
    seq: 0xffff_fffe,
    ack: 0,
    flags: ['SYN'],
    window: 64_240,
    urgentPointer: 0,
    options: { mss: 1460, sackPermitted: true, timestamps: { value: 1000, echo: 0 }, windowScale: 7 },
    payload: Uint8Array.of(),
  };
  const data: Partial<Segment> = {
    flags: ['PSH', 'ACK'],
    seq: 0xffff_ffff,
    ack: 1,
    options: {},
    payload: Buffer.from('hello'),
  };

  function frame(of: Partial<Segment>, source = '192.168.0.2', destination = '192.168.0.1'): Uint8Array {
    return encodeFrame({
      source: '02:00:00:00:00:01',
      destination: '02:00:00:00:00:02',
      etherType: EtherType.IPv4,
      payload: encodeIp({
        source,
        destination,
        protocol: Protocol.TCP,
        payload: encodeSegment({ ...segment, ...of }, source, destination),
      }),
    });
  }

  function captured(bytes: Uint8Array, rest: Partial<CapturedPacket>): CapturedPacket {
    return { ...packet, bytes, originalLength: bytes.length, ...rest };
  }

  const comments = ['connect(192.168.0.1:8080)', 'zwei\nZeilen, "Ä" \u{1f600}'];
  const written = file(
    [
      captured(frame({}), { atNs: 1_700_000_000_000_000_001n, comments }),
      captured(frame({}), { atNs: 1_700_000_000_000_012_345n, interface: 1, outgoing: false }),
      captured(frame(data).subarray(0, 56), { atNs: 1_700_000_001_999_999_999n, originalLength: frame(data).length }),
    ],
    [client, server],
  );

  test('interfaces, directions, times to the nanosecond and comments', (context) => {
    needs(context, hasTshark, noTshark);
    const packets = readWithTshark(written);
    expect(packets).toMatchObject([
      {
        number: 1,
        interface: 'client',
        description: 'eth0 to server',
        outgoing: true,
        atNs: 1_700_000_000_000_000_001n,
        comments,
        capturedLength: 74,
        originalLength: 74,
      },
      {
        number: 2,
        interface: 'server',
        description: 'eth0 to client',
        outgoing: false,
        atNs: 1_700_000_000_000_012_345n,
        comments: [],
        capturedLength: 74,
        originalLength: 74,
      },
      {
        number: 3,
        interface: 'client',
        description: 'eth0 to server',
        outgoing: true,
        atNs: 1_700_000_001_999_999_999n,
        comments: [],
        capturedLength: 56,
        originalLength: 59,
      },
    ]);
  });

  test('segments, with relative numbers', (context) => {
    needs(context, hasTshark, noTshark);
    const ends = {
      source: { address: '192.168.0.2', port: 40_000 },
      destination: { address: '192.168.0.1', port: 8080 },
      stream: 0,
      window: 64_240,
      retransmission: false,
    };
    const { options } = segment;
    expect(
      readWithTshark(written)
        .filter(({ outgoing }) => outgoing)
        .map((each) => each.segment),
    ).toEqual([
      { ...ends, flags: ['SYN'], seq: 0, seqRaw: 0xffff_fffe, length: 0, options },
      { ...ends, flags: ['PSH', 'ACK'], seq: 1, seqRaw: 0xffff_ffff, ack: 1, ackRaw: 1, length: 5, options: {} },
    ]);
  });

  test('a packet of the greatest length, and a comment of the greatest', (context) => {
    needs(context, hasTshark, noTshark);
    const comment = 'ä'.repeat(40_000);
    const [read] = readWithTshark(file([captured(new Uint8Array(262_144), { comments: [comment] })]));
    expect([read?.capturedLength, read?.comments.map((each) => each.length)]).toEqual([262_144, [32_767]]);
  });

  test('no packets', (context) => {
    needs(context, hasTshark, noTshark);
    expect(readWithTshark(file([], [client], { ...facts, comment: 'nothing happened' }))).toEqual([]);
  });
});
