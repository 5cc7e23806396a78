// Builds native/ with node-gyp: `node scripts/native.mjs [build|rebuild|clean|…] [arguments of node-gyp]`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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
    const bundled = process.env.npm_config_node_gyp ?? join(prefix, 'lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js');
    if (existsSync(bundled)) return bundled;
    throw new Error('node-gyp is neither a dependency here nor part of the npm beside this node');
  }
}

const [command = 'rebuild', ...rest] = process.argv.slice(2);
// The headers beside the running node fit it, and need no download.
const headers = existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
const steps = command === 'build' ? ['configure', 'build'] : [command];
const args = [nodeGyp(), ...steps, '--jobs=max', ...headers, ...rest];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
