import { readFileSync } from 'node:fs';
import { readWithTshark, type TsharkPacket, type TsharkSegment } from './tshark.js';

// draft-ietf-opsawg-pcapng: a block begins with its type and its length, then, in the last two of these, the interface.
const SECTION_HEADER_BLOCK = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION_BLOCK = 1;
const INTERFACE_STATISTICS_BLOCK = 5;
const ENHANCED_PACKET_BLOCK = 6;
const interfaceOffset = 8;
const dataOffset = 28;
// IPv4 behind an Ethernet header.
const etherTypeOffset = 12;
const ETHERTYPE_IP = 0x0800;
const addressOffsets = [26, 30] as const;

/** A capture file as part of another. */
interface Part {
  readonly blocks: readonly Buffer[];
  readonly packets: number;
  readonly interfaces: number;
  /** What they were, by what they are now. */
  readonly addresses: ReadonlyMap<string, string>;
}

const textOf = (address: Uint8Array): string => address.join('.');

/** Gives each IPv4 address `byte` as its second byte, for tshark tells connections apart by address and port. */
function mark(frame: Buffer, byte: number, addresses: Map<string, string>): void {
  if (frame.readUInt16BE(etherTypeOffset) !== ETHERTYPE_IP) return;
  for (const offset of addressOffsets) {
    const address = frame.subarray(offset, offset + 4);
    const before = textOf(address);
    address[1] = byte;
    const known = addresses.get(textOf(address)) ?? before;
    if (known !== before) throw new Error(`${known} and ${before} differ in their second byte alone`);
    addresses.set(textOf(address), before);
  }
}

/** Its interfaces are counted from `firstInterface`. */
function partOf(file: string, index: number, firstInterface: number): Part {
  const bytes = readFileSync(file);
  const blocks: Buffer[] = [];
  const addresses = new Map<string, string>();
  let [packets, interfaces] = [0, 0];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    const block = bytes.subarray(at, at + bytes.readUInt32LE(at + 4));
    const type = block.readUInt32LE(0);
    // tshark 4.0 takes the names of interfaces from the first section alone.
    if (type === SECTION_HEADER_BLOCK && index > 0) continue;
    blocks.push(block);
    if (type === INTERFACE_DESCRIPTION_BLOCK) interfaces += 1;
    if (type === INTERFACE_STATISTICS_BLOCK || type === ENHANCED_PACKET_BLOCK)
      block.writeUInt32LE(block.readUInt32LE(interfaceOffset) + firstInterface, interfaceOffset);
    if (type !== ENHANCED_PACKET_BLOCK) continue;
    packets += 1;
    mark(block.subarray(dataOffset), index, addresses);
  }
  return { blocks, packets, interfaces, addresses };
}

function asBefore(packet: TsharkPacket, addresses: ReadonlyMap<string, string>): TsharkPacket {
  const { segment } = packet;
  if (segment === undefined) return packet;
  const end = (way: 'source' | 'destination'): TsharkSegment['source'] => {
    const { address, port } = segment[way];
    return { address: addresses.get(address) ?? address, port };
  };
  return { ...packet, segment: { ...segment, source: end('source'), destination: end('destination') } };
}

/** The packets of each of at most 256 capture files, which tshark reads as one: its start takes longer than a hundred of them. */
export function readTogether(files: readonly string[]): TsharkPacket[][] {
  const parts: Part[] = [];
  let interfaces = 0;
  for (const [index, file] of files.entries()) {
    const part = partOf(file, index, interfaces);
    interfaces += part.interfaces;
    parts.push(part);
  }
  const packets = readWithTshark(Buffer.concat(parts.flatMap(({ blocks }) => blocks)));
  const counted = parts.reduce((sum, part) => sum + part.packets, 0);
  if (packets.length !== counted) throw new Error(`tshark read ${packets.length} of ${counted} packets`);
  return parts.map((part) => packets.splice(0, part.packets).map((packet) => asBefore(packet, part.addresses)));
}
