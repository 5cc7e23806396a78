// Writes docs/experiments/, a page an experiment with its pictures, from runs on this kernel:
//   node scripts/generate-experiments.mjs [NAME...] [--redraw] [--findings]
// With names it runs only those experiments. A picture stays as it is while what it shows stays the same: the script, the
// findings and the kernel version; `--redraw` draws it from the new run all the same, as after a change of the drawing.
// `--findings` also records the findings that test/claims/experiments.test.ts expects. Needs `npm run build:ts` before.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sourceOf } from '../dist/claims/documents.js';
import { builtIn, experiments, ladderSvg, playRuns, runsOf } from '../dist/claims/index.js';
import { elsewhere } from './case-pages.mjs';
import { cell, value } from './markdown.mjs';
import { scriptOf } from './script-of.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}docs/experiments/`;
const { values, positionals } = parseArgs({
  options: { redraw: { type: 'boolean', default: false }, findings: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const version = release().split('.').slice(0, 2).join('.');

const withPage = experiments.filter(({ byNameOnly }) => !byNameOnly);
for (const name of positionals)
  if (!withPage.some((experiment) => experiment.name === name))
    throw new Error(`unknown experiment "${name}"; choose from ${withPage.map((one) => one.name).join(', ')}`);
const chosen = positionals.length === 0 ? withPage : withPage.filter(({ name }) => positionals.includes(name));

const played = await playRuns(
  chosen.flatMap((experiment) => runsOf({ source: builtIn, index: experiments.indexOf(experiment), experiment })),
);
for (const { run, trace, failure } of played) {
  const why = failure ?? trace.error?.message;
  if (why !== undefined) throw new Error(`${run.experiment.name} ${run.variant ?? ''}: ${why}`);
}
const traces = played.map(({ trace }) => trace);

const slug = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
const pictureOf = ({ name, variant }) => `${variant === undefined ? name : `${name}-${slug(variant)}`}.svg`;
const caseLink = (id) => `[${id}](../cases/${id}.md)`;
const fileOf = (experiment) => readFileSync(`${root}src/claims/${sourceOf(experiment)}`, 'utf8');

/** The id of a picture, made of everything it shows but the times, which differ from run to run. */
function keyOf(experiment, { variant = '', findings }) {
  const shown = [experiment.name, variant, scriptOf(fileOf(experiment), experiment.name), findings, version];
  return `ladder-${createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 8)}`;
}

function drawUnlessTheSame(experiment, trace) {
  const file = folder + pictureOf(trace);
  const key = keyOf(experiment, trace);
  const isTheSame = existsSync(file) && readFileSync(file, 'utf8').includes(`id="${key}"`);
  if (values.redraw || !isTheSame) writeFileSync(file, ladderSvg(trace, key));
}

function page(experiment, own) {
  const { name, title, about, rule, cases } = experiment;
  const shown = cases.length === 0 ? '' : ` Cases ${cases.map(caseLink).join(', ')}.`;
  const lines = [
    `# ${title}`,
    '',
    `${about}${shown} [The script](../../src/claims/${sourceOf(experiment)}). [All experiments](README.md)`,
    '',
    '```',
    `npx sockwise lab ${name}`,
  ];
  lines.push('```', '');
  for (const trace of own) {
    if (trace.variant !== undefined) lines.push(`## ${trace.variant}`, '');
    lines.push(
      `![${cell(`${title}${trace.variant === undefined ? '' : `: ${trace.variant}`}`)}](${pictureOf(trace)})`,
      '',
    );
    lines.push(`Found: ${value(trace.findings, trace.labels)}`, '');
  }
  lines.push('## Why', '', rule, '', `Recorded on Linux ${version} by \`npm run generate:experiments\`.`, '');
  return lines.join('\n');
}

function index() {
  const lines = [
    '# Built-in experiments',
    '',
    'Each is a script of a few lines that runs on private network namespaces; the pictures are drawn from such runs, on',
    `Linux ${version}. \`npx sockwise lab NAME\` runs it again on your kernel, \`npm run generate:experiments\` writes these pages,`,
    'and [Script an experiment](../experiments.md) shows how to write your own.',
    '',
    '| experiment | what it shows | cases |',
    '| --- | --- | --- |',
  ];
  for (const { name, title, about, cases } of experiments)
    lines.push(
      `| [${name}](${elsewhere[name] ?? `${name}.md`}) | ${cell(`${title}. ${about}`)} | ${cases.map(caseLink).join(' ')} |`,
    );
  return `${lines.join('\n')}\n`;
}

mkdirSync(folder, { recursive: true });
for (const experiment of chosen) {
  const own = traces.filter(({ name }) => name === experiment.name);
  for (const trace of own) drawUnlessTheSame(experiment, trace);
  writeFileSync(`${folder}${experiment.name}.md`, page(experiment, own));
}
writeFileSync(`${folder}README.md`, index());
if (positionals.length === 0) {
  const made = new Set(['README.md', ...chosen.map(({ name }) => `${name}.md`), ...traces.map(pictureOf)]);
  for (const name of readdirSync(folder)) if (!made.has(name)) rmSync(folder + name);
}

if (values.findings) {
  const file = `${root}test/claims/findings.json`;
  const known = JSON.parse(readFileSync(file, 'utf8'));
  const keyOfRun = ({ name, variant }) => (variant === undefined ? name : `${name}, ${variant}`);
  const found = Object.fromEntries(traces.map((trace) => [keyOfRun(trace), trace.findings]));
  const order = experiments.flatMap((experiment) => runsOf({ source: builtIn, index: 0, experiment }));
  const merged = { ...known[version], ...found };
  const kept = order.map(({ experiment, variant }) => keyOfRun({ name: experiment.name, variant }));
  known[version] = Object.fromEntries(kept.filter((key) => key in merged).map((key) => [key, merged[key]]));
  writeFileSync(file, `${JSON.stringify(known, undefined, 2)}\n`);
}
