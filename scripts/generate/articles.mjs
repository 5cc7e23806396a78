// docs/articles.md: what each article says, sentence by sentence, and the cases that put it to the kernel.
import { cell } from './load.mjs';

const link = (id) => `[${id}](cases/${id}.md)`;

function article({ number, title }, sentences) {
  const rows = sentences.map(
    ({ place, text, cases }, index) =>
      `| ${place === sentences[index - 1]?.place ? '' : cell(place)} | ${cell(text)} | ${cases.map(link).join(', ')} |`,
  );
  return [`## ${number}: ${title}`, '', '| place | sentence | cases |', '| --- | --- | --- |', ...rows, ''];
}

export function articlesPage(articles, sentences) {
  const all = Object.values(sentences).flat();
  return [
    '# The articles, sentence by sentence',
    '',
    `The five articles have ${all.length} sentences that say or ask something about binding, closing, TIME_WAIT or reset. Here is each, in our words.`,
    'The place is the heading above the sentence, or the reader who wrote it. Each case was run for its sentence, and its page has the answer.',
    '',
    ...articles.flatMap((one) => article(one, sentences[one.number] ?? [])),
  ].join('\n');
}
