import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { beforeAll, expect, test } from 'vitest';
import { gridHtml } from '../../src/claims/grid/page.js';
import { type GridResult, runGrid } from '../../src/claims/grid/run.js';
import { differencesOf, tallyOf } from '../../src/claims/grid/tally.js';
import { gridText } from '../../src/claims/grid/text.js';
import { root } from '../support/children.js';
import { canMakeNamespaces, openDescriptors } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';

const differing = /<td class="[^"]* differs"/;

describeNeeding(canMakeNamespaces, 'needs network namespaces')('every pair of sockets on one port', () => {
  let result: GridResult;
  let left: number;

  beforeAll(async () => {
    const before = openDescriptors();
    result = await runGrid();
    left = openDescriptors() - before;
  }, 300_000);

  test('is as the model of the rules predicts', () => {
    expect(differencesOf(result)).toEqual([]);
    const { pairs, calls, fates } = tallyOf(result.tables);
    expect(pairs).toBeGreaterThanOrEqual(10_000);
    expect(calls).toBeGreaterThan(pairs);
    expect(Object.keys(fates).toSorted()).toEqual(['bind EADDRINUSE', 'listen EADDRINUSE', 'ok']);
  });

  test('is left open only where the port may remember another socket with SO_REUSEPORT', () => {
    const { calls, unpredicted } = tallyOf(result.tables);
    const open = Object.values(unpredicted).reduce((sum, times) => sum + times, 0);
    expect(Object.keys(unpredicted).filter((reason) => !reason.startsWith('reuseport-short-cut: '))).toEqual([]);
    expect(open).toBeLessThan(calls / 20);
    // A minisocket has no user that could be another: there nothing is left open.
    const openTables = result.tables.filter((table) => Object.keys(tallyOf([table]).unpredicted).length > 0);
    expect(
      openTables.map(({ name }) => name).filter((name) => !/(?<!TIME_WAIT|FIN_WAIT2, closed), other user$/.test(name)),
    ).toEqual([]);
  });

  test('is as the schema says', () => {
    const schema = JSON.parse(readFileSync(`${root}docs/grid.schema.json`, 'utf8')) as object;
    const validate = new Ajv().compile(schema);
    expect([validate(JSON.parse(JSON.stringify(result))), validate.errors]).toEqual([true, null]);
    expect(validate({ ...result, kernel: undefined, more: 1 })).toBe(false);
  });

  test('leaves no descriptor', () => {
    expect(left).toBe(0);
  });

  test('has a cell on the page for each pair, and needs nothing else', () => {
    const page = gridHtml(result);
    expect(page.match(/<td class/g)).toHaveLength(tallyOf(result.tables).pairs);
    // Asked so that a failure does not print a page of two megabytes.
    expect(/https?:|src=/.test(page)).toBe(false);
    expect(differing.test(page)).toBe(false);
  });
});

const [first, second] = ['0.0.0.0', '127.0.0.1'].map((place) => ({ name: `${place} none`, place, options: [] }));
const sides = { firsts: [first].flatMap((one) => one ?? []), seconds: [second].flatMap((one) => one ?? []) };

const pair = {
  first: '0.0.0.0 none',
  second: '127.0.0.1 none',
  calls: [{ socket: 'second', call: 'bind', observed: 'ok', predicted: 'EADDRINUSE', rule: 'held-by-listener' }],
} as const;

test('where model and kernel differ the text and the page say so', () => {
  const result: GridResult = {
    kernel: '6.18.0',
    seconds: 1,
    tables: [{ name: 'TCP, listening', situation: 'TCP, listening', otherUser: false, ...sides, pairs: [pair] }],
    skipped: [{ name: 'TCP, bound, other user', pairs: 3, reason: 'nobody there' }],
  };
  const line =
    'TCP, listening: 0.0.0.0 none, then 127.0.0.1 none: bind of the second said ok, predicted EADDRINUSE (held-by-listener)';
  expect(differencesOf(result)).toEqual([line]);
  expect(gridText(result)).toContain(line);
  expect(gridText(result)).toContain('3 pairs of TCP, bound, other user: nobody there');
  expect(gridHtml(result)).toMatch(differing);
});
