// Puts the addon for this machine into prebuilds/, stripped, and fails if it asks for a newer glibc than the ceiling.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Ubuntu 22.04 has 2.35, Debian 12 has 2.36. */
const CEILING = [2, 35];

const root = join(fileURLToPath(import.meta.url), '../..');

function run(command, args, options = {}) {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  if (error !== undefined)
    throw new Error(`${command} cannot be run: ${error.message} (strip and objdump come with binutils)`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  return stdout;
}

/** The same test as in src/native/load.ts. */
function libc() {
  return readFileSync('/proc/self/maps').includes('/ld-musl-') ? 'musl' : 'glibc';
}

function glibcFloor(path) {
  const versions = [...run('objdump', ['-T', path]).matchAll(/GLIBC_([\d.]+)/g)].map(([, version]) =>
    version.split('.').map(Number),
  );
  return versions.reduce((highest, version) => (isAbove(version, highest) ? version : highest), [0, 0]);
}

function isAbove([major, minor], [otherMajor, otherMinor]) {
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
}

run(process.execPath, [join(root, 'scripts/native.mjs'), 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
const name = process.platform === 'linux' ? `sockwise.${libc()}.node` : 'sockwise.node';
const target = join(folder, name);
// Renamed into place when it is complete: the loader takes whatever stands there.
const unchecked = `${target}.unchecked`;
mkdirSync(folder, { recursive: true });
copyFileSync(join(root, 'build/Release/sockwise.node'), unchecked);
run('strip', process.platform === 'darwin' ? ['-x', unchecked] : ['--strip-unneeded', unchecked]);
const { length } = readFileSync(unchecked);
const lines = [`prebuilds/${process.platform}-${process.arch}/${name}: ${length} bytes`];
if (name === 'sockwise.glibc.node') {
  const floor = glibcFloor(unchecked);
  lines.push(`needs glibc ${floor.join('.')}, ceiling ${CEILING.join('.')}`);
  if (isAbove(floor, CEILING)) throw new Error(lines.join('\n'));
}
renameSync(unchecked, target);
console.log(lines.join('\n'));
