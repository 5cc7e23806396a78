import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { root, run } from './support/children.js';
import { noExperiments, program } from './support/matrix.js';
import { needs } from './support/needs.js';

const page = ['network-recipes', 'scapy-tcpdump']
  .map((name) => readFileSync(`${root}docs/${name}.md`, 'utf8'))
  .join('');

/** Each script with its name, and the findings that stand below it. */
const recipes = [...page.matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```\n\nFindings: `(.*?)`/g)].map(
  ([, file = '', text = '', findings = '']) => ({ file, text, findings }),
);

describe('the recipes for the network', () => {
  test('are twelve and one, each with what it finds', () => {
    expect(recipes).toHaveLength(13);
    expect(page.match(/```js/g)).toHaveLength(13);
  });

  test('find what stands below them', async (context) => {
    needs(context, noExperiments === undefined, `${noExperiments}`);
    const folder = mkdtempSync(join(tmpdir(), 'sockwise-recipes-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules', 'sockwise'));
    for (const { file, text } of recipes) writeFileSync(join(folder, file), text);
    const files = recipes.map(({ file }) => file);
    const { stdout } = await run(process.execPath, [program, 'lab', ...files, '--json'], {
      cwd: folder,
      deadlineMs: 55_000,
    });
    const traces = JSON.parse(stdout) as readonly { title: string; findings: unknown; error?: { message: string } }[];
    expect(traces.map(({ findings, error }) => error?.message ?? JSON.stringify(findings))).toEqual(
      recipes.map(({ findings }) => findings),
    );
  }, 60_000);
});
