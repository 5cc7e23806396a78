import { checksum, Protocol } from './frame.js';

import { type IpFields, type PacketToSend, pseudoHeader } from './ip.js';

/** UDP, RFC 768. */
export interface Datagram {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Bytes of data. */
  readonly payload: Uint8Array;
  readonly ip?: Partial<IpFields>;
}

const headerSize = 8;
const mostOfIp = 0xffff;
const ipv4Size = 20;

/** Bytes of data that fit into one packet. */
export function mostOfDatagram(isV6: boolean): number {
  return mostOfIp - headerSize - (isV6 ? 0 : ipv4Size);
}

export function encodeDatagram({
  source,
  destination,
  sourcePort,
  destinationPort,
  payload,
  ip,
}: Datagram): PacketToSend {
  const bytes = new Uint8Array(headerSize + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  view.setUint16(4, bytes.length);
  bytes.set(payload, headerSize);
  const sum = checksum(pseudoHeader({ source, destination, protocol: Protocol.UDP }, bytes.length), bytes);
  // A sum of 0 is sent as all ones, since 0 says that there is none.
  view.setUint16(6, sum === 0 ? 0xffff : sum);
  return { source, destination, protocol: Protocol.UDP, payload: bytes, ...ip };
}
