import type { Comparison, RowDifference } from '../../record/compare.js';
import type { Json } from '../../record/json.js';
import { textOf } from '../page/words.js';
import { colours } from './colours.js';
import { wrap } from './wrap.js';

function observed(value: Json | undefined): string {
  return value === undefined ? 'no such row' : textOf(value);
}

function rowLines({ row, before, now }: RowDifference, width: number): string[] {
  return [
    wrap(row, width, '  '),
    wrap(`saved: ${observed(before)}`, width, '    '),
    wrap(`now:   ${observed(now)}`, width, '    '),
  ];
}

/** Cases of one reason in a line. */
function notComparedLines({ notCompared }: Comparison, width: number): string[] {
  const byReason = new Map<string, string[]>();
  for (const { id, reason } of notCompared) byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
  return [...byReason].map(([reason, ids]) => wrap(`not compared, ${reason}: ${ids.join(' ')}`, width));
}

/** The rows that two runs observed differently, and at the end how many there are. */
export function comparisonText(comparison: Comparison, width = 80): string {
  const { kernels, compared, differences } = comparison;
  const cases = differences.map(({ id, verdicts: { before, now }, rows }) => {
    const verdict = before === now ? now : `${before}, now ${now}`;
    return [`${colours.bold(id)}  ${verdict}`, ...rows.flatMap((row) => rowLines(row, width)), ''].join('\n');
  });
  const rows = differences.flatMap((one) => one.rows).length;
  const changed = differences.filter(({ verdicts: { before, now } }) => before !== now).length;
  const found =
    differences.length === 0
      ? `no difference in ${compared.rows} rows of ${compared.cases} cases`
      : `${rows} of ${compared.rows} rows differ, in ${differences.length} of ${compared.cases} cases; verdicts that differ: ${changed}`;
  const between = `saved: Linux ${kernels.before}, now: Linux ${kernels.now}`;
  return [...cases, ...notComparedLines(comparison, width), wrap(`${found} (${between})`, width)].join('\n');
}
