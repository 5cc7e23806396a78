// What a ladder is drawn of, with its place on the paper.
import type { Down } from './down.js';
import type { Line } from './geometry.js';
import type { Label, Tone } from './label.js';
import type { Packet } from './row.js';

export interface Arrow extends Line {
  readonly packet: Packet;
  readonly tone: Tone;
  /** Sent before. */
  readonly again: boolean;
  /** To the host it came from: the line turns round here. */
  readonly turn?: number;
}

/** A call that waits, beside its host. */
export interface Wait {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly failed: boolean;
}

/** A call without its text. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly failed: boolean;
  readonly title: string;
}

/** Where a row stands, to be found by the eye: from top to bottom, and from left to right where its host or its arrow is. */
export interface Span {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Ribbon {
  readonly kind: 'mark' | 'error' | 'fold' | 'gap';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Band {
  readonly x: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly state: string;
  readonly implied: boolean;
  readonly title: string;
}

export interface Placed extends Down {
  readonly arrows: readonly Arrow[];
  readonly labels: readonly Label[];
}
