import type { Labels } from '../record/labels.js';
import type { CaseResult, MatrixResult, RowResult } from '../record/result.js';
import { english, type ReportWords } from './report-words.js';
import { ruleText } from './rule-text.js';
import { escapeXml } from './page/escape.js';
import { partialText } from './page/partial.js';
import { textOf } from './page/words.js';

function rowLine({ name, says, observed, ok }: RowResult, labels: Labels | undefined, words: ReportWords): string {
  const claimed = says === undefined ? '' : textOf(says, labels, words);
  const mark = ok === null ? words.notCoveredByClaim : ok ? words.matchesClaim : words.named(words.claimSays, claimed);
  return words.sentences([words.named(name, textOf(observed, labels, words)), words.inBrackets(mark)]);
}

function testCase(result: CaseResult, words: ReportWords): string {
  const { id, title, verdict, because, rules, advice, rows, durationMs, error, labels } = result;
  const name = `${id}: ${title}`;
  const open = `  <testcase classname="sockwise.${escapeXml(id)}" name="${escapeXml(name)}" time="${durationMs / 1000}">`;
  const said = escapeXml(because);
  if (error !== undefined) return `${open}<error message="${escapeXml(error)}"/></testcase>`;
  if (verdict === 'skipped') return `${open}<skipped message="${said}"/></testcase>`;
  const lines = [
    words.named(words.verdicts[verdict], because),
    ...rows.map((row) => rowLine(row, labels, words)),
    ...rules.map((rule) => words.named(words.rule, ruleText(rule, words))),
    words.named(words.whatToDo, advice),
  ].map(escapeXml);
  return `${open}<system-out>${lines.join('\n')}</system-out></testcase>`;
}

/**
 * The matrix for tools that read JUnit. A verdict is no failure: that an article is refuted is a finding. Only a case that
 * was aborted is an error. What an interrupted run did not come to is told on `system-err`.
 */
export function matrixJunit(result: MatrixResult, words: ReportWords = english): string {
  const { cases, durationMs, kernel } = result;
  const errors = cases.filter(({ error }) => error !== undefined).length;
  const skips = cases.filter(({ verdict, error }) => verdict === 'skipped' && error === undefined).length;
  const counts = `tests="${cases.length}" failures="0" errors="${errors}" skipped="${skips}"`;
  const partial = partialText(result, words);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escapeXml(words.suite(kernel))}" ${counts} time="${durationMs / 1000}">`,
    ...cases.map((one) => testCase(one, words)),
    ...(partial === undefined ? [] : [`  <system-err>${escapeXml(partial)}</system-err>`]),
    '</testsuite>',
    '',
  ].join('\n');
}
