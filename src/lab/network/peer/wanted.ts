import { invalidArgument, knownKeys, UsageError } from '../../../errors.js';
import type { ArrivedSegment } from './segment-passed.js';
import { type AddressedSegment, describeSegment, type Flag, flagNames } from './segment.js';

/** The fields a segment must have, numbers relative; those that are absent may be anything. */
export interface WantedSegment {
  /** Exactly these, as `SYN ACK`; PSH is left out, since the kernel sets it as it sees fit. */
  readonly flags?: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
  /** Bytes of data. */
  readonly length?: number;
}

type Wanted = WantedSegment | ((segment: ArrivedSegment) => boolean);

const fieldNames = ['flags', 'seq', 'ack', 'window', 'length'] as const;

export function splitFlags(flags: unknown): Flag[] {
  if (typeof flags !== 'string') throw invalidArgument('flags', 'a text as SYN ACK', flags);
  const known: readonly string[] = flagNames;
  const isFlag = (flag: string): flag is Flag => known.includes(flag);
  const parts = flags.split(' ');
  if (!parts.every(isFlag)) throw new UsageError('ERR_ARGUMENT_INVALID', `${JSON.stringify(flags)} are no flags`);
  return parts;
}

/** The flags without PSH, in one order. */
function flagsText(flags: readonly string[]): string {
  return flagNames.filter((flag) => flag !== 'PSH' && flags.includes(flag)).join(' ');
}

function fieldsOf(segment: AddressedSegment): Readonly<Record<(typeof fieldNames)[number], string>> {
  const { flags, seq, ack, window, payload } = segment;
  return {
    flags: flagsText(flags),
    seq: String(seq),
    ack: String(ack),
    window: String(window),
    length: String(payload.length),
  };
}

/** The fields in which a segment is not as wanted, as `ack 5 for 6`. */
function differences(segment: ArrivedSegment, wanted: WantedSegment): string[] {
  const found = fieldsOf(segment);
  return fieldNames.flatMap((name) => {
    const value = wanted[name];
    if (value === undefined) return [];
    const text = typeof value === 'string' ? flagsText(value.split(' ')) : String(value);
    return text === found[name] ? [] : [`${name} ${found[name] === '' ? 'none' : found[name]} for ${text}`];
  });
}

export function checkWanted(wanted: Wanted): void {
  if (typeof wanted === 'function') return;
  knownKeys(wanted, 'expect', fieldNames);
  if (wanted.flags !== undefined) splitFlags(wanted.flags);
  for (const name of fieldNames) {
    const value: unknown = wanted[name];
    if (name !== 'flags' && value !== undefined && !Number.isSafeInteger(value))
      throw invalidArgument(name, 'an integer', value);
  }
}

export function isWanted(segment: ArrivedSegment, wanted: Wanted): boolean {
  return typeof wanted === 'function' ? wanted(segment) : differences(segment, wanted).length === 0;
}

/** As `ACK`, `ACK with ack 6`; `segment` where a function decides. */
export function wantedText(wanted: Wanted): string {
  if (typeof wanted === 'function') return 'segment';
  const { flags = 'segment', ...numbers } = wanted;
  const others = Object.entries(numbers).map(([name, value]) => `${name} ${value}`);
  return others.length === 0 ? flags : `${flags} with ${others.join(', ')}`;
}

/** A segment that came, and in what it differs, as `ACK seq 1 ack 5 win 500 (ack 5 for 6)`. */
export function howItDiffers(segment: ArrivedSegment, wanted: Wanted): string {
  const told = describeSegment({ ...segment, length: segment.payload.length });
  return typeof wanted === 'function' ? told : `${told} (${differences(segment, wanted).join(', ')})`;
}
