// `npm run release` checks whether this checkout can be published, and prints everything that stands against it; `-- --dry-run` also lists
// what is packed, `-- --publish` publishes, with provenance, as the release workflow does. The version is package.json's.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Bytes of the package that users download. */
export const mostPacked = 1_200_000;

const isVersion = (text) => /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(text);

/** Why the CHANGELOG is not that of this version. */
function changelogFault(changelog, version) {
  const [, first, entries = ''] = /^## (.+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(changelog) ?? [];
  if (first !== version)
    return `package.json has version ${version}, but the first heading of CHANGELOG.md is ${first === undefined ? 'missing' : `"## ${first}"`}: make them the same`;
  return entries.trim() === ''
    ? `CHANGELOG.md has nothing below "## ${version}": say what the version changes`
    : undefined;
}

/**
 * What stands against a release, each with what to do.
 * @param {object} state
 * @param {object} state.manifest package.json
 * @param {string} state.changelog
 * @param {string} state.changes what `git status --porcelain` says
 * @param {readonly string[]} state.tags the tags of the commit
 * @param {boolean} state.isTagged whether a tag is asked for: to publish
 * @param {readonly string[]} state.addons what `npm run prebuild -- --check` says
 * @param {number} [state.packed] bytes, if it could be packed
 */
export function obstacles({ manifest, changelog, changes, tags, isTagged, addons, packed }) {
  const { version } = manifest;
  const found = [];
  const repository = manifest.repository?.url ?? manifest.repository;
  if (typeof repository !== 'string' || repository === '')
    found.push(
      'package.json has no "repository": set it to the address of the repository. npm checks that the package was built there, and resolves the links of README.md against it',
    );
  if (!isVersion(version)) found.push(`package.json has version "${version}": write it as 1.2.3 or 1.2.3-rc.1`);
  const changelogIs = changelogFault(changelog, version);
  if (changelogIs !== undefined) found.push(changelogIs);
  if (changes !== '') found.push(`the working tree has changes; commit or remove them:\n${changes}`);
  if (isTagged && !tags.includes(`v${version}`))
    found.push(`the commit has no tag v${version}: run \`git tag v${version}\``);
  found.push(...addons);
  if (packed > mostPacked)
    found.push(`the package has ${packed} bytes, ${packed - mostPacked} more than the limit of ${mostPacked}`);
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
  const manifest = JSON.parse(text('package.json'));
  // npm packs no other version.
  const packed = isVersion(manifest.version)
    ? JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']))[0]
    : undefined;
  const found = obstacles({
    manifest,
    changelog: text('CHANGELOG.md'),
    changes: run('git', ['status', '--porcelain']).trimEnd(),
    tags: lines(run('git', ['tag', '--points-at', 'HEAD'])),
    isTagged: values.publish,
    addons: lines(check.stderr),
    packed: packed?.size,
  });
  if (packed !== undefined) {
    const { size, files, filename } = packed;
    if (values['dry-run'])
      for (const { path, size: bytes } of files) console.log(`${String(bytes).padStart(9)}  ${path}`);
    console.log(`${filename}: ${files.length} files, ${(size / 1_000_000).toFixed(2)} MB`);
  }
  for (const one of found) console.error(`not released: ${one}`);
  if (found.length > 0) {
    process.exitCode = 1;
    return;
  }
  if (!values.publish) {
    console.log(`ready: nothing stands against the release of ${manifest.version}; nothing was published`);
    return;
  }
  // A version as 1.0.0-rc.1 must not become what `npm install sockwise` gives.
  const tag = manifest.version.includes('-') ? 'next' : 'latest';
  const args = ['publish', '--provenance', '--access', 'public', '--ignore-scripts', '--tag', tag];
  process.exitCode = spawnSync('npm', args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
