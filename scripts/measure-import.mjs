// What `import 'sockwise'` costs: node scripts/measure-import.mjs [rounds]. The package is laid out as it is installed, since a checkout
// looks whether its addon is older than native/; `npm run build:all` before.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const rounds = Number(process.argv[2] ?? 25);
const folder = mkdtempSync(join(tmpdir(), 'sockwise-import-'));
const installed = join(folder, 'node_modules/sockwise');
mkdirSync(join(folder, 'node_modules/sockwise/prebuilds'), { recursive: true });
for (const name of ['dist', 'package.json']) cpSync(join(root, name), join(installed, name), { recursive: true });
cpSync(
  join(root, 'build/Release/sockwise.node'),
  join(installed, 'prebuilds', `${process.platform}-${process.arch}`, 'sockwise.node'),
);

const programs = {
  'empty.mjs': '',
  'import.mjs': `import 'sockwise';`,
  'empty.cjs': '',
  'require.cjs': `require('sockwise');`,
};
for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
const command = [join(installed, 'dist/cli/main.cjs'), '--version'];
const rows = { ...Object.fromEntries(Object.keys(programs).map((name) => [name, [name]])), '--version': command };

// Node reads that file whenever it starts.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/** Processor time of a start in milliseconds, user and system: bash(1) has it of wait4(2). */
function cost(args) {
  const script = 'TIMEFORMAT="%U %S"; time "$@" > /dev/null';
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...args], {
    cwd: folder,
    env: { ...env, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  return stderr
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + 1000 * Number(seconds), 0);
}

// By turns, and the least of each: what else the machine does adds to all of them.
const least = Object.fromEntries(Object.keys(rows).map((name) => [name, Number.POSITIVE_INFINITY]));
for (let round = 0; round < rounds; round++)
  for (const [name, args] of Object.entries(rows)) least[name] = Math.min(least[name], cost(args));
rmSync(folder, { recursive: true });
console.table(
  Object.fromEntries(
    Object.entries(least).map(([name, ms]) => {
      const bare = name.endsWith('.mjs') ? least['empty.mjs'] : least['empty.cjs'];
      return [name, { ms: Math.round(ms), 'of an empty file': (ms / bare).toFixed(2) }];
    }),
  ),
);
