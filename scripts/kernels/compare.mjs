// What a run has to say beside what was recorded of its kernel. Needs `npm run build:ts`.
import { compareRuns } from '../../dist/lab/index.js';

const text = (value) => JSON.stringify(value);

/**
 * Failures: what was recorded and is not so. Remarks: what was not recorded, or could not be run now. New cases and rows are
 * none of the kernel's doing.
 */
export function differencesToTell(known, run) {
  const { differences, notCompared } = compareRuns(known, run);
  const failures = [];
  const remarks = notCompared.map(({ id, reason }) => `${id}: not compared, ${reason}`);
  for (const { id, verdicts, rows } of differences) {
    const both = rows.filter(({ before, now }) => before !== undefined && now !== undefined);
    const others = rows.filter((row) => !both.includes(row));
    for (const { row, before, now } of both) failures.push(`${id}, ${row}: recorded ${text(before)}, now ${text(now)}`);
    for (const { row, now } of others)
      remarks.push(`${id}, ${row}: ${now === undefined ? 'recorded, not seen now' : 'not recorded'}`);
    if (verdicts.before !== verdicts.now && others.length === 0)
      failures.push(`${id}: recorded as ${verdicts.before}, now ${verdicts.now}`);
  }
  for (const { id, error } of run.cases) if (error !== undefined) failures.push(`${id}: aborted, ${error}`);
  return { failures, remarks };
}
