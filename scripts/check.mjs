// Everything that can be said about the code without running it. Needs `npm run build:ts` before.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const nativeSources = readdirSync(`${root}native`)
  .filter((name) => /\.(cc|h)$/.test(name))
  .map((name) => `native/${name}`);

/** clang-format is no npm package: where it is missing CI looks instead. */
const clangFormat = ['clang-format-19', 'clang-format'].find((name) => spawnSync(name, ['--version']).status === 0);

const checks = [
  // By its path: .bin/tsc may be that of typescript-5, whose language service test/editor.test.ts asks.
  ['types', 'node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']],
  ['lint', 'npx', ['oxlint', '--type-aware']],
  ['format', 'npx', ['biome', 'ci', '.']],
  ...(clangFormat === undefined
    ? []
    : [['format of native/', clangFormat, ['--dry-run', '-Werror', ...nativeSources]]]),
  ['generated files', 'node', ['scripts/generate.mjs', '--check']],
  ['unused code', 'npx', ['knip']],
  ['package', 'npx', ['publint', '--strict']],
  ['package types', 'npx', ['attw', '--pack', '.', '--profile', 'esm-only']],
];

if (clangFormat === undefined) {
  console.log('skipped: format of native/, since clang-format is not installed');
  if (process.env.CI === 'true') process.exitCode = 1;
}
for (const [name, command, args] of checks) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
  if (status !== 0) process.exitCode = 1;
}
