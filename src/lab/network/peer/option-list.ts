import { knownKeys, UsageError } from '../../../errors.js';
import type { OptionItem, TcpOptions } from '../../record/segment.js';

const longestOptions = 40;

/** Assigned numbers; `FOEXP` is told by the magic number after the experimental one, RFC 6994. */
const Kind = {
  END: 0,
  NOP: 1,
  MSS: 2,
  WINDOW_SCALE: 3,
  SACK_PERMITTED: 4,
  SACK: 5,
  TIMESTAMPS: 8,
  MD5: 19,
  FAST_OPEN: 34,
  EXPERIMENTAL: 254,
} as const;
/** TCPOPT_FASTOPEN_MAGIC. */
const fastOpenMagic = [0xf9, 0x89] as const;

export function checked(value: number, name: string, bits: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new UsageError('ERR_OUT_OF_RANGE', `${name}: expected ${bits} bits, got ${value}`);
  }
  return value;
}

export function u16(value: number, name: string): number[] {
  checked(value, name, 16);
  return [value >> 8, value & 255];
}

export function u32(value: number, name: string): number[] {
  checked(value, name, 32);
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function option(kind: number, bytes: ArrayLike<number>): number[] {
  return [kind, bytes.length + 2, ...Array.from(bytes)];
}

function encodeItem(item: OptionItem): number[] {
  switch (item.kind) {
    case 'nop':
      return [Kind.NOP];
    case 'eol':
      return [Kind.END];
    case 'sackOK':
      return option(Kind.SACK_PERMITTED, []);
    case 'mss':
      return option(Kind.MSS, u16(item.value, 'mss'));
    case 'wscale':
      return option(Kind.WINDOW_SCALE, [checked(item.value, 'windowScale', 8)]);
    case 'sack':
      return option(
        Kind.SACK,
        item.blocks.flatMap(({ left, right }) => [...u32(left, 'sack.left'), ...u32(right, 'sack.right')]),
      );
    case 'TS':
      return option(Kind.TIMESTAMPS, [...u32(item.value, 'timestamps.value'), ...u32(item.echo, 'timestamps.echo')]);
    case 'FO':
      return option(Kind.FAST_OPEN, item.bytes);
    case 'FOEXP':
      return option(Kind.EXPERIMENTAL, [...fastOpenMagic, ...item.bytes]);
    case 'md5':
      return option(Kind.MD5, item.bytes);
    default:
      return option(checked(item.kind, 'kind', 8), item.bytes);
  }
}

/** The bytes of options in this order, filled up with NOPs to whole words, as a header has them. */
export function encodeOptionList(list: readonly OptionItem[]): number[] {
  const bytes = list.flatMap(encodeItem);
  while (bytes.length % 4 !== 0) bytes.push(Kind.NOP);
  if (bytes.length > longestOptions)
    throw new UsageError('ERR_OUT_OF_RANGE', `options: ${bytes.length} bytes, a header has room for ${longestOptions}`);
  return bytes;
}

// A DataView takes longer to make than to read, and a run has hundreds of thousands of options.
function uint32At(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}

function itemOf(kind: number, value: Uint8Array): OptionItem {
  if (kind === Kind.TIMESTAMPS && value.length === 8)
    return { kind: 'TS', value: uint32At(value, 0), echo: uint32At(value, 4) };
  if (kind === Kind.MSS && value.length === 2) return { kind: 'mss', value: ((value[0] ?? 0) << 8) | (value[1] ?? 0) };
  if (kind === Kind.WINDOW_SCALE && value.length === 1) return { kind: 'wscale', value: value[0] ?? 0 };
  if (kind === Kind.SACK_PERMITTED && value.length === 0) return { kind: 'sackOK' };
  if (kind === Kind.SACK && value.length % 8 === 0 && value.length > 0) {
    const starts = Array.from({ length: value.length / 8 }, (_, index) => 8 * index);
    return {
      kind: 'sack',
      blocks: starts.map((at) => ({ left: uint32At(value, at), right: uint32At(value, at + 4) })),
    };
  }
  const bytes = Array.from(value);
  if (kind === Kind.FAST_OPEN) return { kind: 'FO', bytes };
  if (kind === Kind.EXPERIMENTAL && bytes[0] === fastOpenMagic[0] && bytes[1] === fastOpenMagic[1])
    return { kind: 'FOEXP', bytes: bytes.slice(2) };
  if (kind === Kind.MD5) return { kind: 'md5', bytes };
  return { kind, bytes };
}

/** Every option where it stands, the padding too; `undefined` where one is longer than the room for it. */
export function decodeOptionList(bytes: Uint8Array): OptionItem[] | undefined {
  const list: OptionItem[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at] ?? 0;
    if (kind === Kind.END) {
      list.push({ kind: 'eol' });
      break;
    }
    if (kind === Kind.NOP) {
      list.push({ kind: 'nop' });
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) return undefined;
    list.push(itemOf(kind, bytes.subarray(at + 2, at + length)));
    at += length;
  }
  return list;
}

const optionKeys = ['mss', 'windowScale', 'sackPermitted', 'sack', 'timestamps', 'others'] as const;

/** Options by name, in one order. */
export function listOf(options: TcpOptions): OptionItem[] {
  knownKeys(options, 'options of a segment', optionKeys);
  const { mss, windowScale, sackPermitted, sack, timestamps, others = [] } = options;
  return [
    ...(mss === undefined ? [] : [{ kind: 'mss', value: mss } as const]),
    ...(windowScale === undefined ? [] : [{ kind: 'wscale', value: windowScale } as const]),
    ...(sackPermitted === undefined ? [] : [{ kind: 'sackOK' } as const]),
    ...(sack === undefined ? [] : [{ kind: 'sack', blocks: sack } as const]),
    ...(timestamps === undefined ? [] : [{ kind: 'TS', ...timestamps } as const]),
    ...others,
  ];
}

/** The same options by name; the last of a kind counts, and padding is nothing. */
export function optionsOf(list: readonly OptionItem[]): TcpOptions {
  const options: { -readonly [K in keyof TcpOptions]: TcpOptions[K] } = {};
  const others: { kind: number; bytes: number[] }[] = [];
  for (const item of list) {
    if (item.kind === 'mss') options.mss = item.value;
    else if (item.kind === 'wscale') options.windowScale = item.value;
    else if (item.kind === 'sackOK') options.sackPermitted = true;
    else if (item.kind === 'sack') options.sack = item.blocks;
    else if (item.kind === 'TS') options.timestamps = { value: item.value, echo: item.echo };
    else if (item.kind !== 'nop' && item.kind !== 'eol') {
      const [kind = 0, , ...bytes] = encodeItem(item);
      others.push({ kind, bytes });
    }
  }
  if (others.length > 0) options.others = others;
  return options;
}
