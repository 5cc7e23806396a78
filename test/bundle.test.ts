import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

const imported = /^(?:import|export) (?:.* from )?"(\.\.?\/[^"]+)";$/gm;
// Inside a function it is loaded later.
const required = /(?<!return |=>)\brequire\("(\.\.?\/[^"]+)"\)/g;

/** The files that a file of dist/ loads before it runs, itself among them; what it loads later begins with another. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(dist, file), 'utf8');
  for (const [, other = ''] of text.matchAll(file.endsWith('.cjs') ? required : imported))
    loadedBy(join(dirname(file), other), found);
  return found;
}

/** Whether one of them says this. */
function says(file: string, what: RegExp): boolean {
  return [...loadedBy(file)].some((name) => what.test(readFileSync(join(dist, name), 'utf8')));
}

const ofTheLab = /\bFrameStore\b/;

describe('dist', () => {
  test.each(['why', 'sockets', 'free', 'set', 'options'])('`sockwise %s` loads no lab', (command) => {
    expect(says(`shared/${command}.cjs`, /getsockopt/)).toBe(true);
    expect(says(`shared/${command}.cjs`, ofTheLab)).toBe(false);
  });

  test('the lab is found where it is loaded, so the test above can fail', () => {
    expect(says('shared/try.js', ofTheLab)).toBe(true);
  });

  test('the library loads one file beside its own', () => {
    expect([...loadedBy('index.js')].sort()).toEqual(['index.js', 'shared/core.js']);
  });

  test('the parser of command lines loads no child_process', () => {
    for (const file of ['cli/main.cjs', 'shared/esm.js'])
      expect(readFileSync(join(dist, file), 'utf8')).not.toMatch(/(require|from).*node:child_process/);
  });
});
