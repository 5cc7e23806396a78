import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { native } from '../../src/native/load.js';
import { catalog } from '../../src/options/catalog.js';
import { type OptionSpec, socketOfLevel } from '../../src/options/spec.js';

const rows: [string, OptionSpec][] = Object.entries(catalog);
const levels = Object.keys(socketOfLevel);

test('rows are sorted by level, then name', () => {
  const keys = rows.map(([name, { level }]) => `${String(levels.indexOf(level)).padStart(2)} ${name}`);
  expect(keys).toEqual([...keys].sort());
});

test('every row knows its number at its level once only', () => {
  const numbers = rows.map(([, { level, number }]) => `${level} ${number}`);
  // Getting and setting share a number, and so do old and new names; of these rows only SO_ATTACH_FILTER and SO_GET_FILTER do.
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual(['SOL_SOCKET 26']);
});

test('the addon has every name of the catalogue, so it was built from this one', () => {
  const unknown = rows.filter(
    ([name, { level }]) => native.constants[name] === undefined || native.constants[level] === undefined,
  );
  expect(unknown.map(([name]) => name)).toEqual([]);
});

test.runIf(process.platform === 'linux')('on Linux no name is missing', () => {
  expect(rows.filter(([name]) => native.constants[name] === null).map(([name]) => name)).toEqual([]);
});

test('a doc is one line that ends like a sentence, and so is a trap', () => {
  const texts = rows.flatMap(([name, { doc, trap }]) => [doc, trap ?? doc].map((text) => [name, text] as const));
  expect(texts.filter(([, text]) => text.includes('\n') || !text.endsWith('.'))).toEqual([]);
});

/** What the example would have to be follows from the connection, or is a structure with keys of its own. */
const withoutExample = ['TCP_AO_INFO', 'TCP_AO_REPAIR', 'TCP_REPAIR_WINDOW'];

test('every option that can be set and read has an example, so that the loop over all of them tries it', () => {
  const missing = rows.filter(([, { access, example }]) => access === 'both' && example === undefined);
  expect(missing.map(([name]) => name)).toEqual(withoutExample);
});

test('the list of constants and the page of the options are what the catalogue says', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/generate.mjs', '--check'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
