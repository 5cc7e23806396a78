// Writes docs/experiments/, a page an experiment with its pictures, from a run of all of them on this kernel:
//   node scripts/generate-experiments.mjs [--findings]
// `--findings` also records the findings that test/claims/experiments.test.ts expects. Needs `npm run build:ts` before.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { playRuns, runsOf } from '../dist/lab/run/play.js';
import { experiments } from '../dist/claims/index.js';
import { ladderSvg } from '../dist/lab/draw/ladder/svg.js';
import { cell, value } from './markdown.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}docs/experiments/`;
const { values } = parseArgs({ options: { findings: { type: 'boolean' } } });
const version = release().split('.').slice(0, 2).join('.');

/** Experiments that have a page elsewhere, made by a script of its own. */
const elsewhere = { 'ways-to-close': '../closing.md' };
const drawn = experiments.filter(({ byNameOnly }) => !byNameOnly);

const played = await playRuns(
  drawn.flatMap((experiment) => runsOf({ source: {}, index: experiments.indexOf(experiment), experiment })),
);
for (const { run, trace, failure } of played) {
  const why = failure ?? trace.error?.message;
  if (why !== undefined) throw new Error(`${run.experiment.name} ${run.variant ?? ''}: ${why}`);
}

const slug = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
const pictureOf = ({ name, variant }) => `${variant === undefined ? name : `${name}-${slug(variant)}`}.svg`;
const caseLink = (id) => `[${id}](../cases/${id}.md)`;

const sources = readdirSync(`${root}src/claims`, { recursive: true }).filter((file) => file.endsWith('.ts'));

/** The file that has the script. */
function sourceOf(name) {
  const found = sources.find((file) => readFileSync(`${root}src/claims/${file}`, 'utf8').includes(`name: '${name}'`));
  if (found === undefined) throw new Error(`there is no source of ${name}`);
  return `[The script](../../src/claims/${found})`;
}

function page({ name, title, about, rule, cases }, traces) {
  const shown = cases.length === 0 ? '' : ` Cases ${cases.map(caseLink).join(', ')}.`;
  const lines = [
    `# ${title}`,
    '',
    `${about}${shown} ${sourceOf(name)}. [All experiments](README.md)`,
    '',
    '```',
    `npx sockwise lab ${name}`,
  ];
  lines.push('```', '');
  for (const trace of traces) {
    if (trace.variant !== undefined) lines.push(`## ${trace.variant}`, '');
    lines.push(
      `![${cell(`${title}${trace.variant === undefined ? '' : `: ${trace.variant}`}`)}](${pictureOf(trace)})`,
      '',
    );
    lines.push(`Found: ${value(trace.findings)}`, '');
  }
  lines.push('## Why', '', rule, '', `Recorded on Linux ${version} by \`npm run generate:experiments\`.`, '');
  return lines.join('\n');
}

function index() {
  const lines = [
    '# Experiments that come along',
    '',
    'Each is a script of a few lines that runs on private network namespaces; the pictures are drawn from such runs, on',
    `Linux ${version}. \`npx sockwise lab NAME\` does it again on your kernel, \`npm run generate:experiments\` writes these pages,`,
    'and [Script an experiment](../experiments.md) is how to write your own.',
    '',
    '| experiment | what there is to see | cases |',
    '| --- | --- | --- |',
  ];
  for (const { name, title, about, cases } of experiments)
    lines.push(
      `| [${name}](${elsewhere[name] ?? `${name}.md`}) | ${cell(`${title}. ${about}`)} | ${cases.map(caseLink).join(' ')} |`,
    );
  return `${lines.join('\n')}\n`;
}

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) rmSync(folder + name);
const traces = played.map(({ trace }) => trace);
for (const trace of traces) writeFileSync(folder + pictureOf(trace), ladderSvg(trace));
for (const experiment of drawn) {
  const own = traces.filter(({ name }) => name === experiment.name);
  writeFileSync(`${folder}${experiment.name}.md`, page(experiment, own));
}
writeFileSync(`${folder}README.md`, index());

if (values.findings === true) {
  const file = `${root}test/claims/findings.json`;
  const known = JSON.parse(readFileSync(file, 'utf8'));
  const keyOf = ({ name, variant }) => (variant === undefined ? name : `${name}, ${variant}`);
  known[version] = Object.fromEntries(traces.map((trace) => [keyOf(trace), trace.findings]));
  writeFileSync(file, `${JSON.stringify(known, undefined, 2)}\n`);
}
