import type { MatrixResult } from '../matrix/matrix.js';

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** The matrix as a Markdown table. */
export function matrixMarkdown({ cases, kernel, node, mode, durationMs }: MatrixResult): string {
  const rows = cases.map(
    ({ id, claim, verdict, because }) => `| ${id} | ${cell(claim)} | **${verdict}** | ${cell(because)} |`,
  );
  return [
    `Linux ${kernel}, Node ${node}, ${mode}, ${(durationMs / 1000).toFixed(1)} s`,
    '',
    '| case | claim | verdict | because |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
