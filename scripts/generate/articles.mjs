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
    `Each sentence of the five articles that says or asks something about binding, closing, TIME_WAIT or reset: ${all.length} in all, in our words.`,
    'Its place is the heading it stands under, or the reader who wrote it. The cases are what was run for it; their pages have the answer.',
    '',
    ...articles.flatMap((one) => article(one, sentences[one.number] ?? [])),
  ].join('\n');
}
