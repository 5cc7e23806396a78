import { type Flag, flagNames, type OptionItem, type TcpOptions } from '../../record/segment.js';
import { decodeIp, type IpFields, type IpPacket, pseudoHeader } from './ip.js';
import { checksum, Protocol } from './frame.js';
import { decodeOptionList, encodeOptionList, listOf, optionsOf, u16, u32 } from './option-list.js';

export { type Flag, flagNames, type TcpOptions } from '../../record/segment.js';

/** A TCP segment. Numbers are as on the wire: 32 bits that wrap. */
export interface Segment {
  /** 0 to 65,535. */
  readonly sourcePort: number;
  /** 0 to 65,535. */
  readonly destinationPort: number;
  /** Sequence number, modulo 2^32. */
  readonly seq: number;
  /** 0 where ACK is not set. */
  readonly ack: number;
  /** Those that are set. */
  readonly flags: readonly Flag[];
  /** As in the header, not scaled. */
  readonly window: number;
  /** RFC 9293 section 3.8.5; counts only with URG. */
  readonly urgentPointer: number;
  /** By name, each once. */
  readonly options: TcpOptions;
  /** The same in their order, with the padding between them. To send: instead of `options`. */
  readonly optionList?: readonly OptionItem[];
  /** Its data. */
  readonly payload: Uint8Array;
}

const headerSize = 20;
/** Sequence space the segment takes up: SYN and FIN count as one each. */
export function sequenceLength({ flags, payload }: Pick<Segment, 'flags' | 'payload'>): number {
  return payload.length + Number(flags.includes('SYN')) + Number(flags.includes('FIN'));
}

/** `a - b` in sequence space: negative if `a` is before `b`, RFC 9293 section 3.4. */
export function sequenceDistance(a: number, b: number): number {
  return (a - b) | 0;
}

/** The same options with the edges of the SACK blocks counted otherwise. */
export function withSackEdges(options: TcpOptions, edge: (number: number) => number): TcpOptions {
  const { sack } = options;
  if (sack === undefined) return options;
  return { ...options, sack: sack.map(({ left, right }) => ({ left: edge(left), right: edge(right) })) };
}

/** The same of options in their order. */
export function withSackEdgesInOrder(list: readonly OptionItem[], edge: (number: number) => number): OptionItem[] {
  return list.map((item) =>
    item.kind === 'sack'
      ? { kind: 'sack', blocks: item.blocks.map(({ left, right }) => ({ left: edge(left), right: edge(right) })) }
      : item,
  );
}

/** The bytes of a segment, with its checksum between these two addresses. */
export function encodeSegment(segment: Segment, source: string, destination: string): Uint8Array {
  const options = encodeOptionList(segment.optionList ?? listOf(segment.options));
  const size = headerSize + options.length;
  const flags = segment.flags.reduce((bits, flag) => bits | (1 << flagNames.indexOf(flag)), 0);
  const bytes = new Uint8Array(size + segment.payload.length);
  bytes.set([
    ...u16(segment.sourcePort, 'sourcePort'),
    ...u16(segment.destinationPort, 'destinationPort'),
    ...u32(segment.seq, 'seq'),
    ...u32(segment.ack, 'ack'),
    ((size / 4) << 4) | (flags >> 8),
    flags & 255,
    ...u16(segment.window, 'window'),
    0,
    0,
    ...u16(segment.urgentPointer, 'urgentPointer'),
    ...options,
  ]);
  bytes.set(segment.payload, size);
  bytes.set(
    u16(checksum(pseudoHeader({ source, destination, protocol: Protocol.TCP }, bytes.length), bytes), 'checksum'),
    16,
  );
  return bytes;
}

/** slice() of a Buffer would be no copy, and keep all the memory that was read into. */
function copied(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/**
 * Reads a segment; `undefined` for bytes that are none. Its checksum is not looked at: between two ends of a veth the
 * kernel leaves it half done (CHECKSUM_PARTIAL), see {@link isChecksumRight}. Its payload is a copy, or what `payloadOf` makes of it.
 */
export function decodeSegment(bytes: Uint8Array, payloadOf = copied): Segment | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = bytes.length < headerSize ? 0 : (view.getUint8(12) >> 4) * 4;
  if (size < headerSize || size > bytes.length) return undefined;
  const optionList = decodeOptionList(bytes.subarray(headerSize, size));
  if (optionList === undefined) return undefined;
  const bits = view.getUint16(12) & 0x1ff;
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    seq: view.getUint32(4),
    ack: view.getUint32(8),
    flags: flagNames.filter((_, bit) => (bits & (1 << bit)) !== 0),
    window: view.getUint16(14),
    urgentPointer: view.getUint16(18),
    options: optionsOf(optionList),
    optionList,
    payload: payloadOf(bytes.subarray(size)),
  };
}

/** A segment and the addresses it went between. */
export interface AddressedSegment extends Segment {
  /** Address it comes from. */
  readonly source: string;
  /** Address it goes to. */
  readonly destination: string;
  /** What else its IP header says. */
  readonly ip?: IpFields;
}

/** What two copies of a segment have in common, as at its sender's interface and at its receiver's. */
export function identity(segment: AddressedSegment): string {
  const { source, destination, sourcePort, destinationPort, seq, ack, window, flags, options, payload } = segment;
  const { value, echo } = options.timestamps ?? {};
  const ends = `${source},${sourcePort},${destination},${destinationPort}`;
  return `${ends},${seq},${ack},${window},${flags.join()},${value},${echo},${payload.length}`;
}

/** The segment in a packet that begins with its IP header; `undefined` for anything but TCP. */
export function segmentOf(packet: Uint8Array, payloadOf = copied): AddressedSegment | undefined {
  const ip = decodeIp(packet);
  return ip && segmentIn(ip, payloadOf);
}

/** The segment that a packet carries. */
export function segmentIn(
  { source, destination, protocol, tos, ttl, payload }: IpPacket,
  payloadOf = copied,
): AddressedSegment | undefined {
  const segment = protocol === Protocol.TCP ? decodeSegment(payload, payloadOf) : undefined;
  return segment && { ...segment, source, destination, ip: { tos, ttl } };
}

/** Whether the checksum of these bytes is that of a segment between these addresses. */
export function isChecksumRight(bytes: Uint8Array, source: string, destination: string): boolean {
  return checksum(pseudoHeader({ source, destination, protocol: Protocol.TCP }, bytes.length), bytes) === 0;
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
