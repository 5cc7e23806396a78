import { uint32Max, UsageError } from '../../errors.js';

/** Where packets were captured: a link of a host. */
export interface CaptureInterface {
  /** The host, as `server`. */
  readonly name: string;
  /** As `eth0 to client`. */
  readonly description: string;
}

export interface CapturedPacket {
  /** Index in the list of interfaces. */
  readonly interface: number;
  /** Nanoseconds since 1970. */
  readonly atNs: bigint;
  /** The Ethernet frame, or its beginning. */
  readonly bytes: Uint8Array;
  /** Bytes of the whole frame. */
  readonly originalLength: number;
  readonly outgoing: boolean;
  readonly comments: readonly string[];
}

/** Where the file comes from. */
export interface CaptureFacts {
  readonly application: string;
  /** Release of the Linux kernel. */
  readonly kernel: string;
  /** As `x86_64`. */
  readonly hardware?: string;
  readonly comment?: string;
}

type Option = readonly [code: number, value: Uint8Array];

// draft-ietf-opsawg-pcapng, sections 4.1, 4.2 and 4.3.
const BlockType = { SECTION_HEADER: 0x0a0d0d0a, INTERFACE_DESCRIPTION: 1, ENHANCED_PACKET: 6 } as const;
const commentOption = 1;
const SectionOption = { HARDWARE: 2, OS: 3, APPLICATION: 4 } as const;
const InterfaceOption = { NAME: 2, DESCRIPTION: 3, TIME_RESOLUTION: 9 } as const;
const flagsOption = 2;
/** The two lowest bits of epb_flags, section 4.3.1. */
const Direction = { INBOUND: 1, OUTBOUND: 2 } as const;

const byteOrderMagic = 0x1a2b3c4d;
/** 1.0; the minor version is the upper half. */
const formatVersion = 1;
/** -1 in 64 bits: not known before the end of the capture. */
const sectionLength = [uint32Max, uint32Max] as const;
const LINKTYPE_ETHERNET = 1;
/** 10 to the power of minus 9 seconds. */
const nanoseconds = 9;

/** Wireshark reads no longer packet (WTAP_MAX_PACKET_SIZE_STANDARD); tcpdump takes the same. */
const snapLength = 262_144;
/** Wireshark reads no longer block (MAX_BLOCK_SIZE in wiretap/pcapng.c). */
const longestBlock = 16 * 1024 * 1024;
/** Type and length in front, length again behind. */
const frameOfBlock = 12;
const optionHeader = 4;
/** The length of an option is 16 bits. */
const longestText = 0xffff;
const latestNs = 2n ** 64n - 1n;

const encoder = new TextEncoder();
const room = new Uint8Array(longestText);
const nothing: Uint8Array = new Uint8Array();

/** What of a text fits into an option, in whole characters. Lone surrogates become U+FFFD: they have no UTF-8. */
function utf8(text: string): Uint8Array {
  // Section 3.5: a reader takes a zero byte for the end of the text.
  const { written } = encoder.encodeInto(text.replaceAll('\0', '\ufffd'), room);
  return room.slice(0, written);
}

function comment(text: string): Option {
  return [commentOption, utf8(text)];
}

function littleEndian(word: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, word, true);
  return bytes;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** Fixed fields as 32-bit words, then data, then options. Fresh memory is zero, and so is the padding. */
function block(type: number, words: readonly number[], options: readonly Option[], data = nothing): Uint8Array {
  const end = options.length === 0 ? 0 : optionHeader;
  const sizes = options.map(([, value]) => optionHeader + padded(value.length));
  const size = frameOfBlock + 4 * words.length + padded(data.length) + sizes.reduce((sum, each) => sum + each, 0) + end;
  if (size > longestBlock) {
    throw new UsageError('ERR_OUT_OF_RANGE', `a block of ${size} bytes, readers take up to ${longestBlock}`);
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const word of [type, size, ...words]) {
    view.setUint32(at, word, true);
    at += 4;
  }
  bytes.set(data, at);
  at += padded(data.length);
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + optionHeader);
    at += optionHeader + padded(value.length);
  }
  view.setUint32(at + end, size, true);
  return bytes;
}

function sectionHeader(facts: CaptureFacts): Uint8Array {
  return block(
    BlockType.SECTION_HEADER,
    [byteOrderMagic, formatVersion, ...sectionLength],
    [
      ...(facts.comment === undefined ? [] : [comment(facts.comment)]),
      ...(facts.hardware === undefined ? [] : [[SectionOption.HARDWARE, utf8(facts.hardware)] as const]),
      [SectionOption.OS, utf8(`Linux ${facts.kernel}`)],
      [SectionOption.APPLICATION, utf8(facts.application)],
    ],
  );
}

function interfaceDescription({ name, description }: CaptureInterface): Uint8Array {
  return block(
    BlockType.INTERFACE_DESCRIPTION,
    [LINKTYPE_ETHERNET, snapLength],
    [
      [InterfaceOption.NAME, utf8(name)],
      [InterfaceOption.DESCRIPTION, utf8(description)],
      [InterfaceOption.TIME_RESOLUTION, Uint8Array.of(nanoseconds)],
    ],
  );
}

/** What is wrong with a packet. */
function mistake(packet: CapturedPacket, interfaces: number): string | undefined {
  const { interface: index, atNs, bytes, originalLength } = packet;
  if (!Number.isInteger(index) || index < 0 || index >= interfaces) return `interface ${index} of ${interfaces}`;
  if (atNs < 0n || atNs > latestNs) return `${atNs} ns since 1970 are not 64 bits`;
  if (bytes.length > snapLength) return `${bytes.length} bytes, readers take up to ${snapLength}`;
  if (!Number.isInteger(originalLength) || originalLength < bytes.length || originalLength > uint32Max)
    return `${bytes.length} bytes captured of ${originalLength}`;
  return undefined;
}

function enhancedPacket({ interface: index, atNs, bytes, originalLength, outgoing, comments }: CapturedPacket) {
  return block(
    BlockType.ENHANCED_PACKET,
    [index, Number(atNs >> 32n), Number(atNs & 0xffff_ffffn), bytes.length, originalLength],
    [...comments.map(comment), [flagsOption, littleEndian(outgoing ? Direction.OUTBOUND : Direction.INBOUND)]],
    bytes,
  );
}

/**
 * A capture file as Wireshark reads it (draft-ietf-opsawg-pcapng), block by block as the packets come.
 *
 * A text longer than 65535 bytes is cut. Throws `ERR_OUT_OF_RANGE` at a packet that cannot be written.
 */
export function* pcapng(
  facts: CaptureFacts,
  interfaces: readonly CaptureInterface[],
  packets: Iterable<CapturedPacket>,
): Generator<Uint8Array, void, undefined> {
  yield sectionHeader(facts);
  for (const each of interfaces) yield interfaceDescription(each);
  let count = 0;
  for (const packet of packets) {
    const wrong = mistake(packet, interfaces.length);
    if (wrong !== undefined) throw new UsageError('ERR_OUT_OF_RANGE', `packet ${count}: ${wrong}`);
    yield enhancedPacket(packet);
    count++;
  }
}
