import { littleEndian } from '../options/memory.js';
import { decodeAttributes, readText, readU32 } from './attribute.js';
import { NetlinkProtocolError } from './netlink-error.js';

// NLMSG_HDRLEN
export const headerSize = 16;

// NLMSG_ALIGN
export function messageAlign(length: number): number {
  return (length + 3) & ~3;
}

// NLMSG_*: types below NLMSG_MIN_TYPE are netlink's own.
export const MessageType = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const;

// NLM_F_*. DUMP is ROOT | MATCH; of REPLACE, EXCL, CREATE only requests that make something know the meaning.
export const HeaderFlag = {
  REQUEST: 0x01,
  MULTI: 0x02,
  ACK: 0x04,
  DUMP_INTR: 0x10,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  CAPPED: 0x100,
  ACK_TLVS: 0x200,
} as const;

// NLMSGERR_ATTR_*
const ErrorAttribute = { MSG: 1, OFFS: 2 } as const;

/** A `struct nlmsghdr` and what follows it, in `parts`. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly parts: readonly Uint8Array[];
}

/** One message, header and payload. The port id stays 0: the kernel fills it in. */
export function encodeMessage({ type, flags, sequence, parts }: Request): Uint8Array {
  const length = parts.reduce((size, part) => messageAlign(size) + part.length, headerSize);
  const bytes = new Uint8Array(messageAlign(length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, littleEndian);
  view.setUint16(4, type, littleEndian);
  view.setUint16(6, flags, littleEndian);
  view.setUint32(8, sequence, littleEndian);
  let offset = headerSize;
  for (const part of parts) {
    offset = messageAlign(offset);
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Memory for one datagram, seen as bytes, as words of the machine's order, and through a view. */
export interface ReceiveBuffer {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly view: DataView;
}

export function receiveBuffer(size: number): ReceiveBuffer {
  const buffer = new ArrayBuffer(size);
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer), view: new DataView(buffer) };
}

/** Called with each message of a datagram; the payload lies from `start` to `end`. `false` ends the walk. */
export type MessageVisitor = (type: number, flags: number, sequence: number, start: number, end: number) => boolean;

/** Walks the messages in the first `length` bytes, as NLMSG_OK and NLMSG_NEXT do. */
export function walkMessages({ view }: ReceiveBuffer, length: number, visit: MessageVisitor): void {
  let offset = 0;
  while (offset < length) {
    const size = offset + headerSize <= length ? view.getUint32(offset, littleEndian) : 0;
    if (size < headerSize || offset + size > length) {
      throw new NetlinkProtocolError(
        `message at byte ${offset} has length ${size}, but ${length - offset} bytes are left`,
      );
    }
    const type = view.getUint16(offset + 4, littleEndian);
    const flags = view.getUint16(offset + 6, littleEndian);
    const sequence = view.getUint32(offset + 8, littleEndian);
    if (!visit(type, flags, sequence, offset + headerSize, offset + size)) return;
    offset += messageAlign(size);
  }
}

/** What an NLMSG_ERROR says: 0 is an acknowledgement, below zero is `-errno`. */
export interface Acknowledgement {
  readonly errno: number;
  /** The kernel's sentence. */
  readonly message?: string;
  /** Where in the request, counted from its header, the refused attribute begins. */
  readonly offset?: number;
}

function extended(attributes: Map<number, Uint8Array>): Omit<Acknowledgement, 'errno'> {
  const message = attributes.get(ErrorAttribute.MSG);
  const offset = attributes.get(ErrorAttribute.OFFS);
  return {
    ...(message && { message: readText(message) }),
    ...(offset && { offset: readU32(offset) }),
  };
}

/** Decodes the payload of an NLMSG_ERROR: `struct nlmsgerr`, and the extended acknowledgement behind it. */
export function decodeError(
  { bytes, view }: ReceiveBuffer,
  flags: number,
  start: number,
  end: number,
): Acknowledgement {
  if (end - start < 4 + headerSize)
    throw new NetlinkProtocolError(`an error message of ${end - start} bytes is too short`);
  const errno = view.getInt32(start, littleEndian);
  if ((flags & HeaderFlag.ACK_TLVS) === 0) return { errno };
  // The request follows the header of an error unless the kernel was asked to leave it out (NETLINK_CAP_ACK).
  const echoed = (flags & HeaderFlag.CAPPED) === 0 ? view.getUint32(start + 4, littleEndian) : headerSize;
  return { errno, ...extended(decodeAttributes(bytes, start + 4 + messageAlign(echoed), end)) };
}

/** Decodes the payload of an NLMSG_DONE: a dump that was aborted ends with `-errno` in it. */
export function decodeDone({ bytes, view }: ReceiveBuffer, flags: number, start: number, end: number): Acknowledgement {
  const errno = end - start >= 4 ? view.getInt32(start, littleEndian) : 0;
  // A dump may end with a count above zero.
  if (errno >= 0) return { errno: 0 };
  if ((flags & HeaderFlag.ACK_TLVS) === 0) return { errno };
  return { errno, ...extended(decodeAttributes(bytes, start + 4, end)) };
}
