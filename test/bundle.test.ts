import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as claims from '../src/claims/index.js';
import * as index from '../src/index.js';
import * as lab from '../src/lab/index.js';
import * as service from '../src/service/index.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** What Node prints as JSON in its last line, in dist/. */
function printed<Value>(...args: string[]): Value {
  const { stdout } = spawnSync(process.execPath, args, { cwd: dist, encoding: 'utf8' });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Value;
}

const list = `data:text/javascript,import module from 'node:module';
  process.on('exit', () => console.log(JSON.stringify(Object.keys(module._cache))));`;

/** The files of dist/ that a program of CommonJS loads. */
function loadedBy(...args: string[]): string[] {
  const paths = printed<string[]>('--import', list, ...args);
  return paths.filter((path) => path.startsWith(dist)).map((path) => relative(dist, path));
}

const ofTheLab = ['shared/instrument.cjs', 'shared/drawings.cjs', 'shared/claims.cjs'];

describe('dist', () => {
  test.each([['why', '1', '--no-trials'], ['sockets'], ['options']])('`sockwise %s` loads no lab', (...args) => {
    const loaded = loadedBy('cli/main.cjs', ...args);
    expect(loaded).toContain('shared/core.cjs');
    expect(ofTheLab.filter((file) => loaded.includes(file))).toEqual([]);
  });

  test('a run of cases loads drawings only to draw them', () => {
    // Of an ordinary user's two processes the one in the user namespace prints first.
    const [json, text] = [['--json'], []].map((how) => {
      const args = ['--import', list, 'cli/main.cjs', 'matrix', '--case', 'C8', ...how];
      return spawnSync(process.execPath, args, { cwd: dist, encoding: 'utf8' }).stdout;
    });
    expect(json).toContain('shared/instrument.cjs');
    expect(json).not.toContain('shared/drawings.cjs');
    expect(text).toContain('shared/drawings.cjs');
  });

  test('has the catalogue of src/, though it is written as JSON', async () => {
    const { catalog } = (await import(`${dist}/index.js`)) as { readonly catalog: unknown };
    expect(catalog).toStrictEqual(index.catalog);
  });

  test('the lab is found where it is loaded, so the test above can fail', () => {
    expect(loadedBy('cli/main.cjs', 'list')).toContain('shared/claims.cjs');
  });

  test('the library loads what its classes and tables need, and the rest when it is called', () => {
    const all = `const all = require('./index.cjs')`;
    expect(loadedBy('-e', all)).toEqual(['index.cjs', 'shared/core.cjs']);
    expect(loadedBy('-e', `${all}; try { all.presetOptions() } catch {}`)).toContain('shared/handles.cjs');
  });

  test('a program of the lab loads a copy of what it uses of the library, and nothing else', () => {
    const loaded = loadedBy('claims/programs/agent.cjs').map((file) => file.replace('claims/programs/', ''));
    expect(loaded.sort()).toEqual(['agent.cjs', 'shared/input.cjs', 'shared/program.cjs', 'shared/report.cjs']);
    expect(loadedBy('claims/programs/holder.cjs')).toEqual(['claims/programs/holder.cjs', 'shared/report.cjs']);
  });

  // Others take names of the same files, and functions of files that are loaded late are wrapped in others.
  test('what is imported has the names of its source, and no others', () => {
    const sources = { index, 'service/index': service, 'claims/index': claims, 'lab/index': lab };
    const kinds = (all: object) =>
      Object.entries(all)
        .map(([name, one]) => `${name}: ${/^class\b/.exec(String(one))?.[0] ?? typeof one}`)
        .sort();
    const found = printed<string[][]>(
      '-e',
      `const kinds = ${String(kinds)};
      Promise.all(${JSON.stringify(Object.keys(sources))}.map((file) => import('./' + file + '.js')))
        .then((all) => console.log(JSON.stringify(all.map(kinds))))`,
    );
    expect(found).toEqual(Object.values(sources).map(kinds));
  });

  test('`import` and require() give the same classes and functions', () => {
    const differ = `const files = ['index', 'service/index'];
      Promise.all(files.map((file) => import('./' + file + '.js'))).then((all) =>
        console.log(JSON.stringify(files.flatMap((file, index) =>
          Object.entries(require('./' + file + '.cjs')).filter(([name, one]) => one !== all[index][name])))))`;
    expect(printed('-e', differ)).toEqual([]);
  });

  test('the parser of command lines loads no child_process', () => {
    expect(readFileSync(join(dist, 'cli/main.cjs'), 'utf8')).not.toMatch(/require.*node:child_process/);
  });
});
