// The matrix, every pair of sockets and tests of the library on another kernel: Debian's user-mode Linux 6.1. Needs `npm run build:all`.
//   npm run kernels                      compares what is seen there and here, as docs/kernels/ has it; CI does this
//   npm run kernels -- --record          the whole matrix there and here, written to docs/kernels/ and test/claims/verdicts.json
//   npm run kernels -- --run 'COMMAND'   runs a line of sh(1) there, in this folder
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { differencesToTell } from './kernels/compare.mjs';
import { pairsBeside } from './kernels/pairs.mjs';
import { lacking, runThere } from './kernels/user-mode-linux.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = `'${process.execPath}' dist/cli/main.cjs`;
const { values } = parseArgs({ options: { record: { type: 'boolean' }, run: { type: 'string' } } });
const minute = 60_000;

/** What is cheap there and asks the kernel: options, netlink, namespaces, and what the library says of a kernel that lacks something. */
const tests = [
  'test/options/round-trip',
  'test/options/supports',
  'test/options/access',
  'test/netlink/sock-diag',
  'test/netns/namespace',
];
/** Nothing can be written there. */
const vitest =
  'node_modules/.bin/vitest run --configLoader runner --cache=false --experimental.fsModuleCache=false --no-isolate --maxWorkers=1 --reporter=dot';

const versionOf = (kernel) => kernel.split('.').slice(0, 2).join('.');

function fail(text) {
  console.error(text);
  process.exitCode = 1;
}

async function there(command, settings = {}) {
  return await runThere(command, { folder: root, limitMs: 20 * minute, ...settings });
}

/** The same command here. */
function here(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [`${root}dist/cli/main.cjs`, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`sockwise ${args.join(' ')} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Matrix and pairs at the same time, for it has one CPU only. */
async function seenThere(matrixFlags, more) {
  const [matrix, pairs] = await Promise.all([
    there(`${program} matrix --json ${matrixFlags} >/run/exchange/json`, { files: ['json'] }),
    there(`${program} matrix --exhaustive --json >/run/exchange/json || true\n${more}`, { files: ['json'] }),
  ]);
  for (const { status, stdout, stderr } of [matrix, pairs])
    if (status !== 0) fail(`a command there ended with ${status}\n${stdout}\n${stderr}`);
  if (matrix.files.json === '' || pairs.files.json === '') throw new Error('nothing was seen there');
  return { matrix: JSON.parse(matrix.files.json), pairs: JSON.parse(pairs.files.json), said: pairs.stdout };
}

/** What `matrix --compare` reads, without what reports are drawn from. */
function saved({ kernel, cases }) {
  const kept = cases.map(({ id, verdict, because, rows }) => {
    // Of a case that was not run the reason is worth keeping.
    if (verdict === 'skipped') return { id, verdict, because, rows: [] };
    return { id, verdict, rows: rows.map(({ name, observed }) => ({ name, observed })) };
  });
  return { kernel, cases: kept };
}

/** Formatted as everything else is: what fits stands in a line, so that a diff shows rows. */
function writeJson(name, value) {
  writeFileSync(`${root}${name}`, JSON.stringify(value));
  spawnSync(process.execPath, [`${root}node_modules/@biomejs/biome/bin/biome`, 'format', '--write', name], {
    cwd: root,
  });
}

async function record() {
  const { matrix, pairs } = await seenThere('', 'true');
  const broken = matrix.cases.filter(({ error }) => error !== undefined);
  if (broken.length > 0)
    throw new Error(`aborted there: ${broken.map(({ id, error }) => `${id} (${error})`).join('; ')}`);
  const ours = here('matrix', '--json');
  for (const result of [matrix, ours]) writeJson(`docs/kernels/${versionOf(result.kernel)}.json`, saved(result));
  writeJson('docs/kernels/pairs.json', pairsBeside(pairs, here('matrix', '--exhaustive', '--json')));
  const file = 'test/claims/verdicts.json';
  const known = JSON.parse(readFileSync(`${root}${file}`, 'utf8'));
  known[versionOf(matrix.kernel)] = Object.fromEntries(matrix.cases.map(({ id, verdict }) => [id, verdict]));
  writeFileSync(`${root}${file}`, `${JSON.stringify(known, undefined, 2)}\n`);
}

const storedRun = (version) => JSON.parse(readFileSync(`${root}docs/kernels/${version}.json`, 'utf8'));

async function check() {
  const { matrix, pairs, said } = await seenThere('--quick', `${vitest} ${tests.join(' ')}`);
  console.log(said.trim());
  const ours = here('matrix', '--quick', '--json');
  const stored = { older: storedRun(versionOf(matrix.kernel)), newer: storedRun('6.18') };
  const { differing, aborted, remarks } = differencesToTell(stored, { older: matrix, newer: ours });
  for (const line of remarks) console.log(line);
  // What differs was stored beside 6.18; beside another kernel it need not be the same.
  const isComparable = versionOf(ours.kernel) === versionOf(stored.newer.kernel);
  for (const line of isComparable ? [...differing, ...aborted] : aborted) fail(line);
  const calls = pairs.tables.flatMap((table) => table.pairs.flatMap((pair) => pair.calls));
  const wrong = calls.filter(({ predicted, observed }) => predicted !== null && predicted !== observed).length;
  if (wrong > 0) fail(`Linux ${pairs.kernel}: the model says otherwise than the kernel of ${wrong} calls`);
  console.log(`Linux ${matrix.kernel}: ${matrix.cases.length} cases, ${calls.length} calls of pairs of sockets`);
}

const reason = lacking();
if (reason !== undefined) fail(reason);
else if (values.run !== undefined) {
  const { status, stdout, stderr } = await there(values.run);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = status;
} else if (values.record === true) await record();
else await check();
