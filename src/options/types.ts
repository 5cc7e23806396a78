import type { Level } from './spec.js';
import type { OptionTypes, ReadableOption, SettableOption } from './values.gen.js';

export type { ReadableOption, SettableOption } from './values.gen.js';

/** C name of an option. */
export type OptionName = keyof OptionTypes;

/** The value of an option, by its C name. */
export type OptionValue<N extends OptionName> = OptionTypes[N];

/**
 * What the option may be set to. Of a name that is one of several, only what suits them all: with the value of either,
 * one option could be set to what belongs to the other.
 */
export type OptionInput<N extends OptionName> = {
  [K in N]: (value: OptionValue<K>) => void;
}[N] extends (value: infer V) => void
  ? V
  : never;

/** Values to set, by C name, in the order of the keys. */
export type OptionValues = Partial<Pick<OptionTypes, SettableOption>>;

/** What a socket says of itself: every option it has. */
export type OptionSnapshot = Partial<Pick<OptionTypes, ReadableOption>>;

/** An option the catalogue lacks, to be set. */
export interface RawOption {
  /** Its C name, or number. */
  readonly level: Level | number;
  /** Its number, 0 to 2147483647. */
  readonly optname: number;
  /** The value as setsockopt(2) takes it, in the byte order of the machine. */
  readonly bytes: Uint8Array;
}

/** An option the catalogue lacks, to be read: at most `length` bytes. */
export interface RawRead {
  /** Its C name, or number. */
  readonly level: Level | number;
  /** Its number, 0 to 2147483647. */
  readonly optname: number;
  /** Bytes to make room for; the kernel may fill fewer. */
  readonly length: number;
}
