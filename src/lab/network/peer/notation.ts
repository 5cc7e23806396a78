import type { Flag, OptionItem } from '../../record/segment.js';
import { Scanner } from '../../record/scanner.js';

/** A segment as tcpdump and packetdrill write it: `F. 1:1(0) ack 2 win 256 <mss 1460,nop,wscale 8>`. */
export interface WrittenSegment {
  readonly flags: readonly Flag[];
  /** AccECN's counter in AE, CWR and ECE together, where it is written as a digit. */
  readonly ace?: number;
  readonly seq: number;
  readonly length: number;
  readonly ack?: number;
  readonly window?: number;
  readonly urgentPointer?: number;
  /** In their order, the padding too; `any` where it is written `<...>`. */
  readonly options: readonly OptionItem[] | 'any';
}

const letters: Readonly<Record<string, Flag>> = {
  F: 'FIN',
  S: 'SYN',
  R: 'RST',
  P: 'PSH',
  '.': 'ACK',
  U: 'URG',
  E: 'ECE',
  W: 'CWR',
  A: 'AE',
};
/** In the order they are written. */
const written = ['F', 'S', 'R', 'P', 'U', 'E', 'W', 'A', '.'];

const number = /\d+/y;

function int(scanner: Scanner, what: string, bits = 32): number {
  const { place } = scanner;
  const value = Number(scanner.must(number, what));
  if (value >= 2 ** bits) scanner.refuse(`${what}: expected ${bits} bits, got ${value}`, place);
  return value;
}

/** Bytes as hexadecimal digits; or the name of some. */
function blob(scanner: Scanner, defined: ReadonlyMap<string, string>): number[] {
  const { place } = scanner;
  const word = scanner.take(/[0-9a-z_]+/iy) ?? '';
  const digits = defined.get(word) ?? word;
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits))
    scanner.refuse(`expected bytes as pairs of hexadecimal digits, got ${JSON.stringify(digits)}`, place);
  return [...digits.matchAll(/../g)].map(([pair]) => Number.parseInt(pair, 16));
}

type ReadOption = (scanner: Scanner, defined: ReadonlyMap<string, string>) => OptionItem;

function readSack(scanner: Scanner): OptionItem {
  const blocks: { left: number; right: number }[] = [];
  do {
    const left = int(scanner, 'the left edge of a block');
    scanner.must(':');
    blocks.push({ left, right: int(scanner, 'the right edge of a block') });
  } while (scanner.isNext(number));
  return { kind: 'sack', blocks };
}

/** Longest names first: one may be the begin of another. */
const options: readonly (readonly [name: string, read: ReadOption])[] = [
  ['nop', () => ({ kind: 'nop' })],
  ['eol', () => ({ kind: 'eol' })],
  ['sackOK', () => ({ kind: 'sackOK' })],
  ['sack', readSack],
  ['mss', (scanner) => ({ kind: 'mss', value: int(scanner, 'an MSS', 16) })],
  ['wscale', (scanner) => ({ kind: 'wscale', value: int(scanner, 'a shift count', 8) })],
  [
    'TS',
    (scanner) => {
      scanner.must('val');
      const value = int(scanner, 'a timestamp');
      scanner.must('ecr');
      return { kind: 'TS', value, echo: int(scanner, 'a timestamp') };
    },
  ],
  ['FOEXP', (scanner, defined) => ({ kind: 'FOEXP', bytes: blob(scanner, defined) })],
  ['FO', (scanner, defined) => ({ kind: 'FO', bytes: blob(scanner, defined) })],
  ['md5', (scanner, defined) => ({ kind: 'md5', bytes: blob(scanner, defined) })],
];

function readOption(scanner: Scanner, defined: ReadonlyMap<string, string>): OptionItem {
  for (const [name, read] of options) if (scanner.take(name) !== undefined) return read(scanner, defined);
  return scanner.fail(`a TCP option (${options.map(([name]) => name).join(', ')})`);
}

function readOptions(scanner: Scanner, defined: ReadonlyMap<string, string>): WrittenSegment['options'] {
  if (scanner.take('<') === undefined) return [];
  if (scanner.take('...') !== undefined) {
    scanner.must('>');
    return 'any';
  }
  const list = [readOption(scanner, defined)];
  while (scanner.take(',') !== undefined) list.push(readOption(scanner, defined));
  scanner.must('>', '"," or ">"');
  return list;
}

const nothingDefined: ReadonlyMap<string, string> = new Map();

/** Reads a segment; after its flags each field but the sequence numbers may be left out. */
export function readSegment(scanner: Scanner, defined = nothingDefined): WrittenSegment {
  const word = scanner.must(/-(?=\s)|[FSRPUEWA]*[0-7]?\.?(?=\s+\d+:)/y, 'flags, as "S", "P." or "-" for none');
  const flags = word === '-' ? [] : word.split('').flatMap((letter) => letters[letter] ?? []);
  const ace = /[0-7]/.exec(word)?.[0];
  const { place } = scanner;
  const seq = int(scanner, 'a sequence number');
  scanner.must(':');
  const end = int(scanner, 'a sequence number');
  scanner.must('(');
  const length = int(scanner, 'a number of bytes');
  scanner.must(')');
  if ((seq + length) % 2 ** 32 !== end)
    scanner.refuse(`${seq}:${end}(${length}): ${length} bytes from ${seq} end at ${(seq + length) % 2 ** 32}`, place);
  const field = (name: string, what: string, bits?: number): number | undefined =>
    scanner.take(name) === undefined ? undefined : int(scanner, what, bits);
  const ack = field('ack', 'a sequence number');
  const window = field('win', 'a window', 16);
  const urgentPointer = field('urg', 'an urgent pointer', 16);
  return {
    flags,
    ...(ace !== undefined && { ace: Number(ace) }),
    seq,
    length,
    ...(ack !== undefined && { ack }),
    ...(window !== undefined && { window }),
    ...(urgentPointer !== undefined && { urgentPointer }),
    options: readOptions(scanner, defined),
  };
}

/** A segment that is a text of its own. */
export function parseSegment(text: string, file = 'segment'): WrittenSegment {
  const scanner = new Scanner(text, file);
  const segment = readSegment(scanner);
  return scanner.isAtEnd ? segment : scanner.fail('the end');
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function optionText(item: OptionItem): string {
  switch (item.kind) {
    case 'nop':
    case 'eol':
    case 'sackOK':
      return item.kind;
    case 'mss':
    case 'wscale':
      return `${item.kind} ${item.value}`;
    case 'sack':
      return `sack ${item.blocks.map(({ left, right }) => `${left}:${right}`).join(' ')}`;
    case 'TS':
      return `TS val ${item.value} ecr ${item.echo}`;
    default: {
      const name = typeof item.kind === 'number' ? `option${item.kind}` : item.kind;
      return item.bytes.length === 0 ? name : `${name} ${hex(item.bytes)}`;
    }
  }
}

/** The options as they are written, without the brackets. */
export function optionListText(list: readonly OptionItem[]): string {
  return list.map(optionText).join(',');
}

export function flagLetters(flags: readonly Flag[]): string {
  const text = written.filter((letter) => flags.includes(letters[letter] ?? 'ACK')).join('');
  return text === '' ? '-' : text;
}

/** A segment as it is written. */
export function segmentText(segment: WrittenSegment): string {
  const { flags, ace, seq, length, ack, window, urgentPointer, options: list } = segment;
  const letter = flagLetters(flags);
  const shown = ace === undefined ? letter : letter.replace(/\.?$/, (dot) => `${ace}${dot}`);
  return [
    shown,
    `${seq}:${(seq + length) % 2 ** 32}(${length})`,
    ...(ack === undefined ? [] : [`ack ${ack}`]),
    ...(window === undefined ? [] : [`win ${window}`]),
    ...(urgentPointer === undefined ? [] : [`urg ${urgentPointer}`]),
    ...(list === 'any' ? ['<...>'] : list.length === 0 ? [] : [`<${optionListText(list)}>`]),
  ].join(' ');
}
