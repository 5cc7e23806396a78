import { expect, test } from 'vitest';
import { addon, root, run } from '../support/children.js';
import { needs } from '../support/needs.js';

test('scripts/exercise-native.mjs, for tools that watch memory, makes every call of the addon', async (context) => {
  needs(context, process.platform === 'linux', 'Linux only', 'kernel');
  const { code, stdout, stderr } = await run(process.execPath, ['--expose-gc', `${root}scripts/exercise-native.mjs`], {
    env: { ...process.env, SOCKWISE_NATIVE: process.env['SOCKWISE_NATIVE'] ?? addon },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^\d+ calls made\n$/);
});
