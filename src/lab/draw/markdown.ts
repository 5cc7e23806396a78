import { type CitedRule, placeOf } from '../../explain/cite.js';
import type { MatrixResult } from '../record/result.js';
import { partialText } from './page/partial.js';
import { verdictsExplained } from './verdicts.js';

/**
 * Text in a cell of a table: a bar would end it, and other marks are not meant as such. An underscore inside a word, or an
 * ampersand without a semicolon after it, is no mark (CommonMark 6.2 and 2.5).
 */
export function markdownCell(text: string): string {
  return text.replace(/[\\|<*`~[]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)/g, '\\$&').replaceAll('\n', ' ');
}

function rulesText(rules: readonly CitedRule[]): string {
  return rules.map((rule) => `${rule.text} (${placeOf(rule)})`).join(' ');
}

/** The matrix as a Markdown table. */
export function matrixMarkdown(result: MatrixResult): string {
  const { cases, kernel, node, mode, durationMs } = result;
  const partial = partialText(result);
  const rows = cases.map(
    ({ id, claim, verdict, because, rules, advice }) =>
      `| ${[id, markdownCell(claim), `**${verdict}**`, ...[because, rulesText(rules), advice].map(markdownCell)].join(' | ')} |`,
  );
  return [
    `Linux ${kernel}, Node ${node}, ${mode}, ${(durationMs / 1000).toFixed(1)} s`,
    '',
    ...(partial === undefined ? [] : [`**${partial}**`, '']),
    ...verdictsExplained(cases).map((line) => `- ${line.replace(/^\w+/, '**$&**')}`),
    '',
    '| case | claim | verdict | what Linux does | rule | what to do |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
