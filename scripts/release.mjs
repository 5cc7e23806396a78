// `npm run release` says whether this checkout may be published, and everything that stands against it; `-- --dry-run` also packs it and
// names what is in it, `-- --publish` publishes, with provenance, as the release workflow does. The version is package.json's.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const megabyte = 1_000_000;
const mostPacked = 1.3 * megabyte;

/**
 * What stands against a release, in sentences.
 * @param {object} state
 * @param {object} state.manifest package.json
 * @param {string} state.changelog
 * @param {string} state.changes what `git status --porcelain` says
 * @param {readonly string[]} state.tags the tags of the commit
 * @param {boolean} state.isTagged whether a tag is asked for: to publish
 * @param {readonly string[]} state.stale what `npm run prebuild -- --check` says
 * @param {number} state.packed bytes
 */
export function obstacles({ manifest, changelog, changes, tags, isTagged, stale, packed }) {
  const { version } = manifest;
  const found = [];
  const repository = manifest.repository?.url ?? manifest.repository;
  if (typeof repository !== 'string' || repository === '')
    found.push(
      'package.json has no "repository": set it to the address of the repository, which npm compares with where a package is built, and to which the links of README.md lead',
    );
  if (!new RegExp(`^## ${version.replaceAll('.', '\\.')}$`, 'm').test(changelog))
    found.push(`CHANGELOG.md has no "## ${version}"`);
  if (changes !== '') found.push(`the working tree has changes:\n${changes}`);
  if (isTagged && !tags.includes(`v${version}`)) found.push(`the commit has no tag v${version}`);
  for (const line of stale) found.push(`${line}: npm run prebuild`);
  if (packed > mostPacked) found.push(`the package has ${packed} bytes, more than ${mostPacked}`);
  return found;
}

const lines = (text) => text.split('\n').filter((line) => line !== '');

function main() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { values } = parseArgs({
    options: { 'dry-run': { type: 'boolean', default: false }, publish: { type: 'boolean', default: false } },
  });
  const run = (command, args) => execFileSync(command, args, { cwd: root, encoding: 'utf8' });
  const text = (name) => readFileSync(join(root, name), 'utf8');

  run('npm', ['run', '--silent', 'build:ts']);
  const check = spawnSync(process.execPath, ['scripts/prebuild.mjs', '--check'], { cwd: root, encoding: 'utf8' });
  const [{ size, files, filename }] = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']));
  const manifest = JSON.parse(text('package.json'));
  const found = obstacles({
    manifest,
    changelog: text('CHANGELOG.md'),
    changes: run('git', ['status', '--porcelain']).trimEnd(),
    tags: lines(run('git', ['tag', '--points-at', 'HEAD'])),
    isTagged: values.publish,
    stale: lines(check.stderr),
    packed: size,
  });
  if (values['dry-run'])
    for (const { path, size: bytes } of files) console.log(`${String(bytes).padStart(9)}  ${path}`);
  console.log(`${filename}: ${files.length} files, ${(size / megabyte).toFixed(2)} MB`);
  for (const one of found) console.error(`not released: ${one}`);
  if (found.length > 0) {
    process.exitCode = 1;
    return;
  }
  if (!values.publish) return;
  // A version as 1.0.0-rc.1 must not become what `npm install sockwise` gives.
  const tag = manifest.version.includes('-') ? 'next' : 'latest';
  const args = ['publish', '--provenance', '--access', 'public', '--ignore-scripts', '--tag', tag];
  process.exitCode = spawnSync('npm', args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
