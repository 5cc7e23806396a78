// What runs on two kernels have to say beside two stored ones. Needs `npm run build:ts`.
import { compareRuns } from '../../dist/lab/index.js';
import { reasonText } from '../../dist/claims/documents.js';

const text = (value) => JSON.stringify(value);
const keyOf = (id, row) => `${id}, ${row}`;

/** The rows that two runs observed differently. A row that one of them lacks is none of them: that is how the kernel was built. */
function differingRows(older, newer) {
  return compareRuns(older, newer).differences.flatMap(({ id, rows }) =>
    rows
      .filter(({ before, now }) => before !== undefined && now !== undefined)
      .map(({ row, before, now }) => ({ key: keyOf(id, row), before, now })),
  );
}

/**
 * Differing: rows that differ between the kernels and did not when they were stored. Aborted: cases that were. Remarks: rows
 * that no longer differ, and cases that could not be compared. What a change of a case changes on both kernels is neither.
 */
export function differencesToTell(stored, run) {
  const known = new Set(differingRows(stored.older, stored.newer).map(({ key }) => key));
  const seen = differingRows(run.older, run.newer);
  const differing = seen
    .filter(({ key }) => !known.has(key))
    .map(
      ({ key, before, now }) =>
        `${key}: ${text(before)} on Linux ${run.older.kernel}, ${text(now)} on ${run.newer.kernel}`,
    );
  const aborted = run.older.cases.flatMap(({ id, error }) => (error === undefined ? [] : [`${id}: aborted, ${error}`]));
  const still = new Set(seen.map(({ key }) => key));
  const gone = [...known].filter((key) => !still.has(key)).map((key) => `${key}: no longer differs, or was not run`);
  const { notCompared } = compareRuns(run.older, run.newer);
  const skipped = notCompared.map(
    (one) => `${one.id}: not compared, ${reasonText(one, one.run === 'saved' ? 'older' : 'newer')}`,
  );
  return { differing, aborted, remarks: [...gone, ...skipped] };
}
