import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { filesOf } from '../../src/lab/run/imports.js';
import { root } from '../support/children.js';
import { foreignNamespaces, labProcesses, noExperiments, program, sockwise } from '../support/matrix.js';
import { describeNeeding } from '../support/needs.js';

const bound = 60_000;
// In the checkout, or `sockwise/lab` would not be found.
const folder = mkdtempSync(join(root, 'test/.watch-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

test('a script is watched with what it imports from beside it, by any of its names', async () => {
  writeFileSync(
    path('a.ts'),
    `import { b } from './b.js';\nimport './c.mjs';\nexport * from "./gone.js";\nawait import('./b.ts');\nimport 'node:fs';`,
  );
  writeFileSync(path('b.ts'), "export { d } from './d/d.mjs';");
  writeFileSync(path('c.mjs'), "import * as a from './a.ts'; require('sockwise');");
  const files = (await filesOf(path('a.ts'))).map((file) => file.slice(folder.length + 1));
  expect(files.sort()).toEqual(['a.ts', 'b.ts', 'c.mjs', 'd/d.mjs', 'gone.js']);
});

test.each([
  [['--watch'], /--watch: expected files$/m],
  [['closing', '--watch'], /--watch: expected files, got closing$/m],
  [['a.ts', '--watch', '--list'], /--watch cannot be combined/],
  [['./not-there.mjs', '--watch'], /there is no file/],
])('lab %j is a mistake', async (args, message) => {
  const { stderr, code } = await sockwise(['lab', ...args]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

describeNeeding(noExperiments === undefined, noExperiments ?? '')('lab --watch', () => {
  test('runs again on a change of a file or its import, prints a mistake and waits on, and leaves nothing', {
    timeout: bound,
  }, async () => {
    const script = (more = ''): string =>
      `import { experiment } from 'sockwise/lab';\nimport { found } from './found.mjs';\nexport default experiment('watched', async ({ host }) => { host('one'); ${more} return found; });`;
    writeFileSync(path('found.mjs'), "export const found = 'first';");
    writeFileSync(path('watched.mjs'), script());
    const mark = `watch-${process.pid}`;
    const child = spawn(process.execPath, [program, 'lab', path('watched.mjs'), '--watch'], {
      cwd: root,
      env: { ...process.env, SOCKWISE_TEST_RUN: mark },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: bound,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const has = async (pattern: RegExp): Promise<void> => {
      await expect.poll(() => said, { timeout: 20_000 }).toMatch(pattern);
      said = '';
    };
    await has(/first[^]*waiting for a change/);
    writeFileSync(path('found.mjs'), "export const found = 'second';");
    await has(/found\.mjs has changed[^]*second[^]*waiting for a change/);
    writeFileSync(path('watched.mjs'), script('('));
    await has(/watched\.mjs:3[^]*waiting for a change/);
    // As many editors do: another file in its place.
    writeFileSync(path('new.mjs'), script('await new Promise(() => {});'));
    renameSync(path('new.mjs'), path('watched.mjs'));
    await expect.poll(() => labProcesses(mark).length, { timeout: 20_000 }).toBeGreaterThan(0);
    // A run that hangs ends with the next change.
    writeFileSync(path('watched.mjs'), script('throw new Error("third");'));
    await has(/aborted: third[^]*waiting for a change/);
    child.kill('SIGINT');
    await once(child, 'close');
    expect(child.exitCode).toBe(130);
    await expect.poll(() => [...labProcesses(mark), ...foreignNamespaces(mark)], { timeout: 5000 }).toEqual([]);
  });
});
