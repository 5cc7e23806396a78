// The pages of docs/cases/, from what a run of the matrix gave and from the cases themselves.
import { articles as known, speak } from '../dist/claims/index.js';
import { alike, articlesText, english, placeOf, verdicts, wordsUsed } from '../dist/claims/documents.js';
import { cell, value } from './markdown.mjs';
import { whatWasRun } from './what-was-run.mjs';

/** Experiments that have a page elsewhere, made by a script of its own. */
export const elsewhere = { 'ways-to-close': '../closing.md' };

const meanings = new Map(verdicts);
const chinese = await speak('zh');

function compared(ok) {
  if (ok === null) return 'not covered';
  return ok ? 'matches' : '**differs**';
}

function table({ rows, labels }) {
  const lines = alike(rows).map((group) => {
    const [{ says, observed, ok }] = group;
    const said = says === undefined ? '' : value(says, labels);
    return `| ${group.map(({ name }) => cell(name)).join('<br>')} | ${said} | ${value(observed, labels)} | ${compared(ok)} |`;
  });
  return ['| given | the claim says | Linux did | |', '| --- | --- | --- | --- |', ...lines];
}

const rule = ({ id, text, ...place }) => `- ${cell(text)} (${cell(placeOf(place))}) [${id}](../rules.md#${id})`;

/** What the words of the page mean, for whoever reads them first. */
function glossary(seen) {
  const items = wordsUsed([seen], english).map(({ word, means }) => `- **${cell(word)}**: ${cell(means)}`);
  return items.length === 0 ? [] : ['## Words', '', ...items, ''];
}

/** The page of a case, `seen` in a run. `drawn` are the experiments that show it on the wire. */
export function casePage(seen, { waitsFor }, drawn, version) {
  const { id, title, claim, articles, verdict, because, rules, advice, rows } = seen;
  const told = articles.length === 0 ? '' : `A${articlesText(articles, known).slice(1)}. `;
  const lines = [
    `# ${id}: ${title}`,
    '',
    `**${verdict}** on Linux ${version}: ${meanings.get(verdict)} ${told}[Words](#words), [all cases](README.md)`,
    '',
    '## The claim',
    '',
    claim,
    '',
    '## What Linux does',
    '',
    because,
    '',
  ];
  if (rows.length > 0) lines.push(...table(seen), '');
  lines.push('## What to do', '', advice, '', ...glossary(seen), '## Why', '', ...rules.map(rule), '');
  if (rows.length > 0) {
    lines.push('## What was run', '', ...whatWasRun(rows, waitsFor !== undefined), '');
    lines.push('Each step with its result and the socket table:', '', '```', `npx sockwise case ${id}`, '```', '');
  }
  if (drawn.length > 0) {
    const links = drawn.map(
      ({ name, title: what }) => `- [${what}](${elsewhere[name] ?? `../experiments/${name}.md`})`,
    );
    lines.push('## On the wire', '', ...links, '');
  }
  return lines.join('\n');
}

/** What the page that leads to the others says, by language. */
const indexTexts = {
  en: {
    words: english,
    head: 'What the articles say and what Linux does',
    intro: (version) => [
      `Each claim of the five articles was put to Linux ${version}. The verdict comes from what the run observed alone.`,
      '`npx sockwise matrix` repeats it on your kernel; `npm run generate:cases` writes these pages.',
      'This page [in Chinese](README.zh-CN.md).',
    ],
    columns: ['case', 'the articles say', 'Linux does'],
    byId: 'By id',
    textsOf: ({ claim, because }) => ({ claim, because }),
  },
  zh: {
    words: chinese.words,
    head: '文章怎么说，Linux 怎么做',
    intro: (version) => [
      `五篇文章的每个说法都在 Linux ${version} 上跑过，结论只由观察到的结果得出。`,
      '在自己的内核上再跑一遍：`npx sockwise matrix --lang zh`；看一个案例的每一步、规则和办法：`npx sockwise case G7 --lang zh`。',
      '下面链接的页面是英文的。[English](README.md)',
    ],
    columns: ['案例', '文章的说法', 'Linux 怎么做'],
    byId: '按编号',
    textsOf: ({ zh }) => zh,
  },
};

/** The page that leads to the others: what is refuted first. */
export function caseIndex(cases, version, language = 'en') {
  const { words, head, intro, columns, byId, textsOf } = indexTexts[language];
  const lines = [`# ${head}`, '', ...intro(version), ''];
  for (const [verdict] of verdicts) {
    const found = cases.filter((seen) => seen.verdict === verdict);
    if (found.length === 0) continue;
    lines.push(`## ${words.ofVerdict(found.length, words.verdicts[verdict])}`, '', words.meanings[verdict], '');
    lines.push(`| ${columns.join(' | ')} |`, '| --- | --- | --- |');
    for (const seen of found) {
      const { claim, because } = textsOf(seen);
      lines.push(`| [${seen.id}](${seen.id}.md) | ${cell(claim)} | ${cell(because)} |`);
    }
    lines.push('');
  }
  lines.push(`## ${byId}`, '', cases.map(({ id }) => `[${id}](${id}.md)`).join(' '), '');
  return lines.join('\n');
}
