import type { Memory } from './memory.js';
import type { OptionSpec } from './spec.js';

/** What a codec may need to know of the row: its name for errors, and its bounds. */
export interface NamedSpec {
  readonly name: string;
  readonly spec: OptionSpec;
}

/**
 * Between a value and the bytes the kernel takes. Both work in place, at a multiple of 8 in the memory; `encode` returns how
 * many bytes it wrote, and `decode` goes by the length the kernel returned.
 */
export interface Codec<V> {
  /** Room the kernel is given to answer in. */
  readonly capacity: number;
  /** A shorter answer is none: it lacks what every kernel returns. */
  readonly shortest?: number;
  /**
   * Writes what the kernel is asked. Some options read the buffer before they answer, and TCP_ZEROCOPY_RECEIVE takes pointers
   * from it, so nothing that an earlier call left there may reach them.
   */
  ask?(memory: Memory): void;
  encode?(value: V, memory: Memory, at: number, row: NamedSpec): number;
  decode?(memory: Memory, at: number, length: number, row: NamedSpec): V;
}
