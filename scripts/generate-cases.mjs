// Writes docs/cases/, a page a case, from a run of the whole matrix on this kernel, or from the JSON file given:
//   node scripts/generate-cases.mjs [--verdicts] [result.json]
// `--verdicts` also records the verdicts that test/lab/matrix/matrix.test.ts expects. Needs `npm run build:ts` before.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases as facts, experiments } from '../dist/lab/index.js';
import { cell, value } from './markdown.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}docs/cases/`;
const { values, positionals } = parseArgs({ options: { verdicts: { type: 'boolean' } }, allowPositionals: true });

function runMatrix() {
  const { stdout, stderr, status } = spawnSync(process.execPath, [`${root}dist/cli/main.js`, 'matrix', '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 180_000,
  });
  if (status !== 0) throw new Error(`the matrix ended with ${status}: ${stderr}`);
  return stdout;
}

const result = JSON.parse(positionals[0] === undefined ? runMatrix() : readFileSync(positionals[0], 'utf8'));
const version = result.kernel.split('.').slice(0, 2).join('.');
const sections = [
  ['refuted', 'Linux does otherwise'],
  ['qualified', 'It depends on something the articles leave out'],
  ['confirmed', 'It is so'],
  ['skipped', 'Not run here'],
];

const list = (items) => items.filter((item, index) => items.indexOf(item) === index);

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** The calls of a row, without what differs from run to run: times, ports, numbers of processes, waits. */
function calls(row) {
  const names = row.steps.flatMap(({ what }) => /^[A-Za-z][\w ]*\.(\w+)\(/.exec(what)?.[1] ?? []);
  return list(names)
    .toSorted()
    .map((name) => `\`${name}()\``)
    .join(', ');
}

function compared(ok) {
  if (ok === null) return 'not said';
  return ok ? 'as said' : '**otherwise**';
}

function page(seen, { rule, advice, slow }) {
  const { id, title, claim, articles, verdict, because, rows } = seen;
  const lines = [
    `# ${id}: ${title}`,
    '',
    `**${verdict}** on Linux ${version}. ${articles.length === 0 ? '' : `Articles ${articles.join(', ')}. `}[All cases](README.md)`,
    '',
    '## The claim',
    '',
    claim,
    '',
    '## What was seen',
    '',
    sentence(because),
    '',
  ];
  if (rows.length > 0) {
    lines.push('| given | the claim says | Linux did | |', '| --- | --- | --- | --- |');
    for (const row of rows) {
      lines.push(
        `| ${cell(row.name)} | ${row.says === undefined ? '' : value(row.says)} | ${value(row.observed)} | ${compared(row.ok)} |`,
      );
    }
    const made = list(
      rows
        .map(calls)
        .filter((text) => text !== '')
        .flatMap((text) => text.split(', ')),
    ).toSorted();
    lines.push('', '## What was run', '');
    lines.push(
      `${rows.length === 1 ? 'One row' : `${rows.length} rows`}, each on fresh sockets${slow ? '; it takes a minute' : ''}.`,
    );
    if (made.length > 0) lines.push(`Calls made: ${made.join(', ')}.`);
    lines.push('', 'Each step with its result and the socket table:', '', '```', `npx sockwise case ${id}`, '```', '');
  }
  const drawn = experiments.filter(({ cases }) => cases.includes(id));
  if (drawn.length > 0) {
    const links = drawn.map(({ name, title: what }) => `- [${what}](../experiments/${name}.md)`);
    lines.push('## On the wire', '', ...links, '');
  }
  lines.push('## The rule behind it', '', rule, '', '## What to do in a service', '', advice, '');
  return lines.join('\n');
}

function index() {
  const lines = [
    '# What the articles say and what Linux does',
    '',
    `Each claim of the five articles was put to Linux ${version}. The verdict comes from what the run observed alone.`,
    '`npx sockwise matrix` does it again on your kernel; `npm run generate:cases` writes these pages.',
    '',
  ];
  for (const [verdict, heading] of sections) {
    const found = result.cases.filter((seen) => seen.verdict === verdict);
    if (found.length === 0) continue;
    lines.push(`## ${heading}: ${found.length} ${verdict}`, '');
    for (const { id, claim, because } of found)
      lines.push(`- [${id}](${id}.md) ${claim}`, `  <br>**Seen:** ${cell(sentence(because))}`);
    lines.push('');
  }
  return lines.join('\n');
}

const broken = result.cases.filter(({ error }) => error !== undefined);
if (broken.length > 0) throw new Error(`broke off: ${broken.map(({ id, error }) => `${id} (${error})`).join(', ')}`);

const pages = result.cases.map((seen) => {
  const fact = facts.find(({ id }) => id === seen.id);
  if (fact === undefined) throw new Error(`the result has a case ${seen.id} that is not in this build`);
  return [`${seen.id}.md`, page(seen, fact)];
});
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (name.endsWith('.md')) rmSync(folder + name);
for (const [name, text] of [...pages, ['README.md', index()]]) writeFileSync(folder + name, text);

if (values.verdicts === true) {
  const file = `${root}test/lab/verdicts.json`;
  const known = JSON.parse(readFileSync(file, 'utf8'));
  known[version] = Object.fromEntries(result.cases.map(({ id, verdict }) => [id, verdict]));
  writeFileSync(file, `${JSON.stringify(known, undefined, 2)}\n`);
}
