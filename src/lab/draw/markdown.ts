import type { MatrixResult } from '../record/result.js';
import { partialText } from './page/partial.js';
import { english, type ReportWords } from './report-words.js';
import { ruleText } from './rule-text.js';
import { hostSettingsParagraphs } from './text/host-settings.js';
import { verdictsOf } from './verdicts.js';

/**
 * Text in a cell of a table: a bar would end it, and other marks are not meant as such. An underscore inside a word, or an
 * ampersand without a semicolon after it, is no mark (CommonMark 6.2 and 2.5).
 */
export function markdownCell(text: string): string {
  return text.replace(/[\\|<*`~[]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)/g, '\\$&').replaceAll('\n', ' ');
}

/** The matrix as a Markdown table. */
export function matrixMarkdown(result: MatrixResult, words: ReportWords = english): string {
  const { cases, kernel, node, mode, durationMs } = result;
  const { verdicts: names, meanings, defined } = words;
  const partial = partialText(result, words);
  const rows = cases.map(({ id, claim, verdict, because, rules, advice }) => {
    const cited = words.sentences(rules.map((rule) => ruleText(rule, words)));
    const cells = [because, cited, advice].map(markdownCell);
    return `| ${[id, markdownCell(claim), `**${names[verdict]}**`, ...cells].join(' | ')} |`;
  });
  const head = [words.case, words.claim, words.verdict, words.linuxDoes, words.rule, words.whatToDo];
  return [
    words.secondsAfter(words.where(kernel, node, mode), (durationMs / 1000).toFixed(1)),
    '',
    ...(partial === undefined ? [] : [`**${partial}**`, '']),
    ...verdictsOf(cases).map((verdict) => `- ${defined(`**${names[verdict]}**`, meanings[verdict])}`),
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows,
    '',
    ...hostSettingsParagraphs(result, words).flatMap(({ head: what, settings }) => [
      markdownCell(what),
      '',
      ...settings.map((one) => `- ${markdownCell(one)}`),
      '',
    ]),
  ].join('\n');
}
