import { readFileSync } from 'node:fs';
import { readWithTshark, type TsharkPacket, type TsharkSegment } from './tshark.js';

// draft-ietf-opsawg-pcapng: a block begins with its type and its length.
const ENHANCED_PACKET_BLOCK = 6;
const dataOffset = 28;
// IPv4 behind an Ethernet header.
const etherTypeOffset = 12;
const ETHERTYPE_IP = 0x0800;
const addressOffsets = [26, 30] as const;

/** A capture file whose addresses are no other file's, and what they were. */
interface Marked {
  readonly bytes: Buffer;
  readonly packets: number;
  readonly addresses: ReadonlyMap<string, string>;
}

const textOf = (address: Uint8Array): string => address.join('.');

/** Gives every IPv4 address `mark` as its second byte: tshark tells connections apart by address and port. */
function marked(file: string, mark: number): Marked {
  const bytes = readFileSync(file);
  const addresses = new Map<string, string>();
  let packets = 0;
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    if (bytes.readUInt32LE(at) !== ENHANCED_PACKET_BLOCK) continue;
    packets += 1;
    const data = at + dataOffset;
    if (bytes.readUInt16BE(data + etherTypeOffset) !== ETHERTYPE_IP) continue;
    for (const offset of addressOffsets) {
      const address = bytes.subarray(data + offset, data + offset + 4);
      const before = textOf(address);
      address[1] = mark;
      const known = addresses.get(textOf(address)) ?? before;
      if (known !== before) throw new Error(`${file}: ${known} and ${before} differ in their second byte alone`);
      addresses.set(textOf(address), before);
    }
  }
  return { bytes, packets, addresses };
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
  const all = files.map(marked);
  // Sections of pcapng may follow one another, each with interfaces of its own.
  const packets = readWithTshark(Buffer.concat(all.map(({ bytes }) => bytes)));
  const counted = all.reduce((sum, one) => sum + one.packets, 0);
  if (packets.length !== counted) throw new Error(`tshark read ${packets.length} of ${counted} packets`);
  return all.map((one) => packets.splice(0, one.packets).map((packet) => asBefore(packet, one.addresses)));
}
