import Table from 'cli-table3';
import { bare } from '../../lab/draw/terminal.js';
import { colours } from '../../lab/draw/text/colours.js';
import type { GridResult } from './run.js';
import { differencesOf, tallyOf } from './tally.js';

const mostShown = 20;

function lines(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([what, times]) => `  ${String(times).padStart(6)}  ${what}`);
}

/** The result as text: a line a table, then what differs and what is not predicted. */
export function gridText(result: GridResult): string {
  const table = new Table({
    ...bare,
    head: ['table', 'pairs', 'ok', 'fail', 'calls', 'not predicted', 'differ'].map(colours.dim),
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const one of result.tables) {
    const { pairs, calls, fates, unpredicted, differences } = tallyOf([one]);
    const ok = fates['ok'] ?? 0;
    const open = Object.values(unpredicted).reduce((sum, times) => sum + times, 0);
    table.push([one.name, pairs, ok, pairs - ok, calls, open, differences]);
  }
  const all = tallyOf(result.tables);
  const open = Object.values(all.unpredicted).reduce((sum, times) => sum + times, 0);
  const differences = differencesOf(result);
  const agree = all.calls - open - all.differences;
  return [
    table.toString(),
    '',
    'What came of the pairs:',
    ...lines(all.fates),
    ...(open > 0
      ? ['', 'Calls that the model does not predict, by reason and by what the kernel said:', ...lines(all.unpredicted)]
      : []),
    ...(result.skipped.length > 0
      ? ['', 'Skipped:', ...result.skipped.map(({ name, pairs, reason }) => `  ${pairs} pairs of ${name}: ${reason}`)]
      : []),
    ...(differences.length > 0
      ? ['', colours.red('Model and kernel differ:'), ...differences.slice(0, mostShown).map((line) => `  ${line}`)]
      : []),
    ...(differences.length > mostShown
      ? [`  and ${differences.length - mostShown} more (--json has all of them)`]
      : []),
    '',
    `Linux ${result.kernel}: ${all.pairs} pairs, ${all.calls} calls in ${result.seconds} s. Of ${all.calls - open} predicted calls ${agree} are as predicted, ${all.differences} differ; ${open} are not predicted.`,
  ].join('\n');
}
