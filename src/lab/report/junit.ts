import type { CaseResult } from '../case/case.js';
import type { MatrixResult } from '../matrix/matrix.js';
import { escapeXml } from './escape.js';

function testCase({ id, title, verdict, because, durationMs, error }: CaseResult): string {
  const name = `${id}: ${title}`;
  const open = `  <testcase classname="sockwise.${escapeXml(id)}" name="${escapeXml(name)}" time="${durationMs / 1000}">`;
  const said = escapeXml(because);
  if (error !== undefined) return `${open}<error message="${escapeXml(error)}"/></testcase>`;
  if (verdict === 'skipped') return `${open}<skipped message="${said}"/></testcase>`;
  return `${open}<system-out>${verdict}: ${said}</system-out></testcase>`;
}

/**
 * The matrix for tools that read JUnit. A verdict is no failure: that an article is refuted is a finding. Only a case that
 * broke off is an error.
 */
export function matrixJunit({ cases, durationMs, kernel }: MatrixResult): string {
  const errors = cases.filter(({ error }) => error !== undefined).length;
  const skips = cases.filter(({ verdict, error }) => verdict === 'skipped' && error === undefined).length;
  const counts = `tests="${cases.length}" failures="0" errors="${errors}" skipped="${skips}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="sockwise matrix on Linux ${escapeXml(kernel)}" ${counts} time="${durationMs / 1000}">`,
    ...cases.map(testCase),
    '</testsuite>',
    '',
  ].join('\n');
}
