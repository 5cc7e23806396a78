import { isDeepStrictEqual } from 'node:util';
import type { RowResult } from '../record/result.js';

type Compared = Pick<RowResult, 'says' | 'observed' | 'ok'>;

/** Rows that follow each other with the same claim and outcome: 24 of S13 are three things to read. */
export function alike<R extends Compared>(rows: readonly R[]): [R, ...R[]][] {
  const groups: [R, ...R[]][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    const isSame = isDeepStrictEqual(
      [last?.[0].says, last?.[0].observed, last?.[0].ok],
      [row.says, row.observed, row.ok],
    );
    if (last !== undefined && isSame) last.push(row);
    else groups.push([row]);
  }
  return groups;
}
