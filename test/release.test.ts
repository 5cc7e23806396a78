import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { obstacles } from '../scripts/release.mjs';
import { root } from './support/children.js';

const ready = {
  manifest: { version: '1.2.3', repository: { type: 'git', url: 'git+https://example.org/sockwise.git' } },
  changelog: '# Changelog\n\n## 1.2.3\n\n- something\n',
  changes: '',
  tags: ['v1.2.3'],
  isTagged: true,
  stale: [],
  packed: 1_000_000,
};

test('nothing stands against a release that is ready', () => {
  expect(obstacles(ready)).toEqual([]);
});

test.each([
  ['without the address of the repository', { manifest: { version: '1.2.3' } }, 'no "repository"'],
  ['with an empty one', { manifest: { version: '1.2.3', repository: '' } }, 'no "repository"'],
  ['of a version the CHANGELOG lacks', { changelog: '## 1.2.30\n## 1x2.3\n' }, 'CHANGELOG.md has no "## 1.2.3"'],
  ['of changed files', { changes: ' M src/index.ts' }, 'src/index.ts'],
  ['of a commit with another tag', { tags: ['v1.2.2'] }, 'no tag v1.2.3'],
  ['with an addon missing', { stale: ['prebuilds/linux-x64/sockwise.node: not there'] }, 'npm run prebuild'],
  ['that is too large', { packed: 2_000_000 }, '2000000 bytes'],
])('a release %s is refused', (_, change, reason) => {
  const found = obstacles({ ...ready, ...change });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(reason);
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
