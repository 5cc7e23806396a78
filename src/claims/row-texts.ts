/** Names of rows, or of parts of them, with what they are in another language. */
export type RowTexts = Readonly<Record<string, string>>;

/** Names that are the same in every language, as those of states. */
export function same(...names: readonly string[]): RowTexts {
  return Object.fromEntries(names.map((name) => [name, name]));
}

/** Of rows that are called by one part of each list, as `ANY then A, only bound`: every combination in Chinese. */
export function combined(first: RowTexts, ...others: readonly RowTexts[]): RowTexts {
  let names = Object.entries(first);
  for (const other of others)
    names = names.flatMap(([name, text]) =>
      Object.entries(other).map(([more, moreText]): [string, string] => [`${name}, ${more}`, `${text}，${moreText}`]),
    );
  return Object.fromEntries(names);
}

/** Of rows in a grid: their names, and those of lines and columns. */
export function gridded(lines: RowTexts, columns: RowTexts): RowTexts {
  return { ...lines, ...columns, ...combined(lines, columns) };
}
