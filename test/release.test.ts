import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mostPacked, obstacles } from '../scripts/release.mjs';
import { root } from './support/children.js';

const ready = {
  manifest: { version: '1.2.3', repository: { type: 'git', url: 'git+https://example.org/sockwise.git' } },
  changelog: '# Changelog\n\n## 1.2.3\n\n- something\n',
  changes: '',
  tags: ['v1.2.3'],
  isTagged: true,
  addons: [],
  packed: 1_000_000,
};

test('nothing stands against a release that is ready', () => {
  expect(obstacles(ready)).toEqual([]);
});

test.each([
  ['without the address of the repository', { manifest: { version: '1.2.3' } }, 'no "repository"'],
  ['with an empty one', { manifest: { version: '1.2.3', repository: '' } }, 'no "repository"'],
  [
    'with an address of the wrong type',
    { manifest: { version: '1.2.3', repository: { type: 'git' } } },
    'no "repository"',
  ],
  [
    'of a version the CHANGELOG lacks',
    { changelog: '## 1.2.30\n\n- a\n' },
    'first heading of CHANGELOG.md is "## 1.2.30"',
  ],
  ['with a newer CHANGELOG', { changelog: '## 1.3.0\n\n- a\n\n## 1.2.3\n\n- b\n' }, 'CHANGELOG.md is "## 1.3.0"'],
  ['without a heading in the CHANGELOG', { changelog: '# Changelog\n' }, 'first heading of CHANGELOG.md is missing'],
  ['that says nothing about itself', { changelog: '## 1.2.3\n\n## 1.2.2\n\n- b\n' }, 'nothing below "## 1.2.3"'],
  ['of changed files', { changes: ' M src/index.ts' }, 'src/index.ts'],
  ['of a commit with another tag', { tags: ['v1.2.2'] }, 'no tag v1.2.3'],
  ['with an addon missing', { addons: ['prebuilds/linux-x64/sockwise.node: missing'] }, 'sockwise.node: missing'],
  ['that is too large', { packed: mostPacked + 1 }, 'bytes, 1 more than the limit'],
])('a release %s is refused', (_, change, reason) => {
  const found = obstacles({ ...ready, ...change });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(reason);
});

test('a version that npm would not take is refused', () => {
  const manifest = { ...ready.manifest, version: '1.2' };
  const { packed: _, ...unpacked } = ready;
  const found = obstacles({ ...unpacked, manifest, changelog: '## 1.2\n\n- a\n', tags: ['v1.2'] });
  expect(found).toEqual([expect.stringContaining('package.json has version "1.2": write it as 1.2.3')]);
});

test('a tag is asked for only where it is published', () => {
  expect(obstacles({ ...ready, tags: [], isTagged: false })).toEqual([]);
});

test('this package lacks the address of its repository alone, and says what to do', () => {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { readonly version: string };
  const changelog = readFileSync(`${root}CHANGELOG.md`, 'utf8');
  const found = obstacles({ ...ready, manifest, changelog, tags: [`v${manifest.version}`] });
  expect(found).toEqual([expect.stringMatching(/no "repository": set it to the address/)]);
});
