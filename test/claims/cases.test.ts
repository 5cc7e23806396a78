import type { CaseResult, MatrixResult } from '../../src/lab/record/result.js';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { cases } from '../../src/claims/cases.js';
import { happenedIn } from '../../src/claims/happened.zh.js';
import { saidBy } from '../support/chinese.js';
import { root } from '../support/children.js';
import { foreignNamespaces, labProcesses, matrix } from '../support/matrix.js';

const version = release().split('.').slice(0, 2).join('.');
const known = JSON.parse(readFileSync(`${root}test/claims/verdicts.json`, 'utf8')) as Record<
  string,
  Record<string, string>
>;
const expected = known[version];
const mark = `SOCKWISE_TEST_RUN=${process.pid}`;

let result: MatrixResult;
let byId: ReadonlyMap<string, CaseResult>;

// The slow cases wait for the kernel's minute, beside all the others.
beforeAll(async () => {
  result = await matrix([], { deadlineMs: 100_000, env: { SOCKWISE_TEST_RUN: String(process.pid) } });
  byId = new Map(result.cases.map((seen) => [seen.id, seen]));
}, 110_000);

describe('the whole matrix', () => {
  test('is as the schema says', () => {
    const schema = JSON.parse(readFileSync(`${root}docs/matrix.schema.json`, 'utf8')) as object;
    const validate = new Ajv().compile(schema);
    validate(result);
    expect(validate.errors).toBeNull();
    validate({ ...result, unfinished: ['G1'] });
    expect(validate.errors).toBeNull();
    validate({ ...result, unfinished: [] });
    expect(validate.errors).not.toBeNull();
    validate({ ...result, mode: 'elsewhere' });
    expect(validate.errors).not.toBeNull();
  });

  test('has every case, in the order of the claims', () => {
    expect(result.cases.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    expect(result.unfinished).toBeUndefined();
  });

  test('has every remark, mark and look of a script in Chinese', () => {
    const events = result.cases.flatMap(({ rows }) => rows.flatMap((row) => row.events));
    const said = events.flatMap(saidBy);
    // Without namespaces half of the cases are left out, and most that say something.
    expect(said.length).toBeGreaterThan(50);
    expect([...new Set(said)].filter((text) => happenedIn(text) === undefined)).toEqual([]);
  });

  test('leaves no process and no network namespace behind', () => {
    expect(labProcesses(mark)).toEqual([]);
    expect(foreignNamespaces(mark)).toEqual([]);
  });
});

describe.each(cases.map(({ id, title }) => ({ id, title })))('$id: $title', ({ id }) => {
  test('does not break off, and its verdict is that of this kernel', ({ annotate }) => {
    const seen = byId.get(id);
    expect(seen?.error).toBeUndefined();
    if (seen?.verdict === 'skipped') {
      expect(seen.because).toMatch(/\bit needs\b/);
      // A full root lacks nothing but what the kernel was built without.
      if (result.mode === 'root') expect(seen.because).toMatch(/CONFIG_|Linux \d/);
      return;
    }
    if (expected === undefined) {
      const before = Object.entries(known).map(([kernel, verdicts]) => `${kernel}: ${verdicts[id] ?? 'no verdict'}`);
      return void annotate(`Linux ${version} is not in verdicts.json: ${seen?.verdict}; ${before.join(', ')}`);
    }
    expect(seen?.verdict).toBe(expected[id]);
  });
});
