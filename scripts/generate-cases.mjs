// Writes docs/cases/, a page a case, from a run of the whole matrix on this kernel, or from the JSON file given:
//   node scripts/generate-cases.mjs [--verdicts] [--into folder] [result.json]
// `--verdicts` also records the verdicts that test/claims/cases.test.ts expects. Needs `npm run build:ts` before.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases as facts, experiments } from '../dist/claims/index.js';
import { caseIndex, casePage } from './case-pages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { verdicts: { type: 'boolean' }, into: { type: 'string' } },
  allowPositionals: true,
});
const folder = values.into ?? `${root}docs/cases`;

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

if (result.unfinished !== undefined) throw new Error(`interrupted before ${result.unfinished.join(', ')}`);
const broken = result.cases.filter(({ error }) => error !== undefined);
if (broken.length > 0) throw new Error(`was aborted: ${broken.map(({ id, error }) => `${id} (${error})`).join(', ')}`);

const pages = result.cases.map((seen) => {
  const fact = facts.find(({ id }) => id === seen.id);
  if (fact === undefined) throw new Error(`the result has a case ${seen.id} that is not in this build`);
  const drawn = experiments.filter(({ cases }) => cases.includes(seen.id));
  return [`${seen.id}.md`, casePage(seen, fact, drawn, version)];
});
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (name.endsWith('.md')) rmSync(join(folder, name));
for (const [name, text] of [...pages, ['README.md', caseIndex(result.cases, version)]])
  writeFileSync(join(folder, name), text);

if (values.verdicts === true) {
  const file = `${root}test/claims/verdicts.json`;
  const known = JSON.parse(readFileSync(file, 'utf8'));
  known[version] = Object.fromEntries(result.cases.map(({ id, verdict }) => [id, verdict]));
  writeFileSync(file, `${JSON.stringify(known, undefined, 2)}\n`);
}
