// What installs the package, and where: package managers, folders nobody may write to, machines without a network or a compiler.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { barePath, folder, install, main, nodes, pack, place, run, version, works } from './place.mjs';
import { tool, versionOf } from './tools.mjs';
import * as uses from './uses.mjs';

const yes = 'true\n';
const target = `${process.platform}-${process.arch}`;
const binary = (path) => ({
  prebuilt: existsSync(join(path, 'node_modules/sockwise/prebuilds', target)),
  built: existsSync(join(path, 'node_modules/sockwise/build/Release/sockwise.node')),
});

/** The package without the addon of this machine. */
let bare;
function packBare(tarball) {
  if (bare !== undefined) return bare;
  run(join(place, 'packed'), 'tar', ['-xzf', tarball]);
  const path = join(place, 'packed/package');
  rmSync(join(path, 'prebuilds', target), { recursive: true });
  return (bare = pack(path, 'bare'));
}

/** `import`, `require`, the lab of both, and the command, with each Node. */
function tryOut(path) {
  for (const [title, node] of nodes()) {
    for (const code of [uses.program(uses.esm), uses.lab.import])
      assert.equal(run(path, node, ['--input-type=module', '-e', code]), yes, title);
    for (const code of [uses.program(uses.cjs), uses.lab.require])
      assert.equal(run(path, node, ['-e', code]), yes, title);
    assert.equal(run(path, node, [main, '--version']), `${version}\n`, title);
  }
}

/** The commands, through `sockwise(...args)`. */
function tryCommands(sockwise) {
  assert.equal(sockwise('--version'), `${version}\n`);
  assert.match(sockwise('doctor'), /^yes {2}addon +loaded$/m);
  assert.match(sockwise('why', '1'), /\b1\b/);
  assert.match(sockwise('case', 'C7'), /confirmed/);
}

const bareRun = (path, node, args) => run(path, node, args, { PATH: barePath(node) });

/** A command in a namespace of its own, as root of it. */
function unshared(flags) {
  const args = process.getuid() === 0 ? flags : ['--user', '--map-root-user', ...flags];
  return works('unshare', [...args, 'true']) ? args : undefined;
}

const withFastify = (tarball) => ({
  'package.json': JSON.stringify({
    name: 'consumer',
    private: true,
    dependencies: { fastify: '5.12.8', sockwise: `file:${tarball}` },
  }),
  'server.cjs': uses.fastify,
});

/** A package manager: its words for installing, for a command of the package and, where Node alone does not find it, for running a file. */
function manager({
  title,
  name,
  settings = {},
  program,
  isNative,
  node = process.execPath,
  install: words,
  command,
  file,
}) {
  return {
    title,
    isSlow: true,
    work: (_, tarball) => {
      const path = folder(`by-${title.replaceAll(/\W+/g, '-')}`, { ...withFastify(tarball), ...settings });
      const start = join(tool(name), program);
      const manage = (args, env) => (isNative ? run(path, start, args, env) : run(path, node, [start, ...args], env));
      manage(words);
      const hidden = { PATH: barePath(node) };
      const output = file === undefined ? bareRun(path, node, ['server.cjs']) : manage([...file, 'server.cjs'], hidden);
      assert.equal(output, yes);
      const sockwise = (...args) => manage([...command, 'sockwise', ...args], hidden);
      tryCommands(sockwise);
      sockwise('matrix', '--quick');
    },
  };
}

const node24 = [...nodes()].find(([title]) => title.startsWith('v24.'))?.[1];

const yarn = (linker) => ({
  title: `yarn ${versionOf('yarn')}, nodeLinker: ${linker}`,
  name: 'yarn',
  program: '@yarnpkg/cli-dist/bin/yarn.js',
  settings: {
    '.yarnrc.yml': `nodeLinker: ${linker}\nenableTelemetry: false\nenableGlobalCache: false\n`,
    'yarn.lock': '',
  },
  install: ['install', '--no-immutable'],
  file: ['node'],
  command: ['run'],
});

const pnpm = (name) => ({
  title: `pnpm ${versionOf(name)}`,
  name,
  // From 12 on a binary, which its install script puts in place.
  program: name === 'pnpm' ? 'pnpm/pnpm' : 'pnpm/bin/pnpm.cjs',
  isNative: name === 'pnpm',
  install: ['install', '--no-frozen-lockfile'],
  command: ['exec'],
});

export const managers = [
  {
    title: 'npm, `--ignore-scripts`',
    work: (prebuilt) => {
      assert.deepEqual(binary(prebuilt), { prebuilt: true, built: false });
      const { scripts } = JSON.parse(readFileSync(join(prebuilt, 'node_modules/sockwise/package.json'), 'utf8'));
      for (const name of ['preinstall', 'install', 'postinstall']) assert.equal(scripts[name], undefined);
    },
  },
  { title: `Node ${[...nodes().keys()].join(', ')}: import, require, the command`, work: tryOut },
  {
    title: 'npx',
    work: (prebuilt) => tryCommands((...args) => run(prebuilt, 'npx', ['--no-install', 'sockwise', ...args])),
  },
  {
    title: 'files that nobody may write to; no compiler, python or npm; `matrix --quick`',
    lacks: () => (unshared(['--mount']) === undefined ? 'mount namespaces' : undefined),
    work: (prebuilt) => {
      const script = [
        `mount --bind ${prebuilt} ${prebuilt}`,
        `mount -o remount,bind,ro ${prebuilt}`,
        `cd ${prebuilt}`,
        '! touch node_modules/sockwise/x 2>/dev/null',
        `export PATH=${barePath()}`,
        '! command -v gcc && ! command -v cc && ! command -v python3',
        `node ${main} doctor && node ${main} why 1 && node ${main} matrix --quick`,
      ].join('\n');
      const output = run(place, 'unshare', [...unshared(['--mount']), 'sh', '-ec', script]);
      assert.match(output, /^yes {2}addon +loaded$/m);
    },
  },
  {
    title: 'no network, from a cache filled before',
    lacks: () => (unshared(['--net']) === undefined ? 'network namespaces' : undefined),
    work: (_, tarball) => {
      const cache = ['--cache', join(place, 'npm-cache')];
      install(tarball, 'fills', cache);
      const path = folder('offline', { 'package.json': '{}' });
      const script = `test "$(tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d ' ')" = lo
        npm install --offline --no-audit --no-fund ${cache.join(' ')} ${tarball}`;
      run(path, 'unshare', [...unshared(['--net']), 'sh', '-ec', script]);
      assert.equal(run(path, process.execPath, ['-e', uses.program(uses.cjs)]), yes);
    },
  },
  {
    title: 'no prebuilt addon that fits',
    result: '`sockwise build` builds it',
    work: (_, tarball) => {
      const path = install(packBare(tarball), 'source', []);
      assert.deepEqual(binary(path), { prebuilt: false, built: false });
      run(path, 'npx', ['--no-install', 'sockwise', 'build']);
      assert.deepEqual(binary(path), { prebuilt: false, built: true });
      tryOut(path);
    },
  },
  ...[...nodes()].map(([title, node]) => ({
    title: `Node ${title}: fastify and \`matrix --quick\`, no compiler or python`,
    isSlow: true,
    work: (_, tarball) => {
      const path = folder('fastify', withFastify(tarball));
      if (!existsSync(join(path, 'node_modules')))
        run(path, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline']);
      assert.equal(bareRun(path, node, ['server.cjs']), yes);
      bareRun(path, node, [main, 'matrix', '--quick']);
    },
  })),
  ...(node24 === undefined
    ? []
    : [
        manager({
          title: `npm ${versionOf('npm')}`,
          name: 'npm',
          program: 'npm/bin/npm-cli.js',
          node: node24,
          install: ['install', '--no-audit', '--no-fund'],
          command: ['exec', '--no', '--'],
        }),
      ]),
  manager(pnpm('pnpm')),
  manager(pnpm('pnpm 10')),
  manager(yarn('node-modules')),
  manager(yarn('pnp')),
];
