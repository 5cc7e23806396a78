/** A sentence of an article that says or asks something about binding, closing, TIME_WAIT or reset. */
export interface Sentence {
  /** The heading it stands under, as we translate it, or whose letter it is. */
  readonly place: string;
  /** In our words. */
  readonly text: string;
  /** Ids of the cases that put it to the kernel. */
  readonly cases: readonly string[];
}

/** Sentences under one heading. */
export function under(place: string, ...sentences: readonly (readonly [string, ...string[]])[]): Sentence[] {
  return sentences.map(([text, ...cases]) => ({ place, text, cases }));
}
