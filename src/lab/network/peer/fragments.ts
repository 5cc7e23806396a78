import { checksum } from './frame.js';
import { encodeIp, isIPv6, type PacketToSend } from './ip.js';

/** RFC 8200 section 4.5. */
const nextHeaderFragment = 44;
const fragmentHeaderSize = 8;
const moreFragments = { ipv4: 0x2000, ipv6: 1 };
const ipv4Size = 20;
const ipv6Size = 40;
/** Offsets count so many bytes. */
const unit = 8;

type Piece = { readonly bytes: Uint8Array; readonly offset: number; readonly isLast: boolean; readonly id: number };

/** RFC 791 section 3.2. */
function ipv4Fragment(packet: PacketToSend, { bytes, offset, isLast, id }: Piece): Uint8Array {
  const fragment = encodeIp({ ...packet, payload: bytes });
  const view = new DataView(fragment.buffer);
  view.setUint16(4, id);
  view.setUint16(6, offset / unit + (isLast ? 0 : moreFragments.ipv4));
  view.setUint16(10, 0);
  view.setUint16(10, checksum(fragment.subarray(0, ipv4Size)));
  return fragment;
}

function ipv6Fragment(packet: PacketToSend, { bytes, offset, isLast, id }: Piece): Uint8Array {
  const payload = new Uint8Array(fragmentHeaderSize + bytes.length);
  const view = new DataView(payload.buffer);
  payload.set([packet.protocol, 0]);
  view.setUint16(2, offset + (isLast ? 0 : moreFragments.ipv6));
  view.setUint32(4, id);
  payload.set(bytes, fragmentHeaderSize);
  return encodeIp({ ...packet, protocol: nextHeaderFragment, payload });
}

/** A packet as it goes over a link of this MTU: whole, or in fragments that tell by `id` whose they are. */
export function fragmentsOf(packet: PacketToSend, mtu: number, id: number): Uint8Array[] {
  const isV6 = isIPv6(packet.source);
  const { payload } = packet;
  if ((isV6 ? ipv6Size : ipv4Size) + payload.length <= mtu) return [encodeIp(packet)];
  const room = mtu - (isV6 ? ipv6Size + fragmentHeaderSize : ipv4Size);
  const size = room - (room % unit);
  const encode = isV6 ? ipv6Fragment : ipv4Fragment;
  return Array.from({ length: Math.ceil(payload.length / size) }, (_, index) => {
    const offset = index * size;
    const isLast = offset + size >= payload.length;
    return encode(packet, { bytes: payload.subarray(offset, offset + size), offset, isLast, id });
  });
}
