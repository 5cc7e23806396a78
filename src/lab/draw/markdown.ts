import type { MatrixResult } from '../record/result.js';
import { partialText } from './page/partial.js';

/**
 * Text in a cell of a table: a bar would end it, and other marks are not meant as such. An underscore inside a word, or an
 * ampersand without a semicolon after it, is no mark (CommonMark 6.2 and 2.5).
 */
export function markdownCell(text: string): string {
  return text.replace(/[\\|<*`~[]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)/g, '\\$&').replaceAll('\n', ' ');
}

/** The matrix as a Markdown table. */
export function matrixMarkdown(result: MatrixResult): string {
  const { cases, kernel, node, mode, durationMs } = result;
  const partial = partialText(result);
  const rows = cases.map(
    ({ id, claim, verdict, because }) =>
      `| ${id} | ${markdownCell(claim)} | **${verdict}** | ${markdownCell(because)} |`,
  );
  return [
    `Linux ${kernel}, Node ${node}, ${mode}, ${(durationMs / 1000).toFixed(1)} s`,
    '',
    ...(partial === undefined ? [] : [`**${partial}**`, '']),
    '| case | claim | verdict | because |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
