// Builds native/ against the headers beside the running node, which fit it and need no download.
// `node scripts/native.mjs [build|rebuild|clean|…] [arguments of node-gyp]` builds in build/, as the package is built.
// `node scripts/native.mjs cmake FOLDER [arguments of cmake-js]` builds in FOLDER/Release.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '../..');
const prefix = dirname(dirname(process.execPath));
const require = createRequire(import.meta.url);

function nodeGyp() {
  try {
    return require.resolve('node-gyp/bin/node-gyp.js');
  } catch {
    // As a dependency in somebody's node_modules only npm's own copy is there; npm names it to the scripts it runs.
    const bundled =
      process.env.npm_config_node_gyp ?? join(prefix, 'lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js');
    if (existsSync(bundled)) return bundled;
    throw new Error('node-gyp is neither a dependency here nor part of the npm beside this node');
  }
}

const hasHeaders = existsSync(join(prefix, 'include/node/node_api.h'));

/** Packed under another name: yarn takes a binding.gyp at the top for an install script, and speaks of it at each install. */
function ensureRecipe() {
  const recipe = join(root, 'binding.gyp');
  if (!existsSync(recipe)) copyFileSync(join(root, 'dist/binding.gyp'), recipe);
}

function gypArguments([command = 'rebuild', ...rest]) {
  ensureRecipe();
  const steps = command === 'build' ? ['configure', 'build'] : [command];
  return [nodeGyp(), ...steps, '--jobs=max', ...(hasHeaders ? [`--nodedir=${prefix}`] : []), ...rest];
}

function cmakeArguments([folder = 'build-cmake', ...rest]) {
  return [require.resolve('cmake-js/bin/cmake-js'), 'build', '--log-level=warn', '-O', folder, ...rest];
}

const args = process.argv.slice(2);
const [program, env] =
  args[0] === 'cmake'
    ? [cmakeArguments(args.slice(1)), hasHeaders ? { npm_config_nodedir: prefix } : {}]
    : [gypArguments(args), {}];
const { status } = spawnSync(process.execPath, program, {
  cwd: root,
  env: { ...process.env, ...env },
  stdio: 'inherit',
});
process.exit(status ?? 1);
