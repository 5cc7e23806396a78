import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { facts } from '../support/handle-facts.mjs';
import { describeNeeding } from '../support/needs.js';
import { nodes } from '../support/nodes.js';

const script = fileURLToPath(new URL('../support/handle-facts.mjs', import.meta.url));
const run = promisify(execFile);

for (const { title, binary, isHere, missing } of nodes) {
  if (process.platform !== 'linux') {
    describe.skip(`${title} (Linux only)`);
    continue;
  }
  describeNeeding(isHere, missing)(title, () => {
    let results: Readonly<Record<string, string>> = {};

    beforeAll(async () => {
      const { stdout } = await run(binary, [script], { timeout: 60_000 });
      results = JSON.parse(stdout);
    }, 70_000);

    test.for(Object.keys(facts))('%s', (fact) => {
      expect(results[fact]).toBe('ok');
    });
  });
}
