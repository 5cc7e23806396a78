// Leaves a native addon that loads, for `sockwise build` and in a checkout. A prebuilt binary that loads is enough; else it builds
// one, and if that fails says what is missing and how to get it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '../..');
const loader = join(root, 'dist/native/load.js');
const run = (command, args) => spawnSync(command, args, { stdio: 'ignore' });
const answers = (...commands) => commands.some((command) => run(command, ['--version']).status === 0);

/** In a process of its own: a binary of another machine may end the one that loads it. */
const loads = () => existsSync(loader) && run(process.execPath, [loader]).status === 0;

// What node-gyp needs, and the package that has it by package manager (for macOS one command brings all).
const tools = [
  {
    what: 'python3',
    found: () => answers(process.env.npm_config_python ?? process.env.PYTHON ?? 'python3'),
    apt: 'python3',
    dnf: 'python3',
    apk: 'python3',
  },
  { what: 'make', found: () => answers(process.env.MAKE ?? 'make'), apt: 'make', dnf: 'make', apk: 'make' },
  {
    what: 'a C++17 compiler',
    found: () => answers(process.env.CXX ?? 'g++', 'c++'),
    apt: 'g++',
    dnf: 'gcc-c++',
    apk: 'g++',
  },
];

function explain(status) {
  const lines = [`sockwise: the native addon could not be built (exit status ${status}).`];
  const missing = tools.filter(({ found }) => !found());
  if (missing.length > 0) {
    lines.push(`Missing: ${missing.map(({ what }) => what).join(', ')}. Install with one of`);
    if (process.platform === 'darwin') lines.push('  xcode-select --install');
    else
      for (const [manager, command] of [
        ['apt', 'apt-get install'],
        ['dnf', 'dnf install'],
        ['apk', 'apk add'],
      ]) {
        lines.push(`  ${command} ${missing.map((tool) => tool[manager]).join(' ')}`);
      }
  }
  if (!existsSync(join(dirname(dirname(process.execPath)), 'include/node/node_api.h'))) {
    lines.push(
      `Node's headers are not beside ${process.execPath}, so that node-gyp had to download them. Without a network install`,
      'them (apt-get install libnode-dev, dnf install nodejs-devel, apk add nodejs-dev) or use a Node that brings include/node.',
    );
  }
  lines.push('Then run `npx sockwise build` again, or `npm ci` in a checkout.');
  return lines.join('\n');
}

if (loads()) {
  if (process.argv.includes('--verbose')) console.log('sockwise: the native addon loads, there is nothing to build');
} else {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/native.mjs'), 'build'], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(explain(status));
    process.exitCode = 1;
  }
}
