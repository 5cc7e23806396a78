import type { CaseResult } from '../record/result.js';
import { used, type Word } from './glossary.js';
import { textOf } from './page/words.js';
import type { ReportWords } from './report-words.js';

type Texts = Pick<CaseResult, 'title' | 'claim' | 'because' | 'advice' | 'rows' | 'labels'>;

function textsOf({ title, claim, because, advice, rows, labels }: Texts, words: ReportWords): string[] {
  const seen = rows.flatMap(({ name, observed, says }) => [
    name,
    textOf(observed, labels, words),
    ...(says === undefined ? [] : [textOf(says, labels, words)]),
  ]);
  return [title, claim, because, advice, ...seen];
}

/** What the words mean that a reader of these cases meets, in their claims, sentences, advice and results. */
export function wordsUsed(cases: readonly Texts[], words: ReportWords): readonly Word[] {
  const texts = cases.flatMap((one) => textsOf(one, words));
  const ids = Object.keys(used) as (keyof typeof used)[];
  return ids.filter((id) => texts.some((text) => used[id].test(text))).map((id) => words.glossary[id]);
}
