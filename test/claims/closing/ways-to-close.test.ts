import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { describe, expect, test } from 'vitest';
import { experiments } from '../../../src/claims/experiments.js';
import type { Trace } from '../../../src/lab/record/trace.js';
import { root } from '../../support/children.js';
import { noExperiments, sockwise } from '../../support/matrix.js';
import { describeNeeding } from '../../support/needs.js';

const page = readFileSync(`${root}docs/closing.md`, 'utf8');
const kernel = /on Linux (\d+\.\d+)\./.exec(page)?.[1];
const version = release().split('.').slice(0, 2).join('.');

function cells(line: string): string[] {
  return line
    .replaceAll(/^\| | \|$/g, '')
    .split(' | ')
    .map((cell) => cell.trim());
}

/** The rows of a table by the variants they stand for: a row has every call of its first cell with every value of the second. */
function rowsOf(section: string): [string, Readonly<Record<string, string>>][] {
  const heading = /^(.*)$/m.exec(section)?.[1] ?? '';
  const situation = heading.charAt(0).toLowerCase() + heading.slice(1);
  const [head = '', , ...lines] = section.split('\n').filter((line) => line.startsWith('|'));
  const [, , ...columns] = cells(head);
  return lines.flatMap((line) => {
    const [calls = '', lingers = '', ...found] = cells(line);
    const row = Object.fromEntries(columns.map((column, index) => [column, found[index] ?? '']));
    return calls
      .split('<br>')
      .flatMap((call) =>
        lingers
          .split('<br>')
          .map((linger) => [`${situation} / ${call} / ${linger}`, row] satisfies [string, typeof row]),
      );
  });
}

const rows = new Map(page.split(/^## /m).slice(1).flatMap(rowsOf));
const variants = experiments.find(({ name }) => name === 'ways-to-close')?.variants ?? [];
const wayOf = (variant: string): string => variant.split(' / ').slice(0, 3).join(' / ');

test('the page about ways to close has a row for every way', () => {
  expect([...rows.keys()].sort()).toEqual([...new Set(variants.map(wayOf))].sort());
});

const tried = [
  'nothing is pending / close() / off',
  'nothing is pending / close() / off / the peer sends',
  'nothing is pending / shutdown(write), close() / {1, 0}',
  'data has come and is not read / shutdown(both), close() / off',
  'data is not sent, since the peer does not read / shutdown(write), close() / {1, 0}',
  'data is not sent, since the peer does not read / close() / {1, 1 s} / blocking',
  'data is not sent, since the peer does not read / close() / off / the peer sends',
  'the peer has vanished / close() / {1, 1 s}',
  'the peer has closed first / close() / {1, 0}',
];

describeNeeding(noExperiments === undefined, noExperiments ?? '')('the page about ways to close', () => {
  describe.each(tried.map((variant) => ({ variant })))('$variant', ({ variant }) => {
    test('tells what this kernel does', async ({ annotate }) => {
      const { stdout, stderr } = await sockwise(['lab', 'ways-to-close', '--variant', variant, '--json']);
      if (stdout === '') throw new Error(`nothing was printed: ${stderr}`);
      const [trace] = JSON.parse(stdout) as Trace[];
      expect(trace?.error).toBeUndefined();
      const found = Object.entries(trace?.findings ?? {});
      expect(found).not.toEqual([]);
      const row = rows.get(wayOf(variant));
      const differences = found
        .filter(([column, text]) => row?.[column] !== text)
        .map(([column, text]) => `${column}: ${String(text)}, on the page ${row?.[column]}`);
      if (version === kernel) expect(differences).toEqual([]);
      else for (const difference of differences) void annotate(`Linux ${version}: ${difference}`);
    });
  });
});
