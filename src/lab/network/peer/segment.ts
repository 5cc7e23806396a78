import { knownKeys, UsageError } from '../../../errors.js';
import { type Flag, flagNames, type TcpOptions } from '../../record/segment.js';
import { checksum, decodeIPv4, IPPROTO_TCP, writeIPv4Address } from './frame.js';

export { type Flag, flagNames, type TcpOptions } from '../../record/segment.js';

/** A TCP segment. Numbers are as on the wire: 32 bits that wrap. */
export interface Segment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  /** 0 where ACK is not set. */
  readonly ack: number;
  readonly flags: readonly Flag[];
  /** As in the header, not scaled. */
  readonly window: number;
  readonly urgentPointer: number;
  readonly options: TcpOptions;
  readonly payload: Uint8Array;
}

const headerSize = 20;
const longestOptions = 40;

const Kind = { END: 0, NOP: 1, MSS: 2, WINDOW_SCALE: 3, SACK_PERMITTED: 4, SACK: 5, TIMESTAMPS: 8 } as const;

/** Sequence space the segment takes up: SYN and FIN count as one each. */
export function sequenceLength({ flags, payload }: Pick<Segment, 'flags' | 'payload'>): number {
  return payload.length + Number(flags.includes('SYN')) + Number(flags.includes('FIN'));
}

/** `a - b` in sequence space: negative if `a` is before `b`, RFC 9293 section 3.4. */
export function sequenceDistance(a: number, b: number): number {
  return (a - b) | 0;
}

function checked(value: number, name: string, bits: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new UsageError('ERR_OUT_OF_RANGE', `${name}: expected ${bits} bits, got ${value}`);
  }
  return value;
}

function u16(value: number, name: string): number[] {
  checked(value, name, 16);
  return [value >> 8, value & 255];
}

function u32(value: number, name: string): number[] {
  checked(value, name, 32);
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function option(kind: number, bytes: ArrayLike<number>): number[] {
  return [kind, bytes.length + 2, ...Array.from(bytes)];
}

const optionKeys = ['mss', 'windowScale', 'sackPermitted', 'sack', 'timestamps', 'others'] as const;

function encodeOptions(options: TcpOptions): number[] {
  knownKeys(options, 'options of a segment', optionKeys);
  const { mss, windowScale, sackPermitted, sack, timestamps, others = [] } = options;
  const bytes: number[] = [];
  if (mss !== undefined) bytes.push(...option(Kind.MSS, u16(mss, 'mss')));
  if (windowScale !== undefined) bytes.push(...option(Kind.WINDOW_SCALE, [checked(windowScale, 'windowScale', 8)]));
  if (sackPermitted !== undefined) bytes.push(...option(Kind.SACK_PERMITTED, []));
  if (sack !== undefined) {
    bytes.push(
      ...option(
        Kind.SACK,
        sack.flatMap(({ left, right }) => [...u32(left, 'sack.left'), ...u32(right, 'sack.right')]),
      ),
    );
  }
  if (timestamps !== undefined) {
    bytes.push(
      ...option(Kind.TIMESTAMPS, [
        ...u32(timestamps.value, 'timestamps.value'),
        ...u32(timestamps.echo, 'timestamps.echo'),
      ]),
    );
  }
  for (const { kind, bytes: value } of others) bytes.push(...option(checked(kind, 'kind', 8), value));
  while (bytes.length % 4 !== 0) bytes.push(Kind.NOP);
  if (bytes.length > longestOptions)
    throw new UsageError('ERR_OUT_OF_RANGE', `options: ${bytes.length} bytes, a header has room for ${longestOptions}`);
  return bytes;
}

/** `undefined` where an option is longer than the room for it. */
function decodeOptions(bytes: Uint8Array): TcpOptions | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const options: { -readonly [K in keyof TcpOptions]: TcpOptions[K] } = {};
  const others: { kind: number; bytes: number[] }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = view.getUint8(at);
    if (kind === Kind.END) break;
    if (kind === Kind.NOP) {
      at++;
      continue;
    }
    const length = at + 1 < bytes.length ? view.getUint8(at + 1) : 0;
    if (length < 2 || at + length > bytes.length) return undefined;
    const value = at + 2;
    if (kind === Kind.MSS && length === 4) options.mss = view.getUint16(value);
    else if (kind === Kind.WINDOW_SCALE && length === 3) options.windowScale = view.getUint8(value);
    else if (kind === Kind.SACK_PERMITTED && length === 2) options.sackPermitted = true;
    else if (kind === Kind.SACK && length % 8 === 2) {
      const blocks = Array.from({ length: (length - 2) / 8 }, (_, index) => value + 8 * index);
      options.sack = blocks.map((block) => ({ left: view.getUint32(block), right: view.getUint32(block + 4) }));
    } else if (kind === Kind.TIMESTAMPS && length === 10) {
      options.timestamps = { value: view.getUint32(value), echo: view.getUint32(value + 4) };
    } else others.push({ kind, bytes: Array.from(bytes.subarray(value, at + length)) });
    at += length;
  }
  if (others.length > 0) options.others = others;
  return options;
}

/** The same options with the edges of the SACK blocks counted otherwise. */
export function withSackEdges(options: TcpOptions, edge: (number: number) => number): TcpOptions {
  const { sack } = options;
  if (sack === undefined) return options;
  return { ...options, sack: sack.map(({ left, right }) => ({ left: edge(left), right: edge(right) })) };
}

/** RFC 9293 section 3.1: the checksum covers addresses, protocol and length too. */
function pseudoHeader(source: string, destination: string, length: number): Uint8Array {
  const bytes = new Uint8Array(12);
  writeIPv4Address(source, bytes, 0);
  writeIPv4Address(destination, bytes, 4);
  bytes.set([0, IPPROTO_TCP, ...u16(length, 'length of the segment')], 8);
  return bytes;
}

/** The bytes of a segment, with its checksum between these two addresses. */
export function encodeSegment(segment: Segment, source: string, destination: string): Uint8Array {
  const options = encodeOptions(segment.options);
  const size = headerSize + options.length;
  const flags = segment.flags.reduce((bits, flag) => bits | (1 << flagNames.indexOf(flag)), 0);
  const bytes = new Uint8Array(size + segment.payload.length);
  bytes.set([
    ...u16(segment.sourcePort, 'sourcePort'),
    ...u16(segment.destinationPort, 'destinationPort'),
    ...u32(segment.seq, 'seq'),
    ...u32(segment.ack, 'ack'),
    (size / 4) << 4,
    flags,
    ...u16(segment.window, 'window'),
    0,
    0,
    ...u16(segment.urgentPointer, 'urgentPointer'),
    ...options,
  ]);
  bytes.set(segment.payload, size);
  bytes.set(u16(checksum(pseudoHeader(source, destination, bytes.length), bytes), 'checksum'), 16);
  return bytes;
}

/**
 * Reads a segment; `undefined` for bytes that are none. Its checksum is not looked at: between two ends of a veth the
 * kernel leaves it half done (CHECKSUM_PARTIAL), see {@link isChecksumRight}.
 */
export function decodeSegment(bytes: Uint8Array): Segment | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = bytes.length < headerSize ? 0 : (view.getUint8(12) >> 4) * 4;
  if (size < headerSize || size > bytes.length) return undefined;
  const options = decodeOptions(bytes.subarray(headerSize, size));
  if (options === undefined) return undefined;
  const bits = view.getUint8(13);
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    seq: view.getUint32(4),
    ack: view.getUint32(8),
    flags: flagNames.filter((_, bit) => (bits & (1 << bit)) !== 0),
    window: view.getUint16(14),
    urgentPointer: view.getUint16(18),
    options,
    payload: bytes.slice(size),
  };
}

/** A segment and the addresses it went between. */
export interface AddressedSegment extends Segment {
  readonly source: string;
  readonly destination: string;
}

/** The segment in a packet that begins with its IP header; `undefined` for anything but TCP over IPv4. */
export function segmentOf(packet: Uint8Array): AddressedSegment | undefined {
  const ip = decodeIPv4(packet);
  const segment = ip?.protocol === IPPROTO_TCP ? decodeSegment(ip.payload) : undefined;
  return ip && segment && { ...segment, source: ip.source, destination: ip.destination };
}

/** Whether the checksum of these bytes is that of a segment between these addresses. */
export function isChecksumRight(bytes: Uint8Array, source: string, destination: string): boolean {
  return checksum(pseudoHeader(source, destination, bytes.length), bytes) === 0;
}

function describeOptions({
  mss,
  windowScale,
  sackPermitted,
  sack = [],
  timestamps,
  others = [],
}: TcpOptions): string[] {
  return [
    ...(mss === undefined ? [] : [`mss ${mss}`]),
    ...(windowScale === undefined ? [] : [`wscale ${windowScale}`]),
    ...(sackPermitted === undefined ? [] : ['sackOK']),
    ...sack.map(({ left, right }) => `sack ${left}:${right}`),
    ...(timestamps === undefined ? [] : [`TS val ${timestamps.value} ecr ${timestamps.echo}`]),
    ...others.map(({ kind, bytes }) => `option ${kind} of ${bytes.length}`),
  ];
}

/** What is told of a segment; its numbers may be relative ones. */
export interface DescribedSegment extends Pick<Segment, 'flags' | 'seq' | 'window' | 'options'> {
  readonly ack?: number;
  /** Bytes of data. */
  readonly length: number;
}

/** One line, as `SYN ACK seq 0 ack 1 win 65160 <mss 1460>`. */
export function describeSegment({ flags, seq, ack, window, options, length }: DescribedSegment): string {
  const shownOptions = describeOptions(options);
  return [
    flags.length === 0 ? 'no flags' : flags.join(' '),
    `seq ${seq}`,
    ...(flags.includes('ACK') && ack !== undefined ? [`ack ${ack}`] : []),
    `win ${window}`,
    ...(length === 0 ? [] : [`${length} bytes`]),
    ...(shownOptions.length === 0 ? [] : [`<${shownOptions.join(', ')}>`]),
  ].join(' ');
}
