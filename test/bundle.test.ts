import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as claims from '../src/claims/index.js';
import * as index from '../src/index.js';
import * as lab from '../src/lab/index.js';
import * as service from '../src/service/index.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** What a module takes, and what a file of CommonJS loads when it is loaded: late is what is behind an arrow. */
const taken = /createRequire\(import\.meta\.url\)\('([^']+)'\)/g;
const late = /\b(require_\w+) ?= ?\(\) ?=> ?\1\$ ?\?\?= ?require\(["`]([^"`]+)["`]\)/g;

/** The files that a file of dist/ can load, itself among them. */
function reachedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(dist, file), 'utf8');
  const others = [...text.matchAll(taken)].map(([, other = '']) => other);
  const later = [...text.matchAll(late)].map(([, , other = '']) => other);
  for (const other of [...others, ...later]) reachedBy(join(dirname(file), other), found);
  return found;
}

/** Whether one of them says this. */
function says(file: string, what: RegExp): boolean {
  return [...reachedBy(file)].some((name) => what.test(readFileSync(join(dist, name), 'utf8')));
}

const ofTheLab = /\bFrameStore\b/;

/** What a program prints as JSON, in dist/. */
function printed<Value>(program: string): Value {
  const { stdout } = spawnSync(process.execPath, ['-e', program], { cwd: dist, encoding: 'utf8' });
  return JSON.parse(stdout) as Value;
}

/** The files of dist/ that a program of CommonJS loads. */
function loadedBy(program: string): string[] {
  const paths = printed<string[]>(`${program}; console.log(JSON.stringify(Object.keys(require.cache)))`);
  return paths.filter((path) => path.startsWith(dist)).map((path) => relative(dist, path));
}

describe('dist', () => {
  test.each(['why', 'sockets', 'free', 'set', 'options'])('`sockwise %s` needs no lab', (command) => {
    expect(says(`shared/${command}.cjs`, /getsockopt/)).toBe(true);
    expect(says(`shared/${command}.cjs`, ofTheLab)).toBe(false);
  });

  test('the lab is found where it is needed, so the test above can fail', () => {
    expect(says('shared/try.cjs', ofTheLab)).toBe(true);
  });

  test('the library loads what its classes and tables need, and the rest when it is called', () => {
    const all = `const all = require('./index.cjs')`;
    expect(loadedBy(all)).toEqual(['index.cjs', 'shared/core.cjs']);
    expect(loadedBy(`${all}; try { all.fdOf() } catch {}`)).toContain('shared/handles.cjs');
  });

  // Others take names of the same files, and functions of files that are loaded late are wrapped in others.
  test('what is imported has the names of its source, and no others', () => {
    const sources = { index, 'service/index': service, 'claims/index': claims, 'lab/index': lab };
    const kinds = (all: object) =>
      Object.entries(all)
        .map(([name, one]) => `${name}: ${/^class\b/.exec(String(one))?.[0] ?? typeof one}`)
        .sort();
    const found = printed<string[][]>(`const kinds = ${String(kinds)};
      Promise.all(${JSON.stringify(Object.keys(sources))}.map((file) => import('./' + file + '.js')))
        .then((all) => console.log(JSON.stringify(all.map(kinds))))`);
    expect(found).toEqual(Object.values(sources).map(kinds));
  });

  test('`import` and require() give the same classes and functions', () => {
    const differ = `const files = ['index', 'service/index'];
      Promise.all(files.map((file) => import('./' + file + '.js'))).then((all) =>
        console.log(JSON.stringify(files.flatMap((file, index) =>
          Object.entries(require('./' + file + '.cjs')).filter(([name, one]) => one !== all[index][name])))))`;
    expect(printed(differ)).toEqual([]);
  });

  test('the parser of command lines loads no child_process', () => {
    expect(readFileSync(join(dist, 'cli/main.cjs'), 'utf8')).not.toMatch(/require.*node:child_process/);
  });
});
