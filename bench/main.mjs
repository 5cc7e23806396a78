// Compares sockwise with a C loop that makes the same system calls, with Node's own methods and with other packages.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildLoops } from './support/c-program.mjs';
import { installPeers } from './support/peers.mjs';
import { asJson, asMarkdown, asTable } from './support/report.mjs';

const usage = `npm run bench -- [question...] [--rounds N] [--json | --markdown]

Each cell is the time of one turn over that of the C loop in the same round: median (lower-upper quartile).
(!) makes the system call, but sets or returns another value than asked.

npm run bench -- restart --help: what clients lose when a server is restarted under load.
`;

const folder = fileURLToPath(new URL('.', import.meta.url));
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs') && file !== 'main.mjs')
  .map((file) => file.slice(0, -'.mjs'.length));

if (process.argv[2] === 'restart') {
  const { benchRestart } = await import('./restart/main.mjs');
  await benchRestart(process.argv.slice(3));
  process.exit();
}

function ask(name, rounds) {
  process.stderr.write(`${name}\n`);
  const { status, stdout } = spawnSync(process.execPath, [`${folder}support/run-question.mjs`, name, String(rounds)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${name}: ended with ${status}`);
  return JSON.parse(stdout);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '41' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const unknown = positionals.filter((name) => !known.includes(name));
const rounds = Number(values.rounds);
if (values.help || unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`${usage}\nQuestions: ${known.join(', ')}\n`);
  process.exit(values.help ? 0 : 2);
}

installPeers();
buildLoops();
const results = (positionals.length > 0 ? positionals : known).map((name) => ask(name, rounds));
if (values.json) process.stdout.write(asJson(results, rounds));
else process.stdout.write(values.markdown ? asMarkdown(results) : asTable(results));
