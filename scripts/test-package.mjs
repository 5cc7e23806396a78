// Installs the packed package where nothing of this checkout is near, and uses it in every way of scripts/package/. The slow ways, which
// fetch package managers, bundlers and compilers, are tried with `-- --all`; `-- TEXT...` tries those whose titles have one of the texts;
// `-- --all --record` writes what was tried into docs/installation.md. Needs `npm run build:ts` before.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { install, pack, place, root, run } from './package/place.mjs';
import { recorded, rows } from './package/rows.mjs';
import { mostPacked } from './release.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, record: { type: 'boolean', default: false } },
});
assert.ok(!values.record || (values.all && positionals.length === 0), '--record takes the results of --all');

const isWanted = ({ title, isSlow }) =>
  positionals.length > 0 ? positionals.some((text) => title.includes(text)) : values.all || isSlow !== true;
const wanted = Object.entries(rows).flatMap(([heading, group]) =>
  group.filter(isWanted).map((row) => ({ heading, ...row })),
);
assert.ok(wanted.length > 0, `no title has ${positionals.join(' or ')}`);

/** Tries a row; whether it failed. */
function isRefuted({ heading, title, lacks, result, work }, prebuilt, tarball) {
  const missing = lacks?.();
  if (missing !== undefined) {
    console.log(`skipped: ${heading}: ${title}: this machine lacks ${missing}`);
    return values.record;
  }
  const start = performance.now();
  try {
    work(prebuilt, tarball);
  } catch (error) {
    console.error(`FAILED: ${heading}: ${title}\n${error.message}`);
    return true;
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`ok: ${heading}: ${title}${result === undefined ? '' : ` (${result})`} (${seconds} s)`);
  return false;
}

try {
  run(root, process.execPath, ['scripts/prebuild.mjs']);
  const tarball = pack(root, 'packed');
  const { size } = statSync(tarball);
  assert.ok(size <= mostPacked, `the package has ${size} bytes, more than ${mostPacked}`);
  console.log(`ok: is small enough (${size} bytes)`);
  const prebuilt = install(tarball, 'prebuilt', ['--ignore-scripts']);
  const failed = wanted.filter((row) => isRefuted(row, prebuilt, tarball));
  console.log(`${wanted.length - failed.length} of ${wanted.length} passed`);
  if (failed.length > 0) process.exitCode = 1;
  else if (values.record) {
    const page = join(root, 'docs/installation.md');
    writeFileSync(page, recorded(readFileSync(page, 'utf8')));
  }
} finally {
  rmSync(place, { recursive: true });
}
