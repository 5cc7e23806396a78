import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadPkt } from '../../../src/lab/pkt/load.js';

/** What a script with this first comment is called. */
function named(comment: string): { title: string; about: string | undefined } {
  const folder = mkdtempSync(join(tmpdir(), 'sockwise-pkt-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'one.pkt');
  writeFileSync(file, `${comment}\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n`);
  const { title, about } = loadPkt(file, 'one.pkt');
  return { title, about };
}

test('the first comment of a script is its title, without a full stop', () => {
  expect(named('// It is refused.')).toEqual({ title: 'It is refused', about: undefined });
  expect(named('')).toEqual({ title: 'one', about: undefined });
});

test('one that is longer says what the script shows, but not its licence', () => {
  const long = 'What comes is more than a title can hold, since it says what happens, when, and why it does so.';
  const comment = `// SPDX-License-Identifier: GPL-2.0\n// ${long}\n// It goes on.`;
  expect(named(comment)).toEqual({ title: 'one', about: `${long} It goes on.` });
  expect(named(`// ${'long '.repeat(500)}`).about).toHaveLength(1000);
});
