import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScript, resolveImport } from '../../../src/lab/run/typescript.js';
import { root } from '../../../src/package.js';
import { describeNeeding } from '../../support/needs.js';
import { nodes } from '../../support/nodes.js';

const run = promisify(execFile);
let folder = '';

const files: Readonly<Record<string, string>> = {
  'whole.ts': `import { experiment } from 'sockwise/lab';
import { Kind } from './kind.js';
import { port } from './port';
import type { Nothing } from './nothing.js';
class Place {
  constructor(private readonly of: Kind, readonly port: number) {}
  get text(): string { return \`\${this.of} \${this.port}\`; }
}
export default experiment(new Place(Kind.open, port satisfies number).text, async () => {});
`,
  'kind.ts': `export enum Kind { open = 'an enum' }\n`,
  'port.ts': 'export const port: number = 80;\n',
  'both.js': '',
  'both.ts': '',
  'common.cts': 'module.exports = 1 as number;\n',
  'broken.ts': 'const a: number = 1;\nexport default (;\n',
  'imports-broken.ts': `import './broken.js';\n`,
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockwise-typescript-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/sockwise'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const urlOf = (name: string): string => pathToFileURL(join(folder, name)).href;

describe('resolveImport', () => {
  test.each([
    ['./kind.js', 'kind.ts'],
    ['./port', 'port.ts'],
  ])('%s is %s', (specifier, file) => {
    expect(resolveImport(specifier, urlOf('whole.ts'))).toBe(urlOf(file));
  });

  test.each(['./both.js', './kind.ts', './nothing.js', 'sockwise/lab', 'node:fs'])(
    "%s is Node's to find",
    (specifier) => {
      expect(resolveImport(specifier, urlOf('whole.ts'))).toBeUndefined();
    },
  );

  test('leaves packages alone', () => {
    expect(resolveImport('./kind.js', `${pathToFileURL(folder).href}/node_modules/whole.js`)).toBeUndefined();
  });
});

describe('loadScript', () => {
  test('keeps each line where it was', () => {
    const { source = '' } = loadScript(urlOf('whole.ts')) ?? {};
    expect(source.split('\n').findIndex((line) => line.startsWith('export default'))).toBe(8);
    expect(source).not.toMatch(/nothing|satisfies|private/);
  });

  test('tells modules from CommonJS by the name', () => {
    expect(['kind.ts', 'common.cts'].map((name) => loadScript(urlOf(name))?.format)).toEqual(['module', 'commonjs']);
    expect(loadScript(urlOf('both.js'))).toBeUndefined();
  });
});

for (const { title, binary, isHere, missing } of nodes) {
  describeNeeding(isHere, missing)(title, () => {
    const list = (file: string): ReturnType<typeof run> =>
      run(binary, [`${root}dist/cli/main.cjs`, 'lab', file, '--list'], { cwd: folder });

    test('takes enums, parameter properties, and imports of what is TypeScript too', async () => {
      const { stdout, stderr } = await list('whole.ts');
      expect(stdout).toContain('an enum 80');
      expect(stderr).toBe('');
    });

    test.each(['broken.ts', 'imports-broken.ts'])('%s: says where it cannot be parsed', async (file) => {
      await expect(list(file)).rejects.toMatchObject({
        code: 2,
        stderr: 'sockwise: broken.ts:2:17: Unexpected token\n',
      });
    });
  });
}
