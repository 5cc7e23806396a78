/** A field of a value, from which its declaration and its line in the docs are written. */
export interface Field {
  /** In TypeScript. */
  readonly type: string;
  /** May be left out when setting. */
  readonly optional?: true;
  readonly unit?: string;
  /** What it says, where the name does not. */
  readonly doc?: string;
  /** The kernel's name, where it does not follow from ours. */
  readonly c?: string;
  /** Linux version that has it, where an older one leaves it `undefined`. */
  readonly since?: string;
}

export interface Structure {
  readonly doc: string;
  readonly fields: Readonly<Record<string, Field>>;
}
