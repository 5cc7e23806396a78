import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Returns a function that makes up a path for a unix socket, in a folder that is removed after the last test of the file. */
export function socketPaths(): () => string {
  const folder = mkdtempSync(join(tmpdir(), 'sockwise-paths-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let number = 0;
  return () => join(folder, `${number++}.sock`);
}
