import { littleEndian } from '../options/memory.js';
import { NetlinkProtocolError } from './netlink-error.js';

// NLA_HDRLEN
export const attributeHeaderSize = 4;
// NLA_F_NESTED
const NLA_F_NESTED = 0x8000;
// NLA_TYPE_MASK: without NLA_F_NESTED and NLA_F_NET_BYTEORDER
const NLA_TYPE_MASK = 0x3fff;

// NLA_ALIGN
export function attributeAlign(length: number): number {
  return (length + 3) & ~3;
}

/** One attribute to send: its bytes, or the attributes nested in it. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array | readonly Attribute[];
}

export function u32Bytes(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value, littleEndian);
  return bytes;
}

export function u32(type: number, value: number): Attribute {
  return { type, value: u32Bytes(value) };
}

// nla_put_string: the text with its NUL.
export function text(type: number, value: string): Attribute {
  return { type, value: Buffer.from(`${value}\0`) };
}

function sizeOf(attributes: readonly Attribute[]): number {
  return attributes.reduce((size, attribute) => size + attributeAlign(attributeHeaderSize + valueSize(attribute)), 0);
}

function valueSize({ value }: Attribute): number {
  return value instanceof Uint8Array ? value.length : sizeOf(value);
}

function write(attributes: readonly Attribute[], bytes: Uint8Array, view: DataView, start: number): void {
  let offset = start;
  for (const attribute of attributes) {
    const { type, value } = attribute;
    const length = attributeHeaderSize + valueSize(attribute);
    const nested = !(value instanceof Uint8Array);
    if (length > 0xffff) throw new NetlinkProtocolError(`attribute ${type} is too long: ${length} bytes`);
    view.setUint16(offset, length, littleEndian);
    view.setUint16(offset + 2, nested ? type | NLA_F_NESTED : type, littleEndian);
    if (nested) write(value, bytes, view, offset + attributeHeaderSize);
    else bytes.set(value, offset + attributeHeaderSize);
    offset += attributeAlign(length);
  }
}

/** The attributes one after another, each padded to 4 bytes. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const bytes = new Uint8Array(sizeOf(attributes));
  write(attributes, bytes, new DataView(bytes.buffer), 0);
  return bytes;
}

/** Called with the type of each attribute, and where its value begins and how long it is. */
export type AttributeVisitor = (type: number, start: number, length: number) => void;

/** Walks the attributes between `start` and `end`, as nla_for_each_attr does, but takes no broken one for the end. */
export function walkAttributes(view: DataView, start: number, end: number, visit: AttributeVisitor): void {
  let offset = start;
  while (offset + attributeHeaderSize <= end) {
    const length = view.getUint16(offset, littleEndian);
    if (length < attributeHeaderSize || offset + length > end) {
      throw new NetlinkProtocolError(
        `attribute at byte ${offset} has length ${length}, but ${end - offset} bytes are left`,
      );
    }
    visit(
      view.getUint16(offset + 2, littleEndian) & NLA_TYPE_MASK,
      offset + attributeHeaderSize,
      length - attributeHeaderSize,
    );
    offset += attributeAlign(length);
  }
}

/**
 * The attributes between `start` and `end` by type, as views of `bytes`: copy what is to outlive the next receive.
 * Where a type comes twice the later one counts, as in the kernel's nla_parse.
 */
export function decodeAttributes(bytes: Uint8Array, start = 0, end = bytes.length): Map<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<number, Uint8Array>();
  walkAttributes(view, start, end, (type, valueStart, length) => {
    found.set(type, bytes.subarray(valueStart, valueStart + length));
  });
  return found;
}

function viewOf(value: Uint8Array, size: number): DataView {
  if (value.length < size) throw new NetlinkProtocolError(`expected a value of ${size} bytes, got ${value.length}`);
  return new DataView(value.buffer, value.byteOffset, value.byteLength);
}

export function readU32(value: Uint8Array): number {
  return viewOf(value, 4).getUint32(0, littleEndian);
}

/** A text up to its NUL, or to its end: not every sender adds one. */
export function readText(value: Uint8Array): string {
  const end = value.indexOf(0);
  return Buffer.from(value.buffer, value.byteOffset, end < 0 ? value.length : end).toString();
}
