import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** The files that a file of dist/ loads before it runs, itself among them. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(dist, file), 'utf8');
  for (const [, other = ''] of text.matchAll(/^(?:import|export) (?:.* from )?"(\.\.?\/[^"]+)";$/gm))
    loadedBy(join(dirname(file), other), found);
  return found;
}

describe('dist', () => {
  test.each(['why', 'sockets', 'free', 'set', 'options'])('`sockwise %s` loads no lab', (command) => {
    const files = loadedBy(`shared/${command}.js`);
    expect(files).toContain('shared/core.js');
    expect(files).not.toContain('shared/lab.js');
  });

  test('the lab is found where it is loaded, so the test above can fail', () => {
    expect(loadedBy('shared/try.js')).toContain('shared/lab.js');
  });

  test("`sockwise why` and `sockwise sockets` load nothing for Node's own handles", () => {
    for (const command of ['why', 'sockets'])
      expect(loadedBy(`shared/${command}.js`)).not.toContain('shared/handles.js');
    expect(loadedBy('index.js')).toContain('shared/handles.js');
  });

  test('the library loads its two files, and no more', () => {
    expect([...loadedBy('index.js')].sort()).toEqual(['index.js', 'shared/core.js', 'shared/handles.js']);
  });

  test('the parser of command lines loads no child_process', () => {
    expect(readFileSync(join(dist, 'shared/esm.js'), 'utf8')).not.toMatch(/(require|from).*node:child_process/);
  });
});
