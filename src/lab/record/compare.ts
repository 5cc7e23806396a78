import { type Json, sameJson } from './json.js';
import type { Verdict } from './result.js';

/** What two runs are compared by: a result of the matrix has it, and more. */
export interface SavedRun {
  /** Its release. */
  readonly kernel: string;
  /** Their verdicts and rows. */
  readonly cases: readonly SavedCase[];
}

export interface SavedCase {
  readonly id: string;
  readonly verdict: Verdict;
  /** The case was aborted. */
  readonly error?: string | undefined;
  readonly rows: readonly SavedRow[];
}

export interface SavedRow {
  readonly name: string;
  readonly observed: Json;
}

/** A row of which the runs do not say the same. What only one of them has is absent in the other. */
export interface RowDifference {
  readonly row: string;
  readonly before?: Json;
  readonly now?: Json;
}

export interface CaseDifference {
  readonly id: string;
  readonly verdicts: { readonly before: Verdict; readonly now: Verdict };
  readonly rows: readonly RowDifference[];
}

/** Two runs, side by side. */
export interface Comparison {
  /** Releases of the kernels. */
  readonly kernels: { readonly before: string; readonly now: string };
  /** How many cases and rows both runs have. */
  readonly compared: { readonly cases: number; readonly rows: number };
  /** Cases whose verdict, or a row of them, is not the same. */
  readonly differences: readonly CaseDifference[];
  /** Cases that were not run in one of the two, or were aborted there. */
  readonly notCompared: readonly NotCompared[];
}

/** A case without rows in one of the runs. */
export interface NotCompared {
  readonly id: string;
  readonly run: 'saved' | 'new';
  readonly why: 'absent' | 'aborted' | 'skipped';
  /** The same in words, as `skipped in the saved run`. */
  readonly reason: string;
}

function lackOf(seen: SavedCase | undefined): NotCompared['why'] | undefined {
  if (seen === undefined) return 'absent';
  if (seen.error !== undefined) return 'aborted';
  return seen.verdict === 'skipped' ? 'skipped' : undefined;
}

/** Why a case is not compared, in words; `run` says of which run. */
export function reasonText({ why }: Pick<NotCompared, 'why'>, run: string): string {
  return `${why === 'absent' ? 'not' : why} in the ${run} run`;
}

function rowDifferences(before: readonly SavedRow[], now: readonly SavedRow[]): RowDifference[] {
  const earlier = new Map(before.map(({ name, observed }) => [name, observed]));
  const later = new Map(now.map(({ name, observed }) => [name, observed]));
  return [...new Set([...later.keys(), ...earlier.keys()])].flatMap((row) => {
    const [old, young] = [earlier.get(row), later.get(row)];
    if (old !== undefined && young !== undefined && sameJson(old, young)) return [];
    return [{ row, ...(old !== undefined && { before: old }), ...(young !== undefined && { now: young }) }];
  });
}

/** What `now` observed otherwise than `before`: verdicts, and the rows by their names. Cases that `now` does not have are left out. */
export function compareRuns(before: SavedRun, now: SavedRun): Comparison {
  const earlier = new Map(before.cases.map((seen) => [seen.id, seen]));
  const differences: CaseDifference[] = [];
  const notCompared: NotCompared[] = [];
  const compared = { cases: 0, rows: 0 };
  for (const young of now.cases) {
    const old = earlier.get(young.id);
    const before = lackOf(old);
    const why = before ?? lackOf(young);
    if (old === undefined || why !== undefined) {
      const lack = { run: before === undefined ? 'new' : 'saved', why: why ?? 'absent' } as const;
      notCompared.push({ id: young.id, ...lack, reason: reasonText(lack, lack.run) });
      continue;
    }
    const rows = rowDifferences(old.rows, young.rows);
    compared.cases++;
    compared.rows += new Set([...old.rows, ...young.rows].map(({ name }) => name)).size;
    const verdicts = { before: old.verdict, now: young.verdict };
    if (rows.length > 0 || verdicts.before !== verdicts.now) differences.push({ id: young.id, verdicts, rows });
  }
  return { kernels: { before: before.kernel, now: now.kernel }, compared, differences, notCompared };
}
