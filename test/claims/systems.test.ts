import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { cases } from '../../src/claims/cases.js';
import { type GridResult, runGrid } from '../../src/claims/grid/run.js';
import { corrections, onLinux, situations, tableOf, wellKnownAnswer } from '../../src/claims/systems.js';
import { root } from '../support/children.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding, needs } from '../support/needs.js';

const rows = situations.map((situation, index) => ({
  situation,
  name: `${index}: ${situation.first.place.name} ${situation.first.sharing.name} (${situation.protocol}, ${situation.stage}), then ${situation.second.place.name} ${situation.second.sharing.name}`,
}));

test('each situation is there once, and each correction names cases that there are', () => {
  const keys = situations.map(({ protocol, stage, otherUser, first, second }) =>
    JSON.stringify([protocol, stage, otherUser, first, second]),
  );
  expect(new Set(keys).size).toBe(situations.length);
  const ids = new Set(cases.map(({ id }) => id));
  expect(corrections.flatMap((one) => one.cases).filter((id) => !ids.has(id))).toEqual([]);
});

test('the page has a row for each situation, and names the answer', () => {
  const page = readFileSync(`${root}docs/systems.md`, 'utf8');
  expect(page.match(/^\| (TCP|UDP): /gm)).toHaveLength(situations.length);
  expect(page).toContain(wellKnownAnswer.url);
});

test('the well-known answer is wrong about Linux somewhere, and right elsewhere', () => {
  const wrong = situations.filter((situation) => onLinux(situation) !== situation.answer);
  expect(wrong.length).toBeGreaterThan(0);
  expect(wrong.length).toBeLessThan(situations.length / 2);
  expect(situations.map((situation) => onLinux(situation))).not.toContain('unknown');
});

describeNeeding(canMakeNamespaces, 'needs network namespaces')('the column of Linux is what this kernel does', () => {
  let seen: GridResult;
  beforeAll(async () => {
    seen = await runGrid(
      () => {},
      rows.map(({ situation, name }) => tableOf(situation, name)),
    );
  }, 60_000);

  describe.each(rows)('$name', ({ situation, name }) => {
    test('bind() of the second socket', (context) => {
      const skipped = seen.skipped.find((one) => one.name === name);
      needs(context, skipped === undefined, skipped?.reason ?? '');
      const [pair, ...others] = seen.tables.find((table) => table.name === name)?.pairs ?? [];
      expect(others).toEqual([]);
      const said = onLinux(situation, release());
      needs(context, said !== 'unknown', `not predicted for Linux ${release()}`, 'kernel');
      expect(pair?.calls[0]).toMatchObject({ socket: 'second', call: 'bind', observed: said });
    });
  });
});
