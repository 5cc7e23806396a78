import type { catalog } from './catalog.js';
import type { Level, ValueByKind } from './spec.js';

type Catalog = typeof catalog;

/** C name of an option. */
export type OptionName = keyof Catalog;

/** The value of an option, by its C name. */
export type OptionValue<N extends OptionName> = ValueByKind[Catalog[N]['kind']];

export type ReadableOption = { [N in OptionName]: Catalog[N]['access'] extends 'set' ? never : N }[OptionName];

export type SettableOption = { [N in OptionName]: Catalog[N]['access'] extends 'get' ? never : N }[OptionName];

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
export type OptionValues = { readonly [N in SettableOption]?: OptionValue<N> };

/** What a socket says of itself: every option it has. */
export type OptionSnapshot = { readonly [N in ReadableOption]?: OptionValue<N> };

/** An option the catalogue lacks, to be set. */
export interface RawOption {
  /** Its C name, or number. */
  readonly level: Level | number;
  readonly optname: number;
  readonly bytes: Uint8Array;
}

/** An option the catalogue lacks, to be read: at most `length` bytes. */
export interface RawRead {
  /** Its C name, or number. */
  readonly level: Level | number;
  readonly optname: number;
  readonly length: number;
}
