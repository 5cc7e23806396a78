import type { CaseResult, Labels, MatrixResult, RowResult } from '../record/result.js';
import { placeOf } from '../../explain/cite.js';
import { escapeXml } from './page/escape.js';
import { partialText } from './page/partial.js';
import { textOf } from './page/words.js';

function rowLine({ name, says, observed, ok }: RowResult, labels: Labels | undefined): string {
  const line = `${name}: ${textOf(observed, labels)}`;
  if (ok === null) return `${line} (not covered by the claim)`;
  return ok
    ? `${line} (matches the claim)`
    : `${line} (the claim says: ${says === undefined ? '' : textOf(says, labels)})`;
}

function testCase(result: CaseResult): string {
  const { id, title, verdict, because, rules, advice, rows, durationMs, error, labels } = result;
  const name = `${id}: ${title}`;
  const open = `  <testcase classname="sockwise.${escapeXml(id)}" name="${escapeXml(name)}" time="${durationMs / 1000}">`;
  const said = escapeXml(because);
  if (error !== undefined) return `${open}<error message="${escapeXml(error)}"/></testcase>`;
  if (verdict === 'skipped') return `${open}<skipped message="${said}"/></testcase>`;
  const lines = [
    `${verdict}: ${because}`,
    ...rows.map((row) => rowLine(row, labels)),
    ...rules.map((rule) => `rule: ${rule.text} (${placeOf(rule)})`),
    `what to do: ${advice}`,
  ].map(escapeXml);
  return `${open}<system-out>${lines.join('\n')}</system-out></testcase>`;
}

/**
 * The matrix for tools that read JUnit. A verdict is no failure: that an article is refuted is a finding. Only a case that
 * was aborted is an error. What an interrupted run did not come to is told on `system-err`.
 */
export function matrixJunit(result: MatrixResult): string {
  const { cases, durationMs, kernel } = result;
  const errors = cases.filter(({ error }) => error !== undefined).length;
  const skips = cases.filter(({ verdict, error }) => verdict === 'skipped' && error === undefined).length;
  const counts = `tests="${cases.length}" failures="0" errors="${errors}" skipped="${skips}"`;
  const partial = partialText(result);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="sockwise matrix on Linux ${escapeXml(kernel)}" ${counts} time="${durationMs / 1000}">`,
    ...cases.map(testCase),
    ...(partial === undefined ? [] : [`  <system-err>${escapeXml(partial)}</system-err>`]),
    '</testsuite>',
    '',
  ].join('\n');
}
