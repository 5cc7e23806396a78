// Writes docs/cases/, a page a case, from a run of the whole matrix on this kernel, or from the JSON file given:
//   node scripts/generate-cases.mjs [ID...] [--from result.json] [--verdicts] [--into folder]
// The page that leads to them is there in Chinese too. With ids it runs only those cases and writes only their pages; the index has the rest from results.json beside it.
// `--verdicts` also records the verdicts that test/claims/cases.test.ts expects. Needs `npm run build:ts` before.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases as facts, experiments, speak } from '../dist/claims/index.js';
import { caseIndex, casePage } from './case-pages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals: ids } = parseArgs({
  options: { from: { type: 'string' }, verdicts: { type: 'boolean' }, into: { type: 'string' } },
  allowPositionals: true,
});
const folder = values.into ?? `${root}docs/cases`;
const recorded = join(folder, 'results.json');

for (const id of ids)
  if (!facts.some((fact) => fact.id === id)) throw new Error(`unknown case "${id}"; a result to read is --from FILE`);

function runMatrix() {
  const chosen = ids.length === 0 ? [] : ['--case', ...ids];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [`${root}dist/cli/main.cjs`, 'matrix', '--json', ...chosen],
    { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 600_000 },
  );
  if (status !== 0) throw new Error(`the matrix ended with ${status}: ${stderr}`);
  return stdout;
}

const result = JSON.parse(values.from === undefined ? runMatrix() : readFileSync(values.from, 'utf8'));
const version = result.kernel.split('.').slice(0, 2).join('.');

if (result.unfinished !== undefined) throw new Error(`interrupted before ${result.unfinished.join(', ')}`);
const broken = result.cases.filter(({ error }) => error !== undefined);
if (broken.length > 0) throw new Error(`was aborted: ${broken.map(({ id, error }) => `${id} (${error})`).join(', ')}`);

function pageOf(seen) {
  const fact = facts.find(({ id }) => id === seen.id);
  if (fact === undefined) throw new Error(`the result has a case ${seen.id} that is not in this build`);
  const drawn = experiments.filter(({ cases }) => cases.includes(seen.id));
  return casePage(seen, fact, drawn, version);
}

const fresh = ids.length === 0 ? result.cases : result.cases.filter(({ id }) => ids.includes(id));
const known = ids.length === 0 ? {} : JSON.parse(readFileSync(recorded, 'utf8'));
const { cases: told } = (await speak('zh')).told({ ...result, cases: fresh });
for (const [index, { id, claim, verdict, because }] of fresh.entries()) {
  const zh = { claim: told[index].claim, because: told[index].because };
  known[id] = { claim, verdict, because, zh };
}
/** What the index says of each case: in the order of the run, or in that of the cases if only some were run. */
const order = ids.length === 0 ? fresh : facts.filter(({ id }) => id in known);
const seen = order.map(({ id }) => ({ id, ...known[id] }));

mkdirSync(folder, { recursive: true });
const pages = fresh.map((one) => [`${one.id}.md`, pageOf(one)]);
if (ids.length === 0) for (const name of readdirSync(folder)) if (name.endsWith('.md')) rmSync(join(folder, name));
const indexes = [
  ['README.md', caseIndex(seen, version)],
  ['README.zh-CN.md', caseIndex(seen, version, 'zh')],
];
for (const [name, text] of [...pages, ...indexes]) writeFileSync(join(folder, name), text);
const results = Object.fromEntries(seen.map(({ id, ...said }) => [id, said]));
writeFileSync(recorded, `${JSON.stringify(results, undefined, 2)}\n`);

if (values.verdicts === true) {
  const file = `${root}test/claims/verdicts.json`;
  const verdicts = JSON.parse(readFileSync(file, 'utf8'));
  const all = { ...verdicts[version], ...Object.fromEntries(fresh.map(({ id, verdict }) => [id, verdict])) };
  verdicts[version] = Object.fromEntries(facts.filter(({ id }) => id in all).map(({ id }) => [id, all[id]]));
  writeFileSync(file, `${JSON.stringify(verdicts, undefined, 2)}\n`);
}
