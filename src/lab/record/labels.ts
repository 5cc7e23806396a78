import type { Json } from './json.js';

/** What the parts of an observation are called for a reader, by key. */
export type Labels = Readonly<Record<string, string>>;

/** The parts of an observation that has several. */
export type PartOf<Observed> = Observed extends readonly Json[]
  ? never
  : Observed extends object
    ? NamedKey<Observed>
    : never;

/** Without an index signature, which an interface needs to be JSON. */
type NamedKey<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] };

/** A label for each part of an observation, and for parts of parts. */
export type LabelsOf<Observed> = Labels & Readonly<Record<PartOf<Observed> & string, string>>;
